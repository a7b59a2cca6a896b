package io.millrace.engine.log;

import io.millrace.engine.port.Decompressor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/** Unpacks with Apache Kafka's own client library. */
final class KafkaDecompressor implements Decompressor {
    @Override
    public DirectBuffer decompress(
            final int codec, final DirectBuffer source, final int offset, final int length, final int bytesMax)
            throws IOException {
        final byte[] packed = new byte[length];
        source.getBytes(offset, packed);
        try (InputStream in = Compression.of(CompressionType.forId(codec))
                .build()
                .wrapForInput(ByteBuffer.wrap(packed), RecordBatch.MAGIC_VALUE_V2, BufferSupplier.NO_CACHING)) {
            final byte[] bytes = in.readNBytes(bytesMax);
            if (in.read() >= 0) {
                throw new IOException("more than " + bytesMax);
            }
            return new UnsafeBuffer(bytes);
        }
    }
}
