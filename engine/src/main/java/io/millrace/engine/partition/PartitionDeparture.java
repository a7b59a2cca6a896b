package io.millrace.engine.partition;

import io.millrace.engine.log.Log;
import io.millrace.engine.log.LogArrival;
import io.millrace.engine.log.LogDeparture;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.status.Outcome;
import io.millrace.engine.status.PlantedBug;

/**
 * A partition's way off its core. While it is served as ever, what would take long is done: compaction stopped, its files
 * opened where it goes, and, if acks are worth a sync, its last segment synced until a sync is short. Then requests wait, what
 * was appended becomes durable and is acknowledged, and the partition is ready to be taken over; where that takes the disk
 * longer than requests should wait, all goes on, and is tried again. When it is ready, requests wait on until the metadata
 * say who owns it. Owned by the core that it leaves.
 *
 * <pre>
 *   PREPARING ⇄ SETTLING → REPORTING → READY → away
 *       |           |          |         +----→ stays
 *       +-----------+----------+--------------→ stays, and the handler is told why
 * </pre>
 */
public final class PartitionDeparture {
    /** Hears that a partition is ready, or why it cannot go. */
    @FunctionalInterface
    public interface Handler {
        /** @param handover null unless the outcome is OK */
        void onEnded(Outcome outcome, PartitionHandover handover);

        /** These files may be opened where the partition goes; {@link #goOn} is to be called when that is done. */
        default void onFilesKnown(final PartitionDeparture departure, final LogArrival.Files files) {
            departure.goOn();
        }
    }

    private enum State {
        PREPARING,
        SETTLING,
        SETTLED,
        REPORTING,
        READY,
        ENDED
    }

    private static final int SYNCS_MAX = 6;
    /** A sync that takes no longer leaves little to the one that requests wait for. */
    private static final long SHORT_SYNC_NS = 4_000_000;
    /** Who waits longer waits for the disk: all goes on here, and is tried again when it has become quieter. */
    private static final long SETTLING_NS_MAX = 20_000_000;

    /** A disk that never is quiet must not keep a partition for ever. */
    private static final long RETREATING_NS_MAX = 5_000_000_000L;

    private static final int RETREATS_MAX = 3;

    /** Requests wait no longer: they hold room between cores, and it may be that what ends the move finds none. */
    private static final long WAIT_NS_MAX = 100_000_000;

    /** Where segments roll, or are synced, all the time there is always something left. */
    private static final long LITTLE_LEFT_NS_MAX = 2_000_000_000;

    private static final long PREPARING_NS_MAX = 10_000_000_000L;

    private final Partition partition;
    private final PartitionContext context;
    private final Handler handler;
    private final LogDeparture departure;
    private State state = State.PREPARING;
    private int syncs;
    private int retreats;
    private boolean stopping;
    private boolean hasBegun;
    private boolean areFilesKnown;
    private boolean areFilesOpen;
    private boolean isPreparable;
    private long beganNs;
    private long preparableNs;
    private long syncBeganNs;
    private boolean isSyncMeasured = true;
    private long shortestSyncNs = Long.MAX_VALUE;
    private long suspendedNs;

    PartitionDeparture(final Partition partition, final PartitionContext context, final Handler handler) {
        this.partition = partition;
        this.context = context;
        this.handler = handler;
        departure = new LogDeparture(partition.log(), this::mustBeSynced, this::onSettled);
    }

    /** What was only ever promised to reach the page cache goes on as it is; a journal must not be asked for it any more. */
    private boolean mustBeSynced() {
        return partition.durable() || partition.log().stability().isCopied();
    }

    /** Goes on; true once there is nothing to be done here. */
    boolean doWork(final long nowNs) {
        if (state == State.PREPARING) {
            prepare(nowNs);
        }
        if (state == State.SETTLED) {
            report();
        }
        if (isSettling() && nowNs - suspendedNs > SETTLING_NS_MAX && isRetreatOfUse(nowNs)) {
            retreat();
        }
        if (state != State.PREPARING
                && state != State.ENDED
                && !partition.turnsAway()
                && nowNs - suspendedNs > WAIT_NS_MAX) {
            partition.turnAway();
        }
        return state == State.ENDED;
    }

    /** Whether the disk may become as fast as requests should wait for it: it was, or nobody knows. */
    private boolean isRetreatOfUse(final long nowNs) {
        return retreats < RETREATS_MAX
                && nowNs - beganNs < RETREATING_NS_MAX
                && (shortestSyncNs == Long.MAX_VALUE || shortestSyncNs <= SETTLING_NS_MAX);
    }

    private void prepare(final long nowNs) {
        final Log log = partition.log();
        if (!hasBegun) {
            hasBegun = true;
            beganNs = nowNs;
        }
        measureSync(nowNs);
        if (partition.isDeleted() || log.isOffline() || log.isReadOnly()) {
            giveUp(partition.isDeleted() ? Outcome.UNKNOWN_PARTITION : Outcome.OFFLINE);
        } else if (nowNs - beganNs > PREPARING_NS_MAX) {
            giveUp(Outcome.TIMED_OUT);
        } else if (stopsCompacting(log) && areFilesOpen() && !departure.isSyncingBeside()) {
            if (!isPreparable) {
                isPreparable = true;
                preparableNs = nowNs;
            }
            if (nowNs - preparableNs > LITTLE_LEFT_NS_MAX || isLittleLeft(nowNs)) {
                state = State.SETTLING;
                suspendedNs = nowNs;
                partition.suspend();
                departure.begin();
            }
        }
    }

    /** From now on no compaction begins, so files keep their names. */
    private boolean areFilesOpen() {
        if (!areFilesKnown) {
            areFilesKnown = true;
            handler.onFilesKnown(this, departure.files());
        }
        return areFilesOpen;
    }

    /** As many of its files are open where it goes as can be. */
    public void goOn() {
        areFilesOpen = true;
    }

    /** Of what requests would wait for if it were done later. */
    private boolean isLittleLeft(final long nowNs) {
        return departure.prepare() && !context.replies().isReporting(partition) && isSyncedEnough(nowNs);
    }

    private static boolean stopsCompacting(final Log log) {
        if (log.compactor().isBusy()) {
            log.compactor().stop();
        }
        return !log.compactor().isBusy();
    }

    private boolean isSyncedEnough(final long nowNs) {
        if (syncs == SYNCS_MAX
                || departure.unsyncedBytes() == 0
                || (syncs > 0 && nowNs - syncBeganNs < SHORT_SYNC_NS)) {
            return true;
        }
        if (departure.syncBeside()) {
            syncs++;
            syncBeganNs = nowNs;
            isSyncMeasured = false;
        }
        return false;
    }

    private void measureSync(final long nowNs) {
        if (!isSyncMeasured && !departure.isSyncingBeside()) {
            isSyncMeasured = true;
            shortestSyncNs = Math.min(shortestSyncNs, nowNs - syncBeganNs);
        }
    }

    private boolean isSettling() {
        return state == State.SETTLING || state == State.SETTLED || state == State.REPORTING;
    }

    private void retreat() {
        if (state != State.SETTLING) {
            departure.stay();
        } else if (!departure.withdraw()) {
            return;
        }
        state = State.PREPARING;
        retreats++;
        context.retreats().increment();
        isPreparable = false;
        syncs = 0;
        resume();
        if (stopping) {
            giveUp(Outcome.NOT_READY);
        }
    }

    private void onSettled(final int diskStatus) {
        if (diskStatus == DiskStatus.OK) {
            state = State.SETTLED;
        } else {
            resume();
            giveUp(
                    partition.isDeleted()
                            ? Outcome.UNKNOWN_PARTITION
                            : diskStatus == DiskStatus.NO_SPACE ? Outcome.NO_SPACE : Outcome.OFFLINE);
        }
    }

    /** Nothing that this core still has under way may speak of the partition once it is elsewhere. */
    private void report() {
        if (partition.log().stability().isInBlock()) {
            return;
        }
        state = State.REPORTING;
        final int attempt = retreats;
        context.replies().whenReported(partition, () -> {
            if (attempt == retreats) {
                onReported();
            }
        });
    }

    private void onReported() {
        if (partition.isDeleted() || partition.log().isOffline()) {
            final Outcome why = partition.isDeleted() ? Outcome.UNKNOWN_PARTITION : Outcome.OFFLINE;
            departure.stay();
            resume();
            giveUp(why);
            return;
        }
        state = State.READY;
        handler.onEnded(Outcome.OK, partition.handOver(departure.handOver()));
        if (PlantedBug.MOVE_SERVED_TWICE.isPlanted()) {
            departure.stay();
            resume();
        }
    }

    private void giveUp(final Outcome why) {
        state = State.ENDED;
        partition.departs(null);
        departure.end();
        handler.onEnded(why, null);
    }

    private void resume() {
        partition.resume();
    }

    /** Nobody took it: it goes on here; once ready. */
    public void stay() {
        if (state == State.READY) {
            state = State.ENDED;
            partition.departs(null);
            departure.stay();
            departure.end();
            resume();
        }
    }

    /** Another core may have it already, but nobody has said so yet. */
    boolean isReady() {
        return state == State.READY;
    }

    /** Whether it has to be looked at soon, though nothing happens. */
    boolean isUrgent() {
        return state != State.PREPARING && state != State.ENDED && !partition.turnsAway();
    }

    /** No more moves: gives up what requests do not wait for yet, or not any more. */
    void stop() {
        stopping = true;
        if (state == State.PREPARING) {
            giveUp(Outcome.NOT_READY);
        }
    }

    /** The metadata say that another core owns it. */
    void leave() {
        if (state != State.READY) {
            throw new IllegalStateException(partition + " was moved away, but is " + state);
        }
        state = State.ENDED;
        departure.leave();
    }
}
