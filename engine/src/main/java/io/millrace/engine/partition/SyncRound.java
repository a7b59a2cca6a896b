package io.millrace.engine.partition;

import io.millrace.engine.journal.Journal;
import io.millrace.engine.log.LogCompletion;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.Stage;
import io.millrace.engine.status.Histogram;
import io.millrace.engine.status.PlantedBug;
import io.millrace.engine.status.Statistic.Unit;
import io.millrace.engine.status.Statistics;
import java.util.ArrayList;
import java.util.List;

/**
 * Group commit: one round makes everything appended so far, in all partitions of the core, survive a power loss; what
 * is appended meanwhile waits for the next round. How the bytes get there is hidden behind this class: one block of the
 * journal for all partitions, or a sync of the segments of each that the block does not cover. Owned by the core's
 * thread.
 */
final class SyncRound implements Stage {
    private List<Partition> dirty = new ArrayList<>();
    private List<Partition> syncing = new ArrayList<>();
    /** Those whom the journal's block under way makes stable. */
    private final List<Partition> covered = new ArrayList<>();

    private final LogCompletion blockEnded = this::onBlockEnded;
    private final Journal journal;
    private int outstanding;
    private long rounds;
    private long beganNs;
    private boolean isMeasured;
    private final Histogram lengths;
    private final Histogram partitions;

    SyncRound(final Journal journal, final Statistics statistics) {
        this.journal = journal;
        lengths = statistics.histogram("sync.round", Unit.NS);
        partitions = statistics.histogram("sync.partitions", Unit.COUNT);
    }

    /** The partition has appended something that is not stable. */
    void add(final Partition partition) {
        if (!partition.isQueuedForSync()) {
            partition.queuedForSync(true);
            dirty.add(partition);
        }
    }

    /** A partition that the round waits for is stable, or never will be. */
    void onEnded(final Partition partition) {
        if (partition.isInSyncRound()) {
            partition.inSyncRound(false);
            outstanding--;
        }
    }

    @Override
    public int doWork(final long nowNs, final long nowMs) {
        return journal.doWork(nowNs) + round(nowNs);
    }

    private int round(final long nowNs) {
        if (isMeasured && isIdle()) {
            isMeasured = false;
            lengths.record(nowNs - beganNs);
        }
        if (!isIdle() || dirty.isEmpty()) {
            return 0;
        }
        final boolean journalled = journal.canWrite();
        final List<Partition> round = dirty;
        dirty = syncing;
        syncing = round;
        for (int i = 0; i < round.size(); i++) {
            begin(round.get(i), journalled);
        }
        if (covered.isEmpty()) {
            journal.discard();
        } else {
            journal.write(blockEnded);
            if (PlantedBug.JOURNAL_NOT_AWAITED.isPlanted()) {
                onBlockEnded(DiskStatus.OK);
            }
        }
        final int started = round.size();
        round.clear();
        rounds++;
        beganNs = nowNs;
        isMeasured = outstanding > 0;
        if (isMeasured) {
            partitions.record(outstanding);
        }
        return started;
    }

    private void begin(final Partition partition, final boolean journalled) {
        partition.queuedForSync(false);
        if (partition.journaled() != null) {
            partition.journaled().roundBegins();
        }
        if (partition.isDeleted() || !partition.log().isDirty()) {
            return;
        }
        if (journalled && partition.journaled() != null && partition.journaled().isCovered()) {
            partition.log().stability().journalBegins();
            partition.inSyncRound(true);
            outstanding++;
            covered.add(partition);
        } else if (partition.log().sync() && !partition.log().isSyncingBeside()) {
            partition.inSyncRound(true);
            outstanding++;
        } // else a sync is under way outside the rounds, or the log leaves: what then is not stable is added again.
        // Two syncs of one file wait for each other on the disk: no round is as long as a move's.
    }

    private void onBlockEnded(final int status) {
        for (int i = 0; i < covered.size(); i++) {
            final Partition partition = covered.get(i);
            partition.log().stability().journalEnds(status);
            if (partition.isInSyncRound()) {
                // The block found no room after all: the segments must do.
                onEnded(partition);
                add(partition);
            }
        }
        covered.clear();
    }

    /** The block is waited for even if nobody in it waits any more: its goals are the logs'. */
    private boolean isIdle() {
        return outstanding == 0 && covered.isEmpty();
    }

    @Override
    public boolean mayPark() {
        return !isIdle() || dirty.isEmpty();
    }

    long rounds() {
        return rounds;
    }
}
