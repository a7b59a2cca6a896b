package io.millrace.net.kafka.wire;

import io.millrace.engine.port.TooManyBytesException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Adds up what snappy-packed bytes say they unpack to, before the library believes them and takes that much memory.
 *
 * <pre>
 *  stream:  header | chunk | chunk ...        a header may come again between chunks
 *  header:  0x82 "SNAPPY" 0 | version int32 | compatible int32
 *  chunk:   length int32 | block
 *  block:   unpacked length varint | ...      a block may also stand alone, without a header
 * </pre>
 *
 * Source: https://github.com/google/snappy/blob/main/format_description.txt, and snappy-java's stream format.
 */
final class SnappyClaims {
    private static final long MAGIC = 0x82534E4150505900L;
    private static final int HEADER_BYTES = 16;

    private SnappyClaims() {}

    /** Throws if the bytes claim to unpack to more than {@code bytesMax}, or chunks are not there whole. */
    static void check(final ByteBuffer packed, final int bytesMax) throws IOException {
        final ByteBuffer bytes = packed.duplicate();
        if (!isHeader(bytes)) {
            check(unpackedLength(bytes, bytes.position(), bytes.limit()), bytesMax);
            return;
        }
        long claimed = 0;
        while (bytes.remaining() >= Integer.BYTES) {
            if (isHeader(bytes)) {
                bytes.position(bytes.position() + HEADER_BYTES);
                continue;
            }
            final int length = bytes.getInt();
            if (length < 0 || length > bytes.remaining()) {
                throw new IOException("snappy: no chunk has " + length + " bytes");
            }
            claimed += unpackedLength(bytes, bytes.position(), bytes.position() + length);
            check(claimed, bytesMax);
            bytes.position(bytes.position() + length);
        }
    }

    private static void check(final long claimed, final int bytesMax) throws IOException {
        if (claimed > bytesMax) {
            throw new TooManyBytesException(bytesMax);
        }
    }

    private static boolean isHeader(final ByteBuffer bytes) {
        return bytes.remaining() >= HEADER_BYTES && bytes.getLong(bytes.position()) == MAGIC;
    }

    private static long unpackedLength(final ByteBuffer bytes, final int from, final int to) {
        long length = 0;
        for (int at = from, shift = 0; at < to && shift < Integer.SIZE; at++, shift += 7) {
            length |= (bytes.get(at) & 0x7FL) << shift;
            if (bytes.get(at) >= 0) {
                break;
            }
        }
        return length;
    }
}
