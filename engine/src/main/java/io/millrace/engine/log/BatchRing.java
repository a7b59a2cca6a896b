package io.millrace.engine.log;

/**
 * Where the active segment's most recent batches lie, so that reads at the tail find their position without looking at
 * the disk. A batch ends where the next begins, the last one at the segment's end.
 */
final class BatchRing {
    private static final int CAPACITY = 128;
    private static final int MASK = CAPACITY - 1;

    private final long[] offsets = new long[CAPACITY];
    private final int[] positions = new int[CAPACITY];
    private long first;
    private long next;

    void add(final long baseOffset, final int position) {
        offsets[(int) next & MASK] = baseOffset;
        positions[(int) next & MASK] = position;
        next++;
        if (next - first > CAPACITY) {
            first++;
        }
    }

    void clear() {
        first = next;
    }

    /** Forgets batches from this offset on. */
    void truncate(final long offset) {
        while (next > first && offsets[(int) (next - 1) & MASK] >= offset) {
            next--;
        }
    }

    /** The number of the batch that holds the offset, or -1 if it lies before all that are known. */
    long find(final long offset) {
        if (next == first || offset < offsets[(int) first & MASK]) {
            return -1;
        }
        long low = first;
        long high = next - 1;
        while (low < high) {
            final long middle = (low + high + 1) >>> 1;
            if (offsets[(int) middle & MASK] <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    long baseOffset(final long number) {
        return offsets[(int) number & MASK];
    }

    int position(final long number) {
        return positions[(int) number & MASK];
    }

    boolean isLast(final long number) {
        return number == next - 1;
    }
}
