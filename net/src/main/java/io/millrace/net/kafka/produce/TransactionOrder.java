package io.millrace.net.kafka.produce;

import java.util.ArrayDeque;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Keeps a producer's transactional requests on a connection in their order where partitions must be verified. A request
 * has that done when all its owners have replied, so a later one of fewer partitions would be verified, or find its
 * partition verified, before it; its batch would be refused as out of order, and since the earlier one's answer comes
 * first and is good, the client would take that for lost records. So what is to be verified waits until the requests
 * before are past that point; and as long as one of those is not that were under way when a partition was unknown, nothing
 * of a new request is sent. Owned by one core's thread.
 */
final class TransactionOrder {
    private static final long MIX = 0x9E3779B97F4A7C15L;

    /** By connection and producer; two that fall together only wait for each other. */
    private final Long2ObjectHashMap<ProduceTask> latest = new Long2ObjectHashMap<>();
    /** Where something has to be verified: until this request and all before it are past that. */
    private final Long2ObjectHashMap<ProduceTask> verifiedUntil = new Long2ObjectHashMap<>();
    /** Whose turn it is; worked off in a loop, for each may let the next go on at once. */
    private final ArrayDeque<ProduceTask> ready = new ArrayDeque<>();

    private boolean wakes;

    static long key(final long connectionId, final long producerId) {
        return connectionId * MIX ^ producerId;
    }

    /** Returns whether the request may be sent to its owners now; else when it is its turn. */
    boolean add(final ProduceTask task, final long key) {
        final ProduceTask before = latest.put(key, task);
        task.before = before;
        if (before == null) {
            return true;
        }
        before.after = task;
        return !verifiedUntil.containsKey(key);
    }

    /** Owners do not know the transaction of a request. */
    void onUnverified(final long key) {
        verifiedUntil.put(key, latest.get(key));
    }

    /** Nothing of the request is to be verified any more, or what was is on its way to its owners. */
    void onPassed(final ProduceTask task, final long key) {
        final ProduceTask before = task.before;
        final ProduceTask after = task.after;
        task.before = null;
        task.after = null;
        if (after != null) {
            after.before = before;
        } else if (before != null) {
            latest.put(key, before);
        } else {
            latest.remove(key);
        }
        if (before != null) {
            before.after = after;
        } else if (after != null && after.isWaitingForTurn()) {
            ready.addLast(after);
        }
        if (!verifiedUntil.isEmpty() && verifiedUntil.get(key) == task) {
            if (before != null) {
                verifiedUntil.put(key, before);
            } else {
                verifiedUntil.remove(key);
                for (ProduceTask later = after; later != null; later = later.after) {
                    if (later.isUnsent()) {
                        ready.addLast(later);
                    }
                }
            }
        }
        wake();
    }

    private void wake() {
        if (wakes) {
            return;
        }
        wakes = true;
        try {
            for (ProduceTask next = ready.pollFirst(); next != null; next = ready.pollFirst()) {
                next.onTurn();
            }
        } finally {
            wakes = false;
        }
    }
}
