package io.millrace.engine.log;

import org.agrona.DirectBuffer;

/**
 * A segment's time index in memory: the largest timestamp so far, ascending, and the last offset of its batch.
 *
 * <pre>
 *   0                           8            12
 *  +---------------------------+-------------+      big-endian, as in Kafka's TimeIndex
 *  |    largest timestamp      | last offset |
 *  |         so far            | minus base  |
 *  +---------------------------+-------------+
 * </pre>
 */
final class TimeIndex {
    static final int ENTRY_BYTES = 12;
    private static final int TIMESTAMP = 0;
    private static final int OFFSET = 8;

    private final IndexEntries entries;

    TimeIndex(final IndexMemory memory) {
        entries = new IndexEntries(memory, ENTRY_BYTES);
    }

    /** Takes over an index file's bytes; null if they do not ascend. */
    static TimeIndex decode(final IndexMemory memory, final DirectBuffer bytes, final int length) {
        if (length % ENTRY_BYTES != 0) {
            return null;
        }
        final TimeIndex index = new TimeIndex(memory);
        index.entries.addAll(bytes, length / ENTRY_BYTES);
        long lastMs = -1;
        int lastOffset = 0;
        for (int i = 0; i < index.count(); i++) {
            if (index.timestampMs(i) <= lastMs || index.relativeOffset(i) < lastOffset) {
                index.release();
                return null;
            }
            lastMs = index.timestampMs(i);
            lastOffset = index.relativeOffset(i);
        }
        return index;
    }

    /** Adds an entry if the timestamp is larger than all before. */
    void append(final long timestampMs, final int relativeOffset) {
        if (timestampMs < 0 || (count() > 0 && timestampMs <= timestampMs(count() - 1))) {
            return;
        }
        final int entry = entries.add();
        entries.putLong(entry, TIMESTAMP, timestampMs);
        entries.putInt(entry, OFFSET, relativeOffset);
    }

    int count() {
        return entries.count();
    }

    long timestampMs(final int entry) {
        return entries.getLong(entry, TIMESTAMP);
    }

    int relativeOffset(final int entry) {
        return entries.getInt(entry, OFFSET);
    }

    /** The last entry whose timestamp is at most this one, or -1. */
    int floor(final long timestampMs) {
        int low = 0;
        int high = count() - 1;
        while (low <= high) {
            final int middle = (low + high) >>> 1;
            if (timestampMs(middle) <= timestampMs) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    void truncateToCount(final int newCount) {
        entries.truncateToCount(newCount);
    }

    /** How many entries speak of offsets before this one. */
    int countBelowOffset(final long relativeOffset) {
        int entry = count();
        while (entry > 0 && relativeOffset(entry - 1) >= relativeOffset) {
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
