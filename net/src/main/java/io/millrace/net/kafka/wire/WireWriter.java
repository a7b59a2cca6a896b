package io.millrace.net.kafka.wire;

import static java.nio.ByteOrder.BIG_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes Kafka's primitive types into a lent region, or only measures what they would take, so that the same code first
 * sizes an answer and then writes it. Running out of room is a state, not an exception: nothing more is written, the
 * length goes on counting. Owned by one core's thread.
 */
public final class WireWriter {
    private MutableDirectBuffer buffer;
    private int start;
    private int position;
    private int limit;

    /** Writes into this region from now on. */
    public WireWriter wrap(final MutableDirectBuffer target, final int offset, final int capacity) {
        target.boundsCheck(offset, capacity);
        buffer = target;
        start = offset;
        position = offset;
        limit = offset + capacity;
        return this;
    }

    /** Only counts from now on. */
    public WireWriter measure() {
        buffer = null;
        start = 0;
        position = 0;
        limit = Integer.MAX_VALUE;
        return this;
    }

    /** Bytes that everything since {@link #wrap} or {@link #measure} takes. */
    public int length() {
        return position - start;
    }

    /** Whether the region was too small; what lies in it is then worth nothing. */
    public boolean overflowed() {
        return position > limit;
    }

    public void int8(final byte value) {
        final int at = advance(Byte.BYTES);
        if (at >= 0) {
            buffer.putByte(at, value);
        }
    }

    public void int16(final short value) {
        final int at = advance(Short.BYTES);
        if (at >= 0) {
            buffer.putShort(at, value, BIG_ENDIAN);
        }
    }

    public void int32(final int value) {
        final int at = advance(Integer.BYTES);
        if (at >= 0) {
            buffer.putInt(at, value, BIG_ENDIAN);
        }
    }

    public void int64(final long value) {
        final int at = advance(Long.BYTES);
        if (at >= 0) {
            buffer.putLong(at, value, BIG_ENDIAN);
        }
    }

    public void unsignedVarint(final int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            int8((byte) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        int8((byte) rest);
    }

    /** Writes a string from its UTF-8 bytes; a negative length writes null. */
    public void string(final boolean flexible, final DirectBuffer source, final int offset, final int length) {
        stringLength(flexible, length);
        if (length > 0) {
            final int at = advance(length);
            if (at >= 0) {
                buffer.putBytes(at, source, offset, length);
            }
        }
    }

    /** Writes a string that holds ASCII only, or null. */
    public void ascii(final boolean flexible, final String value) {
        if (value == null) {
            stringLength(flexible, WireReader.NULL);
            return;
        }
        stringLength(flexible, value.length());
        final int at = advance(value.length());
        if (at >= 0) {
            buffer.putStringWithoutLengthAscii(at, value);
        }
    }

    private void stringLength(final boolean flexible, final int length) {
        if (flexible) {
            unsignedVarint(length < 0 ? 0 : length + 1);
        } else {
            int16((short) Math.max(length, WireReader.NULL));
        }
    }

    /** Announces an array of so many elements; a negative count writes null. */
    public void arrayLength(final boolean flexible, final int count) {
        bytesLength(flexible, count);
    }

    /** Announces a region of so many bytes; a negative length writes null. */
    public void bytesLength(final boolean flexible, final int length) {
        if (flexible) {
            unsignedVarint(length < 0 ? 0 : length + 1);
        } else {
            int32(Math.max(length, WireReader.NULL));
        }
    }

    /** Ends a structure that has no tagged field. */
    public void noTags() {
        int8((byte) 0);
    }

    /** Begins a tagged field whose content takes so many bytes. */
    public void tag(final int tag, final int size) {
        unsignedVarint(tag);
        unsignedVarint(size);
    }

    /** Bytes that {@link #unsignedVarint} takes for a value. */
    static int varintBytes(final int value) {
        return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
    }

    /** The index to write to, or a negative number if nothing is to be written. */
    private int advance(final int length) {
        final int at = position;
        if (buffer == null || length > limit - at) {
            position = Math.addExact(at, length);
            return -1;
        }
        position = at + length;
        return at;
    }
}
