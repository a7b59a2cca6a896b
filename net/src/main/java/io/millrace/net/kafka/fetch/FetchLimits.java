package io.millrace.net.kafka.fetch;

/**
 * How many bytes each partition may put into one answer. In the order of the request: what the limits of partition and
 * answer leave over, cut anywhere but within the first batch; and the first partition that has anything gives at least
 * one whole batch, whatever the limits, so that every client gets on.
 */
final class FetchLimits {
    private long left;
    private long total;
    private long answerBytesMax;
    private boolean isThrifty;
    private boolean hasCut;

    void begin(final int newAnswerBytesMax) {
        begin(newAnswerBytesMax, false);
    }

    /** @param thrifty cuts between batches, as far as that can be told: what is sent of half a one is lost on the client */
    void begin(final int newAnswerBytesMax, final boolean thrifty) {
        answerBytesMax = newAnswerBytesMax;
        left = answerBytesMax;
        total = 0;
        isThrifty = thrifty;
        hasCut = false;
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
            hasCut |= isThrifty && total > 0 && firstBatchBytes > left;
        } else {
            taken = isThrifty
                    ? whole(available, limit, firstBatchBytes, Math.min(answerBytesMax, partitionBytesMax))
                    : Math.min(available, limit);
        }
        total += taken;
        left = Math.max(0, left - taken);
        return (int) taken;
    }

    /** Batches of a log are mostly as large as the first; what its owner has not cut ends with a batch. */
    private long whole(final int available, final long limit, final int firstBatchBytes, final long lentMax) {
        if (available <= limit && available < lentMax) {
            return available;
        }
        final long most = Math.min(available, limit);
        hasCut = true;
        return most - most % firstBatchBytes;
    }

    /** Whether a thrifty answer left behind what did not fit: there is nothing to wait for then. */
    boolean hasCut() {
        return hasCut;
    }

    /** Bytes taken so far. */
    long total() {
        return total;
    }
}
