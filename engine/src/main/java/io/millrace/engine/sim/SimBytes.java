package io.millrace.engine.sim;

import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** A file's bytes: a growing array, zero where nothing was written. */
final class SimBytes {
    private static final int FIRST_CAPACITY = 4096;

    private byte[] bytes = new byte[0];
    private int length;

    int length() {
        return length;
    }

    void write(final long position, final byte[] source, final int offset, final int count) {
        reserve(position + count);
        System.arraycopy(source, offset, bytes, (int) position, count);
        length = Math.max(length, (int) position + count);
    }

    /** Cuts, or fills up with zeros. */
    void setLength(final int newLength) {
        if (newLength < length) {
            Arrays.fill(bytes, newLength, length, (byte) 0);
        } else {
            reserve(newLength);
        }
        length = newLength;
    }

    /** Bytes copied, fewer at the end. */
    int read(final long position, final MutableDirectBuffer target, final int offset, final int count) {
        final int readable = (int) Math.max(0, Math.min(count, length - position));
        if (readable > 0) {
            target.putBytes(offset, bytes, (int) position, readable);
        }
        return readable;
    }

    void flip(final int position, final int bit) {
        bytes[position] ^= (byte) (1 << bit);
    }

    void copyFrom(final SimBytes other) {
        bytes = Arrays.copyOf(other.bytes, other.bytes.length);
        length = other.length;
    }

    byte[] toArray() {
        return Arrays.copyOf(bytes, length);
    }

    static byte[] copyOf(final DirectBuffer source, final int offset, final int count) {
        final byte[] copy = new byte[count];
        source.getBytes(offset, copy);
        return copy;
    }

    private void reserve(final long capacity) {
        if (capacity > bytes.length) {
            final long doubled = Math.max(capacity, Math.max(FIRST_CAPACITY, 2L * bytes.length));
            bytes = Arrays.copyOf(bytes, Math.toIntExact(Math.min(doubled, Integer.MAX_VALUE - 8)));
        }
    }
}
