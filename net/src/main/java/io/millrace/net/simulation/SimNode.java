package io.millrace.net.simulation;

import io.millrace.engine.core.Core;
import io.millrace.engine.core.CoreContext;
import io.millrace.engine.core.Mesh;
import io.millrace.engine.core.NodeBoot;
import io.millrace.engine.log.ScrubFinding;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.settings.BrokerConfig;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimHousekeeping;
import io.millrace.net.broker.BrokerCore;
import io.millrace.net.broker.CoreStop;
import io.millrace.net.broker.NodeLife;
import io.millrace.net.kafka.admin.LogLevels;
import io.millrace.net.kafka.admin.NodeFacts;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.share.ShareHosts;
import io.millrace.net.kafka.share.ShareSessionCounts;
import io.millrace.net.kafka.wire.RecordsCompressor;
import io.millrace.net.kafka.wire.RecordsDecompressor;
import io.millrace.net.kafka.wire.RecordsFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.IntBinaryOperator;

/** One life of the simulated broker's process: the production cores on simulated ports, from boot to its end. */
final class SimNode {
    static final int NODE_ID = 1;
    static final int UNKNOWN = -1;
    static final int NODE_PORT = 9092;
    static final int CORE_PORT = 9192;
    private static final int HOUSEKEEPING_DELAY_NS_MAX = 500_000;
    private static final int HOUSEKEEPING_CAPACITY = 64;
    /** Few enough for the short lives of simulated connections. */
    private static final int VOTES_TO_MOVE_MAX = 16;
    /** So often a core that stops looks for the others. */
    private static final long STOP_STEP_NS = 100_000;

    private final SimWorld world;
    private final Entropy entropy;
    private final List<BrokerCore> cores = new ArrayList<>();
    private final List<SimDisk> disks = new ArrayList<>();
    private final List<SimPoller> pollers = new ArrayList<>();
    private final List<SimHousekeeping> housekeepings = new ArrayList<>();
    private final List<CoreStop> stops = new ArrayList<>();
    private final List<SimMoves> moves = new ArrayList<>();
    private final int votesToMove;
    private final NodeLife life;
    private final SimOwners owners;
    private final List<Core> engineCores = new ArrayList<>();
    private final long[] retreats;

    /** Boots on what the disk holds. */
    SimNode(final SimWorld world, final BrokerConfig config, final int coreCount, final Entropy entropy) {
        this.world = world;
        this.entropy = entropy;
        retreats = new long[coreCount];
        life = new NodeLife(coreCount);
        owners = new SimOwners();
        votesToMove = 1 + entropy.stream("votes").nextInt(VOTES_TO_MOVE_MAX);
        for (int i = 0; i < coreCount; i++) {
            disks.add(new SimDisk(world.image(), world.time(), world.diskFaults(), entropy.stream("disk-" + i)));
        }
        world.onBoot();
        final NodeBoot boot =
                new NodeBoot(NODE_ID, coreCount, config.settings(), disks.getFirst(), entropy.stream("boot")).run();
        world.onBootFindings(boot.findings());
        final Mesh mesh =
                new Mesh(coreCount, world.ringBytes(), config.settings().intOf(BrokerSettings.LEASES));
        final ShareSessionCounts shareSessions = new ShareSessionCounts(coreCount);
        final int[] corePorts = new int[coreCount];
        for (int i = 0; i < coreCount; i++) {
            cores.add(newCore(i, mesh, boot, config, shareSessions));
            engineCores.add(cores.getLast().core());
            corePorts[i] = CORE_PORT + i;
        }
        for (final BrokerCore core : cores) {
            core.core().recover(world::onRecovered);
        }
        boot.recovered(disks.getFirst());
        world.onBooted();
        final List<ListenerView> views = List.of(
                ListenerView.ofNode("NODE", NODE_ID, "sim", NODE_PORT),
                ListenerView.ofCores("CORE", NODE_ID, "sim", corePorts));
        cores.forEach(core -> core.listeners(views));
    }

    private BrokerCore newCore(
            final int index,
            final Mesh mesh,
            final NodeBoot boot,
            final BrokerConfig config,
            final ShareSessionCounts shareSessions) {
        final SimPoller poller = new SimPoller();
        pollers.add(poller);
        final SimHousekeeping housekeeping = new SimHousekeeping(
                world.time(),
                entropy.stream("housekeeping-" + index),
                HOUSEKEEPING_DELAY_NS_MAX,
                HOUSEKEEPING_CAPACITY);
        housekeepings.add(housekeeping);
        final BrokerCore core = new BrokerCore(
                new CoreContext()
                        .core(index)
                        .mesh(mesh)
                        .time(world.time())
                        .entropy(entropy.stream("core-" + index))
                        .disk(disks.get(index))
                        .poller(poller)
                        .housekeeping(housekeeping)
                        .decompressor(new RecordsDecompressor())
                        .compressor(new RecordsCompressor())
                        .batchFilter(new RecordsFilter())
                        .boot(boot),
                config,
                new NodeFacts("c2ltdWxhdGVkLWNsdXN0ZX", "/simulated", null, LogLevels.withoutLog()),
                shareSessions);
        core.core().addStage("housekeeping", housekeeping);
        final SimMoves coreMoves = new SimMoves(
                core,
                poller,
                entropy.stream("moves-" + index),
                moves,
                () -> world.counts().merge("connection moved", 1L, Long::sum));
        moves.add(coreMoves);
        core.core().addStage("arrivals", coreMoves);
        core.connections().relocator(coreMoves, votesToMove);
        return core;
    }

    /** Gives a client's connection to the core that its port means, or null if nobody listens there. */
    SimLink connect(final int port, final SimNetwork network) {
        final boolean perCore = port >= CORE_PORT;
        final int core = perCore ? port - CORE_PORT : entropy.nextInt(cores.size());
        if (core >= cores.size() || cores.get(core).isStopping()) {
            return null;
        }
        final SimLink link = network.connect();
        cores.get(core).accept(perCore ? 1 : 0, pollers.get(core).adopt(link));
        return link;
    }

    /** One duty cycle of most cores, in an order of chance; returns how much was done. */
    int doWork() {
        int work = 0;
        final int first = entropy.nextInt(cores.size());
        for (int i = 0; i < cores.size(); i++) {
            if (cores.size() == 1 || entropy.nextInt(8) > 0) {
                work += doWork((first + i) % cores.size());
            } else {
                work++; // this one comes later, so the world is not idle
            }
        }
        owners.check(engineCores, world.wounds().isMetadataDamaged() ? null : world.epochs());
        return work;
    }

    private int doWork(final int index) {
        final Core core = cores.get(index).core();
        final int work = core.doWork();
        final Queue<ScrubFinding> findings = core.partitions().scrubFindings();
        while (!findings.isEmpty()) {
            world.onScrubFinding(findings.poll());
        }
        for (; retreats[index] < core.partitions().retreats(); retreats[index]++) {
            world.count("partition went on serving before it moved");
        }
        if (!stops.isEmpty()) {
            stops.get(index).step(core.nowNs());
        }
        return work;
    }

    /** When something is due although nobody has work now. */
    long nextDueNs() {
        long next = stops.isEmpty() ? Long.MAX_VALUE : world.nowNs() + STOP_STEP_NS;
        for (int i = 0; i < cores.size(); i++) {
            final Core core = cores.get(i).core();
            next = Math.min(
                    next,
                    Math.min(disks.get(i).nextDueNs(), housekeepings.get(i).nextDueNs()));
            next = Math.min(next, world.nowNs() + core.untilNextDeadlineNs());
            if (!core.mayPark() || pollers.get(i).hasReady()) {
                return world.nowNs();
            }
        }
        return next;
    }

    /** Begins an orderly stop. */
    void close() {
        cores.forEach(core -> stops.add(new CoreStop(core, life, () -> {})));
    }

    /** Whether the orderly stop has come to its end, but for the mark. */
    boolean isClosed() {
        return life.isClosed();
    }

    /** Whether the next start may trust what was closed. */
    boolean isClosedWell() {
        return life.isClean();
    }

    /** Whether something failed that a new start alone can mend. */
    boolean isHurt() {
        return cores.stream().anyMatch(core -> core.core().partitions().offlinePartitions() > 0);
    }

    /** How often every core has gone through all of its partitions. */
    long scrubPasses() {
        return cores.stream()
                .mapToLong(core -> core.core().partitions().scrubPasses())
                .min()
                .orElseThrow();
    }

    SimDisk firstDisk() {
        return disks.getFirst();
    }

    List<Core> cores() {
        return engineCores;
    }

    /** The metadata as core 0 knows them. */
    MetadataImage image() {
        return engineCores.getFirst().image();
    }

    /** The partition's leader epoch, of those that cores know the least or the largest. */
    int leaderEpoch(final String topic, final int partition, final IntBinaryOperator both) {
        int epoch = UNKNOWN;
        for (final Core core : engineCores) {
            final TopicImage described = core.image().topic(topic);
            if (described == null) {
                return UNKNOWN;
            }
            final int known = described.partition(partition).leaderEpoch();
            epoch = epoch == UNKNOWN ? known : both.applyAsInt(epoch, known);
        }
        return epoch;
    }

    /** How often share partitions forgot their locks. */
    long shareLocksLost() {
        return engineCores.stream()
                .mapToLong(core -> core.service(ShareHosts.class).locksLost())
                .sum();
    }

    long lettersFailed() {
        return engineCores.stream()
                .mapToLong(core -> core.service(ShareHosts.class).lettersFailed())
                .sum();
    }

    int coreCount() {
        return cores.size();
    }
}
