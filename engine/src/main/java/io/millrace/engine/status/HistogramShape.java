package io.millrace.engine.status;

/**
 * How a histogram counts: exactly up to 7, then eight buckets to each power of two, so that a bucket is at most an
 * eighth wide. Values are shifted right before they are counted (times by {@value #TIME_SHIFT} bits: in steps of 128 ns),
 * and what is too large is counted in the last bucket, though exactly in the sum and in the largest.
 *
 * <pre>
 *   slot  0       1     2         3       4                                        243
 *         +-------+-----+---------+-------+---+---+ … +---+-------+-------+ … +-----+
 *         | count | sum | largest | shift | 0 | 1 |   | 7 | 8     | 9     |   | 239 |   buckets: how many
 *         +-------+-----+---------+-------+---+---+ … +---+-------+-------+ … +-----+
 *   bucket b ≥ 8 begins at (8 + b % 8) &lt;&lt; (b / 8 − 1)
 * </pre>
 */
public final class HistogramShape {
    public static final int COUNT = 0;
    public static final int SUM = 1;
    public static final int LARGEST = 2;
    public static final int SHIFT = 3;
    public static final int FIRST_BUCKET = 4;
    public static final int BUCKETS = 240;
    public static final int SLOTS = FIRST_BUCKET + BUCKETS;
    public static final int TIME_SHIFT = 7;

    private static final int LINEAR_BITS = 3;
    private static final int LINEAR = 1 << LINEAR_BITS;

    private HistogramShape() {}

    /** The bucket of a value that was shifted already. */
    public static int bucketOf(final long shifted) {
        if (shifted < LINEAR) {
            return (int) Math.max(0, shifted);
        }
        final int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(shifted);
        final int bucket = (power - LINEAR_BITS + 1) * LINEAR + (int) (shifted >>> (power - LINEAR_BITS)) - LINEAR;
        return Math.min(BUCKETS - 1, bucket);
    }

    /** The smallest value in a bucket, not shifted back. */
    public static long lowestOf(final int bucket) {
        return bucket < LINEAR ? bucket : (long) (LINEAR + bucket % LINEAR) << (bucket / LINEAR - 1);
    }
}
