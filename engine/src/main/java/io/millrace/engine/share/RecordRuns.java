package io.millrace.engine.share;

import java.util.Arrays;

/**
 * The records that a share group has in flight, as runs of neighbours that are alike: from the first that is not done to
 * the last that was ever handed out, without a hole. Plain columns, so that nothing is allocated for a record.
 *
 * <pre>
 *   start                                           end
 *   | first[0]    | first[1]        | first[2]      |
 *   | acquired    | available       | acknowledged  |  not handed out yet …
 * </pre>
 */
final class RecordRuns {
    private static final int CAPACITY = 16;

    long[] first = new long[CAPACITY];
    byte[] state = new byte[CAPACITY];
    short[] deliveries = new short[CAPACITY];
    /** The state that it will have once that is kept, or {@link RecordState#NONE}. */
    byte[] target = new byte[CAPACITY];
    /** Which change it waits for. */
    long[] ticket = new long[CAPACITY];

    long[] lockedUntilNs = new long[CAPACITY];
    Holder[] holder = new Holder[CAPACITY];

    private int count;
    private long end;

    /** Nothing is in flight; the next record is the one at this offset. */
    void reset(final long offset) {
        Arrays.fill(holder, 0, count, null);
        count = 0;
        end = offset;
    }

    int count() {
        return count;
    }

    long start() {
        return count == 0 ? end : first[0];
    }

    /** The first offset that was never handed out. */
    long end() {
        return end;
    }

    long last(final int run) {
        return (run + 1 < count ? first[run + 1] : end) - 1;
    }

    long length(final int run) {
        return last(run) - first[run] + 1;
    }

    boolean isAvailable(final int run) {
        return state[run] == RecordState.AVAILABLE && target[run] == RecordState.NONE;
    }

    /** The run that holds the offset, which must lie between start and end. */
    int find(final long offset) {
        final int found = Arrays.binarySearch(first, 0, count, offset);
        return found >= 0 ? found : -found - 2;
    }

    /** Has a run begin at the offset; returns it, or the count if the offset is the end. */
    int splitAt(final long offset) {
        if (offset == end) {
            return count;
        }
        final int run = find(offset);
        if (first[run] == offset) {
            return run;
        }
        insert(run + 1);
        copy(run, run + 1);
        first[run + 1] = offset;
        return run + 1;
    }

    /** Adds a run behind the others, up to the last offset. */
    int append(final long last, final byte newState, final int deliveryCount) {
        final int run = count;
        insert(run);
        first[run] = end;
        end = last + 1;
        settle(run, newState);
        deliveries[run] = (short) deliveryCount;
        return run;
    }

    /** The run is in that state, nobody's, and nothing is under way. */
    void settle(final int run, final byte newState) {
        state[run] = newState;
        target[run] = RecordState.NONE;
        ticket[run] = 0;
        lockedUntilNs[run] = 0;
        holder[run] = null;
    }

    /** Takes out all below the offset; if that is everything and more, goes on there. */
    void dropBefore(final long offset) {
        if (offset >= end) {
            reset(offset);
            return;
        }
        if (offset <= start()) {
            return;
        }
        final int gone = splitAt(offset);
        move(gone, 0, count - gone);
        Arrays.fill(holder, count - gone, count, null);
        count -= gone;
    }

    /** Joins neighbours that have become alike. */
    void join() {
        int kept = 0;
        for (int run = 1; run < count; run++) {
            if (!alike(kept, run) && ++kept != run) {
                copy(run, kept);
            }
        }
        final int before = count;
        count = Math.min(count, kept + 1);
        Arrays.fill(holder, count, before, null);
    }

    private boolean alike(final int one, final int other) {
        return state[one] == state[other]
                && deliveries[one] == deliveries[other]
                && target[one] == target[other]
                && ticket[one] == ticket[other]
                && lockedUntilNs[one] == lockedUntilNs[other]
                && (holder[one] == null ? holder[other] == null : holder[one].equals(holder[other]));
    }

    private void insert(final int at) {
        if (count == first.length) {
            grow();
        }
        move(at, at + 1, count - at);
        count++;
    }

    private void grow() {
        final int capacity = count * 2;
        first = Arrays.copyOf(first, capacity);
        state = Arrays.copyOf(state, capacity);
        deliveries = Arrays.copyOf(deliveries, capacity);
        target = Arrays.copyOf(target, capacity);
        ticket = Arrays.copyOf(ticket, capacity);
        lockedUntilNs = Arrays.copyOf(lockedUntilNs, capacity);
        holder = Arrays.copyOf(holder, capacity);
    }

    private void move(final int from, final int to, final int runs) {
        System.arraycopy(first, from, first, to, runs);
        System.arraycopy(state, from, state, to, runs);
        System.arraycopy(deliveries, from, deliveries, to, runs);
        System.arraycopy(target, from, target, to, runs);
        System.arraycopy(ticket, from, ticket, to, runs);
        System.arraycopy(lockedUntilNs, from, lockedUntilNs, to, runs);
        System.arraycopy(holder, from, holder, to, runs);
    }

    private void copy(final int from, final int to) {
        move(from, to, 1);
    }
}
