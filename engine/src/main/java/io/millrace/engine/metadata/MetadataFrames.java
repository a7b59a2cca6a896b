package io.millrace.engine.metadata;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A growing run of frames, as they lie in the metadata log (the layout is ours), little endian:
 *
 * <pre>
 *  0         4         8                  16                 24
 *  +---------+---------+------------------+------------------+----------
 *  | length  | CRC-32C |   entry index    |   stable index   | entry …
 *  +---------+---------+------------------+------------------+----------
 * </pre>
 *
 * The CRC covers everything but itself. The stable index is the last one known to be on the disk when the frame was
 * written: a frame that is damaged although a later one calls it stable was not torn by a crash, it was destroyed. A
 * frame without an entry repeats the last index, only to call it stable: a seal.
 */
final class MetadataFrames {
    static final int HEADER_LENGTH = 24;

    private static final int CRC_AT = 4;
    private static final int INDEX_AT = 8;
    private static final int STABLE_AT = 16;

    private final CRC32C crc = new CRC32C();
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private ByteBuffer memory;
    private int length;

    MetadataFrames(final int initialCapacity) {
        adopt(initialCapacity);
    }

    private void adopt(final int capacity) {
        memory = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
        buffer.wrap(memory);
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    /** Makes room for so many bytes from the outside, which then count as frames to be looked at. */
    void accept(final int bytes) {
        adopt(Math.max(bytes, HEADER_LENGTH));
        length = bytes;
    }

    /** The frame is unfinished until {@link #finish}. */
    void append(final long index, final DirectBuffer entry, final int offset, final int entryLength) {
        final int needed = Math.addExact(length, HEADER_LENGTH + entryLength);
        if (needed > memory.capacity()) {
            final ByteBuffer old = memory;
            final int oldLength = length;
            adopt(Math.max(needed, (int) Math.min(Integer.MAX_VALUE - 8, 2L * old.capacity())));
            buffer.putBytes(0, old, 0, oldLength);
        }
        memory.putInt(length, entryLength);
        memory.putLong(length + INDEX_AT, index);
        if (entryLength > 0) {
            buffer.putBytes(length + HEADER_LENGTH, entry, offset, entryLength);
        }
        length = needed;
    }

    /** Gives all frames their stable index and their CRC. */
    void finish(final long stableIndex) {
        for (int at = 0; at < length; at = endOf(at)) {
            memory.putLong(at + STABLE_AT, stableIndex);
            memory.putInt(at + CRC_AT, crcOf(at));
        }
    }

    private int crcOf(final int at) {
        crc.reset();
        crc.update(memory.slice(at, CRC_AT));
        crc.update(memory.slice(at + INDEX_AT, HEADER_LENGTH - INDEX_AT + entryLength(at)));
        return (int) crc.getValue();
    }

    /** Whether a whole frame with the right CRC begins here. */
    boolean isValid(final int at) {
        if (length - at < HEADER_LENGTH) {
            return false;
        }
        final int entryLength = entryLength(at);
        return entryLength >= 0
                && entryLength <= length - at - HEADER_LENGTH
                && memory.getInt(at + CRC_AT) == crcOf(at);
    }

    int entryLength(final int at) {
        return memory.getInt(at);
    }

    int entryAt(final int at) {
        return at + HEADER_LENGTH;
    }

    long index(final int at) {
        return memory.getLong(at + INDEX_AT);
    }

    long stableIndex(final int at) {
        return memory.getLong(at + STABLE_AT);
    }

    boolean isSeal(final int at) {
        return entryLength(at) == 0;
    }

    int endOf(final int at) {
        return at + HEADER_LENGTH + entryLength(at);
    }
}
