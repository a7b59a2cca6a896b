package io.millrace.engine.log;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A segment's offset index in memory: the last offset of some batches, ascending, and where in the file these begin.
 *
 * <pre>
 *   0             4             8
 *  +-------------+-------------+      big-endian, as in Kafka's OffsetIndex
 *  | last offset |  position   |
 *  | minus base  |  of batch   |
 *  +-------------+-------------+
 * </pre>
 */
final class OffsetIndex {
    static final int ENTRY_BYTES = 8;
    private static final int INITIAL_CAPACITY = 16;

    private long[] entries;
    private int count;

    OffsetIndex() {
        entries = new long[INITIAL_CAPACITY];
    }

    private OffsetIndex(final long[] entries, final int count) {
        this.entries = entries;
        this.count = count;
    }

    /** Takes over an index file's bytes; null if they do not ascend or point outside a segment of that size. */
    static OffsetIndex decode(final DirectBuffer bytes, final int length, final long segmentBytes) {
        if (length % ENTRY_BYTES != 0) {
            return null;
        }
        final int count = length / ENTRY_BYTES;
        final long[] entries = new long[Math.max(1, count)];
        int lastOffset = -1;
        int lastPosition = -1;
        for (int i = 0; i < count; i++) {
            final int offset = bytes.getInt(i * ENTRY_BYTES, BIG_ENDIAN);
            final int position = bytes.getInt(i * ENTRY_BYTES + 4, BIG_ENDIAN);
            if (offset <= lastOffset || position <= lastPosition || position >= segmentBytes) {
                return null;
            }
            entries[i] = pack(offset, position);
            lastOffset = offset;
            lastPosition = position;
        }
        return new OffsetIndex(entries, count);
    }

    void append(final int relativeOffset, final int position) {
        if (count > 0 && relativeOffset <= relativeOffset(count - 1)) {
            throw new IllegalStateException("index entry " + relativeOffset + " after " + relativeOffset(count - 1));
        }
        if (count == entries.length) {
            entries = Arrays.copyOf(entries, count * 2);
        }
        entries[count++] = pack(relativeOffset, position);
    }

    int count() {
        return count;
    }

    int relativeOffset(final int entry) {
        return (int) (entries[entry] >>> 32);
    }

    int position(final int entry) {
        return (int) entries[entry];
    }

    /** The last entry whose offset is at most this one, or -1. */
    int floor(final long relativeOffset) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            final int middle = (low + high) >>> 1;
            if (relativeOffset(middle) <= relativeOffset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** Where to begin looking for the batch that holds the offset. */
    int floorPosition(final long relativeOffset) {
        final int entry = floor(relativeOffset);
        return entry < 0 ? 0 : position(entry);
    }

    void truncateToCount(final int newCount) {
        count = Math.min(count, newCount);
    }

    /** How many entries speak of batches that end before the position. */
    int countBelowPosition(final long position) {
        int entry = count;
        while (entry > 0 && position(entry - 1) >= position) {
            entry--;
        }
        return entry;
    }

    void encode(final MutableDirectBuffer target, final int index, final int fromEntry, final int toEntry) {
        for (int i = fromEntry; i < toEntry; i++) {
            final int at = index + (i - fromEntry) * ENTRY_BYTES;
            target.putInt(at, relativeOffset(i), BIG_ENDIAN);
            target.putInt(at + 4, position(i), BIG_ENDIAN);
        }
    }

    int memoryBytes() {
        return entries.length * Long.BYTES;
    }

    void trim() {
        entries = Arrays.copyOf(entries, Math.max(1, count));
    }

    private static long pack(final int relativeOffset, final int position) {
        return (long) relativeOffset << 32 | position & 0xFFFF_FFFFL;
    }
}
