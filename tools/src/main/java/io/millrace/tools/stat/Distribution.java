package io.millrace.tools.stat;

import io.millrace.engine.status.HistogramShape;

/** What a histogram says. Percentiles are the middle of their bucket, so off by a sixteenth at most. */
public final class Distribution {
    static final Distribution EMPTY = new Distribution(new long[HistogramShape.SLOTS]);

    private final long[] slots;
    private final long counted;

    Distribution(final long[] slots) {
        this.slots = slots;
        long sum = 0;
        for (int i = HistogramShape.FIRST_BUCKET; i < slots.length; i++) {
            sum += Math.max(0, slots[i]);
        }
        counted = sum;
    }

    public long count() {
        return counted;
    }

    public long sum() {
        return slots[HistogramShape.SUM];
    }

    public double mean() {
        return counted == 0 ? 0 : (double) sum() / counted;
    }

    /** The largest since the broker's start, exactly. */
    public long largestEver() {
        return slots[HistogramShape.LARGEST];
    }

    /** @param fraction 0.99 for the 99th percentile */
    public long percentile(final double fraction) {
        final long rank = (long) Math.ceil(fraction * counted);
        long seen = 0;
        for (int bucket = 0; bucket < HistogramShape.BUCKETS; bucket++) {
            seen += Math.max(0, slots[HistogramShape.FIRST_BUCKET + bucket]);
            if (seen >= rank && seen > 0) {
                return Math.min(largestEver(), middleOf(bucket));
            }
        }
        return 0;
    }

    private long middleOf(final int bucket) {
        final int shift = (int) slots[HistogramShape.SHIFT];
        final long lowest = HistogramShape.lowestOf(bucket) << shift;
        final long next = HistogramShape.lowestOf(bucket + 1) << shift;
        return lowest + (next - lowest) / 2;
    }

    /** How many were counted from {@code fromInclusive} to below {@code to}, where buckets begin there. */
    public long countBetween(final long fromInclusive, final long to) {
        final int shift = (int) slots[HistogramShape.SHIFT];
        long count = 0;
        for (int bucket = 0; bucket < HistogramShape.BUCKETS; bucket++) {
            final long lowest = HistogramShape.lowestOf(bucket) << shift;
            if (lowest >= fromInclusive && lowest < to) {
                count += Math.max(0, slots[HistogramShape.FIRST_BUCKET + bucket]);
            }
        }
        return count;
    }
}
