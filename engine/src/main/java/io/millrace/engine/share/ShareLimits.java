package io.millrace.engine.share;

/**
 * What holds for a group, as set at the moment.
 *
 * @param lockNs        how long a record is a member's
 * @param deliveriesMax how often a record is handed out
 * @param recordsMax    records of the partition, first in flight to last, that may be in flight
 * @param renews        whether members may ask for more time
 * @param deadLetters   whether what nobody could work off goes to a dead-letter topic before it is archived
 */
public record ShareLimits(long lockNs, int deliveriesMax, int recordsMax, boolean renews, boolean deadLetters) {
    private static final int THROTTLED_FROM_MIN = 2;

    /** After so many deliveries records go out in ever smaller groups, to find the one that makes trouble. */
    int throttledFrom() {
        return Math.max(THROTTLED_FROM_MIN, (deliveriesMax + 1) / 2);
    }

    /** Whether the next delivery of a record is its last, which it gets alone. */
    boolean isLastDelivery(final int deliveries) {
        return deliveriesMax > THROTTLED_FROM_MIN && deliveries == deliveriesMax - 1;
    }
}
