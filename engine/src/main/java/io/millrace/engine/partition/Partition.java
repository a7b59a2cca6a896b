package io.millrace.engine.partition;

import io.millrace.engine.batch.BatchRules;
import io.millrace.engine.journal.JournaledLog;
import io.millrace.engine.log.Log;
import io.millrace.engine.log.LogCompletion;
import io.millrace.engine.log.LogHandover;
import io.millrace.engine.log.LogListener;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.producer.ProducerState;
import io.millrace.engine.producer.ProducerTable;
import io.millrace.engine.settings.Durability;
import io.millrace.engine.settings.TopicConfig;
import io.millrace.engine.status.Outcome;
import io.millrace.engine.status.PlantedBug;
import java.util.function.Consumer;

/**
 * One partition on the core that owns it: its log, its producers, who waits for its high watermark, and the three
 * positions, {@code appended >= stable >= committed}. On one node the high watermark is what the topic's durability
 * calls safe. Owned by the core's thread.
 */
public final class Partition implements LogListener {
    private final long key;
    private final PartitionContext context;
    private final PartitionAppend appends;
    private final PartitionRead reads;
    private final PartitionQueries queries;
    private final HighWatermark highWatermark;
    private final PartitionTraffic traffic = new PartitionTraffic();
    private int leaderEpoch;
    private TopicConfig config;
    private Log log;
    private JournaledLog journaled;
    private boolean deleted;
    /** On its way from or to another core: requests wait. */
    private boolean suspended;

    private PartitionDeparture departure;
    /** Those who came hold room in rings that the end of the move may need: nobody waits any more. */
    private boolean turnsAway;

    private boolean queuedForSync;
    private boolean inSyncRound;
    private BatchRules batchRules;
    private long checkpointedRecoveryPoint = -1;
    private long checkpointedStart = -1;
    private long checkpointedCleaned = -1;
    private long durableStart;

    Partition(
            final long key,
            final int leaderEpoch,
            final TopicConfig config,
            final PartitionContext context,
            final ProducerTable producers) {
        this.key = key;
        this.leaderEpoch = leaderEpoch;
        this.config = config;
        this.batchRules = TopicRules.of(config);
        this.context = context;
        highWatermark = new HighWatermark(this, context, producers);
        appends = new PartitionAppend(this, context, producers);
        reads = new PartitionRead(this, context);
        queries = new PartitionQueries(this, context);
    }

    /** The log is open; from now on the partition answers. */
    void open(final Log opened) {
        open(opened, durable() ? opened.stableOffset() : opened.appendedOffset());
    }

    /** The log comes from another core, where all of it was committed, whatever the topic's durability is by now. */
    void goOn(final Log arrived) {
        open(arrived, arrived.appendedOffset());
        if (arrived.isDirty() && durable()) {
            context.syncRound().add(this);
        }
    }

    private void open(final Log opened, final long committedOffset) {
        log = opened;
        journaled = context.journal().member(opened);
        opened.stability().copyTo(durable() ? journaled : null);
        appends.open(opened);
        highWatermark.open(committedOffset);
    }

    /** OK, or why a request with these epochs cannot be served. The client's epoch is −1 where it sent none. */
    Outcome admit(final int ownerEpoch, final int clientEpoch) {
        if (deleted) {
            return Outcome.UNKNOWN_PARTITION;
        }
        if (ownerEpoch != leaderEpoch) {
            return ownerEpoch < leaderEpoch ? Outcome.MOVED : Outcome.NOT_OWNER;
        }
        if (clientEpoch != -1 && clientEpoch != leaderEpoch) {
            return clientEpoch < leaderEpoch ? Outcome.FENCED_LEADER_EPOCH : Outcome.UNKNOWN_LEADER_EPOCH;
        }
        return log == null && !suspended ? Outcome.NOT_READY : Outcome.OK;
    }

    @Override
    public void onAppended(final long appendedOffset) {
        if (durable()) {
            context.syncRound().add(this);
        } else {
            commit(appendedOffset);
        }
    }

    @Override
    public void onStable(final long stableOffset) {
        if (stableOffset > log.appendedOffset()) {
            throw new IllegalStateException(this + ": stable " + stableOffset + " beyond " + log.appendedOffset());
        }
        context.syncRound().onEnded(this);
        if (log.isDirty() && durable()) {
            context.syncRound().add(this);
        }
        // While the topic was less durable, more than this may have been committed.
        if (durable() && stableOffset > highWatermark.offset()) {
            commit(stableOffset);
        }
    }

    @Override
    public void onAppendable() {
        appends.resume();
    }

    @Override
    public void onAppendFailed(final long fromOffset, final int diskStatus) {
        appends.onFailed(fromOffset, diskStatus == DiskStatus.NO_SPACE ? Outcome.NO_SPACE : Outcome.OFFLINE);
    }

    @Override
    public void onResident() {
        reads.resume();
    }

    @Override
    public void onOffline(final int diskStatus) {
        appends.onFailed(highWatermark.offset(), Outcome.OFFLINE);
        reads.resume();
        highWatermark.wakeAll();
        context.onOffline(this, diskStatus);
    }

    private void commit(final long offset) {
        if (highWatermark.advance(offset)) {
            appends.acknowledge(offset);
        }
    }

    /** The topic's settings changed. */
    void updateConfig(final TopicConfig changed) {
        final boolean wasDurable = durable();
        config = changed;
        batchRules = TopicRules.of(changed);
        if (log != null) {
            log.updateConfig(context.logConfig(changed));
            log.stability().copyTo(durable() ? journaled : null);
            if (wasDurable && !durable()) {
                commit(log.appendedOffset());
            } else if (log.isDirty()) {
                context.syncRound().add(this);
            }
        }
    }

    /** The topic is gone: whoever waits is told, the files go with their last reader. */
    void delete(final LogCompletion renamed, final LogCompletion removed) {
        deleted = true;
        context.syncRound().onEnded(this);
        reads.resume();
        highWatermark.wakeAll();
        if (log != null) {
            log.delete(giveUpThen(Outcome.UNKNOWN_PARTITION, renamed), removed);
        } else {
            giveUpThen(Outcome.UNKNOWN_PARTITION, renamed).onComplete(DiskStatus.OK);
            removed.onComplete(DiskStatus.OK);
        }
    }

    /** Requests wait from now on. */
    void suspend() {
        suspended = true;
    }

    /** They wait no more. */
    void resume() {
        suspended = false;
        turnsAway = false;
        if (log != null && !deleted) {
            appends.resume();
        }
        reads.resume();
        queries.resume();
    }

    /** Whether requests are served here and now. */
    public boolean isServing() {
        return log != null && !suspended && !deleted && !log.isClosed();
    }

    /** The move takes long: whoever waits, or comes, is to come again. */
    void turnAway() {
        turnsAway = true;
        appends.sendAway(Outcome.NOT_READY);
        reads.sendAway(Outcome.NOT_READY);
        queries.sendAway(Outcome.NOT_READY);
    }

    boolean turnsAway() {
        return turnsAway;
    }

    boolean isSuspended() {
        return suspended;
    }

    /** Null once it stays. */
    void departs(final PartitionDeparture newDeparture) {
        departure = newDeparture;
    }

    /** Whether another core may have the producers already. */
    boolean isHandedOver() {
        return departure != null && departure.isReady();
    }

    boolean isDeparting() {
        return departure != null;
    }

    /** What another core goes on with. */
    PartitionHandover handOver(final LogHandover handedOver) {
        return new PartitionHandover(
                handedOver,
                appends.producers(),
                checkpointedRecoveryPoint,
                checkpointedStart,
                checkpointedCleaned,
                durableStart);
    }

    /** Another core owns it: whoever waits is sent there. */
    void moveAway() {
        if (departure == null) {
            throw new IllegalStateException(this + " was moved away unasked");
        }
        departure.leave();
        sendAway();
    }

    /** Everyone who waits is told that it is not here. */
    void sendAway() {
        context.syncRound().onEnded(this);
        appends.sendAway(Outcome.MOVED);
        reads.sendAway(Outcome.MOVED);
        queries.sendAway(Outcome.MOVED);
        highWatermark.wakeAll();
    }

    /** Ends orderly; what the log could not take any more is refused. */
    void close(final LogCompletion completion) {
        log.close(giveUpThen(Outcome.NOT_OWNER, status -> appends.whenUnseen(() -> completion.onComplete(status))));
    }

    /** Appends that wait end when the log has: until then it may write from what they lend. */
    private LogCompletion giveUpThen(final Outcome outcome, final LogCompletion next) {
        return status -> {
            appends.onFailed(highWatermark.offset(), outcome);
            next.onComplete(status);
        };
    }

    boolean durable() {
        return config.durability() == Durability.FSYNC && !PlantedBug.ACK_BEFORE_SYNC.isPlanted();
    }

    /** Tells of every producer that is known here; for people, on the partition's core. */
    public void describeProducers(final Consumer<ProducerState> consumer) {
        appends.describeProducers(consumer);
    }

    public long key() {
        return key;
    }

    public int leaderEpoch() {
        return leaderEpoch;
    }

    public boolean isOpen() {
        return log != null;
    }

    /** Null until the partition is open. */
    public Log log() {
        return log;
    }

    /** Null if the journal is nothing for it. */
    JournaledLog journaled() {
        return journaled;
    }

    TopicConfig config() {
        return config;
    }

    PartitionTraffic traffic() {
        return traffic;
    }

    HighWatermark highWatermark() {
        return highWatermark;
    }

    PartitionAppend appends() {
        return appends;
    }

    /** Whether a read of this would end at once and bring neither bytes nor an error. */
    public boolean findsNothing(
            final int ownerEpoch,
            final int clientEpoch,
            final int lastFetchedEpoch,
            final long fetchOffset,
            final boolean committed) {
        return reads.findsNothing(ownerEpoch, clientEpoch, lastFetchedEpoch, fetchOffset, committed);
    }

    PartitionRead reads() {
        return reads;
    }

    PartitionQueries queries() {
        return queries;
    }

    boolean isDeleted() {
        return deleted;
    }

    BatchRules batchRules() {
        return batchRules;
    }

    /** Whether the checkpoint files do not say what the log says. */
    boolean isCheckpointDue() {
        return log.recoveryPoint() != checkpointedRecoveryPoint
                || log.startOffset() != checkpointedStart
                || log.compactor().cleanedTo() != checkpointedCleaned;
    }

    /** The checkpoint files say so, or will once the write under way has ended. */
    public void checkpointed(final long recoveryPoint, final long startOffset, final long cleanedTo) {
        checkpointedRecoveryPoint = recoveryPoint;
        checkpointedStart = startOffset;
        checkpointedCleaned = cleanedTo;
    }

    /** The checkpoint files say for good that the log begins there. */
    public void startDurable(final long startOffset) {
        durableStart = Math.max(durableStart, startOffset);
    }

    /** Whether what was deleted stays so after a crash. */
    boolean isStartDurable() {
        return durableStart >= log.startOffset();
    }

    boolean isQueuedForSync() {
        return queuedForSync;
    }

    void queuedForSync(final boolean queued) {
        queuedForSync = queued;
    }

    boolean isInSyncRound() {
        return inSyncRound;
    }

    void inSyncRound(final boolean in) {
        inSyncRound = in;
    }

    @Override
    public String toString() {
        return log == null ? "partition " + key : log.directory();
    }
}
