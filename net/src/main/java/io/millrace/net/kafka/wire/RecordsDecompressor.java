package io.millrace.net.kafka.wire;

import io.millrace.engine.port.Decompressor;
import io.millrace.engine.port.TooManyBytesException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/** Unpacks records with the codecs that Kafka's own clients use. Without state: called on any housekeeping thread. */
public final class RecordsDecompressor implements Decompressor {
    /** What is packed may be a little longer than what it unpacks to. */
    private static final int PACKED_ANYWAY_BYTES = 64 * 1024;

    private static final int FIRST_BYTES = 16 * 1024;

    @Override
    public DirectBuffer decompress(
            final int codec, final DirectBuffer source, final int offset, final int length, final int bytesMax)
            throws IOException {
        if (length > Math.max(bytesMax, PACKED_ANYWAY_BYTES)) {
            // It would take more before it is unpacked, on a heap that the process does not outlive the end of.
            throw new TooManyBytesException(bytesMax);
        }
        final byte[] packed = new byte[length];
        source.getBytes(offset, packed);
        if (codec == CompressionType.SNAPPY.id) {
            SnappyClaims.check(ByteBuffer.wrap(packed), bytesMax);
        }
        // The codecs' streams throw whatever comes their way at bytes that are not theirs, errors too.
        try (InputStream stream = Compression.of(CompressionType.forId(codec))
                .build()
                .wrapForInput(ByteBuffer.wrap(packed), RecordBatch.MAGIC_VALUE_V2, BufferSupplier.NO_CACHING)) {
            return readAll(stream, bytesMax);
        } catch (final OutOfMemoryError shortage) {
            throw shortage;
        } catch (final RuntimeException | Error e) {
            throw new IOException("codec " + codec + ": " + e, e);
        }
    }

    private static DirectBuffer readAll(final InputStream stream, final int bytesMax) throws IOException {
        byte[] bytes = new byte[Math.min(FIRST_BYTES, bytesMax)];
        int length = 0;
        int read = 0;
        while (read >= 0) {
            length += read;
            if (length == bytes.length) {
                if (length == bytesMax) {
                    return endsAt(stream, bytes, bytesMax);
                }
                bytes = Arrays.copyOf(bytes, (int) Math.min(bytesMax, length * 2L));
            }
            read = stream.read(bytes, length, bytes.length - length);
        }
        return new UnsafeBuffer(bytes, 0, length);
    }

    private static DirectBuffer endsAt(final InputStream stream, final byte[] bytes, final int bytesMax)
            throws IOException {
        if (stream.read() >= 0) {
            throw new TooManyBytesException(bytesMax);
        }
        return new UnsafeBuffer(bytes);
    }
}
