package io.millrace.engine.partition;

import java.util.List;

/**
 * What partitions need from time to time: old segments dropped, aged ones rolled, silent producers forgotten, changed
 * positions checkpointed. A few partitions a duty cycle. Owned by the core's thread.
 */
final class PartitionUpkeep {
    private static final int PARTITIONS_PER_CYCLE = 16;
    private static final int PRODUCERS_PER_CYCLE = 1024;

    private final PartitionContext context;
    private final UpkeepIntervals intervals;
    private long retentionDueMs;
    private long checkpointDueMs;
    private int retentionNext = Integer.MAX_VALUE;
    private int checkpointNext = Integer.MAX_VALUE;
    private int producersNext = Integer.MAX_VALUE;
    private int producersLookedAt;

    PartitionUpkeep(final PartitionContext context, final UpkeepIntervals intervals, final long nowMs) {
        this.context = context;
        this.intervals = intervals;
        retentionDueMs = nowMs + intervals.retentionMs();
        checkpointDueMs = nowMs + intervals.checkpointMs();
    }

    /**
     * What recovery found is where the checkpoint stands, or will soon; up to where a damaged log was durable, the
     * checkpoint alone may know from now on.
     */
    void onOpened(final Partition partition, final long checkpointedRecoveryPoint, final long checkpointedStart) {
        partition.checkpointed(
                partition.log().isReadOnly()
                        ? checkpointedRecoveryPoint
                        : partition.log().recoveryPoint(),
                partition.log().startOffset(),
                partition.log().compactor().cleanedTo());
        partition.startDurable(checkpointedStart);
    }

    int doWork(final List<Partition> partitions, final long nowMs) {
        if (nowMs >= retentionDueMs) {
            retentionDueMs = nowMs + intervals.retentionMs();
            retentionNext = 0;
            if (producersNext >= partitions.size()) {
                producersNext = 0;
                producersLookedAt = 0;
            }
        }
        if (nowMs >= checkpointDueMs) {
            checkpointDueMs = nowMs + intervals.checkpointMs();
            checkpointNext = 0;
        }
        int work = 0;
        for (int i = 0; i < PARTITIONS_PER_CYCLE && retentionNext < partitions.size(); i++) {
            work += retain(partitions.get(retentionNext++), nowMs);
        }
        for (int i = 0; i < PARTITIONS_PER_CYCLE && checkpointNext < partitions.size(); i++) {
            work += checkpoint(partitions.get(checkpointNext++));
        }
        return work + forgetSilentProducers(partitions, nowMs);
    }

    /** All producers of all partitions are looked at in each round, or new ones could come faster than old ones go. */
    private int forgetSilentProducers(final List<Partition> partitions, final long nowMs) {
        int left = PRODUCERS_PER_CYCLE;
        while (left > 0 && producersNext < partitions.size()) {
            final Partition partition = partitions.get(producersNext);
            final PartitionAppend appends = partition.appends();
            final int slots = partition.isSuspended() ? 0 : appends.producerSlots();
            final int looked = Math.min(left, slots - producersLookedAt);
            if (looked > 0) {
                appends.forgetSilentProducers(nowMs, looked);
                producersLookedAt += looked;
                left -= looked;
            } else {
                producersNext++;
                producersLookedAt = 0;
                left--;
            }
        }
        return PRODUCERS_PER_CYCLE - left;
    }

    private int retain(final Partition partition, final long nowMs) {
        if (!partition.isOpen() || partition.isSuspended() || partition.log().isOffline()) {
            return 0;
        }
        partition.log().rollIfDue(nowMs);
        final int dropped =
                partition.log().applyRetention(nowMs, partition.highWatermark().offset());
        if (dropped > 0) {
            partition.highWatermark().wakeAll();
        }
        return 1 + dropped;
    }

    private int checkpoint(final Partition partition) {
        if (!partition.isOpen()
                || partition.isSuspended()
                || partition.log().isOffline()
                || !partition.isCheckpointDue()) {
            return 0;
        }
        context.replies().checkpoint(partition, null);
        return 1;
    }
}
