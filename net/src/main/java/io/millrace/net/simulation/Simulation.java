package io.millrace.net.simulation;

import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.Checkpoints;
import io.millrace.engine.log.DiskException;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.settings.BrokerConfig;
import io.millrace.engine.settings.SettingsLoader;
import io.millrace.engine.sim.SimCrash;
import io.millrace.engine.sim.SimDiskFaults;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * A broker and its clients in one thread, on virtual time, with a disk and a network that fail as the seed says. First
 * a while of faults; then everything heals, must come right, and the logs are compared with what clients were told.
 */
public final class Simulation {
    private static final String TOPIC = "simulated";
    private static final int CORES_MAX = 3;
    /** Steps after healing within which everything must come right. */
    private static final int HEALING_STEPS = 400_000;

    private static final int CLOSING_STEPS = 200_000;

    private final SimOptions options;
    private final Entropy entropy;
    private final SimWorld world;
    private final BrokerConfig config;
    private final int partitions;
    private final List<SimClient> clients = new ArrayList<>();
    private final List<SimProducer> producers = new ArrayList<>();
    private final SimAdmin admin;
    private long restartAtNs;
    private int lives;

    private Simulation(final SimOptions options) {
        this.options = options;
        final Entropy plan = new SeededEntropy(options.seed()).stream("plan");
        entropy = plan;
        final boolean fsync = plan.nextInt(5) > 0;
        final SimDiskFaults disk = plan.nextInt(4) == 0 ? SimDiskFaults.none() : SimDiskFaults.rough();
        final SimNetworkFaults network = plan.nextInt(4) == 0
                ? new SimNetworkFaults(false, 0, 0)
                : new SimNetworkFaults(true, 20, 200 + plan.nextInt(2000));
        world = new SimWorld(options.seed(), fsync, disk, network);
        config = config(fsync);
        partitions = 1 + plan.nextInt(5);
        admin = new SimAdmin(world, TOPIC, partitions, topicConfigs(plan), new ArrayList<>());
        addClients(plan);
    }

    private static BrokerConfig config(final boolean fsync) {
        final SettingsLoader loader = new SettingsLoader()
                .commandLine("millrace.durability", fsync ? "fsync" : "os")
                .commandLine("millrace.core.memory.bytes", "268435456")
                .commandLine("millrace.ring.bytes", "65536")
                .commandLine("millrace.core.leases", "64")
                .commandLine("millrace.checkpoint.interval.ms", "50")
                .commandLine("auto.create.topics.enable", "false");
        return BrokerConfig.conclude(loader.load(), "sim", List.of(0, 1, 2), false);
    }

    private static TreeMap<String, String> topicConfigs(final Entropy plan) {
        final TreeMap<String, String> configs = new TreeMap<>();
        configs.put("internal.segment.bytes", Integer.toString(2_000 + plan.nextInt(30_000)));
        configs.put("index.interval.bytes", Integer.toString(plan.nextInt(3_000)));
        return configs;
    }

    private void addClients(final Entropy plan) {
        clients.add(admin);
        final int producerCount = 1 + plan.nextInt(3);
        for (int i = 0; i < producerCount; i++) {
            producers.add(
                    new SimProducer("p" + i, world, TOPIC, partitions, 50 + plan.nextInt(1_500), bootstrap(plan)));
        }
        clients.addAll(producers);
        for (int i = plan.nextInt(3); i >= 0; i--) {
            clients.add(new SimConsumer("c" + i, world, TOPIC, partitions, bootstrap(plan)));
        }
    }

    private static int bootstrap(final Entropy plan) {
        return plan.nextInt(2) == 0 ? SimNode.NODE_PORT : SimNode.CORE_PORT;
    }

    /** Runs one seed to its end. */
    public static SimResult run(final SimOptions options) {
        final Simulation simulation = new Simulation(options);
        Throwable violation = null;
        try {
            simulation.run();
        } catch (final RuntimeException | AssertionError broken) {
            violation = broken;
        }
        return simulation.result(violation);
    }

    private void run() {
        for (int step = 0; step < options.steps(); step++) {
            step();
            strike();
        }
        heal();
        settle("producers to finish", () -> clients.stream().allMatch(SimClient::isDone));
        final SimAuditor auditor = new SimAuditor(world, TOPIC, partitions);
        clients.add(auditor);
        settle("the auditor to read everything", auditor::isDone);
        auditor.audit(TOPIC, partitions);
    }

    private void settle(final String what, final BooleanSupplier done) {
        for (int step = 0; !done.getAsBoolean(); step++) {
            if (step == HEALING_STEPS) {
                throw new ViolationException(
                        "waited in vain for " + what + ": everything was healed, but nothing came");
            }
            step();
        }
    }

    /** Everything that can do something does it; if nobody can, time passes until somebody can. */
    private void step() {
        if (world.node() == null && world.nowNs() >= restartAtNs) {
            start();
        }
        int work = 0;
        if (world.node() != null) {
            try {
                work += world.node().doWork();
            } catch (final SimCrash crash) {
                end(entropy.nextInt(2) == 0);
            }
        }
        for (final SimClient client : clients) {
            work += client.doWork();
        }
        world.network().maybeReset();
        if (work > 0) {
            world.time().advance(1_000 + entropy.nextInt(20_000));
        } else {
            world.time().advanceTo(Math.max(world.nowNs() + 1_000, nextDueNs()));
        }
    }

    private long nextDueNs() {
        long next = Math.min(world.network().nextDueNs(), world.nowNs() + 50_000_000);
        if (world.node() != null) {
            next = Math.min(next, world.node().nextDueNs());
        } else {
            next = Math.min(next, restartAtNs);
        }
        for (final SimClient client : clients) {
            if (client.notBeforeNs() > world.nowNs()) {
                next = Math.min(next, client.notBeforeNs());
            }
        }
        return next;
    }

    /** By chance, something bad happens to the process. */
    private void strike() {
        if (world.node() == null || entropy.nextInt(700) > 0) {
            return;
        }
        switch (entropy.nextInt(4)) {
            case 0 -> end(false);
            case 1 -> end(true);
            case 2 -> world.image().crashAtOperation(world.image().operations() + 1 + entropy.nextInt(40));
            default -> stopOrderly();
        }
    }

    private void end(final boolean powerLoss) {
        world.nodeGone();
        if (powerLoss) {
            world.image().crash(entropy.stream("crash-" + lives));
            world.onPowerLoss();
        } else {
            world.image().kill(entropy.stream("kill-" + lives));
        }
        world.count(powerLoss ? "power loss" : "kill");
        restartAtNs = world.nowNs() + entropy.nextInt(100_000_000);
    }

    private void stopOrderly() {
        final SimNode node = world.node();
        try {
            node.close();
            for (int step = 0; !node.isClosed(); step++) {
                if (step == CLOSING_STEPS) {
                    throw new ViolationException("the broker did not stop");
                }
                node.doWork();
                world.time().advanceTo(Math.max(world.nowNs() + 20_000, node.nextDueNs()));
            }
            Checkpoints.markCleanShutdown(new BlockingDisk(node.firstDisk()));
        } catch (final SimCrash crash) {
            end(entropy.nextInt(2) == 0);
            return;
        } catch (final DiskException full) {
            // No room for the mark: the next start takes this for a crash.
            check(full);
        }
        world.nodeGone();
        world.image().kill(entropy.stream("stop-" + lives));
        world.count("orderly stop");
        restartAtNs = world.nowNs() + entropy.nextInt(10_000_000);
    }

    private void start() {
        lives++;
        try {
            world.node(new SimNode(world, config, 1 + entropy.nextInt(CORES_MAX), world.entropy("life-" + lives)));
            world.count("start");
        } catch (final SimCrash crash) {
            end(entropy.nextInt(2) == 0);
        } catch (final DiskException full) {
            // No start on a full disk: somebody tries again later.
            check(full);
            world.count("start on a full disk");
            end(false);
        }
    }

    private static void check(final DiskException full) {
        if (full.status() != DiskStatus.NO_SPACE) {
            throw full;
        }
    }

    private void heal() {
        world.diskFaults().heal();
        world.network().faults().heal();
        producers.forEach(SimProducer::stop);
        admin.stop();
    }

    private SimResult result(final Throwable violation) {
        world.counts().merge("connection reset", world.network().resets(), Long::sum);
        return new SimResult(
                options,
                world.image().operations(),
                world.history().ackedRecords(),
                world.counts(),
                world.traceHash(),
                violation);
    }
}
