package io.millrace.engine.partition;

import io.millrace.engine.port.Stage;
import io.millrace.engine.status.Histogram;
import io.millrace.engine.status.Statistic.Unit;
import io.millrace.engine.status.Statistics;
import java.util.ArrayList;
import java.util.List;

/**
 * Group commit: one round makes everything appended so far, in all partitions of the core, survive a power loss; what
 * is appended meanwhile waits for the next round. How the bytes get there is hidden behind this class. Owned by the
 * core's thread.
 */
final class SyncRound implements Stage {
    private List<Partition> dirty = new ArrayList<>();
    private List<Partition> syncing = new ArrayList<>();
    private int outstanding;
    private long rounds;
    private long beganNs;
    private boolean isMeasured;
    private final Histogram lengths;
    private final Histogram partitions;

    SyncRound(final Statistics statistics) {
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
        if (isMeasured && outstanding == 0) {
            isMeasured = false;
            lengths.record(nowNs - beganNs);
        }
        if (outstanding > 0 || dirty.isEmpty()) {
            return 0;
        }
        final List<Partition> round = dirty;
        dirty = syncing;
        syncing = round;
        for (int i = 0; i < round.size(); i++) {
            begin(round.get(i));
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

    private void begin(final Partition partition) {
        partition.queuedForSync(false);
        if (partition.isDeleted() || !partition.log().isDirty()) {
            return;
        }
        if (partition.log().sync()) {
            partition.inSyncRound(true);
            outstanding++;
        } // else a sync is under way outside the rounds: when it ends, what it did not cover is added again
    }

    @Override
    public boolean mayPark() {
        return outstanding > 0 || dirty.isEmpty();
    }

    long rounds() {
        return rounds;
    }
}
