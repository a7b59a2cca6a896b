package io.millrace.engine.share;

import java.util.Arrays;

/** The batches that a read of the log has found, in order: where each begins and ends, in offsets and bytes. */
public final class FoundBatches {
    private long[] firsts = new long[16];
    private long[] lasts = new long[16];
    private int[] ends = new int[16];
    private boolean[] aborted = new boolean[16];
    private int count;

    public void clear() {
        count = 0;
    }

    /**
     * Adds a batch.
     *
     * @param end       bytes up to its end
     * @param isAborted whether its transaction was aborted, and the group does not want such records
     */
    public void add(final long first, final long last, final int end, final boolean isAborted) {
        if (count == firsts.length) {
            firsts = Arrays.copyOf(firsts, count * 2);
            lasts = Arrays.copyOf(lasts, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
            aborted = Arrays.copyOf(aborted, count * 2);
        }
        firsts[count] = first;
        lasts[count] = last;
        ends[count] = end;
        aborted[count++] = isAborted;
    }

    public int count() {
        return count;
    }

    public long first(final int index) {
        return firsts[index];
    }

    public long last(final int index) {
        return lasts[index];
    }

    boolean isAborted(final int index) {
        return aborted[index];
    }

    /** The last offset of all; there must be a batch. */
    public long last() {
        return lasts[count - 1];
    }

    /** Bytes up to the end of the batch that holds the offset. */
    public int bytesUpTo(final long offset) {
        for (int i = 0; i < count; i++) {
            if (offset <= lasts[i]) {
                return ends[i];
            }
        }
        return ends[count - 1];
    }

    /** The last offset of the batch that holds the offset; the offset itself where there is no batch. */
    long alignedEnd(final long offset) {
        for (int i = 0; i < count && firsts[i] <= offset; i++) {
            if (offset <= lasts[i]) {
                return lasts[i];
            }
        }
        return offset;
    }
}
