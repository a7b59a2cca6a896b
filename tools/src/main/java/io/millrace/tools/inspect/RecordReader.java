package io.millrace.tools.inspect;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.RecordWalker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/** Unpacks a batch's records, with Kafka's own codecs, and walks them. */
final class RecordReader {
    /** More than this in one batch is taken for an attack. */
    private static final int UNPACKED_BYTES_MAX = 1 << 28;

    /** Sees the records of a batch. */
    interface RecordSink {
        /** Returns false to look no further. */
        boolean onRecord(RecordWalker record);
    }

    private final RecordWalker walker = new RecordWalker();
    private int unpackedBytes;

    /** Walks all records; returns what is wrong with them, or null. */
    String read(final BatchFlyweight batch, final RecordSink sink) {
        unpackedBytes = 0;
        if (batch.codec() == null) {
            return "codec " + (batch.attributes() & BatchFlyweight.CODEC_MASK) + " is unknown";
        }
        try {
            if (batch.isCompressed()) {
                final byte[] unpacked = unpack(batch);
                unpackedBytes = unpacked.length;
                walker.wrap(new UnsafeBuffer(unpacked), 0, unpacked.length, batch.recordCount());
            } else {
                unpackedBytes = batch.sizeInBytes() - BatchFlyweight.HEADER_BYTES;
                walker.wrap(batch);
            }
        } catch (final IOException | RuntimeException e) {
            return "records cannot be unpacked: " + e.getMessage();
        }
        while (walker.next()) {
            if (!sink.onRecord(walker)) {
                return null;
            }
        }
        if (walker.isMalformed()) {
            return "record " + walker.index() + " is malformed";
        }
        return walker.isComplete() || batch.recordCount() == 0
                ? null
                : "bytes are left behind the " + batch.recordCount() + " records that the header tells of";
    }

    /** Bytes of the records as they would lie in an uncompressed batch. */
    int unpackedBytes() {
        return unpackedBytes;
    }

    private static byte[] unpack(final BatchFlyweight batch) throws IOException {
        final byte[] packed = new byte[batch.sizeInBytes() - BatchFlyweight.HEADER_BYTES];
        batch.bytes().getBytes(BatchFlyweight.HEADER_BYTES, packed);
        final CompressionType type = CompressionType.forId(batch.codec().number());
        try (InputStream in = Compression.of(type)
                .build()
                .wrapForInput(ByteBuffer.wrap(packed), batch.magic(), BufferSupplier.NO_CACHING)) {
            final byte[] unpacked = in.readNBytes(UNPACKED_BYTES_MAX);
            if (unpacked.length == UNPACKED_BYTES_MAX) {
                throw new IOException("more than " + UNPACKED_BYTES_MAX + " bytes");
            }
            return unpacked;
        }
    }
}
