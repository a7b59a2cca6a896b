package io.millrace.engine.batch;

import org.agrona.DirectBuffer;

/**
 * Tells from the first bytes whether compressed records can be what the batch's attributes say, without decompressing
 * them.
 */
final class CodecMagic {
    private static final int GZIP = 0x1f8b08;
    private static final int LZ4_FRAME = 0x04224d18;
    private static final int ZSTD_FRAME = 0x28b52ffd;
    /** {@code 0x82 "SNAPPY" 0x00}: the framing of the Java library; other clients send one bare block. */
    private static final long XERIAL = 0x82534e4150505900L;

    private CodecMagic() {}

    static boolean fits(final BatchCodec codec, final DirectBuffer buffer, final int from, final int to) {
        final int length = to - from;
        return switch (codec) {
            case NONE -> true;
            case GZIP -> length >= 3 && bigEndian(buffer, from, 3) == GZIP;
            case LZ4 -> length >= 4 && bigEndian(buffer, from, 4) == LZ4_FRAME;
            case ZSTD -> length >= 4 && bigEndian(buffer, from, 4) == ZSTD_FRAME;
            case SNAPPY -> (length >= 8 && bigEndian(buffer, from, 8) == XERIAL) || isBareSnappy(buffer, from, length);
        };
    }

    /** A bare block begins with its uncompressed length, a varint of at most 32 bits, then has at least one tag. */
    private static boolean isBareSnappy(final DirectBuffer buffer, final int from, final int length) {
        long uncompressed = 0;
        for (int i = 0; i < 5 && i < length; i++) {
            final byte b = buffer.getByte(from + i);
            uncompressed |= (b & 0x7fL) << (7 * i);
            if (b >= 0) {
                return uncompressed > 0 && uncompressed <= Integer.MAX_VALUE && i + 1 < length;
            }
        }
        return false;
    }

    private static long bigEndian(final DirectBuffer buffer, final int from, final int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 8 | (buffer.getByte(from + i) & 0xff);
        }
        return value;
    }
}
