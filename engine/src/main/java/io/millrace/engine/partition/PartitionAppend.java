package io.millrace.engine.partition;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.BatchValidator;
import io.millrace.engine.log.AppendResult;
import io.millrace.engine.log.Log;
import io.millrace.engine.producer.AppendFlags;
import io.millrace.engine.producer.ProducerState;
import io.millrace.engine.producer.ProducerTable;
import io.millrace.engine.status.Outcome;
import java.util.function.Consumer;

/**
 * A batch's way into the log: checked, stamped, written, and acknowledged once the high watermark passes it. Batches
 * lie in memory that the asking core lends; base offset and leader epoch are patched there. Owned by the core's thread.
 */
final class PartitionAppend {
    private final Partition partition;
    private final PartitionContext context;
    private final PendingAcks acks = new PendingAcks();
    private final StalledAppends stalled = new StalledAppends();
    private final BatchFlyweight turnedAway = new BatchFlyweight();
    private Log log;
    private final ProducerTable producers;
    private boolean resuming;

    PartitionAppend(final Partition partition, final PartitionContext context, final ProducerTable producers) {
        this.partition = partition;
        this.context = context;
        this.producers = producers;
    }

    void open(final Log opened) {
        log = opened;
    }

    /**
     * Takes one part of a task; its end is told to the context, perhaps before this returns.
     *
     * @param flags see {@link AppendFlags}
     */
    void append(
            final AppendTask task,
            final int part,
            final int ownerEpoch,
            final long address,
            final int length,
            final int flags,
            final long guard) {
        final Outcome admitted = partition.admit(ownerEpoch, -1);
        if (admitted != Outcome.OK) {
            if (admitted == Outcome.NOT_READY && length >= BatchFlyweight.HEADER_BYTES) {
                producers.onTurnedAway(turnedAway.wrap(address, length));
            }
            refuse(task, part, admitted, -1);
        } else if (!stalled.isEmpty() || !tryAppend(task, part, address, length, flags, guard)) {
            stalled.add(task, part, address, length, flags, guard);
        }
    }

    /** Goes on with what waited for a roll or a roll-back, in order. */
    void resume() {
        if (resuming) {
            return;
        }
        resuming = true;
        while (!stalled.isEmpty()
                && tryAppend(
                        stalled.task(),
                        stalled.part(),
                        stalled.address(),
                        stalled.length(),
                        stalled.flags(),
                        stalled.guard())) {
            stalled.removeFirst();
        }
        resuming = false;
    }

    /** The high watermark moved to {@code offset}. */
    void acknowledge(final long offset) {
        long bytes = 0;
        while (!acks.isEmpty() && acks.firstEndOffset() <= offset) {
            final AppendTask task = acks.firstTask();
            final int part = acks.firstPart();
            bytes += acks.firstBytes();
            acks.removeFirst();
            context.end(task, part, Outcome.OK);
        }
        partition.highWatermark().onCommittedBytes(bytes);
    }

    /** Everything from the offset on was undone. */
    void onFailed(final long fromOffset, final Outcome outcome) {
        while (!acks.isEmpty() && acks.lastEndOffset() > fromOffset) {
            final AppendTask task = acks.lastTask();
            final int part = acks.lastPart();
            acks.removeLast();
            refuse(task, part, outcome, -1);
        }
        // What waits would meet the same fate, and its order must not suffer: it fails with them.
        while (!stalled.isEmpty()) {
            final AppendTask task = stalled.task();
            final int part = stalled.part();
            producers.onTurnedAway(turnedAway.wrap(stalled.address(), stalled.length()));
            stalled.removeFirst();
            refuse(task, part, outcome, -1);
        }
    }

    /** False if the log cannot take it now: again when it is appendable. */
    private boolean tryAppend(
            final AppendTask task,
            final int part,
            final long address,
            final int length,
            final int flags,
            final long guard) {
        final BatchValidator validator = context.validator();
        final boolean internal = (flags & AppendFlags.INTERNAL) != 0;
        if (internal && guard >= 0 && guard != log.endOffset()) {
            // A coordinator's batch before this one was refused: its log may have no holes.
            refuse(task, part, Outcome.INVALID_TXN_STATE, -1);
            return true;
        }
        final Outcome valid = validator.validate(address, length, partition.batchRules(), context.nowMs(), internal);
        if (valid != Outcome.OK) {
            refuse(task, part, valid, validator.badRecord());
            return true;
        }
        final BatchFlyweight batch = validator.batch();
        final Outcome sequence = producers.check(batch, flags, guard, context.nowMs());
        if (sequence == Outcome.DUPLICATE) {
            acknowledgeDuplicate(task, part, batch);
            return true;
        }
        if (sequence == Outcome.TRANSACTION_UNVERIFIED) {
            validator.restore();
            task.unverified(part, producers.guard(), log.startOffset());
            context.end(task, part, sequence);
            return true;
        }
        if (sequence != Outcome.OK) {
            refuse(task, part, sequence, -1);
            return true;
        }
        return write(task, part, batch, validator.appendTimeMs());
    }

    private boolean write(final AppendTask task, final int part, final BatchFlyweight batch, final long appendTimeMs) {
        final long baseOffset = log.endOffset();
        final int length = batch.sizeInBytes();
        batch.baseOffset(baseOffset);
        batch.partitionLeaderEpoch(partition.leaderEpoch());
        final AppendResult result = log.append(
                batch.bytes(),
                0,
                length,
                batch.lastOffset(),
                batch.maxTimestamp(),
                partition.leaderEpoch(),
                context.nowMs());
        switch (result) {
            case APPENDED -> {
                producers.apply(batch, context.nowMs());
                task.accepted(part, baseOffset, appendTimeMs, log.startOffset());
                acks.add(task, part, batch.nextOffset(), length);
                context.onBatch(length, batch.recordCount());
                return true;
            }
            case ROLLING, FULL, FAILING -> {
                // It will be judged again as the producer sent it.
                context.validator().restore();
                return false;
            }
            case READ_ONLY -> refuse(task, part, Outcome.READ_ONLY, -1);
            case OFFLINE -> refuse(task, part, Outcome.OFFLINE, -1);
        }
        return true;
    }

    /** A duplicate of a batch that is not yet committed is acknowledged with it, not before. */
    private void acknowledgeDuplicate(final AppendTask task, final int part, final BatchFlyweight batch) {
        final long baseOffset = producers.duplicateBaseOffset();
        final long endOffset = baseOffset + batch.lastOffsetDelta() + 1;
        task.accepted(part, baseOffset, producers.duplicateTimestampMs(), log.startOffset());
        if (endOffset <= partition.highWatermark().offset()) {
            context.end(task, part, Outcome.DUPLICATE);
        } else {
            acks.add(task, part, endOffset, 0);
        }
    }

    /** Adds every producer that is known. */
    void describeProducers(final Consumer<ProducerState> consumer) {
        producers.describe(consumer);
    }

    /** How many places for producers there are, in use or not. */
    int producerSlots() {
        return producers.slots();
    }

    int forgetSilentProducers(final long nowMs, final int limit) {
        return producers.removeExpired(nowMs, limit);
    }

    private void refuse(final AppendTask task, final int part, final Outcome outcome, final int badRecord) {
        task.refused(part, log == null ? -1 : log.startOffset(), badRecord, badRecord < 0 ? -1 : context.nowMs());
        context.end(task, part, outcome);
    }
}
