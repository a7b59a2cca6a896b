package io.millrace.net.kafka.wire;

import io.millrace.engine.batch.BatchCoding;
import io.millrace.engine.port.Compressor;
import io.millrace.engine.port.TooManyBytesException;
import java.io.IOException;
import java.io.OutputStream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

/** Packs records with the codecs that Kafka's own clients use. Without state: called on any housekeeping thread. */
public final class RecordsCompressor implements Compressor {
    private static final int CHUNK_BYTES = 16 * 1024;
    private static final int FIRST_BYTES = 1024;

    @Override
    public DirectBuffer compress(
            final int codec,
            final int level,
            final DirectBuffer records,
            final int offset,
            final int length,
            final int bytesMax)
            throws IOException {
        final ByteBufferOutputStream packed = new ByteBufferOutputStream(Math.min(bytesMax, FIRST_BYTES + length / 2));
        // The codecs' streams throw whatever comes their way.
        try (OutputStream stream = compression(codec, level).wrapForOutput(packed, RecordBatch.MAGIC_VALUE_V2)) {
            final byte[] chunk = new byte[Math.min(CHUNK_BYTES, length)];
            for (int done = 0; done < length; done += chunk.length) {
                final int bytes = Math.min(chunk.length, length - done);
                records.getBytes(offset + done, chunk, 0, bytes);
                stream.write(chunk, 0, bytes);
                check(packed, bytesMax);
            }
        } catch (final OutOfMemoryError shortage) {
            throw shortage;
        } catch (final RuntimeException | Error e) {
            throw new IOException("codec " + codec + ": " + e, e);
        }
        check(packed, bytesMax);
        return new UnsafeBuffer(packed.buffer().array(), 0, packed.position());
    }

    private static void check(final ByteBufferOutputStream packed, final int bytesMax) throws TooManyBytesException {
        if (packed.position() > bytesMax) {
            throw new TooManyBytesException(bytesMax);
        }
    }

    private static Compression compression(final int codec, final int level) {
        final CompressionType type = CompressionType.forId(codec);
        if (level == BatchCoding.DEFAULT_LEVEL) {
            return Compression.of(type).build();
        }
        return switch (type) {
            case GZIP -> Compression.gzip().level(level).build();
            case LZ4 -> Compression.lz4().level(level).build();
            case ZSTD -> Compression.zstd().level(level).build();
            default -> Compression.of(type).build();
        };
    }
}
