package io.millrace.engine.log;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

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
    private static final int INITIAL_CAPACITY = 16;

    private long[] timestamps;
    private int[] offsets;
    private int count;

    TimeIndex() {
        timestamps = new long[INITIAL_CAPACITY];
        offsets = new int[INITIAL_CAPACITY];
    }

    /** Takes over an index file's bytes; null if they do not ascend. */
    static TimeIndex decode(final DirectBuffer bytes, final int length) {
        if (length % ENTRY_BYTES != 0) {
            return null;
        }
        final TimeIndex index = new TimeIndex();
        index.count = length / ENTRY_BYTES;
        index.timestamps = new long[Math.max(1, index.count)];
        index.offsets = new int[Math.max(1, index.count)];
        for (int i = 0; i < index.count; i++) {
            index.timestamps[i] = bytes.getLong(i * ENTRY_BYTES, BIG_ENDIAN);
            index.offsets[i] = bytes.getInt(i * ENTRY_BYTES + 8, BIG_ENDIAN);
            final boolean ascends = i == 0
                    || (index.timestamps[i] > index.timestamps[i - 1] && index.offsets[i] >= index.offsets[i - 1]);
            if (!ascends || index.offsets[i] < 0) {
                return null;
            }
        }
        return index;
    }

    /** Adds an entry if the timestamp is larger than all before. */
    void append(final long timestampMs, final int relativeOffset) {
        if (timestampMs < 0 || (count > 0 && timestampMs <= timestamps[count - 1])) {
            return;
        }
        if (count == timestamps.length) {
            timestamps = Arrays.copyOf(timestamps, count * 2);
            offsets = Arrays.copyOf(offsets, count * 2);
        }
        timestamps[count] = timestampMs;
        offsets[count++] = relativeOffset;
    }

    int count() {
        return count;
    }

    long timestampMs(final int entry) {
        return timestamps[entry];
    }

    int relativeOffset(final int entry) {
        return offsets[entry];
    }

    /** The last entry whose timestamp is at most this one, or -1. */
    int floor(final long timestampMs) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            final int middle = (low + high) >>> 1;
            if (timestamps[middle] <= timestampMs) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    void truncateToCount(final int newCount) {
        count = Math.min(count, newCount);
    }

    /** How many entries speak of offsets before this one. */
    int countBelowOffset(final long relativeOffset) {
        int entry = count;
        while (entry > 0 && offsets[entry - 1] >= relativeOffset) {
            entry--;
        }
        return entry;
    }

    void encode(final MutableDirectBuffer target, final int index, final int fromEntry, final int toEntry) {
        for (int i = fromEntry; i < toEntry; i++) {
            final int at = index + (i - fromEntry) * ENTRY_BYTES;
            target.putLong(at, timestamps[i], BIG_ENDIAN);
            target.putInt(at + 8, offsets[i], BIG_ENDIAN);
        }
    }

    int memoryBytes() {
        return timestamps.length * (Long.BYTES + Integer.BYTES);
    }

    void trim() {
        timestamps = Arrays.copyOf(timestamps, Math.max(1, count));
        offsets = Arrays.copyOf(offsets, Math.max(1, count));
    }
}
