package io.millrace.net.kafka.fetch;

/**
 * How many bytes each partition may put into one answer. In the order of the request: what the limits of partition and
 * answer leave over, cut anywhere but within the first batch; and the first partition that has anything gives at least
 * one whole batch, whatever the limits, so that every client gets on.
 */
final class FetchLimits {
    private long left;
    private long total;

    void begin(final int answerBytesMax) {
        left = answerBytesMax;
        total = 0;
    }

    /**
     * Decides about the next partition.
     *
     * @param available bytes that its owner has lent, 0 for none
     * @return bytes to take of them
     */
    int take(final int available, final int firstBatchBytes, final int partitionBytesMax) {
        if (available == 0) {
            return 0;
        }
        final long limit = Math.min(left, partitionBytesMax);
        final long taken;
        if (firstBatchBytes > limit) {
            taken = total == 0 ? firstBatchBytes : 0;
        } else {
            taken = Math.min(available, limit);
        }
        total += taken;
        left = Math.max(0, left - taken);
        return (int) taken;
    }

    /** Bytes taken so far. */
    long total() {
        return total;
    }
}
