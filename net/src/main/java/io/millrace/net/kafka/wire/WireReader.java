package io.millrace.net.kafka.wire;

import static java.nio.ByteOrder.BIG_ENDIAN;

import org.agrona.DirectBuffer;

/**
 * Reads Kafka's primitive types from one frame and never looks beyond its end. A length that lies makes the reader
 * malformed for good: every later read gives zero and moves nothing, so that a parser may ask once, at the end.
 * Owned by one core's thread.
 */
public final class WireReader {
    /** The length of a string or region that is null. */
    public static final int NULL = -1;

    private static final int STRING_BYTES_MAX = Short.MAX_VALUE;
    private static final int ARRAY_LENGTH_MAX = 1_000_000;
    private static final int TAGS_MAX = 10_000;
    private static final int VARINT_BITS_MAX = 28;

    private DirectBuffer buffer;
    private int position;
    private int limit;
    private int regionOffset;
    private boolean malformed;

    public WireReader wrap(final DirectBuffer source, final int offset, final int length) {
        source.boundsCheck(offset, length);
        buffer = source;
        position = offset;
        limit = offset + length;
        regionOffset = offset;
        malformed = false;
        return this;
    }

    public DirectBuffer buffer() {
        return buffer;
    }

    /** Where the next read begins, as an index of the buffer. */
    public int position() {
        return position;
    }

    /** Goes back (or on) to a position that this reader had before. */
    public void position(final int newPosition) {
        if (newPosition < 0 || newPosition > limit) {
            throw new IllegalStateException("position " + newPosition + " beyond " + limit);
        }
        position = newPosition;
    }

    public int remaining() {
        return limit - position;
    }

    /** Whether something so far was not what the protocol allows. */
    public boolean malformed() {
        return malformed;
    }

    /** Where the bytes of the string or region that was read last begin, as an index of the buffer. */
    public int regionOffset() {
        return regionOffset;
    }

    public byte int8() {
        final int at = advance(Byte.BYTES);
        return at < 0 ? 0 : buffer.getByte(at);
    }

    public short int16() {
        final int at = advance(Short.BYTES);
        return at < 0 ? 0 : buffer.getShort(at, BIG_ENDIAN);
    }

    public int int32() {
        final int at = advance(Integer.BYTES);
        return at < 0 ? 0 : buffer.getInt(at, BIG_ENDIAN);
    }

    public long int64() {
        final int at = advance(Long.BYTES);
        return at < 0 ? 0 : buffer.getLong(at, BIG_ENDIAN);
    }

    /** An unsigned number of up to 32 bits, seven to a byte, low ones first; a fifth byte that goes on is malformed. */
    public int unsignedVarint() {
        int value = 0;
        for (int shift = 0; shift <= VARINT_BITS_MAX; shift += 7) {
            final int at = advance(Byte.BYTES);
            if (at < 0) {
                return 0;
            }
            final byte b = buffer.getByte(at);
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        fail();
        return 0;
    }

    /** Passes over a string that may be null and gives its length, or {@link #NULL} for any negative one. */
    public int nullableString(final boolean flexible) {
        final int length = flexible ? unsignedVarint() - 1 : int16();
        return region(length, STRING_BYTES_MAX);
    }

    /** Passes over a string and gives its length; null is malformed. */
    public int string(final boolean flexible) {
        return notNull(nullableString(flexible));
    }

    /** Passes over a byte region that may be null and gives its length, or {@link #NULL}. */
    public int nullableBytes(final boolean flexible) {
        final int length = flexible ? unsignedVarint() - 1 : int32();
        return region(length, Integer.MAX_VALUE);
    }

    /**
     * The number of elements of an array that may not be null.
     *
     * @param elementBytesMin what the smallest element takes: a count that cannot fit is malformed at once
     */
    public int arrayLength(final boolean flexible, final int elementBytesMin) {
        final int count = flexible ? unsignedVarint() - 1 : int32();
        if (malformed || count < 0 || count > ARRAY_LENGTH_MAX || (long) count * elementBytesMin > remaining()) {
            fail();
            return 0;
        }
        return count;
    }

    /** Passes over bytes that nobody asked about. */
    public void skip(final int length) {
        advance(length);
    }

    /** Passes over a section of tagged fields of which none is known. */
    public void skipTags() {
        final int count = tagCount();
        for (int i = 0; i < count && !malformed; i++) {
            unsignedVarint();
            skip(unsignedVarint());
        }
    }

    /** The number of tagged fields that follow, each a tag, a size and so many bytes. */
    public int tagCount() {
        final int count = unsignedVarint();
        if (malformed || count < 0 || count > TAGS_MAX || count > remaining()) {
            fail();
            return 0;
        }
        return count;
    }

    /** Marks what was read as nonsense, for parsers that know better than the types. */
    public void fail() {
        malformed = true;
    }

    private int notNull(final int length) {
        if (length < 0) {
            fail();
            return 0;
        }
        return length;
    }

    private int region(final int length, final int lengthMax) {
        if (malformed) {
            return 0;
        }
        if (length < 0) {
            regionOffset = position;
            return NULL;
        }
        if (length > lengthMax) {
            fail();
            return 0;
        }
        final int at = advance(length);
        if (at < 0) {
            return 0;
        }
        regionOffset = at;
        return length;
    }

    /** The index to read from, or a negative number if so many bytes are not there. */
    private int advance(final int length) {
        if (malformed || length < 0 || length > limit - position) {
            malformed = true;
            return -1;
        }
        final int at = position;
        position = at + length;
        return at;
    }
}
