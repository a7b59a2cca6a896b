package io.millrace.tools.client;

/** How long things took, to some 3 %: buckets that grow with the values. */
final class Latencies {
    private static final int SUB_BITS = 5;
    private static final int SUBS = 1 << SUB_BITS;

    private final long[] counts = new long[(Long.SIZE - SUB_BITS) * SUBS];
    private long count;
    private long largestNs;

    void add(final long ns) {
        final long value = Math.max(0, ns);
        counts[bucket(value)]++;
        count++;
        largestNs = Math.max(largestNs, value);
    }

    /** The least value that so large a share is not above; 0 of none. */
    long percentileNs(final double share) {
        final long wanted = (long) Math.ceil(share * count);
        long seen = 0;
        for (int i = 0; i < counts.length && count > 0; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return Math.min(largestNs, upper(i));
            }
        }
        return 0;
    }

    long largestNs() {
        return largestNs;
    }

    private static int bucket(final long value) {
        final int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(value) - SUB_BITS - 1);
        return shift * SUBS + (int) (value >>> shift);
    }

    /** The largest value of a bucket. */
    private static long upper(final int bucket) {
        if (bucket < 2 * SUBS) {
            return bucket;
        }
        final int shift = bucket / SUBS - 1;
        return ((long) (bucket - shift * SUBS) + 1 << shift) - 1;
    }
}
