package io.millrace.engine.log;

import java.util.Arrays;

/**
 * Which leader epoch began at which offset, ascending in both. Small: one entry per change of leader that wrote
 * something. Owned by the log's core.
 */
public final class LeaderEpochs {
    public static final int NO_EPOCH = -1;
    public static final long NO_OFFSET = -1;

    private int[] epochs = new int[4];
    private long[] startOffsets = new long[4];
    private int count;
    private boolean changed;

    /** The same again, for who goes on with them elsewhere. */
    LeaderEpochs copy() {
        final LeaderEpochs copy = new LeaderEpochs();
        copy.epochs = epochs.clone();
        copy.startOffsets = startOffsets.clone();
        copy.count = count;
        copy.changed = changed;
        return copy;
    }

    /** Notes that the epoch's first batch lies at the offset. Known and older epochs change nothing. */
    public void assign(final int epoch, final long startOffset) {
        if (epoch < 0 || epoch <= latestEpoch()) {
            return;
        }
        if (count > 0 && startOffset < startOffsets[count - 1]) {
            throw new IllegalStateException("epoch " + epoch + " starts at " + startOffset + ", before epoch "
                    + latestEpoch() + " at " + startOffsets[count - 1]);
        }
        // An epoch that wrote nothing leaves no trace.
        if (count > 0 && startOffsets[count - 1] == startOffset) {
            count--;
        }
        if (count == epochs.length) {
            epochs = Arrays.copyOf(epochs, count * 2);
            startOffsets = Arrays.copyOf(startOffsets, count * 2);
        }
        epochs[count] = epoch;
        startOffsets[count++] = startOffset;
        changed = true;
    }

    public int latestEpoch() {
        return count == 0 ? NO_EPOCH : epochs[count - 1];
    }

    public int count() {
        return count;
    }

    public int epochAt(final int index) {
        return epochs[index];
    }

    public long startOffsetAt(final int index) {
        return startOffsets[index];
    }

    /** The epoch in which the offset was written, or {@link #NO_EPOCH}. */
    public int epochOf(final long offset) {
        int i = count - 1;
        while (i >= 0 && startOffsets[i] > offset) {
            i--;
        }
        return i < 0 ? NO_EPOCH : epochs[i];
    }

    /** Index of the largest epoch not above the requested one, or -1. */
    private int floor(final int epoch) {
        int i = count - 1;
        while (i >= 0 && epochs[i] > epoch) {
            i--;
        }
        return i;
    }

    /** The largest epoch not above the requested one: the epoch that {@link #endOffsetFor} answers about. */
    public int floorEpoch(final int requested) {
        if (requested == latestEpoch()) {
            return requested;
        }
        if (requested < 0 || count == 0 || requested > latestEpoch()) {
            return NO_EPOCH;
        }
        final int i = floor(requested);
        return i < 0 ? requested : epochs[i];
    }

    /** Where the requested epoch, or the largest below it, ends; {@link #NO_OFFSET} if nothing is known. */
    public long endOffsetFor(final int requested, final long logEndOffset) {
        if (requested >= 0 && requested == latestEpoch()) {
            return logEndOffset;
        }
        if (requested < 0 || count == 0 || requested > latestEpoch()) {
            return NO_OFFSET;
        }
        return startOffsets[floor(requested) + 1];
    }

    /** Forgets epochs that began at or beyond the log's new end. */
    void truncateFromEnd(final long endOffset) {
        while (count > 0 && startOffsets[count - 1] >= endOffset) {
            count--;
            changed = true;
        }
    }

    /** Forgets epochs that ended before the log's new start; the one that holds it begins there. */
    void truncateFromStart(final long startOffset) {
        int drop = 0;
        while (drop + 1 < count && startOffsets[drop + 1] <= startOffset) {
            drop++;
        }
        if (drop > 0) {
            System.arraycopy(epochs, drop, epochs, 0, count - drop);
            System.arraycopy(startOffsets, drop, startOffsets, 0, count - drop);
            count -= drop;
            changed = true;
        }
        if (count > 0 && startOffsets[0] < startOffset) {
            startOffsets[0] = startOffset;
            changed = true;
        }
    }

    void clear() {
        changed |= count > 0;
        count = 0;
    }

    /** Whether something changed since {@link #markWritten}. */
    boolean isChanged() {
        return changed;
    }

    void markWritten() {
        changed = false;
    }

    void markChanged() {
        changed = true;
    }
}
