package io.millrace.net.kafka.api;

import org.agrona.DirectBuffer;

/** The optional fields at the end of flexible structures (KIP-482): count, then tag, length and bytes of each. */
final class TaggedFields {
    private TaggedFields() {}

    /** Where the bytes after the tagged fields begin, or -1 if they do not end before {@code limit}. */
    static int skip(final DirectBuffer buffer, final int offset, final int limit) {
        int position = offset;
        long read = readVarint(buffer, position, limit);
        if (read < 0) {
            return -1;
        }
        position += (int) (read >>> 32);
        final int count = (int) read;
        for (int i = 0; i < count || count < 0; i++) {
            read = readVarint(buffer, position, limit);
            if (read < 0) {
                return -1;
            }
            position += (int) (read >>> 32);
            read = readVarint(buffer, position, limit);
            if (read < 0) {
                return -1;
            }
            position += (int) (read >>> 32);
            final int length = (int) read;
            if (length < 0 || length > limit - position) {
                return -1;
            }
            position += length;
        }
        return position;
    }

    /** The unsigned varint's bytes in the upper half, its value in the lower; negative if there is none. */
    private static long readVarint(final DirectBuffer buffer, final int offset, final int limit) {
        int value = 0;
        for (int i = 0; i < 5 && offset + i < limit; i++) {
            final byte octet = buffer.getByte(offset + i);
            value |= (octet & 0x7f) << (7 * i);
            if (octet >= 0) {
                return ((long) (i + 1) << 32) | (value & 0xffff_ffffL);
            }
        }
        return -1;
    }
}
