package io.millrace.engine.partition;

import io.millrace.engine.journal.Journal;
import io.millrace.engine.log.CompactionSettings;
import io.millrace.engine.log.JournalTail;
import io.millrace.engine.log.Log;
import io.millrace.engine.log.LogArrival;
import io.millrace.engine.log.LogCompletion;
import io.millrace.engine.log.LogContext;
import io.millrace.engine.log.LogCreation;
import io.millrace.engine.log.LogRecovery;
import io.millrace.engine.log.RecoveryReport;
import io.millrace.engine.log.ScrubFinding;
import io.millrace.engine.log.ScrubPace;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.Stage;
import io.millrace.engine.producer.ProducerTable;
import io.millrace.engine.replication.ReplicaProducers;
import io.millrace.engine.settings.Durability;
import io.millrace.engine.settings.TopicConfig;
import io.millrace.engine.status.Outcome;
import io.millrace.engine.status.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;

/** All partitions of one core, and their share of its duty cycle. Owned by the core's thread. */
public final class Partitions implements Stage {
    private static final int LEASE_DRAIN_LIMIT = 1024;

    private final Long2ObjectHashMap<Partition> byKey = new Long2ObjectHashMap<>();
    private final List<Partition> inOrder = new ArrayList<>();
    private final PartitionContext context;
    private final PartitionUpkeep upkeep;
    private final Watches watches;
    private final PartitionCleaner cleaner;
    private final PartitionScrub scrub;
    private final TrafficMeter traffic;
    private final PartitionArrivals arrivals;
    private final List<PartitionDeparture> departures = new ArrayList<>();
    /** Those that were here and went to other cores: whoever still asks here is told. */
    private final LongHashSet moved = new LongHashSet();

    private final long producerExpirationMs;

    public Partitions(
            final LogContext logs,
            final PartitionReplies replies,
            final Journal journal,
            final UpkeepIntervals intervals,
            final Supplier<CompactionSettings> compactions,
            final Supplier<ScrubPace> scrubPace,
            final Entropy scrubEntropy,
            final long producerExpirationMs,
            final Statistics statistics,
            final long nowMs) {
        context = new PartitionContext(logs, replies, journal, statistics);
        context.now(nowMs);
        upkeep = new PartitionUpkeep(context, intervals, nowMs);
        watches = new Watches(context);
        arrivals = new PartitionArrivals(context);
        cleaner = new PartitionCleaner(compactions, nowMs);
        traffic = new TrafficMeter(statistics);
        scrub = new PartitionScrub(scrubPace, scrubEntropy, statistics);
        this.producerExpirationMs = producerExpirationMs;
    }

    // Opening and closing

    /**
     * Opens a partition that lies on the disk; blocks, so at start only.
     *
     * @param recoveryPoint from the checkpoint, 0 if there is none
     * @param startOffset   from the checkpoint, 0 if there is none
     * @param cleanedTo     from the checkpoint, -1 if there is none
     * @param clean         whether the last stop was orderly
     * @param tail          what journals hold of it
     */
    public RecoveryReport recover(
            final LogRecovery recovery,
            final long key,
            final int leaderEpoch,
            final String directory,
            final TopicConfig config,
            final long recoveryPoint,
            final long startOffset,
            final long cleanedTo,
            final boolean clean,
            final JournalTail tail) {
        final ReplicaProducers producers = newProducers();
        final LogRecovery.RecoveredLog recovered = recovery.open(
                directory,
                context.logConfig(config),
                producers,
                recoveryPoint,
                startOffset,
                clean,
                config.durability() == Durability.OS,
                tail,
                context.nowMs());
        final Partition partition = add(key, leaderEpoch, config, producers);
        recovered.log().listener(partition);
        partition.open(recovered.log());
        recovered.log().compactor().cleanedTo(cleanedTo);
        upkeep.onOpened(partition, recoveryPoint, startOffset);
        return recovered.report();
    }

    /** Makes a new partition's directory; until the completion says OK its requests are answered NOT_READY. */
    public void create(
            final long key,
            final int leaderEpoch,
            final String directory,
            final TopicConfig config,
            final long topicIdHigh,
            final long topicIdLow,
            final LogCompletion completion) {
        final ReplicaProducers producers = newProducers();
        final Partition partition = add(key, leaderEpoch, config, producers);
        final Log[] made = new Log[1];
        made[0] = LogCreation.create(
                context.logs(),
                directory,
                context.logConfig(config),
                producers,
                topicIdHigh,
                topicIdLow,
                context.nowMs(),
                status -> {
                    if (status == DiskStatus.OK && !partition.isDeleted()) {
                        made[0].listener(partition);
                        partition.open(made[0]);
                    } else if (status == DiskStatus.OK) {
                        made[0].delete(PartitionContext.IGNORED, PartitionContext.IGNORED);
                    } else {
                        forget(partition);
                    }
                    completion.onComplete(status);
                });
    }

    /** Ends a partition for good; {@code renamed} is told once its name is durably free for another. */
    public void delete(final long key, final LogCompletion renamed) {
        final Partition partition = byKey.get(key);
        if (partition == null) {
            renamed.onComplete(DiskStatus.OK);
            return;
        }
        forget(partition);
        partition.delete(renamed, PartitionContext.IGNORED);
    }

    /** Ends all orderly: everything synced, indexes and snapshots written. */
    public void close(final LogCompletion completion) {
        context.journal().stop();
        final int[] open = {1};
        final int[] worst = {DiskStatus.OK};
        final LogCompletion each = status -> {
            worst[0] = Math.min(worst[0], status);
            if (--open[0] == 0) {
                if (worst[0] == DiskStatus.OK) {
                    context.journal().close(completion);
                } else {
                    completion.onComplete(worst[0]);
                }
            }
        };
        for (final Partition partition : inOrder) {
            if (partition.isDeparting()) {
                // Its move has not come to an end within all patience: it is not touched, and the next start recovers
                // it.
                worst[0] = DiskStatus.IO_ERROR;
            } else if (partition.isOpen()) {
                open[0]++;
                partition.close(each);
            }
        }
        each.onComplete(DiskStatus.OK);
    }

    // Moves between cores

    /** Makes a partition ready for another core; see {@link PartitionDeparture}. Null if it cannot go, and that was told. */
    public PartitionDeparture depart(final long key, final int ownerEpoch, final PartitionDeparture.Handler handler) {
        final Partition partition = byKey.get(key);
        if (partition == null || !partition.isOpen() || partition.leaderEpoch() != ownerEpoch) {
            handler.onEnded(partition == null ? Outcome.UNKNOWN_PARTITION : Outcome.NOT_READY, null);
            return null;
        }
        if (partition.isDeparting()) {
            handler.onEnded(Outcome.NOT_READY, null);
            return null;
        }
        final PartitionDeparture departure = new PartitionDeparture(partition, context, handler);
        partition.departs(departure);
        departures.add(departure);
        return departure;
    }

    /** Departures that requests do not wait for yet are given up: the core is about to end. */
    public void stopDepartures() {
        departures.forEach(PartitionDeparture::stop);
    }

    /** Another core is about to hand a partition over: what can be done before it stops to serve it. */
    public void openAhead(final long key, final LogArrival.Files files, final LogCompletion done) {
        arrivals.openAhead(key, files, done);
    }

    /** Another core hands a partition over; it is this core's once the metadata say so. */
    public void expect(
            final long key,
            final int leaderEpoch,
            final TopicConfig config,
            final PartitionHandover handover,
            final LogCompletion opened) {
        if (byKey.containsKey(key)) {
            throw new IllegalStateException("partition " + key + " is here already");
        }
        byKey.put(key, arrivals.expect(key, leaderEpoch, config, handover, opened));
    }

    /** It stays where it was. */
    public void discard(final long key) {
        final Partition partition = arrivals.discard(key);
        if (partition != null) {
            byKey.remove(key);
            partition.sendAway();
        }
    }

    /** The metadata say that this core owns the partition it expects. */
    public void moveIn(final long key, final TopicConfig config) {
        final Partition partition = arrivals.take(key, config);
        moved.remove(key);
        inOrder.add(partition);
        partition.resume();
    }

    /** The metadata say that another core owns the partition that is ready for that. */
    public void moveAway(final long key) {
        final Partition partition = byKey.get(key);
        forget(partition);
        moved.add(key);
        partition.moveAway();
    }

    /** The topic is gone: nobody asks for it any more. */
    public void forgetMoved(final long key) {
        moved.remove(key);
    }

    private Outcome notHere(final long key) {
        return moved.contains(key) ? Outcome.MOVED : Outcome.NOT_OWNER;
    }

    /** Whether no partition is on its way from or to this core. */
    public boolean movesNothing() {
        return departures.isEmpty() && arrivals.isEmpty();
    }

    /** How often a partition on its way off this core went on serving, since the disk took too long. */
    public long retreats() {
        return context.retreats().get();
    }

    /** Who waits does so for a move's short end, and no longer than a bound that nobody else watches. */
    private boolean isDepartureUrgent() {
        for (int i = 0; i < departures.size(); i++) {
            if (departures.get(i).isUrgent()) {
                return true;
            }
        }
        return false;
    }

    private int depart(final long nowNs) {
        for (int i = departures.size() - 1; i >= 0; i--) {
            if (departures.get(i).doWork(nowNs)) {
                departures.remove(i);
            }
        }
        return 0;
    }

    public void updateConfig(final long key, final TopicConfig config) {
        final Partition partition = byKey.get(key);
        if (partition != null) {
            partition.updateConfig(config);
        }
    }

    private ReplicaProducers newProducers() {
        return new ReplicaProducers(new ProducerTable(producerExpirationMs, context.crc32c(), context.nowMs()));
    }

    private Partition add(
            final long key, final int leaderEpoch, final TopicConfig config, final ReplicaProducers producers) {
        final Partition partition = new Partition(key, leaderEpoch, config, context, producers.table());
        if (byKey.put(key, partition) != null) {
            throw new IllegalStateException("partition " + key + " is here already");
        }
        inOrder.add(partition);
        return partition;
    }

    private void forget(final Partition partition) {
        byKey.remove(partition.key());
        inOrder.remove(partition);
    }

    // Requests

    public AppendTask beginAppend(final int from, final long correlation, final int parts) {
        final AppendTask task = context.takeAppendTask();
        task.begin(from, correlation, parts);
        return task;
    }

    public void append(
            final AppendTask task,
            final int part,
            final long key,
            final int ownerEpoch,
            final long address,
            final int length,
            final int flags,
            final long guard) {
        final Partition partition = byKey.get(key);
        if (partition == null) {
            task.refused(part, -1, -1, -1);
            context.end(task, part, notHere(key));
        } else {
            partition.appends().append(task, part, ownerEpoch, address, length, flags, guard);
        }
    }

    public void endOfParts(final AppendTask task) {
        if (task.endOfParts()) {
            context.finish(task);
        }
    }

    /** @param committed whether what undecided transactions wrote is not to be read */
    public ReadTask beginRead(final int from, final long correlation, final int parts, final boolean committed) {
        final ReadTask task = context.takeReadTask();
        task.begin(from, correlation, parts, committed);
        return task;
    }

    public void read(
            final ReadTask task,
            final int part,
            final long key,
            final int ownerEpoch,
            final int clientEpoch,
            final int lastFetchedEpoch,
            final long fetchOffset,
            final int bytesMax) {
        task.wanted(part, fetchOffset, bytesMax);
        final Partition partition = byKey.get(key);
        if (partition == null) {
            context.end(task, part, notHere(key));
        } else {
            partition.reads().read(task, part, ownerEpoch, clientEpoch, lastFetchedEpoch);
        }
    }

    public void endOfParts(final ReadTask task) {
        if (task.endOfParts()) {
            context.finish(task);
        }
    }

    public QueryTask beginQuery(final int from, final long correlation, final int parts, final PartitionQuery kind) {
        final QueryTask task = context.takeQueryTask();
        task.begin(from, correlation, parts, kind);
        return task;
    }

    public void query(
            final QueryTask task,
            final int part,
            final long key,
            final int ownerEpoch,
            final int clientEpoch,
            final long argument) {
        final Partition partition = byKey.get(key);
        if (partition == null) {
            task.answer(part, -1, -1, -1);
            context.end(task, part, notHere(key));
        } else {
            partition.queries().query(task, part, ownerEpoch, clientEpoch, argument);
        }
    }

    public void endOfParts(final QueryTask task) {
        if (task.endOfParts()) {
            context.finish(task);
        }
    }

    /** Begins a watch; {@link Watches#watch} adds its partitions. */
    public Watches watches() {
        return watches;
    }

    /** Null if it is not here. */
    public Partition partition(final long key) {
        return byKey.get(key);
    }

    public int count() {
        return inOrder.size();
    }

    public Partition at(final int position) {
        return inOrder.get(position);
    }

    public long syncRounds() {
        return context.syncRound().rounds();
    }

    /** Whether rounds sync segments alone from now on. */
    public boolean hasJournalFailed() {
        return context.journal().hasFailed();
    }

    /** Whether the disk is too full for all of the journal. */
    public boolean lacksJournalSpace() {
        return context.journal().lacksSpace();
    }

    public int offlinePartitions() {
        return context.offlinePartitions();
    }

    /** What an operator should know of compactions, each thing once; one other thread may take it out. */
    public Queue<String> compactionTroubles() {
        return cleaner.troubles();
    }

    /** Places that are damaged, each once; one other thread may take them out. */
    public Queue<ScrubFinding> scrubFindings() {
        return scrub.findings();
    }

    /** How often all partitions were gone through. */
    public long scrubPasses() {
        return scrub.passes();
    }

    /** Places in closed segments that were found damaged so far. */
    public long damagedBatches() {
        return scrub.damaged();
    }

    /** Whether a compaction is under way. */
    public boolean isCompacting() {
        return cleaner.isBusy();
    }

    @Override
    public int doWork(final long nowNs, final long nowMs) {
        context.now(nowMs);
        return context.leases().drain(LEASE_DRAIN_LIMIT)
                + context.recodings().doWork()
                + context.syncRound().doWork(nowNs, nowMs)
                + watches.answerDue()
                + depart(nowNs)
                + upkeep.doWork(inOrder, nowMs)
                + cleaner.doWork(inOrder, nowNs, nowMs)
                + scrub.doWork(this, nowNs)
                + traffic.doWork(inOrder, nowNs);
    }

    @Override
    public boolean mayPark() {
        return context.syncRound().mayPark()
                && context.recodings().mayPark()
                && context.dueWatches().isEmpty()
                && cleaner.mayPark()
                && scrub.mayPark()
                && !isDepartureUrgent();
    }
}
