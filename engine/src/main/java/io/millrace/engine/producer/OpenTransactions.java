package io.millrace.engine.producer;

import java.util.Arrays;

/**
 * Transactions that hold a partition's last stable offset back, by their first offsets: those under way, and those that
 * have ended by a marker which is not committed yet. Parallel arrays, in order; allocates when more transactions are open
 * than ever before. Owned by one core's thread.
 */
final class OpenTransactions {
    static final long NONE = Long.MAX_VALUE;
    private static final long UNDER_WAY = Long.MAX_VALUE;

    private long[] firstOffsets = new long[4];
    private long[] lastOffsets = new long[4];
    private long[] producerIds = new long[4];
    private int count;
    private int ended;

    void clear() {
        count = 0;
        ended = 0;
    }

    /** A transaction's first batch. */
    void begin(final long producerId, final long firstOffset) {
        if (count == firstOffsets.length) {
            firstOffsets = Arrays.copyOf(firstOffsets, count * 2);
            lastOffsets = Arrays.copyOf(lastOffsets, count * 2);
            producerIds = Arrays.copyOf(producerIds, count * 2);
        }
        int at = count++;
        while (at > 0 && firstOffsets[at - 1] > firstOffset) {
            move(at - 1, at);
            at--;
        }
        firstOffsets[at] = firstOffset;
        lastOffsets[at] = UNDER_WAY;
        producerIds[at] = producerId;
    }

    /** Its marker lies at {@code lastOffset}, and may be undone yet. */
    void end(final long firstOffset, final long lastOffset) {
        lastOffsets[find(firstOffset)] = lastOffset;
        ended++;
    }

    /** It has ended for good. */
    void remove(final long firstOffset) {
        removeAt(find(firstOffset));
    }

    /** Markers below the high watermark hold nothing back any more. */
    void settle(final long highWatermark) {
        for (int i = 0, left = ended; left > 0; ) {
            if (lastOffsets[i] == UNDER_WAY) {
                i++;
            } else if (lastOffsets[i] < highWatermark) {
                removeAt(i);
                left--;
            } else {
                i++;
                left--;
            }
        }
    }

    /** Batches at and beyond the offset are undone. */
    void rollBackTo(final long offset) {
        while (count > 0 && firstOffsets[count - 1] >= offset) {
            removeAt(count - 1);
        }
        for (int i = 0; i < count; i++) {
            if (lastOffsets[i] != UNDER_WAY && lastOffsets[i] >= offset) {
                lastOffsets[i] = UNDER_WAY;
                ended--;
            }
        }
    }

    /** Where the oldest begins, or {@link #NONE}. */
    long firstOffset() {
        return count == 0 ? NONE : firstOffsets[0];
    }

    /** Where the oldest begins that is under way and not this producer's, or {@link #NONE}. */
    long firstUnderWayBut(final long producerId) {
        for (int i = 0; i < count; i++) {
            if (lastOffsets[i] == UNDER_WAY && producerIds[i] != producerId) {
                return firstOffsets[i];
            }
        }
        return NONE;
    }

    private int find(final long firstOffset) {
        final int at = Arrays.binarySearch(firstOffsets, 0, count, firstOffset);
        if (at < 0) {
            throw new IllegalStateException("no transaction begins at " + firstOffset);
        }
        return at;
    }

    private void removeAt(final int at) {
        ended -= lastOffsets[at] == UNDER_WAY ? 0 : 1;
        count--;
        System.arraycopy(firstOffsets, at + 1, firstOffsets, at, count - at);
        System.arraycopy(lastOffsets, at + 1, lastOffsets, at, count - at);
        System.arraycopy(producerIds, at + 1, producerIds, at, count - at);
    }

    private void move(final int from, final int to) {
        firstOffsets[to] = firstOffsets[from];
        lastOffsets[to] = lastOffsets[from];
        producerIds[to] = producerIds[from];
    }
}
