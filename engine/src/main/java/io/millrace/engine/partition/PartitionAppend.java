package io.millrace.engine.partition;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.BatchRules;
import io.millrace.engine.batch.BatchValidator;
import io.millrace.engine.log.AppendResult;
import io.millrace.engine.log.Log;
import io.millrace.engine.producer.AppendFlags;
import io.millrace.engine.producer.ProducerState;
import io.millrace.engine.producer.ProducerTable;
import io.millrace.engine.status.Outcome;
import io.millrace.engine.status.PlantedBug;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.agrona.BufferUtil;

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
    /** Null as long as no batch had to be looked into or packed. */
    private Recoding recoding;

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
            if (admitted == Outcome.NOT_READY) {
                noteTurnedAway(address, length);
            }
            refuse(task, part, admitted, -1);
        } else if (partition.turnsAway()) {
            noteTurnedAway(address, length);
            refuse(task, part, Outcome.NOT_READY, -1);
        } else if (partition.isSuspended()
                || !stalled.isEmpty()
                || !tryAppend(task, part, address, length, flags, guard)) {
            stalled.add(task, part, address, length, flags, guard);
        }
    }

    /** Goes on with what waited for a roll, a roll-back or another thread, in order. */
    void resume() {
        if (resuming || partition.isSuspended()) {
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
        if (recoding != null) {
            recoding.onCommitted(offset);
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
        if (recoding != null) {
            recoding.onUndone(fromOffset);
            giveUpRecoding(outcome);
        }
        // What waits would meet the same fate, and its order must not suffer: it fails with them.
        while (!stalled.isEmpty()) {
            final AppendTask task = stalled.task();
            final int part = stalled.part();
            noteTurnedAway(stalled.address(), stalled.length());
            stalled.removeFirst();
            refuse(task, part, outcome, -1);
        }
    }

    /** A later batch of its producer must not be taken before it; whoever has the producers by now is told. */
    private void noteTurnedAway(final long address, final int length) {
        if (length < BatchFlyweight.HEADER_BYTES) {
            return;
        }
        turnedAway.wrap(address, length);
        if (partition.isHandedOver()) {
            producers.onTurnedAwayElsewhere(turnedAway);
        } else {
            producers.onTurnedAway(turnedAway);
        }
    }

    /** Whoever waits is to come again, or, if the partition went to another core, is sent there in the order of now. */
    void sendAway(final Outcome outcome) {
        if (recoding != null && recoding.isRunning() && !stalled.isEmpty() && !recoding.isAbandoned()) {
            if (outcome == Outcome.NOT_READY) {
                noteTurnedAway(stalled.address(), stalled.length());
            }
            recoding.abandon(stalled.task(), stalled.part(), outcome);
            stalled.removeFirst();
        } else if (recoding != null && !recoding.isRunning()) {
            recoding.drop();
        }
        while (!stalled.isEmpty()) {
            final AppendTask task = stalled.task();
            final int part = stalled.part();
            if (outcome == Outcome.NOT_READY) {
                noteTurnedAway(stalled.address(), stalled.length());
            }
            stalled.removeFirst();
            if (PlantedBug.MOVE_STALE_ACK.isPlanted() && outcome == Outcome.MOVED) {
                task.accepted(part, log.endOffset(), -1, log.startOffset());
                context.end(task, part, Outcome.OK);
            } else {
                refuse(task, part, outcome, -1);
            }
        }
    }

    ProducerTable producers() {
        return producers;
    }

    /** The first of those that wait is being looked into, or was: it ends when no other thread sees its memory. */
    private void giveUpRecoding(final Outcome outcome) {
        if (!recoding.isRunning()) {
            recoding.drop();
        } else if (!stalled.isEmpty() && !recoding.isAbandoned()) {
            noteTurnedAway(stalled.address(), stalled.length());
            recoding.abandon(stalled.task(), stalled.part(), outcome);
            stalled.removeFirst();
        }
    }

    /** No other thread sees the memory of a batch that was given up. */
    void endAbandoned(final AppendTask task, final int part, final Outcome outcome) {
        refuse(task, part, outcome, -1);
    }

    /** Told once no other thread sees lent memory, which may be now. */
    void whenUnseen(final Runnable told) {
        if (recoding == null) {
            told.run();
        } else {
            recoding.whenIdle(told);
        }
    }

    /** False if it has to wait: for the log until it is appendable, or for another thread to look into it. */
    private boolean tryAppend(
            final AppendTask task,
            final int part,
            final long address,
            final int length,
            final int flags,
            final long guard) {
        if (recoding != null && recoding.isBusy()) {
            return recoding.isDone() && appendRecoded(task, part, address, length, flags, guard);
        }
        final BatchValidator validator = context.validator();
        final boolean internal = (flags & AppendFlags.INTERNAL) != 0;
        if (internal && guard >= 0 && guard != log.endOffset()) {
            // A coordinator's batch before this one was refused: its log may have no holes.
            refuse(task, part, Outcome.INVALID_TXN_STATE, -1);
            return true;
        }
        final BatchRules rules = partition.batchRules();
        final Outcome valid = validator.validate(address, length, rules, context.nowMs(), internal);
        if (valid != Outcome.OK) {
            refuse(task, part, valid, validator.badRecord());
            return true;
        }
        if (rules.coding().concerns(validator.batch())) {
            validator.restore();
            recode(address, validator.batch().sizeInBytes(), rules);
            return false;
        }
        return judgeProducer(task, part, flags, guard);
    }

    private void recode(final long address, final int length, final BatchRules rules) {
        if (recoding == null) {
            recoding = new Recoding(context.recodings(), this);
        }
        recoding.begin(address, length, rules, context.nowMs());
    }

    /** As {@link #tryAppend}, for the batch that was looked into. */
    private boolean appendRecoded(
            final AppendTask task,
            final int part,
            final long address,
            final int length,
            final int flags,
            final long guard) {
        if (recoding.outcome() != Outcome.OK) {
            refuseRecoded(task, part, recoding.outcome(), recoding.badRecord(), recoding.judgedAtMs());
            return true;
        }
        final BatchValidator validator = context.validator();
        final boolean internal = (flags & AppendFlags.INTERNAL) != 0;
        final ByteBuffer recoded = recoding.recoded();
        final Outcome valid = recoded == null
                ? validator.validate(address, length, recoding.rules(), context.nowMs(), internal)
                : validator.validate(
                        BufferUtil.address(recoded), recoded.capacity(), recoding.rules(), context.nowMs(), internal);
        if (valid != Outcome.OK) {
            refuseRecoded(task, part, valid, -1, -1);
            return true;
        }
        if (!judgeProducer(task, part, flags, guard)) {
            return false;
        }
        recoding.drop();
        return true;
    }

    private void refuseRecoded(
            final AppendTask task, final int part, final Outcome outcome, final int badRecord, final long judgedAtMs) {
        if (outcome == Outcome.NOT_READY) {
            noteTurnedAway(stalled.address(), stalled.length());
        }
        recoding.drop();
        task.refused(part, log.startOffset(), badRecord, badRecord < 0 ? -1 : judgedAtMs);
        context.end(task, part, outcome);
    }

    /** The batch that was found sound; false if the log cannot take it now. */
    private boolean judgeProducer(final AppendTask task, final int part, final int flags, final long guard) {
        final BatchValidator validator = context.validator();
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
                if (recoding != null) {
                    recoding.onWritten(batch.nextOffset());
                }
                partition.traffic().onAppended(length);
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
