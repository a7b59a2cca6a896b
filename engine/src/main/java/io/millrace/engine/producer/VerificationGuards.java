package io.millrace.engine.producer;

import io.millrace.engine.batch.BatchFlyweight;
import java.util.ArrayDeque;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * What a producer whose transaction is not known here was told, until its first batch is in: the transaction's
 * coordinator is asked meanwhile, and its answer is worth nothing once the transaction has ended here. A bounded number;
 * the oldest go first. Owned by one core's thread.
 */
final class VerificationGuards {
    static final int MAX = 10_000;
    private static final int DEAD_MAX = 64;

    private static final class Guard {
        private long number;
        private long producerId;
        private short epoch;
        private int lowestSequence;
        private boolean bumpsEpochs;
        private long createdMs;
        private boolean alive;
    }

    private final Long2ObjectHashMap<Guard> byProducer = new Long2ObjectHashMap<>();
    /** Oldest first; some are dead. */
    private final ArrayDeque<Guard> inOrder = new ArrayDeque<>();

    private final ArrayDeque<Guard> free = new ArrayDeque<>();
    private long lastNumber;

    /** The guard's number for a batch whose transaction is not known; batches that wait for the same answer share it. */
    long begin(final BatchFlyweight batch, final boolean bumpsEpochs, final long nowMs) {
        final long producerId = batch.producerId();
        Guard guard = byProducer.get(producerId);
        if (guard == null || guard.epoch != batch.producerEpoch()) {
            remove(producerId);
            if (byProducer.size() >= MAX) {
                remove(oldest().producerId);
            }
            guard = free.isEmpty() ? new Guard() : free.pollLast();
            guard.number = ++lastNumber;
            guard.producerId = producerId;
            guard.epoch = batch.producerEpoch();
            guard.lowestSequence = batch.baseSequence();
            guard.bumpsEpochs = bumpsEpochs;
            guard.createdMs = nowMs;
            guard.alive = true;
            byProducer.put(producerId, guard);
            inOrder.addLast(guard);
        }
        guard.lowestSequence = Math.min(guard.lowestSequence, batch.baseSequence());
        return guard.number;
    }

    boolean holds(final BatchFlyweight batch, final long number) {
        final Guard guard = byProducer.get(batch.producerId());
        return guard != null && guard.number == number && guard.epoch == batch.producerEpoch();
    }

    /** Whether another batch that waits must come first, or one that did not get here. */
    boolean isOutOfOrder(final BatchFlyweight batch, final boolean knowsBatches) {
        final Guard guard = byProducer.get(batch.producerId());
        return batch.baseSequence() > guard.lowestSequence
                || (guard.bumpsEpochs && batch.baseSequence() != 0 && !knowsBatches);
    }

    /** A transactional batch or a marker is in: whatever was asked before is answered too late. */
    void onAppended(final BatchFlyweight batch) {
        if (byProducer.isEmpty()) {
            return;
        }
        final Guard guard = byProducer.get(batch.producerId());
        // Where each transaction has its epoch, the marker of the one before carries the epoch of the next.
        final boolean isOfOneBefore =
                guard != null && guard.bumpsEpochs && batch.isControl() && batch.producerEpoch() == guard.epoch;
        if (guard != null && !isOfOneBefore) {
            remove(batch.producerId());
        }
    }

    void expire(final long nowMs, final long expirationMs) {
        while (!byProducer.isEmpty() && nowMs - oldest().createdMs >= expirationMs) {
            remove(oldest().producerId);
        }
    }

    void clear() {
        byProducer.clear();
        inOrder.clear();
        free.clear();
    }

    int size() {
        return byProducer.size();
    }

    private Guard oldest() {
        while (!inOrder.peekFirst().alive) {
            free.addLast(inOrder.pollFirst());
        }
        return inOrder.peekFirst();
    }

    private void remove(final long producerId) {
        final Guard guard = byProducer.remove(producerId);
        if (guard == null) {
            return;
        }
        guard.alive = false;
        if (inOrder.size() > 2 * byProducer.size() + DEAD_MAX) {
            for (int i = inOrder.size(); i > 0; i--) {
                final Guard next = inOrder.pollFirst();
                (next.alive ? inOrder : free).addLast(next);
            }
        }
    }
}
