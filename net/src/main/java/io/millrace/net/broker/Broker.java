package io.millrace.net.broker;

import io.millrace.engine.core.Core;
import io.millrace.engine.core.CoreContext;
import io.millrace.engine.core.CorePlace;
import io.millrace.engine.core.Mesh;
import io.millrace.engine.core.NodeBoot;
import io.millrace.engine.core.Sleeper;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.CheckpointException;
import io.millrace.engine.log.DiskException;
import io.millrace.engine.metadata.FileMetadataLog;
import io.millrace.engine.os.BrokerMark;
import io.millrace.engine.os.DiskCompanion;
import io.millrace.engine.os.HousekeepingLane;
import io.millrace.engine.os.HousekeepingPool;
import io.millrace.engine.os.OsDisk;
import io.millrace.engine.os.OsEntropy;
import io.millrace.engine.os.OsTime;
import io.millrace.engine.partition.Partitions;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.settings.BrokerConfig;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.CleanerSettings;
import io.millrace.engine.settings.Durability;
import io.millrace.engine.status.CoreCounters;
import io.millrace.net.kafka.admin.NodeFacts;
import io.millrace.net.kafka.api.ClientSession;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.share.ShareSessionCounts;
import io.millrace.net.kafka.wire.RecordsCompressor;
import io.millrace.net.kafka.wire.RecordsDecompressor;
import io.millrace.net.kafka.wire.RecordsFilter;
import io.millrace.net.socket.ConnectionHandoff;
import io.millrace.net.socket.Transport;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One real node: takes the data directory, starts a thread for each core, opens the listeners once all are ready, and
 * ends everything in order. The only place that starts cores' threads.
 */
public final class Broker implements AutoCloseable {
    private static final int HOUSEKEEPING_CAPACITY = 1024;
    /** A core compacts one log at a time, one step after the other. */
    private static final int COMPACTION_CAPACITY = 4;
    /** Batches of one core that are looked into or packed at once. */
    private static final int RECODING_CAPACITY = 8;

    private static final int RECODING_THREADS_MAX = 2;
    /** Whoever waits for a processor goes before what nobody waits for. */
    private static final int COMPACTION_NICE = 15;

    /** A connection has asked the same core that often, and others hardly ever: it goes there. */
    private static final int VOTES_TO_MOVE = 64;

    private static final long TELL_PROGRESS_MS = 2000;

    private final BrokerConfig config;
    private final BrokerLog log;
    private final Runnable onCrash;
    private final DataDirectory data;
    private final Opened opened;
    private final DiskCompanion companion;
    private final HousekeepingPool housekeeping;
    private final HousekeepingPool compaction;
    private final HousekeepingPool recoding;
    private final BrokerMark mark;
    private final NodeStatus status;
    private final NodeLife life;
    private final Mesh mesh;
    private final Transport[] transports;
    private final String transportTold;
    private final OsDisk[] disks;
    private final BrokerCore[] cores;
    private final ConnectionHandoff handoff;
    private final CoreLoads loads;
    private final ShareSessionCounts shareSessions;
    private final ConnectionGate gate;
    private final Listeners listeners;
    private final NodeIdentity identity;
    private final NodeBoot boot;
    private final AtomicBoolean unpinnedTold = new AtomicBoolean();
    private final AtomicBoolean stopBegun = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);

    /**
     * Starts a broker; it serves when this returns. A core that throws later ends the process.
     *
     * @param out       where the summary and the line {@code Millrace ready} go
     * @param onServing given the broker just before that line, so that whoever reads it may ask for an orderly stop
     * @throws BrokerException and other exceptions whose message is meant for people
     */
    public static Broker start(
            final BrokerConfig config, final BrokerLog log, final PrintStream out, final Consumer<Broker> onServing) {
        return start(config, log, out, onServing, () -> Runtime.getRuntime().halt(1));
    }

    /** @param onCrash what a core that threw ends in, after it was told */
    static Broker start(
            final BrokerConfig config,
            final BrokerLog log,
            final PrintStream out,
            final Consumer<Broker> onServing,
            final Runnable onCrash) {
        final long beganNs = System.nanoTime();
        final Opened opened = new Opened();
        final Path directory = Path.of(config.dataDirectory());
        try {
            final DataDirectory data = DataDirectory.claim(directory);
            opened.add(data::close);
            final Broker broker = new Broker(config, log, onCrash, data, opened);
            broker.begin(out, onServing, beganNs);
            return broker;
        } catch (final RuntimeException | Error failed) {
            final BrokerException refusal = OpenFiles.refusalOf(failed);
            opened.closeAfter(failed);
            if (refusal != null) {
                throw refusal;
            }
            throw explained(failed, directory);
        }
    }

    /** The failure, or one whose message is meant for people. */
    private static RuntimeException explained(final Throwable failed, final Path directory) {
        return switch (failed) {
            case final DiskException disk -> new BrokerException(describe(disk, directory), disk);
            case final UncheckedIOException io -> DataDirectory.notWritable(directory, io.getCause());
            case final RuntimeException other -> other;
            case final Error error -> throw error;
            default -> new IllegalStateException(failed);
        };
    }

    private static String describe(final DiskException failed, final Path directory) {
        return failed.status() == DiskStatus.NO_SPACE
                ? "data directory " + directory + ": no space left (" + failed.getMessage()
                        + "); what is there stays as it is, start again when there is room"
                : "data directory " + directory + " cannot be used: " + failed.getMessage();
    }

    private Broker(
            final BrokerConfig config,
            final BrokerLog log,
            final Runnable onCrash,
            final DataDirectory data,
            final Opened opened) {
        this.config = config;
        this.log = log;
        this.onCrash = onCrash;
        this.data = data;
        this.opened = opened;
        final int count = config.coreCount();
        companion = new DiskCompanion(data.path());
        companion.prefer(FileMetadataLog.FILE);
        opened.add(companion::close);
        if (config.durability() == Durability.FSYNC) {
            companion.expectWritesThrough();
        }
        housekeeping = new HousekeepingPool(1, HOUSEKEEPING_CAPACITY);
        opened.add(housekeeping::close);
        compaction = new HousekeepingPool(
                "compaction",
                Math.max(1, config.settings().intOf(CleanerSettings.THREADS)),
                HOUSEKEEPING_CAPACITY,
                COMPACTION_NICE,
                housekeeping);
        opened.add(compaction::close);
        recoding = new HousekeepingPool(
                "recoding", Math.clamp(count / 2, 1, RECODING_THREADS_MAX), count * RECODING_CAPACITY, 0, housekeeping);
        opened.add(recoding::close);
        final CorePlace place = FirstTouch.of(config.processors(), Path.of("/"));
        mesh = new Mesh(count, config.ringBytes(), config.settings().intOf(BrokerSettings.LEASES), place);
        final Transports.Chosen chosen = Transports.open(count, config.settings(), log, opened);
        transports = chosen.transports();
        transportTold = chosen.told();
        disks = new OsDisk[count];
        for (int core = 0; core < count; core++) {
            final Sleeper sleeper = mesh.sleeper(core);
            disks[core] = new OsDisk(companion, sleeper::wake);
        }
        handoff = new ConnectionHandoff(transports);
        gate = new ConnectionGate(config.settings(), config.listeners());
        loads = new CoreLoads(count);
        shareSessions = new ShareSessionCounts(count);
        listeners = new Listeners(config.listeners(), transports, handoff);
        life = new NodeLife(count);
        final Entropy entropy = OsEntropy.fresh();
        identity = NodeIdentity.establish(new BlockingDisk(disks[0]), config.nodeId(), entropy);
        boot = boot(new NodeBoot(config.nodeId(), count, config.settings(), disks[0], entropy.stream("boot")));
        mark = new BrokerMark(data.path(), config.nodeId(), count);
        opened.add(mark::close);
        status = new NodeStatus(mark, data.path(), log);
        opened.add(status::close);
        cores = new BrokerCore[count];
        for (int i = 0; i < count; i++) {
            final int core = i;
            final Entropy own = entropy.stream("core-" + core);
            place.run(core, () -> cores[core] = newCore(core, own));
        }
    }

    private NodeBoot boot(final NodeBoot unread) {
        try {
            return unread.run();
        } catch (final CheckpointException unsound) {
            throw new BrokerException("data directory " + data.path() + ": " + unsound.getMessage(), unsound);
        }
    }

    private long searchNs() {
        return TimeUnit.MICROSECONDS.toNanos(config.settings().intOf(BrokerSettings.CORE_SEARCH_US));
    }

    private BrokerCore newCore(final int core, final Entropy entropy) {
        final HousekeepingLane lane = housekeeping.lane(HOUSEKEEPING_CAPACITY, mesh.sleeper(core)::wake);
        final HousekeepingLane compactions = compaction.lane(COMPACTION_CAPACITY, mesh.sleeper(core)::wake);
        final HousekeepingLane recodings = recoding.lane(RECODING_CAPACITY, mesh.sleeper(core)::wake);
        final CoreContext context = new CoreContext()
                .core(core)
                .mesh(mesh)
                .time(new OsTime())
                .entropy(entropy)
                .disk(disks[core])
                .poller(transports[core])
                .housekeeping(lane)
                .compactions(compactions)
                .recodings(recodings, recoding.threads())
                .compressor(new RecordsCompressor())
                .decompressor(new RecordsDecompressor())
                .batchFilter(new RecordsFilter())
                .boot(boot)
                .statistics(mark.statistics(core))
                .spinBeforeParkNs(config.spins() ? Long.MAX_VALUE : searchNs());
        final NodeFacts facts = new NodeFacts(
                identity.clusterId(),
                data.path().toString(),
                config.settings().stringOf(BrokerSettings.BROKER_RACK),
                log);
        final BrokerCore made = new BrokerCore(context, config, facts, shareSessions);
        made.core().addStage("housekeeping", lane);
        made.core().addStage("compaction", compactions);
        made.core().addStage("recoding", recodings);
        if (core == 0) {
            made.core().addMetadataListener(new EffectlessSettings(made.core().image(), lane, log));
        }
        final Moves moves = new Moves(made, transports[core], handoff, gate, loads);
        made.core().addStage("arrivals", handoff.arrivals(core, transports[core], moves));
        if (config.settings().booleanOf(BrokerSettings.CONNECTIONS_FOLLOW)) {
            made.connections().relocator(moves, VOTES_TO_MOVE);
        }
        made.connections().closeListener(connection -> {
            gate.onClosed(made.listenerOf(connection), connection.remoteAddress());
            handoff.onClosed(core);
            ClientSession.of(connection).gone();
            made.onClosed(connection);
        });
        return made;
    }

    private void begin(final PrintStream out, final Consumer<Broker> onServing, final long beganNs) {
        config.notes().forEach(log::warn);
        boot.findings().forEach(log::warn);
        recover();
        try {
            listeners.open(
                    config.nodeId(),
                    (core, listener, inside) -> new Doorman(cores[core].core(), gate, listener, inside));
        } catch (final RuntimeException cannotListen) {
            // What was recovered is closed again in order, so that the next start need not recover it.
            life.letServe();
            close();
            throw cannotListen;
        }
        for (final BrokerCore core : cores) {
            core.listeners(listeners.views());
        }
        new StartSummary(config, identity, data.path(), boot.image(), transportTold, !unpinnedTold.get())
                .print(out, listeners.views());
        life.letServe();
        mark.ready();
        warmUpFrontDoor();
        onServing.accept(this);
        final StringBuilder where = new StringBuilder();
        listeners.views().forEach(view -> where.append(' ').append(StartSummary.describe(view)));
        out.println("Millrace ready in " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs) + " ms:" + where);
        out.flush();
    }

    /** Each core opens its partitions on its own thread, while messages are warmed up on a thread beside. */
    private void recover() {
        final long beganNs = System.nanoTime();
        final RecoveryProgress progress = new RecoveryProgress(boot.image().partitionCount(), log);
        final Thread warmUp = new Thread(() -> WarmUp.messages(cores[0].table().served()), "warm-up");
        warmUp.start();
        final List<Thread> threads = new ArrayList<>();
        opened.add(() -> {
            // Where the start has failed; one that has served is at its end before anything is closed.
            life.abandon();
            threads.forEach(Waiting::join);
        });
        for (int core = 0; core < cores.length; core++) {
            final CoreCounters counters = new CoreCounters(mark.counters(), core);
            final Core watched = cores[core].core();
            final Partitions partitions = watched.partitions();
            status.watch(
                    counters,
                    partitions.compactionTroubles(),
                    partitions.scrubFindings(),
                    watched.moves().news());
            final CoreStatus counted = new CoreStatus(cores[core], disks[core], counters, loads);
            threads.add(new CoreThread(
                            cores[core],
                            disks[core],
                            config.processors().get(core),
                            config.coreNice(),
                            life,
                            counted,
                            listeners.of(core),
                            progress::onRecovered,
                            new Ears())
                    .start());
        }
        while (!life.awaitRecovered(TELL_PROGRESS_MS)) {
            progress.tellProgress();
        }
        Waiting.join(warmUp);
        if (life.failure() != null) {
            throw startFailed(life.failure());
        }
        forgetJournals();
        progress.tellResult(boot.isClean(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs));
    }

    /** On a disk of this thread's own: the cores wait. */
    private void forgetJournals() {
        try {
            for (final String name : boot.recovered(new OsDisk(companion, () -> {}))) {
                log.warn("kept " + name + " in " + config.dataDirectory()
                        + ": it is damaged, or holds copies of batches of a partition that is damaged or was set aside, and"
                        + " is not read again");
            }
        } catch (final DiskException failed) {
            life.abandon();
            throw failed;
        }
    }

    private static RuntimeException startFailed(final NodeLife.Failure failure) {
        if (failure.cause() instanceof final DiskException disk) {
            return disk;
        }
        return new BrokerException(
                "core " + failure.core() + " could not open its partitions: " + failure.cause(), failure.cause());
    }

    private void warmUpFrontDoor() {
        try {
            WarmUp.frontDoor(listeners.views(), listeners.firstAddress());
        } catch (final IOException | RuntimeException unanswered) {
            log.debug("the first requests were not answered: " + unanswered);
        }
    }

    /** How clients see this node, by listener. */
    public List<ListenerView> listeners() {
        return List.copyOf(listeners.views());
    }

    /** For tests: the way in behind the listeners. */
    ConnectionHandoff handoff() {
        return handoff;
    }

    /** Ends everything in order: requests, logs, checkpoints, the mark of an orderly stop. Idempotent; waits. */
    @Override
    public void close() {
        if (!stopBegun.compareAndSet(false, true)) {
            Waiting.await(stopped);
            return;
        }
        life.stop();
        for (final Transport transport : transports) {
            transport.wakeup();
        }
        life.awaitEnded();
        opened.close();
        stopped.countDown();
    }

    /** Waits until {@link #close}, called by somebody else, has done its work. */
    public void awaitEnd() {
        Waiting.await(stopped);
    }

    /** What core threads tell. */
    private final class Ears implements CoreThread.Listener {
        @Override
        public void onPinned(final int core, final int processor, final boolean really) {
            if (!really && unpinnedTold.compareAndSet(false, true)) {
                log.warn("core " + core + " could not be pinned to processor " + processor
                        + ": the system does not allow it; cores run where the system puts them");
            }
        }

        @Override
        public void onFailed(final int core, final Throwable cause) {
            mark.errors().record(cause);
            final boolean first = life.fail(core, cause);
            if (first && (life.hasServed() || !(cause instanceof DiskException))) {
                log.error("Millrace crashed: core " + core + ": " + cause, cause);
                if (life.hasServed()) {
                    onCrash.run();
                }
            }
        }

        @Override
        public void onNotMarkedClean(final String why) {
            log.error("this stop is not marked as orderly, the next start will recover: " + why);
        }
    }
}
