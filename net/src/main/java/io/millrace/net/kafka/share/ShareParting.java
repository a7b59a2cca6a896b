package io.millrace.net.kafka.share;

import io.millrace.engine.share.RecordRanges;
import io.millrace.engine.share.SharePartition;

/**
 * All that goes along with a share partition whose partition goes to another core, at a moment when nothing of it is under
 * way. Handed over whole.
 *
 * @param startKept   the group's start is part of what is kept
 * @param lastExpired how many changes were brought by time, as {@link ShareStateWrites} counts them
 * @param unkept      what could not be kept so far, as {@link ShareStateWrites} counts it too
 */
record ShareParting(
        ShareKey key, SharePartition share, int stateEpoch, boolean startKept, long lastExpired, Unkept unkept) {

    /**
     * Changes that nobody waits for, in records from the first to the last.
     *
     * @param start whether the group's start is one of them
     */
    record Unkept(long first, long last, boolean start) {
        static final Unkept NOTHING = new Unkept(Long.MAX_VALUE, -1, false);

        static Unkept of(final RecordRanges ranges) {
            Unkept all = NOTHING;
            for (int i = 0; i < ranges.count(); i++) {
                all = all.with(new Unkept(ranges.first(i), ranges.last(i), false));
            }
            return all;
        }

        boolean isEmpty() {
            return first > last && !start;
        }

        Unkept with(final Unkept other) {
            return new Unkept(Math.min(first, other.first), Math.max(last, other.last), start || other.start);
        }
    }
}
