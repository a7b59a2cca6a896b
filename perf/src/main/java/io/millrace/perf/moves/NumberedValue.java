package io.millrace.perf.moves;

import java.nio.ByteBuffer;

/**
 * A record's value that says which record it is, at its beginning and once more at its end, so that one that is made of
 * two is found out. One sending thread's, and used for each of its records again: the producer copies what it sends.
 *
 * <pre>
 *   0: partition (4)   4: number (8)   12: zeros …   n−12: partition (4)   n−8: number (8)
 * </pre>
 */
final class NumberedValue {
    /** Of what is none of these. */
    static final long NONE = -1;

    private static final int NAME_BYTES = Integer.BYTES + Long.BYTES;

    private final byte[] bytes;
    private final ByteBuffer buffer;

    NumberedValue(final int length) {
        bytes = new byte[length];
        buffer = ByteBuffer.wrap(bytes);
    }

    byte[] of(final int partition, final long number) {
        buffer.putInt(0, partition).putLong(Integer.BYTES, number);
        buffer.putInt(bytes.length - NAME_BYTES, partition).putLong(bytes.length - Long.BYTES, number);
        return bytes;
    }

    /** The number of a record of that partition, or {@link #NONE} if it is not one, or not whole. */
    static long numberOf(final byte[] value, final int partition) {
        if (value == null || value.length < 2 * NAME_BYTES) {
            return NONE;
        }
        final ByteBuffer in = ByteBuffer.wrap(value);
        final int end = value.length - NAME_BYTES;
        final long number = in.getLong(Integer.BYTES);
        final boolean isWhole = in.getInt(0) == partition
                && in.getInt(end) == partition
                && in.getLong(end + Integer.BYTES) == number
                && number >= 0;
        return isWhole ? number : NONE;
    }
}
