package io.millrace.engine.batch;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Walks the records of one uncompressed batch where they lie, allocating nothing. Positions are indexes into {@link
 * BatchFlyweight#bytes}. Bytes that are not well-formed records end the walk with {@link #isMalformed}, never with an
 * exception. Owned by one thread.
 *
 * <pre>
 *  record:  length varint | attributes int8 | timestamp delta varlong | offset delta varint
 *           | key length varint | key | value length varint | value | header count varint | headers
 *  header:  key length varint | key | value length varint | value
 * </pre>
 *
 * Varints are zigzag; a length of -1 is null. Source: https://kafka.apache.org/documentation/#record.
 */
public final class RecordWalker {
    private UnsafeBuffer bytes;
    private int cursor;
    private int limit;
    private int recordCount;
    private int index;
    private boolean malformed;

    private int position;
    private int end;
    private int bodyBytes;
    private byte attributes;
    private long timestampDelta;
    private int offsetDelta;
    private int keyLength;
    private int keyPosition;
    private int valueLength;
    private int valuePosition;
    private int headerCount;
    private int headersPosition;

    private int headerCursor;
    private int headersRead;
    private int headerKeyLength;
    private int headerKeyPosition;
    private int headerValueLength;
    private int headerValuePosition;

    /** Begins before the first record of an uncompressed batch, which must lie there whole with its header. */
    public RecordWalker wrap(final BatchFlyweight batch) {
        return wrap(batch.bytes(), BatchFlyweight.HEADER_BYTES, batch.sizeInBytes(), batch.recordCount());
    }

    /** Begins before the first of {@code recordCount} records that lie, decompressed, in {@code [from, to)}. */
    public RecordWalker wrap(final UnsafeBuffer buffer, final int from, final int to, final int records) {
        buffer.boundsCheck(from, to - from);
        bytes = buffer;
        cursor = from;
        limit = to;
        recordCount = records;
        index = -1;
        malformed = false;
        return this;
    }

    /** Moves to the next record; false after the last one, or where the bytes are malformed. */
    public boolean next() {
        if (malformed || index + 1 >= recordCount) {
            return false;
        }
        index++;
        position = cursor;
        final int length = varint();
        if (malformed || length < 0 || length > limit - cursor) {
            return fail();
        }
        final int start = cursor;
        final int outerLimit = limit;
        bodyBytes = length;
        end = start + length;
        limit = end;
        readBody();
        limit = outerLimit;
        return (!malformed && cursor == end) || fail();
    }

    private void readBody() {
        attributes = oneByte();
        timestampDelta = varlong();
        offsetDelta = varint();
        keyLength = varint();
        keyPosition = cursor;
        skip(keyLength);
        valueLength = varint();
        valuePosition = cursor;
        skip(valueLength);
        headerCount = varint();
        headersPosition = cursor;
        headerCursor = cursor;
        headersRead = 0;
        if (headerCount < 0 || headerCount > limit - cursor) {
            malformed = true;
        }
        for (int i = 0; i < headerCount && !malformed; i++) {
            final int length = varint();
            if (length < 0) {
                malformed = true;
            }
            skip(length);
            skip(varint());
        }
    }

    /** Moves to the current record's next header; false after the last. */
    public boolean nextHeader() {
        if (headersRead >= headerCount) {
            return false;
        }
        headersRead++;
        final int recordsCursor = cursor;
        cursor = headerCursor;
        headerKeyLength = varint();
        headerKeyPosition = cursor;
        skip(headerKeyLength);
        headerValueLength = varint();
        headerValuePosition = cursor;
        skip(headerValueLength);
        headerCursor = cursor;
        cursor = recordsCursor;
        return true;
    }

    /** Whether the walk is over, every announced record was there, and nothing follows them. */
    public boolean isComplete() {
        return !malformed && index + 1 == recordCount && cursor == limit;
    }

    public boolean isMalformed() {
        return malformed;
    }

    /** The buffer that positions refer to. */
    public UnsafeBuffer bytes() {
        return bytes;
    }

    /** Index in the batch of the current record, or of the one that is malformed. */
    public int index() {
        return index;
    }

    /** Where the current record begins, its length included. */
    public int position() {
        return position;
    }

    public int sizeInBytes() {
        return end - position;
    }

    /** What the record's own length field says. */
    public int bodyBytes() {
        return bodyBytes;
    }

    public byte attributes() {
        return attributes;
    }

    public long timestampDelta() {
        return timestampDelta;
    }

    public int offsetDelta() {
        return offsetDelta;
    }

    public boolean hasKey() {
        return keyLength >= 0;
    }

    /** Negative for null. */
    public int keyLength() {
        return keyLength;
    }

    public int keyPosition() {
        return keyPosition;
    }

    /** Negative for null. */
    public int valueLength() {
        return valueLength;
    }

    public int valuePosition() {
        return valuePosition;
    }

    public int headerCount() {
        return headerCount;
    }

    public int headersPosition() {
        return headersPosition;
    }

    public int headerKeyLength() {
        return headerKeyLength;
    }

    public int headerKeyPosition() {
        return headerKeyPosition;
    }

    /** Negative for null. */
    public int headerValueLength() {
        return headerValueLength;
    }

    public int headerValuePosition() {
        return headerValuePosition;
    }

    private boolean fail() {
        malformed = true;
        return false;
    }

    private void skip(final int length) {
        if (length > limit - cursor) {
            malformed = true;
        } else if (length > 0) {
            cursor += length;
        }
    }

    private byte oneByte() {
        if (malformed || cursor >= limit) {
            malformed = true;
            return 0;
        }
        return bytes.getByte(cursor++);
    }

    private int varint() {
        int raw = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            final byte b = oneByte();
            raw |= (b & 0x7f) << shift;
            if (b >= 0) {
                return malformed ? 0 : (raw >>> 1) ^ -(raw & 1);
            }
        }
        malformed = true;
        return 0;
    }

    private long varlong() {
        long raw = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            final byte b = oneByte();
            raw |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return malformed ? 0 : (raw >>> 1) ^ -(raw & 1);
            }
        }
        malformed = true;
        return 0;
    }
}
