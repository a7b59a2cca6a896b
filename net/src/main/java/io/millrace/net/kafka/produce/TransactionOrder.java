package io.millrace.net.kafka.produce;

import java.util.ArrayDeque;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Keeps each producer's transactional requests in their order where their partitions must be verified. A request has
 * that done when all its owners have replied, so a later one of fewer partitions would be verified before it, and its
 * batch refused as out of order; and since the earlier one's answer comes first and is good, the client would take that
 * for lost records. So a request waits until the ones before it are past that point. Owned by one core's thread.
 */
final class TransactionOrder {
    private final Long2ObjectHashMap<ProduceTask> latestByProducer = new Long2ObjectHashMap<>();
    /** Whose turn it is; worked off in a loop, for each may let the next go on at once. */
    private final ArrayDeque<ProduceTask> ready = new ArrayDeque<>();

    private boolean wakes;

    /** The request of the producer's that came last. */
    void add(final ProduceTask task, final long producerId) {
        final ProduceTask before = latestByProducer.put(producerId, task);
        task.before = before;
        if (before != null) {
            before.after = task;
        }
    }

    /** Nothing of the request is to be verified any more, or what was is on its way to its owners. */
    void onPassed(final ProduceTask task, final long producerId) {
        final ProduceTask before = task.before;
        final ProduceTask after = task.after;
        task.before = null;
        task.after = null;
        if (after != null) {
            after.before = before;
        } else if (before != null) {
            latestByProducer.put(producerId, before);
        } else {
            latestByProducer.remove(producerId);
        }
        if (before != null) {
            before.after = after;
        } else if (after != null && after.isWaitingForTurn()) {
            ready.addLast(after);
            wake();
        }
    }

    private void wake() {
        if (wakes) {
            return;
        }
        wakes = true;
        for (ProduceTask next = ready.pollFirst(); next != null; next = ready.pollFirst()) {
            next.onTurn();
        }
        wakes = false;
    }

    /** Producers with requests under way that may have to be verified. */
    int producers() {
        return latestByProducer.size();
    }
}
