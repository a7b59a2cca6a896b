package io.millrace.engine.partition;

import io.millrace.engine.log.Log;
import io.millrace.engine.log.LogSlice;
import io.millrace.engine.log.ReadResult;
import io.millrace.engine.status.Outcome;
import io.millrace.engine.status.PlantedBug;
import java.util.ArrayDeque;

/**
 * A fetch's way to bytes: a slice of committed batches, lent until it was sent. What lies cold waits here until the
 * disk has brought it into memory. Owned by the core's thread.
 */
final class PartitionRead {
    private record Cold(ReadTask task, int part) {}

    private record Parked(ReadTask task, int part, int lastEpoch) {}

    private final Partition partition;
    private final PartitionContext context;
    private final ArrayDeque<Cold> cold = new ArrayDeque<>();
    /** Came while the partition was on its way from or to another core. */
    private final ArrayDeque<Parked> parked = new ArrayDeque<>();

    PartitionRead(final Partition partition, final PartitionContext context) {
        this.partition = partition;
        this.context = context;
    }

    /** Takes one part of a task; its end is told to the context, perhaps before this returns. */
    void read(final ReadTask task, final int part, final int ownerEpoch, final int clientEpoch, final int lastEpoch) {
        final Outcome admitted = partition.admit(ownerEpoch, clientEpoch);
        if (admitted != Outcome.OK) {
            if (partition.isOpen()) {
                tellPositions(task, part);
            }
            context.end(task, part, admitted);
        } else if (partition.turnsAway()) {
            context.end(task, part, Outcome.NOT_READY);
        } else if (partition.isSuspended()) {
            parked.addLast(new Parked(task, part, lastEpoch));
        } else {
            read(task, part, lastEpoch);
        }
    }

    private void read(final ReadTask task, final int part, final int lastEpoch) {
        if (lastEpoch > partition.leaderEpoch()) {
            // The client has read what no leader of this log has written.
            context.end(task, part, Outcome.OFFSET_OUT_OF_RANGE);
        } else if (lastEpoch >= 0 && diverges(task, part, lastEpoch)) {
            context.end(task, part, Outcome.OK);
        } else {
            attempt(task, part);
        }
    }

    /** Whether a read would end at once and bring neither bytes nor an error, the client knowing all there is. */
    boolean findsNothing(
            final int ownerEpoch,
            final int clientEpoch,
            final int lastEpoch,
            final long fetchOffset,
            final boolean committed) {
        return partition.admit(ownerEpoch, clientEpoch) == Outcome.OK
                && !partition.isSuspended()
                && !partition.log().isOffline()
                && lastEpoch <= partition.leaderEpoch()
                && (lastEpoch < 0 || sharedEpoch(lastEpoch, fetchOffset) < 0)
                && partition.highWatermark().readableTo(committed) == fetchOffset;
    }

    /** Tries again what was cold, or came while the partition was on its way. */
    void resume() {
        if (partition.isSuspended()) {
            return;
        }
        for (int i = parked.size(); i > 0; i--) {
            final Parked waiting = parked.pollFirst();
            if (partition.isDeleted()) {
                context.end(waiting.task, waiting.part, Outcome.UNKNOWN_PARTITION);
            } else {
                read(waiting.task, waiting.part, waiting.lastEpoch);
            }
        }
        for (int i = cold.size(); i > 0; i--) {
            final Cold waiting = cold.pollFirst();
            if (partition.isDeleted()) {
                context.end(waiting.task, waiting.part, Outcome.UNKNOWN_PARTITION);
            } else {
                attempt(waiting.task, waiting.part);
            }
        }
    }

    /** The partition went to another core: whoever waits is sent there. */
    void sendAway(final Outcome outcome) {
        while (!cold.isEmpty()) {
            final Cold waiting = cold.pollFirst();
            context.end(waiting.task, waiting.part, outcome);
        }
        while (!parked.isEmpty()) {
            final Parked waiting = parked.pollFirst();
            context.end(waiting.task, waiting.part, outcome);
        }
    }

    private void attempt(final ReadTask task, final int part) {
        final Log log = partition.log();
        final long offset = task.fetchOffset(part);
        tellPositions(task, part);
        final LogSlice slice = context.leases().acquire();
        if (slice == null) {
            // Every lease is out: no bytes this time, the fetch comes again.
            context.end(task, part, offsetOutcome(log, offset));
            return;
        }
        final HighWatermark highWatermark = partition.highWatermark();
        final long limit = task.isCommitted() && !PlantedBug.TXN_READ_BEYOND_LAST_STABLE.isPlanted()
                ? highWatermark.lastStableOffset()
                : highWatermark.offset();
        final ReadResult result = log.read(offset, limit, task.bytesMax(part), slice);
        if (result == ReadResult.FOUND) {
            if (task.isCommitted()) {
                log.collectAborted(offset, limit, slice);
            }
            partition.traffic().onRead(slice.length());
            task.slice(part, slice);
        } else {
            context.leases().release(slice);
        }
        switch (result) {
            case FOUND, EMPTY -> context.end(task, part, Outcome.OK);
            case OUT_OF_RANGE -> context.end(task, part, Outcome.OFFSET_OUT_OF_RANGE);
            case COLD -> cold.addLast(new Cold(task, part));
            case DAMAGED -> context.end(task, part, Outcome.CORRUPT_BATCH);
            case OFFLINE -> context.end(task, part, Outcome.OFFLINE);
        }
    }

    private static Outcome offsetOutcome(final Log log, final long offset) {
        return offset < log.startOffset() || offset > log.endOffset() ? Outcome.OFFSET_OUT_OF_RANGE : Outcome.OK;
    }

    /** High watermark, last stable offset and log start of the same moment as the slice. */
    private void tellPositions(final ReadTask task, final int part) {
        task.positions(
                part,
                partition.highWatermark().offset(),
                partition.highWatermark().lastStableOffset(),
                partition.log().startOffset());
    }

    /** KIP-595: the client's last batch carries an epoch that this log ended earlier, or never had. */
    private boolean diverges(final ReadTask task, final int part, final int lastEpoch) {
        tellPositions(task, part);
        final int epoch = sharedEpoch(lastEpoch, task.fetchOffset(part));
        if (epoch < 0) {
            return false;
        }
        task.diverging(part, epoch, endOffsetOf(lastEpoch));
        return true;
    }

    /** The largest epoch that both histories may share, or −1 if the client's did not diverge. */
    private int sharedEpoch(final int lastEpoch, final long fetchOffset) {
        final int epoch = partition.log().epochs().floorEpoch(lastEpoch);
        final long endOffset = endOffsetOf(lastEpoch);
        return epoch >= 0 && endOffset >= 0 && (epoch < lastEpoch || endOffset < fetchOffset) ? epoch : -1;
    }

    private long endOffsetOf(final int lastEpoch) {
        final Log log = partition.log();
        return log.epochs().endOffsetFor(lastEpoch, log.endOffset());
    }
}
