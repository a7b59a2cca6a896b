package io.millrace.engine.partition;

import io.millrace.engine.log.LeaderEpochs;
import io.millrace.engine.log.Log;
import io.millrace.engine.log.TimestampCompletion;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.status.Outcome;
import io.millrace.engine.status.PlantedBug;
import java.util.ArrayDeque;

/** Answers questions about a partition's positions, and deletes records. Owned by the core's thread. */
final class PartitionQueries {
    /** The epoch that stands for none. */
    private static final int NONE = -1;

    private record Parked(QueryTask task, int part, long argument) {}

    private final Partition partition;
    private final PartitionContext context;
    /** Came while the partition was on its way from or to another core. */
    private final ArrayDeque<Parked> parked = new ArrayDeque<>();

    PartitionQueries(final Partition partition, final PartitionContext context) {
        this.partition = partition;
        this.context = context;
    }

    /** Takes one part of a task; its end is told to the context, perhaps before this returns. */
    void query(final QueryTask task, final int part, final int ownerEpoch, final int clientEpoch, final long argument) {
        task.answer(part, -1, -1, -1);
        final Outcome admitted = partition.admit(ownerEpoch, clientEpoch);
        if (admitted != Outcome.OK) {
            context.end(task, part, admitted);
        } else if (partition.turnsAway()) {
            context.end(task, part, Outcome.NOT_READY);
        } else if (partition.isSuspended()) {
            parked.addLast(new Parked(task, part, argument));
        } else {
            query(task, part, argument);
        }
    }

    /** Goes on with what came while the partition was on its way. */
    void resume() {
        for (int i = partition.isSuspended() ? 0 : parked.size(); i > 0; i--) {
            final Parked waiting = parked.pollFirst();
            if (partition.isDeleted()) {
                context.end(waiting.task, waiting.part, Outcome.UNKNOWN_PARTITION);
            } else {
                query(waiting.task, waiting.part, waiting.argument);
            }
        }
    }

    /** Whoever waits is to come again, or is sent to another core. */
    void sendAway(final Outcome outcome) {
        while (!parked.isEmpty()) {
            final Parked waiting = parked.pollFirst();
            context.end(waiting.task, waiting.part, outcome);
        }
    }

    private void query(final QueryTask task, final int part, final long argument) {
        final Log log = partition.log();
        switch (task.kind()) {
            case EARLIEST -> answer(task, part, log.startOffset(), -1, epochAtStart(log));
            case LATEST -> answer(task, part, partition.highWatermark().offset(), -1, partition.leaderEpoch());
            case END_OF_EPOCH -> endOfEpoch(task, part, (int) argument);
            case SIZE -> answer(task, part, log.sizeInBytes(), log.endOffset(), -1);
            case LATEST_COMMITTED ->
                answer(task, part, partition.highWatermark().lastStableOffset(), -1, partition.leaderEpoch());
            case MAX_TIMESTAMP, MAX_TIMESTAMP_COMMITTED -> log.maxTimestampOffset(answerTo(task, part));
            case BY_TIMESTAMP, BY_TIMESTAMP_COMMITTED -> log.offsetForTimestamp(argument, answerTo(task, part));
            case DELETE_RECORDS -> deleteRecords(task, part, argument);
        }
    }

    /** What is written next to an empty log will carry the leader's. */
    private int epochAtStart(final Log log) {
        return log.startOffset() == log.endOffset()
                ? partition.leaderEpoch()
                : log.epochs().epochOf(log.startOffset());
    }

    private void endOfEpoch(final QueryTask task, final int part, final int epoch) {
        final LeaderEpochs epochs = partition.log().epochs();
        if (epoch == partition.leaderEpoch()) {
            answer(task, part, partition.log().endOffset(), -1, epoch);
        } else if (epoch < NONE || (epoch > NONE && epoch < partition.leaderEpoch() && epochs.latestEpoch() < 0)) {
            // Before the first epoch that is known of: it ended where the log begins, as Kafka has it.
            answer(task, part, partition.log().startOffset(), -1, epoch);
        } else if (epoch > epochs.latestEpoch() && epoch < partition.leaderEpoch()) {
            // Its leader wrote nothing, and nor has the one that leads now, whose epoch Kafka notes when it begins.
            answer(task, part, partition.log().endOffset(), -1, epochs.latestEpoch());
        } else {
            answer(task, part, epochs.endOffsetFor(epoch, partition.log().endOffset()), -1, epochs.floorEpoch(epoch));
        }
    }

    /** The answer waits until the new start is in the checkpoint: nothing deleted comes back after a crash. */
    private void deleteRecords(final QueryTask task, final int part, final long argument) {
        final long highWatermark = partition.highWatermark().offset();
        final long offset = argument == -1 ? highWatermark : argument;
        if (offset < 0 || offset > highWatermark) {
            context.end(task, part, Outcome.OFFSET_OUT_OF_RANGE);
        } else if (!partition.log().advanceStartOffset(offset, highWatermark) && partition.isStartDurable()) {
            answer(task, part, partition.log().startOffset(), -1, -1);
        } else if (PlantedBug.DELETION_NOT_DURABLE.isPlanted()) {
            answer(task, part, partition.log().startOffset(), -1, -1);
        } else {
            partition.highWatermark().wakeAll();
            context.replies().checkpoint(partition, durable -> {
                if (durable) {
                    answer(task, part, partition.log().startOffset(), -1, -1);
                } else {
                    context.end(task, part, Outcome.OFFLINE);
                }
            });
        }
    }

    private TimestampCompletion answerTo(final QueryTask task, final int part) {
        final boolean committed = task.kind() == PartitionQuery.MAX_TIMESTAMP_COMMITTED
                || task.kind() == PartitionQuery.BY_TIMESTAMP_COMMITTED;
        return (diskStatus, offset, timestampMs, epoch) -> {
            if (diskStatus != DiskStatus.OK) {
                // A lookup that was under way when the partition went to another core is one for that core.
                final boolean isElsewhere = partition.log().isClosed() && !partition.isDeleted();
                context.end(task, part, isElsewhere ? Outcome.MOVED : Outcome.OFFLINE);
            } else if (offset >= partition.highWatermark().readableTo(committed)) {
                answer(task, part, -1, -1, -1); // written, but not yet committed or decided: nobody may know of it
            } else {
                answer(task, part, offset, timestampMs, epoch);
            }
        };
    }

    private void answer(final QueryTask task, final int part, final long first, final long second, final int epoch) {
        task.answer(part, first, second, epoch);
        context.end(task, part, Outcome.OK);
    }
}
