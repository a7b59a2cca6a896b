package io.millrace.net.simulation;

import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.settings.SettingsLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/**
 * Share groups (KIP-932) that work off what transactions write, in some of the runs with programs: who takes part, and what
 * must have come of it in the end.
 */
final class SimShares {
    private static final int ODDS = 3;
    private static final int LOCK_MS = 1_000;
    private static final int COORDINATORS = 3;
    private static final String LETTERS = "dlq.";
    private static final int STANDSTILL_ONE_IN = 1_500;
    private static final int STANDSTILL_MS_MAX = 1_500;

    private final SimWorld world;
    private final Entropy pauses;
    private final TxnBook book;
    private final String topic;
    private final int partitions;
    private final List<SharedBook> books = new ArrayList<>();
    private final List<SimShareMember> members = new ArrayList<>();
    private final List<SimShareInspector> inspectors = new ArrayList<>();
    private Map<TopicPartition, TreeMap<Long, String>> records;

    /** Whether a seed's run, one with programs, has share groups, and no other groups then. */
    static boolean areIn(final long seed) {
        return SimPrograms.areIn(seed)
                && new SeededEntropy(seed).stream("has shares").nextInt(ODDS) == 0;
    }

    /** Whether the topic is one for dead letters. */
    static boolean isOfLetters(final String topic) {
        return topic.startsWith(LETTERS);
    }

    /** Times and sizes that fit the short lives of simulated brokers. */
    static void configure(final SettingsLoader loader) {
        loader.commandLine("share.coordinator.state.topic.num.partitions", Integer.toString(COORDINATORS))
                .commandLine("share.coordinator.state.topic.segment.bytes", "1048576")
                .commandLine("share.coordinator.snapshot.update.records.per.snapshot", "5")
                .commandLine("share.coordinator.state.topic.prune.interval.ms", "50")
                .commandLine("share.coordinator.cold.partition.snapshot.interval.ms", "200")
                .commandLine("group.share.min.record.lock.duration.ms", Integer.toString(LOCK_MS))
                .commandLine("errors.deadletterqueue.auto.create.topics.enable", "true")
                .commandLine("group.share.min.session.timeout.ms", "10")
                .commandLine("group.share.session.timeout.ms", "500")
                .commandLine("group.share.min.heartbeat.interval.ms", "10")
                .commandLine("group.share.heartbeat.interval.ms", "60")
                .commandLine("group.share.assignment.interval.ms", "10")
                .commandLine("group.share.initialize.retry.interval.ms", "100");
    }

    /** @param book of those who write the topic */
    SimShares(final SimWorld world, final TxnBook book, final String topic, final int partitions) {
        this.world = world;
        pauses = world.entropy("shares-standstill");
        this.book = book;
        this.topic = topic;
        this.partitions = partitions;
        final Entropy plan = world.entropy("shares-plan");
        final boolean committed = plan.nextInt(2) == 0;
        addGroup("sharers", committed, plan);
        if (plan.nextInt(2) == 0) {
            addGroup("gleaners", !committed, plan);
        }
    }

    private void addGroup(final String group, final boolean committed, final Entropy plan) {
        final Entropy letters = world.entropy("letters of " + group);
        final SharedBook.Rules rules = new SharedBook.Rules(
                LOCK_MS,
                2 + plan.nextInt(9),
                100 + plan.nextInt(200),
                committed,
                letters.nextInt(3) > 0 ? LETTERS + group : "",
                letters.nextInt(2) == 0);
        final SharedBook shared = new SharedBook(world, book, group, topic, partitions, rules);
        books.add(shared);
        inspectors.add(new SimShareInspector(
                group + "-inspector", world, shared, topic, partitions, SimPrograms.bootstrap(plan)));
        for (int i = plan.nextInt(3); i >= 0; i--) {
            members.add(
                    new SimShareMember(group + '-' + i, world, shared, topic, partitions, SimPrograms.bootstrap(plan)));
        }
    }

    List<SimClient> clients() {
        final List<SimClient> clients = new ArrayList<>(inspectors);
        clients.addAll(members);
        return clients;
    }

    /** By chance the whole machine is suspended for a while: locks, sessions and transactions end, and nobody was dead. */
    void maybeStandStill() {
        if (pauses.nextInt(STANDSTILL_ONE_IN) == 0) {
            world.count("machine stood still");
            world.time().advance((long) pauses.nextInt(STANDSTILL_MS_MAX) * 1_000_000);
        }
    }

    void stop() {
        members.forEach(SimShareMember::stop);
    }

    /** All records that there were to be worked off are known now. */
    void expect(final Map<TopicPartition, TreeMap<Long, String>> found) {
        records = found;
        final long[] behindLast = new long[partitions];
        for (int i = 0; i < partitions; i++) {
            final TreeMap<Long, String> written = records.get(new TopicPartition(topic, i));
            behindLast[i] = written == null ? 0 : written.lastKey() + 1;
        }
        inspectors.forEach(each -> each.expect(behindLast));
    }

    /** Whether every group has come to the end of what there was. */
    boolean areDone() {
        return inspectors.stream().allMatch(SimShareInspector::hasArrived);
    }

    void audit() {
        books.forEach(each -> each.audit(records));
    }

    /** The topics of dead letters; whoever comes first makes them. */
    List<String> letterTopics() {
        return withLetters().map(book -> book.rules().letters()).toList();
    }

    /** Those who read all dead letters in the end. */
    List<SimClient> letterReaders() {
        return withLetters()
                .<SimClient>map(book -> new SimLetterReader(world, book, topic))
                .toList();
    }

    void auditLetters() {
        final boolean isCalm =
                world.counts().getOrDefault("start", 0L) == 1 && world.node().shareLocksLost() == 0;
        withLetters().forEach(each -> each.auditLetters(records, isCalm));
    }

    private Stream<SharedBook> withLetters() {
        return books.stream().filter(book -> book.rules().hasLetters());
    }
}
