package io.millrace.net.simulation;

import io.millrace.engine.core.NodeBoot;
import io.millrace.engine.journal.JournalFormat;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.DiskException;
import io.millrace.engine.metadata.MetadataDamageException;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.settings.AllowedProcessors;
import io.millrace.engine.settings.BrokerConfig;
import io.millrace.engine.settings.SettingsLoader;
import io.millrace.engine.sim.SimCrash;
import io.millrace.engine.sim.SimDiskFaults;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;

/**
 * A broker and its clients in one thread, on virtual time, with a disk and a network that fail as the seed says. First
 * a while of faults; then everything heals, must come right, and the logs are compared with what clients were told.
 */
public final class Simulation {
    private static final String TOPIC = "simulated";
    private static final int CORES_MAX = 3;
    private static final int OWNER_OPERATIONS_MAX = 80;
    /** So small that files are used again and again, and rounds do without for want of one. */
    private static final int[] JOURNAL_BYTES = {65_536, 65_536, 98_304, 196_608, 0};

    private static final int JOURNAL_STRIKES_MAX = 24;
    private static final int MOVES_MAX = 400;

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
    private final SimTopicOwner owner;
    /** One that wants no acks, or null. */
    private SimUnacked unacked;

    /** Users of transactions and groups, or null. */
    private final SimPrograms programs;

    /** A copy of another partition on another disk, or null. */
    private final SimReplica replica;

    /** One who moves partitions between cores, or null. */
    private final SimReassigner reassigner;

    /** Whether closed segments are read in the background, from a stream of its own, so that other seeds stay. */
    private final boolean scrubs;

    private boolean mediaFail;
    private boolean metadataTurns;
    /** So many bits turn in journals when the process dies. */
    private int journalsStruckAtEnd;

    /** The metadata is damaged, the broker says so and does not start: there is nothing more to see. */
    private boolean stranded;

    private long restartAtNs;
    private int lives;
    private int cores;

    private Simulation(final SimOptions options) {
        this.options = options;
        final Entropy plan = new SeededEntropy(options.seed()).stream("plan");
        entropy = plan;
        final boolean withKeys = SimKeys.areIn(options.seed());
        final boolean withPrograms = SimPrograms.areIn(options.seed());
        final boolean fsync = plan.nextInt(5) > 0 || withKeys || withPrograms;
        final SimDiskFaults disk = diskFaults(plan, withKeys || withPrograms);
        final SimNetworkFaults network = plan.nextInt(4) == 0
                ? new SimNetworkFaults(false, 0, 0)
                : new SimNetworkFaults(true, 20, 200 + plan.nextInt(2000));
        world = new SimWorld(options.seed(), fsync, disk, network);
        if (!withKeys && !withPrograms) {
            strikeJournals(disk);
        }
        replica = plan.nextInt(3) == 0 && !withPrograms ? new SimReplica(world) : null;
        partitions = 1 + plan.nextInt(5);
        final TreeMap<String, String> configs = topicConfigs(plan);
        SimCodecs.configure(TOPIC, world, configs);
        admin = new SimAdmin(world, TOPIC, partitions, configs, new ArrayList<>());
        owner = new SimTopicOwner(world, plan.nextInt(OWNER_OPERATIONS_MAX));
        addClients(plan, withPrograms);
        if (withKeys) {
            clients.addAll(SimKeys.clients(world));
        }
        programs = withPrograms ? new SimPrograms(world, SimShares.areIn(options.seed())) : null;
        if (programs != null) {
            clients.addAll(programs.clients());
        }
        reassigner = SimReassigner.isIn(world)
                ? new SimReassigner(
                        world,
                        new SimOwners(),
                        world.entropy("core moves' number").nextInt(MOVES_MAX))
                : null;
        if (reassigner != null) {
            clients.add(reassigner);
        }
        scrubs = world.entropy("scrub").nextInt(3) > 0;
        config = config(
                fsync, withKeys, scrubs, plan.nextInt(2) == 0, JOURNAL_BYTES[plan.nextInt(JOURNAL_BYTES.length)]);
    }

    /** @param counts whether somebody counts on every promise: what they alone hold is spared */
    private SimDiskFaults diskFaults(final Entropy plan, final boolean counts) {
        final SimDiskFaults faults = plan.nextInt(4) == 0 ? SimDiskFaults.none() : SimDiskFaults.rough();
        final int media = plan.nextInt(6);
        if (media == 0 || media == 1) {
            mediaFail = true;
            faults.mediaErrors(200 + plan.nextInt(600), 200 + plan.nextInt(2_000), 1_000 + plan.nextInt(4_000));
        }
        if (media == 1 || media == 2) {
            metadataTurns = plan.nextInt(8) == 0 && !counts;
            faults.bitFlips(500 + plan.nextInt(2_000), counts ? this::mayTurnBesides : this::mayTurn);
        }
        return faults;
    }

    /** Now and then journals alone are struck, and often. From a stream of its own, so that other seeds stay. */
    private void strikeJournals(final SimDiskFaults faults) {
        final Entropy few = world.entropy("journal wounds");
        if (few.nextInt(5) == 0) {
            faults.bitFlips(1_000 + few.nextInt(20_000), JournalFormat::isJournal);
            journalsStruckAtEnd = few.nextInt(JOURNAL_STRIKES_MAX);
        }
    }

    private void strikeJournalsAtEnd() {
        final Entropy where = world.entropy("journal wounds at the end of " + lives);
        for (int i = 0; i < journalsStruckAtEnd; i++) {
            world.image().flipBit(where, JournalFormat::isJournal);
        }
    }

    /** Files that carry a checksum, or can be made anew; the checkpoints, which are Kafka's, neither. */
    private boolean mayTurn(final String path) {
        return path.startsWith("millrace-metadata.")
                ? metadataTurns
                : JournalFormat.isJournal(path)
                        || path.endsWith(".log")
                        || path.endsWith("index")
                        || path.endsWith(".snapshot");
    }

    /** Of programs' topics, what is made anew alone; and journals hold batches of all. */
    private boolean mayTurnBesides(final String path) {
        return mayTurn(path) && (programs == null || !JournalFormat.isJournal(path)) && !SimPrograms.isTheirOwn(path);
    }

    private static BrokerConfig config(
            final boolean fsync,
            final boolean withKeys,
            final boolean scrubs,
            final boolean lendsAll,
            final int journalBytes) {
        final SettingsLoader loader = new SettingsLoader()
                .commandLine("millrace.durability", fsync ? "fsync" : "os")
                .commandLine("millrace.core.memory.bytes", "268435456")
                .commandLine("millrace.ring.bytes", "65536")
                .commandLine("millrace.journal.bytes", Integer.toString(journalBytes))
                .commandLine("millrace.core.leases", "64")
                .commandLine("millrace.core.lease.bytes.min", lendsAll ? "0" : "16384")
                .commandLine("millrace.scrub.bytes.per.second", scrubs ? "3000000" : "0")
                .commandLine("millrace.scrub.period.ms", "400")
                .commandLine("millrace.checkpoint.interval.ms", "50")
                .commandLine("auto.create.topics.enable", "false");
        if (withKeys) {
            SimKeys.configure(loader);
        }
        SimPrograms.configure(loader);
        return BrokerConfig.conclude(loader.load(), "sim", AllowedProcessors.alone(List.of(0, 1, 2)), false);
    }

    private static TreeMap<String, String> topicConfigs(final Entropy plan) {
        final TreeMap<String, String> configs = new TreeMap<>();
        configs.put("internal.segment.bytes", Integer.toString(2_000 + plan.nextInt(30_000)));
        configs.put("index.interval.bytes", Integer.toString(plan.nextInt(3_000)));
        return configs;
    }

    private void addClients(final Entropy plan, final boolean withPrograms) {
        clients.add(admin);
        clients.add(owner);
        final int producerCount = 1 + plan.nextInt(3);
        for (int i = 0; i < producerCount; i++) {
            producers.add(new SimProducer(
                    "p" + i, world, TOPIC, partitions, 50 + plan.nextInt(withPrograms ? 150 : 1_500), bootstrap(plan)));
        }
        clients.addAll(producers);
        // From a stream of its own, so that other seeds stay what they were.
        final Entropy few = world.entropy("unacked");
        unacked = few.nextInt(3) == 0
                ? new SimUnacked("pz", world, TOPIC, partitions, 50 + few.nextInt(800), bootstrap(few))
                : null;
        if (unacked != null) {
            clients.add(unacked);
        }
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
        SimUuids.begin(new SeededEntropy(options.seed()).stream("uuids"));
        try {
            simulation.run();
        } catch (final RuntimeException | AssertionError broken) {
            violation = broken;
        } finally {
            SimUuids.end();
        }
        return simulation.result(violation);
    }

    private void run() {
        final int steps = programs == null ? options.steps() : options.steps() * SimPrograms.STEPS_FACTOR;
        for (int step = 0; step < steps && !stranded; step++) {
            step();
            strike();
            if (programs != null && programs.shares() != null) {
                programs.shares().maybeStandStill();
            }
        }
        heal();
        if (stranded) {
            return;
        }
        settle(
                "the clients to finish",
                () -> clients.stream().allMatch(SimClient::isDone) && (programs == null || programs.areShared()));
        if (reassigner != null) {
            settle(
                    "each partition to be served by its owner",
                    () -> world.node() != null && reassigner.areSettled(world.node()));
        }
        if (replica != null) {
            settle("the replica to catch up", replica::isDone);
        }
        if (stranded) {
            return;
        }
        if (replica != null) {
            replica.audit();
        }
        final List<SimAuditor> auditors = new ArrayList<>();
        auditors.add(new SimAuditor(world, TOPIC, partitions, "p"));
        owner.living()
                .forEach(side -> auditors.add(new SimAuditor(
                        world, side.name, side.partitions, "~" + side.name + '.' + side.generation + '/')));
        clients.addAll(auditors);
        settle("the auditors to read everything", () -> auditors.stream().allMatch(SimAuditor::isDone));
        if (!stranded) {
            auditors.forEach(SimAuditor::audit);
        }
        if (scrubs && !stranded) {
            final long passes = world.node().scrubPasses();
            settle(
                    "the scrub to pass",
                    () -> world.node() != null && world.node().scrubPasses() >= passes + 2);
            world.scrubBook().audit();
        }
        if (programs != null && !stranded) {
            final List<SimClient> readers = programs.auditors();
            clients.addAll(readers);
            settle("what the programs have written", () -> readers.stream().allMatch(SimClient::isDone));
            programs.audit();
            share();
            comeAfter(new SimAftermath(world, programs));
        }
        if (SimQuotas.areIn(options.seed()) && !stranded && isWritable()) {
            throttle(new SimQuotas(world, TOPIC, partitions));
        }
    }

    /** Whether the topic has a partition that damage has not closed to writers. */
    private boolean isWritable() {
        return IntStream.range(0, partitions)
                .anyMatch(each -> !world.wounds().isReadOnly(new TopicPartition(TOPIC, each)));
    }

    /** Nobody else takes anything. */
    private void throttle(final SimQuotas quotas) {
        clients.forEach(SimClient::hangUp);
        clients.clear();
        clients.addAll(quotas.clients());
        settle("throttled clients to be heard again", () -> clients.stream().allMatch(SimClient::isDone));
    }

    /** All is written and known: share groups, if there are any, work off what is left, alone. */
    private void share() {
        final SimShares shares = programs.shares();
        if (shares != null) {
            clients.removeAll(shares.clients());
            clients.forEach(SimClient::hangUp);
            clients.clear();
            clients.addAll(shares.clients());
            settle("share groups to be done with all records", shares::areDone);
            shares.audit();
            final List<SimClient> readers = shares.letterReaders();
            clients.addAll(readers);
            settle("dead letters", () -> readers.stream().allMatch(SimClient::isDone));
            shares.auditLetters();
        }
    }

    /** What nobody could count on while programs did. */
    private void comeAfter(final SimAftermath aftermath) {
        while (aftermath.goesOn()) {
            clients.clear();
            aftermath.strike();
            if (entropy.nextInt(3) == 0) {
                stopOrderly();
            } else {
                end(entropy.nextInt(2) == 0);
            }
            clients.addAll(aftermath.clients());
            settle("what is left behind damage", () -> clients.stream().allMatch(SimClient::isDone));
            aftermath.audit();
        }
    }

    private void settle(final String what, final BooleanSupplier done) {
        for (int step = 0; !stranded && !done.getAsBoolean(); step++) {
            if (step == (programs == null ? HEALING_STEPS : SimPrograms.HEALING_STEPS)) {
                throw ViolationException.hang("waited in vain for " + what
                        + ": everything was healed, but nothing came; "
                        + clients.stream().filter(client -> !client.isDone()).toList()
                        + (programs == null ? "" : ", " + programs.unshared()));
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
        if (replica != null) {
            replica.doWork();
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
        if (replica != null) {
            next = Math.min(next, replica.nextDueNs());
        }
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
        if (world.node() == null || entropy.nextInt(world.node().isHurt() ? 100 : programs == null ? 700 : 1_400) > 0) {
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
        strikeJournalsAtEnd();
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
            if (node.isClosedWell()) {
                NodeBoot.markOrderlyStop(new BlockingDisk(node.firstDisk()));
            }
        } catch (final SimCrash crash) {
            end(entropy.nextInt(2) == 0);
            return;
        } catch (final DiskException failed) {
            // No room for the mark, or no writing it: the next start takes this for a crash.
            check(failed);
        }
        world.nodeGone();
        world.image().kill(entropy.stream("stop-" + lives));
        world.count("orderly stop");
        restartAtNs = world.nowNs() + entropy.nextInt(10_000_000);
    }

    private void start() {
        lives++;
        world.onStart();
        final int coresBefore = cores;
        cores = 1 + entropy.nextInt(CORES_MAX);
        try {
            world.node(new SimNode(world, config, cores, world.entropy("life-" + lives)));
            world.count("start");
            if (coresBefore > 0 && cores != coresBefore) {
                world.count("start with another number of cores");
            }
        } catch (final SimCrash crash) {
            end(entropy.nextInt(2) == 0);
        } catch (final DiskException failed) {
            // No start on a full or failing disk: somebody tries again later.
            check(failed);
            world.count(failed.status() == DiskStatus.NO_SPACE ? "start on a full disk" : "start on a failing disk");
            end(false);
        } catch (final MetadataDamageException failed) {
            if (!metadataTurns || !world.wounds().isMetadataDamaged()) {
                throw failed;
            }
            world.count("damage of metadata stopped the start");
            stranded = true;
            end(false);
        }
    }

    private void check(final DiskException failed) {
        final boolean isMedium = mediaFail || world.isJournalStruckWhileRead();
        if (failed.status() != DiskStatus.NO_SPACE && !(isMedium && failed.status() == DiskStatus.IO_ERROR)) {
            throw failed;
        }
    }

    private void heal() {
        world.healed();
        world.diskFaults().heal();
        journalsStruckAtEnd = 0;
        world.network().faults().heal();
        if (replica != null) {
            replica.heal();
        }
        if (world.node() != null && mediaFail) {
            // What went offline comes back with a new start alone.
            end(entropy.nextInt(2) == 0);
        }
        producers.forEach(SimProducer::stop);
        if (unacked != null) {
            unacked.stop();
        }
        admin.stop();
        if (reassigner != null) {
            reassigner.stop();
        }
        owner.stop();
        clients.stream().filter(SimKeys.class::isInstance).forEach(client -> ((SimKeys) client).stop());
        if (programs != null) {
            programs.stop();
        }
    }

    private SimResult result(final Throwable violation) {
        world.counts().merge("connection reset", world.network().resets(), Long::sum);
        world.counts().put("network.slow", world.network().slow());
        world.counts().put("network.partial", world.network().partial());
        world.image().stats().forEach((kind, times) -> {
            if (times > 0) {
                world.counts().put("disk." + kind, times);
            }
        });
        return new SimResult(
                options,
                world.image().operations(),
                world.history().ackedRecords(),
                world.counts(),
                world.traceHash(),
                violation);
    }
}
