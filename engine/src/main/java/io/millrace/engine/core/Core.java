package io.millrace.engine.core;

import io.millrace.engine.journal.Journal;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.Checkpoints;
import io.millrace.engine.log.CompactionSettings;
import io.millrace.engine.log.LeaseTable;
import io.millrace.engine.log.LogCompletion;
import io.millrace.engine.log.LogContext;
import io.millrace.engine.log.RecoveryReport;
import io.millrace.engine.log.ScrubPace;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.MetadataListener;
import io.millrace.engine.metadata.MetadataStateMachine;
import io.millrace.engine.partition.Partitions;
import io.millrace.engine.partition.UpkeepIntervals;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskSpace;
import io.millrace.engine.port.Housekeeping;
import io.millrace.engine.port.Poller;
import io.millrace.engine.port.Stage;
import io.millrace.engine.port.Time;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.CleanerSettings;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.status.Statistics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.collections.IntArrayList;

/**
 * One core: a loop that owns its partitions, its sockets and everything it touches outright. {@link #doWork} is one
 * duty cycle and may be called by any one thread, the pinned one in production, the only one in the simulation. All
 * state below belongs to whoever calls it first.
 */
public final class Core {
    private static final int MESSAGE_LIMIT = 256;
    private static final int DISK_LIMIT = 256;
    private static final int DEADLINE_LIMIT = 64;
    private static final int RETRY_LIMIT = 64;
    /** Upkeep looks at the clock at least so often. */
    private static final long PARK_NS_MAX = 500_000_000;

    private static final int METADATA_CORE = 0;

    private final int id;
    private final Time time;
    private final Disk disk;
    private final Poller poller;
    private final Sleeper sleeper;
    private final Mesh mesh;
    private final NodeBoot boot;
    private final LogContext logs;
    private final Patience forCores;
    private final Patience forClients;
    private Patience patience;
    private final Statistics statistics;
    private final CycleClock clock;
    private final MessageMeter messages;
    private final int mailboxTerm;
    private final int diskTerm;
    private final int socketsTerm;
    private final int ownMessagesTerm;
    private final int deadlinesTerm;
    private final int retriesTerm;
    private final CoreProxy[] proxies;
    private final CoreAdapter[] mailbox;
    private final Requests requests;
    private final MessageRoutes routes = new MessageRoutes();
    private final Deadlines deadlines;
    private final List<Stage> stages = new ArrayList<>();
    private final IntArrayList stageTerms = new IntArrayList();
    private final Partitions partitions;
    private final CheckpointReporter checkpoints;
    private final MetadataFollower metadata;
    private final Commands commands;
    private final ProducerIds producerIds;
    private final CoreCalls calls;
    private final Quotas quotas;
    private final PartitionMoves moves;
    private final Map<Class<?>, Object> services = new HashMap<>();
    private Thread owner;
    private long nowNs;
    private long nowMs;
    private long idleSinceNs = -1;

    public Core(final CoreContext context) {
        context.conclude();
        id = context.core();
        time = context.time();
        disk = context.disk();
        poller = context.poller();
        boot = context.boot();
        forCores = new Patience(context.spinBeforeParkNs());
        forClients = new Patience(context.spinBeforeParkNs());
        patience = forClients;
        statistics = context.statistics();
        clock = new CycleClock(time, statistics);
        messages = new MessageMeter(statistics);
        mailboxTerm = clock.addTerm("mailbox");
        diskTerm = clock.addTerm("disk");
        socketsTerm = clock.addTerm("sockets");
        ownMessagesTerm = clock.addTerm("own messages");
        deadlinesTerm = clock.addTerm("deadlines");
        retriesTerm = clock.addTerm("retries");
        mesh = context.mesh();
        sleeper = mesh.sleeper(id);
        sleeper.bind(poller);
        proxies = new CoreProxy[mesh.coreCount()];
        for (int to = 0; to < proxies.length; to++) {
            proxies[to] = new CoreProxy(mesh.ring(id, to), mesh.sleeper(to), messages, to == id);
        }
        requests = new Requests(proxies, clock);
        mailbox = new CoreAdapter[mesh.coreCount()];
        for (int from = 0; from < mailbox.length; from++) {
            mailbox[from] = new CoreAdapter(from, mesh.ring(from, id), requests, routes);
        }
        nowNs = time.nanoTime();
        nowMs = time.epochMs();
        deadlines = new Deadlines(nowNs);
        logs = newLogs(context);
        checkpoints = new CheckpointReporter(requests);
        final MetadataStateMachine machine = id == METADATA_CORE ? boot.machine() : boot.newMachine();
        partitions = newPartitions(context, machine.image());
        new PartitionAdapter(partitions, routes, clock);
        metadata = new MetadataFollower(id, machine, partitions, proxies, new PartitionRetries(this), routes);
        commands = new Commands(requests, id);
        producerIds = new ProducerIds(id, commands);
        calls = new CoreCalls(this, mesh);
        quotas = new Quotas(this, proxies, routes);
        metadata.addListener(quotas);
        moves = new PartitionMoves(this);
        addStage("calls", calls);
        addStage("partitions", partitions);
        addStage("checkpoints", checkpoints);
        addStage("producer ids", producerIds);
        if (id == METADATA_CORE) {
            hostMetadata(machine.image());
        }
    }

    private Partitions newPartitions(final CoreContext context, final MetadataImage image) {
        final Settings settings = image.settings();
        return new Partitions(
                logs,
                new ReplyProxy(proxies, checkpoints, clock),
                new Journal(
                        disk,
                        id,
                        settings.longOf(BrokerSettings.JOURNAL_BYTES),
                        context.entropy().stream("journal").nextLong() >>> 8,
                        statistics),
                new UpkeepIntervals(
                        settings.longOf(BrokerSettings.LOG_RETENTION_CHECK_INTERVAL_MS),
                        settings.longOf(BrokerSettings.CHECKPOINT_INTERVAL_MS)),
                () -> compactions(image.settings()).shareOf(mesh.coreCount()),
                () -> scrubPace(image.settings()).shareOf(mesh.coreCount()),
                context.entropy().stream("scrub"),
                settings.longOf(BrokerSettings.PRODUCER_ID_EXPIRATION_MS),
                statistics,
                nowMs);
    }

    /** What the node's compactions may use together. */
    private static CompactionSettings compactions(final Settings settings) {
        return new CompactionSettings(
                settings.booleanOf(CleanerSettings.ENABLE),
                settings.longOf(CleanerSettings.BACKOFF_MS),
                settings.longOf(CleanerSettings.DEDUPE_BUFFER_SIZE),
                ((Number) settings.value(CleanerSettings.LOAD_FACTOR)).doubleValue(),
                ((Number) settings.value(CleanerSettings.IO_MAX_BYTES_PER_SECOND)).doubleValue());
    }

    private static ScrubPace scrubPace(final Settings settings) {
        return new ScrubPace(
                (double) settings.longOf(BrokerSettings.SCRUB_BYTES_PER_SECOND),
                settings.longOf(BrokerSettings.SCRUB_PERIOD_MS));
    }

    private void hostMetadata(final MetadataImage image) {
        final CheckpointHost checkpointHost = new CheckpointHost(
                new Checkpoints(logs),
                image,
                proxies,
                boot.recoveryPoints(),
                boot.startOffsets(),
                boot.cleanedOffsets(),
                deadlines,
                this::nowNs,
                routes);
        final MetadataHost host = new MetadataHost(
                id, boot.controller(), boot.log(), metadata, checkpointHost, requests, proxies, routes);
        moves.host(host);
        addStage("metadata", host);
    }

    private LogContext newLogs(final CoreContext context) {
        final LogContext made = new LogContext(disk, mesh.leases(id), context.housekeeping(), context.decompressor())
                .compactions(context.compactions(), context.batchFilter());
        if (context.compressor() != null) {
            made.recodings(context.recodings(), context.compressor(), context.recodingThreads());
        }
        return made;
    }

    /**
     * Opens every partition that this core owns, blocking; before the first duty cycle.
     *
     * @param reports told what was found in each
     */
    public void recover(final Consumer<RecoveryReport> reports) {
        checkOwner();
        disk.ownerWaits(true);
        try {
            new CoreRecovery(id, boot, new BlockingDisk(disk), logs, partitions, metadata.image()).run(reports);
        } finally {
            disk.ownerWaits(false);
        }
    }

    /** One duty cycle; returns how much was done, 0 for nothing. */
    public int doWork() {
        checkOwner();
        nowNs = time.nanoTime();
        nowMs = time.epochMs();
        clock.begin(nowNs, nowMs, socketsTerm);
        int work = clock.lap(mailboxTerm, drainMailbox())
                + clock.lap(diskTerm, disk.poll(DISK_LIMIT))
                + clock.lapAlways(socketsTerm, poller.poll(0))
                + clock.lap(ownMessagesTerm, messages.drained(mailbox[id].drain(MESSAGE_LIMIT)));
        for (int i = 0; i < stages.size(); i++) {
            work += clock.lap(stageTerms.getInt(i), stages.get(i).doWork(nowNs, nowMs));
        }
        work += clock.lap(deadlinesTerm, deadlines.poll(nowNs, nowMs, DEADLINE_LIMIT))
                + clock.lap(retriesTerm, attemptRetries());
        for (final CoreProxy proxy : proxies) {
            proxy.flushWake();
        }
        clock.compacts(partitions.isCompacting());
        clock.ended(work);
        return work;
    }

    /** After a duty cycle without work: looks on for a while, then sleeps until a socket, a message or a deadline. */
    public void idle() {
        final long now = time.nanoTime();
        clock.idle(now);
        if (idleSinceNs < 0) {
            idleSinceNs = now;
            // What another core owes comes in a few microseconds, what a client sends next comes when it likes.
            patience = requests.awaitsOtherCores() ? forCores : forClients;
        }
        if (patience.lasts(now - idleSinceNs)) {
            Thread.onSpinWait();
            return;
        }
        park(now);
    }

    /** A duty cycle found work: the next search for some starts anew. */
    public void busy() {
        if (idleSinceNs >= 0) {
            idleSinceNs = -1;
            patience.onFound();
        }
    }

    /** Whether there is nothing to do before a message, a completion, a socket or a deadline comes. */
    public boolean mayPark() {
        if (disk.hasReady()) {
            return false;
        }
        for (int i = 0; i < mailbox.length; i++) {
            if (!mailbox[i].isEmpty() || proxies[i].waitsForRoom()) {
                return false;
            }
        }
        for (int i = 0; i < stages.size(); i++) {
            if (!stages.get(i).mayPark()) {
                return false;
            }
        }
        return true;
    }

    /** Nanoseconds until the core wants to run even if nothing happens. */
    public long untilNextDeadlineNs() {
        return Math.min(PARK_NS_MAX, deadlines.untilNext(time.nanoTime()));
    }

    private void park(final long now) {
        sleeper.fallAsleep();
        final long waitNs = Math.min(PARK_NS_MAX, deadlines.untilNext(now));
        if (waitNs > 0 && mayPark()) {
            clock.park(now);
            patience.onSleep();
            poller.poll(waitNs);
        }
        idleSinceNs = -1;
        sleeper.awake();
    }

    private int drainMailbox() {
        int work = 0;
        for (int i = 0; i < mailbox.length; i++) {
            work += messages.drained(mailbox[i].drain(MESSAGE_LIMIT));
        }
        return work;
    }

    private int attemptRetries() {
        int work = 0;
        for (final CoreProxy proxy : proxies) {
            work += proxy.attempt(RETRY_LIMIT);
        }
        return work;
    }

    @SuppressWarnings("ReferenceEquality") // one thread and no other
    private void checkOwner() {
        if (owner != Thread.currentThread()) {
            if (owner != null) {
                throw new IllegalStateException("core " + id + " belongs to " + owner.getName());
            }
            owner = Thread.currentThread();
        }
    }

    /**
     * Ends this core's partitions orderly and writes down where they stand; the core keeps running until all cores have
     * said so. No request may come in any more. Ends with OK only if the next start may trust what it finds.
     */
    public void close(final LogCompletion closed) {
        new CoreClosing(partitions, checkpoints, closed).begin();
    }

    public int id() {
        return id;
    }

    public int coreCount() {
        return proxies.length;
    }

    /** Where this core has done what takes long. */
    public Housekeeping housekeeping() {
        return logs.housekeeping();
    }

    /** The most that a batch may unpack to on its way in. */
    public int recodingBytesMax() {
        return logs.recodingBytesMax();
    }

    /** Time of the current duty cycle, monotonic nanoseconds. */
    public long nowNs() {
        return nowNs;
    }

    /** Time of the current duty cycle, milliseconds since the epoch. */
    public long nowMs() {
        return nowMs;
    }

    public Requests requests() {
        return requests;
    }

    public Commands commands() {
        return commands;
    }

    /** The way to have something done on another core. */
    public CoreCalls calls() {
        return calls;
    }

    /** What clients pay on this core. */
    public Quotas quotas() {
        return quotas;
    }

    /** Moves partitions between cores; core 0's are the node's. */
    public PartitionMoves moves() {
        return moves;
    }

    /** Leaves something that calls from other cores look for here; before the first cycle only. */
    public <T> void addService(final Class<T> type, final T service) {
        services.put(type, service);
    }

    /** What was left here under that type. */
    public <T> T service(final Class<T> type) {
        return type.cast(services.get(type));
    }

    public ProducerIds producerIds() {
        return producerIds;
    }

    public Partitions partitions() {
        return partitions;
    }

    /** This core's copy of the metadata. */
    public MetadataImage image() {
        return metadata.image();
    }

    /** Told of metadata changes on this core's thread, after its partitions were looked after. */
    public void addMetadataListener(final MetadataListener listener) {
        metadata.addListener(listener);
    }

    /** Asks how much room the data directory's file system has; told in a later duty cycle. */
    public void askDiskSpace(final Consumer<DiskSpace> told) {
        final DiskSpace space = new DiskSpace();
        disk.space(space, (token, status, value) -> told.accept(space), 0);
    }

    /** What a core, this or another, has lent to fetches. */
    public LeaseTable leases(final int core) {
        return mesh.leases(core);
    }

    public Deadlines deadlines() {
        return deadlines;
    }

    /** Where this core's figures are counted. */
    public Statistics statistics() {
        return statistics;
    }

    /** Where this core's time goes. */
    public CycleClock clock() {
        return clock;
    }

    /** Adds a share of the duty cycle; before the first cycle only. */
    public void addStage(final String name, final Stage stage) {
        stages.add(stage);
        stageTerms.addInt(clock.addTerm(name));
    }

    MessageRoutes routes() {
        return routes;
    }
}
