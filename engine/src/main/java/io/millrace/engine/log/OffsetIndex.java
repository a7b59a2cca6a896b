package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import org.agrona.DirectBuffer;

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
    static final int NONE = -1;
    private static final int OFFSET = 0;
    private static final int POSITION = 4;

    private final IndexEntries entries;

    OffsetIndex(final IndexMemory memory) {
        entries = new IndexEntries(memory, ENTRY_BYTES);
    }

    /** Takes over an index file's bytes; null if they do not ascend or point outside a segment of that size. */
    static OffsetIndex decode(
            final IndexMemory memory, final DirectBuffer bytes, final int length, final long segmentBytes) {
        if (length % ENTRY_BYTES != 0) {
            return null;
        }
        final OffsetIndex index = new OffsetIndex(memory);
        index.entries.addAll(bytes, length / ENTRY_BYTES);
        int lastOffset = -1;
        int lastPosition = -1;
        for (int i = 0; i < index.count(); i++) {
            final int offset = index.relativeOffset(i);
            final int position = index.position(i);
            if (offset <= lastOffset || position <= lastPosition || position >= segmentBytes) {
                index.release();
                return null;
            }
            lastOffset = offset;
            lastPosition = position;
        }
        return index;
    }

    void append(final int relativeOffset, final int position) {
        final int last = count() - 1;
        if (last >= 0 && relativeOffset <= relativeOffset(last)) {
            throw new IllegalStateException("index entry " + relativeOffset + " after " + relativeOffset(last));
        }
        final int entry = entries.add();
        entries.putInt(entry, OFFSET, relativeOffset);
        entries.putInt(entry, POSITION, position);
    }

    int count() {
        return entries.count();
    }

    int relativeOffset(final int entry) {
        return entries.getInt(entry, OFFSET);
    }

    int position(final int entry) {
        return entries.getInt(entry, POSITION);
    }

    /** The last entry whose offset is at most this one, or -1. */
    int floor(final long relativeOffset) {
        int low = 0;
        int high = count() - 1;
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
        return positionOf(floor(relativeOffset));
    }

    /** Where the entry's batch begins; the segment's start for {@link #NONE}. */
    int positionOf(final int entry) {
        return entry == NONE ? 0 : position(entry);
    }

    /** Whether the batch found at the entry's position is the one that the entry was made for. */
    boolean speaksOf(final int entry, final BatchFlyweight batch, final long segmentBase) {
        return batch.lastOffset() == segmentBase + relativeOffset(entry);
    }

    void truncateToCount(final int newCount) {
        entries.truncateToCount(newCount);
    }

    /** The first entry whose batch begins at the position or later, or the count. */
    int firstAtOrBeyond(final long position) {
        int low = 0;
        int high = count();
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (position(middle) < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** How many entries speak of batches that end before the position. */
    int countBelowPosition(final long position) {
        int entry = count();
        while (entry > 0 && position(entry - 1) >= position) {
            entry--;
        }
        return entry;
    }

    /** As they lie in a file. */
    IndexEntries entries() {
        return entries;
    }

    int memoryBytes() {
        return entries.memoryBytes();
    }

    /** Gives the memory back; the index is empty then. */
    void release() {
        entries.truncateToCount(0);
    }
}
