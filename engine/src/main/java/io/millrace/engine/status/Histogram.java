package io.millrace.engine.status;

/** Counts values by size, in slots of {@link Statistics}, see {@link HistogramShape}. Owned by one thread. */
public final class Histogram {
    private final long[] slots;
    private final int first;
    private final int shift;

    Histogram(final long[] slots, final int first, final int shift) {
        this.slots = slots;
        this.first = first;
        this.shift = shift;
        slots[first + HistogramShape.SHIFT] = shift;
    }

    /** Counts a value; one below zero, as two clocks may give it, as zero. */
    public void record(final long value) {
        final long counted = Math.max(0, value);
        slots[first + HistogramShape.FIRST_BUCKET + HistogramShape.bucketOf(counted >>> shift)]++;
        slots[first + HistogramShape.SUM] += counted;
        if (counted > slots[first + HistogramShape.LARGEST]) {
            slots[first + HistogramShape.LARGEST] = counted;
        }
        slots[first + HistogramShape.COUNT]++;
    }

    public long count() {
        return slots[first + HistogramShape.COUNT];
    }
}
