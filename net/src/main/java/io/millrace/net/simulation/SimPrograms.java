package io.millrace.net.simulation;

import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.settings.SettingsLoader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;

/**
 * Programs that use transactions and groups, in some of the runs: who takes part, and what must have come of it in the
 * end. They count on every promise, so their disk is one that forgets nothing it was made to keep.
 */
final class SimPrograms {
    /** A transaction takes many steps. */
    static final int STEPS_FACTOR = 2;

    /** Each of them may let so much time pass that this is minutes. */
    static final int HEALING_STEPS = 120_000;

    private static final int ODDS = 3;
    private static final int COORDINATORS = 3;
    private static final String LEDGER = "ledger";
    private static final String COPY = "copy";
    private static final String CHANGELOG = "changelog";
    private static final int CHANGELOG_KEYS = 6;
    private static final List<String> TOPICS = List.of(
            LEDGER,
            COPY,
            CHANGELOG,
            Topic.TRANSACTION_STATE_TOPIC_NAME,
            Topic.GROUP_METADATA_TOPIC_NAME,
            Topic.SHARE_GROUP_STATE_TOPIC_NAME);

    private final SimWorld world;
    private final TxnBook book;
    private final int partitions;
    private final List<SimTxnProducer> producers = new ArrayList<>();
    private final List<List<SimMember>> groups = new ArrayList<>();
    private final List<GroupBook> groupBooks = new ArrayList<>();
    private final List<SimClient> clients = new ArrayList<>();
    private final Map<TopicPartition, TreeMap<Long, String>> ledger = new HashMap<>();
    private final Map<TopicPartition, TreeMap<Long, String>> copy = new HashMap<>();
    private SimTxnKeys keysAuditor;

    /** Share groups, or null. */
    private final SimShares shares;

    /** Whether a seed's run has such programs. */
    static boolean areIn(final long seed) {
        return new SeededEntropy(seed).stream("programs").nextInt(ODDS) == 0;
    }

    /** Whether a path holds what they count on and nothing else stands for: no checksum, no other file. */
    static boolean isTheirOwn(final String path) {
        final TopicPartition partition = Wounds.partitionOf(path);
        return !Wounds.isMadeAnew(path)
                && partition != null
                && (TOPICS.contains(partition.topic()) || SimShares.isOfLetters(partition.topic()));
    }

    /** Times and sizes that fit the short lives of simulated brokers. */
    static void configure(final SettingsLoader loader) {
        SimKeys.configure(loader);
        loader.commandLine("transaction.state.log.num.partitions", Integer.toString(COORDINATORS))
                .commandLine("transaction.state.log.segment.bytes", "1048576")
                .commandLine("transaction.abort.timed.out.transaction.cleanup.interval.ms", "50")
                .commandLine("offsets.topic.num.partitions", Integer.toString(COORDINATORS))
                .commandLine("offsets.topic.segment.bytes", "1048576")
                .commandLine("group.min.session.timeout.ms", "10")
                .commandLine("group.initial.rebalance.delay.ms", "20")
                .commandLine("group.consumer.min.session.timeout.ms", "10")
                .commandLine("group.consumer.session.timeout.ms", "300")
                .commandLine("group.consumer.min.heartbeat.interval.ms", "10")
                .commandLine("group.consumer.heartbeat.interval.ms", "60")
                .commandLine("group.consumer.assignment.interval.ms", "10");
        SimShares.configure(loader);
    }

    /** @param withShares whether groups are share groups */
    SimPrograms(final SimWorld world, final boolean withShares) {
        this.world = world;
        book = new TxnBook(world);
        final Entropy plan = world.entropy("programs-plan");
        partitions = 1 + plan.nextInt(3);
        addTopic(LEDGER, partitions, plan);
        // Unless a coordinator is looked for sooner, and makes it with larger segments.
        addCompacted(Topic.TRANSACTION_STATE_TOPIC_NAME, COORDINATORS, plan);
        for (int i = plan.nextInt(2); i >= 0; i--) {
            addProducer("t" + i, "id-" + i, plan);
            if (plan.nextInt(2) == 0) {
                addProducer("u" + i, "id-" + i, plan);
            }
        }
        addCompacted(CHANGELOG, 1, plan);
        producers.add(keysProducer("k0", plan));
        producers.add(keysProducer("k1", plan));
        clients.add(new SimTxnKeys("rk", world, book, CHANGELOG, false, bootstrap(plan)));
        clients.addAll(producers);
        addTopic(COPY, partitions, plan);
        addCompacted(Topic.GROUP_METADATA_TOPIC_NAME, COORDINATORS, plan);
        if (!withShares) {
            addGroup("movers", true, plan);
            addGroup("workers", false, plan);
        }
        clients.add(new SimTxnReader("r", world, LEDGER, partitions, bootstrap(plan)) {
            @Override
            void onRecord(final TopicPartition partition, final long offset, final String record) {
                book.onSeen(partition, offset, record);
            }
        });
        shares = withShares ? new SimShares(world, book, LEDGER, partitions) : null;
        if (shares != null) {
            shares.letterTopics().forEach(name -> addLetterTopic(name, plan));
            clients.addAll(shares.clients());
        }
    }

    private void addGroup(final String group, final boolean moves, final Entropy plan) {
        final GroupBook members = new GroupBook(world, group);
        groupBooks.add(members);
        final boolean classic = plan.nextInt(2) == 0;
        final boolean migrates = plan.nextInt(2) == 0;
        final List<SimMember> all = new ArrayList<>();
        if (migrates) {
            final String anchor = group + "-anchor";
            members.anchor(anchor);
            all.add(member(anchor, members, moves, new SimMember.Traits(true, false, anchor, true, false), plan));
        }
        for (int i = plan.nextInt(3); i >= 0; i--) {
            final boolean isClassic = migrates ? plan.nextInt(2) == 0 : classic;
            final String instance = plan.nextInt(3) == 0 ? group + "-static-" + i : null;
            all.add(member(
                    group + '-' + i,
                    members,
                    moves,
                    new SimMember.Traits(isClassic, migrates, instance, false, false),
                    plan));
            if (instance != null && plan.nextInt(2) == 0) {
                all.add(member(
                        group + "-twin-" + i,
                        members,
                        moves,
                        new SimMember.Traits(isClassic, migrates, instance, false, true),
                        plan));
            }
        }
        groups.add(all);
        clients.addAll(all);
    }

    private SimMember member(
            final String name,
            final GroupBook members,
            final boolean moves,
            final SimMember.Traits traits,
            final Entropy plan) {
        final SimMover mover = moves ? new SimMover(book, members, name, LEDGER, COPY, partitions) : null;
        return new SimMember(name, world, members, traits, mover, LEDGER, partitions, bootstrap(plan));
    }

    private void addTopic(final String name, final int count, final Entropy plan) {
        addTopic(name, count, new TreeMap<>(), plan);
    }

    private void addCompacted(final String name, final int count, final Entropy plan) {
        final TreeMap<String, String> configs = new TreeMap<>();
        configs.put("cleanup.policy", "compact");
        configs.put("min.cleanable.dirty.ratio", plan.nextInt(2) == 0 ? "0.01" : "0.3");
        configs.put("delete.retention.ms", plan.nextInt(2) == 0 ? "0" : "3600000");
        addTopic(name, count, configs, plan);
    }

    private void addLetterTopic(final String name, final Entropy plan) {
        addTopic(name, 1, new TreeMap<>(Map.of("errors.deadletterqueue.group.enable", "true")), plan);
    }

    private void addTopic(
            final String name, final int count, final TreeMap<String, String> configs, final Entropy plan) {
        configs.put("internal.segment.bytes", Integer.toString(1_000 + plan.nextInt(10_000)));
        SimCodecs.configure(name, world, configs);
        final SimAdmin admin = new SimAdmin(world, name, count, configs, new ArrayList<>());
        admin.stop();
        clients.add(admin);
    }

    private void addProducer(final String name, final String id, final Entropy plan) {
        producers.add(new SimTxnProducer(name, world, book, id, LEDGER, partitions, 0, bootstrap(plan)));
    }

    private SimTxnProducer keysProducer(final String name, final Entropy plan) {
        return new SimTxnProducer(name, world, book, "id-" + name, CHANGELOG, 1, CHANGELOG_KEYS, bootstrap(plan));
    }

    static int bootstrap(final Entropy plan) {
        return plan.nextInt(2) == 0 ? SimNode.NODE_PORT : SimNode.CORE_PORT;
    }

    List<SimClient> clients() {
        return clients;
    }

    void stop() {
        producers.forEach(SimTxnProducer::stop);
        groups.forEach(members -> members.forEach(SimMember::stop));
        if (shares != null) {
            shares.stop();
        }
    }

    /** Whether every group's members have all partitions between them. */
    boolean areShared() {
        return unshared().isEmpty();
    }

    /** The groups whose members do not have all partitions in one epoch. */
    List<List<SimMember>> unshared() {
        return groups.stream().filter(group -> !SimMember.haveAll(group)).toList();
    }

    /** Those who read everything at the end. */
    List<SimClient> auditors() {
        keysAuditor = new SimTxnKeys("auditor-keys", world, book, CHANGELOG, true, SimNode.NODE_PORT);
        return List.of(auditor(LEDGER, ledger), auditor(COPY, copy), keysAuditor);
    }

    private SimClient auditor(final String topic, final Map<TopicPartition, TreeMap<Long, String>> records) {
        return new SimTxnReader("auditor-" + topic, world, topic, partitions, SimNode.NODE_PORT) {
            @Override
            void onRecord(final TopicPartition partition, final long offset, final String record) {
                records.computeIfAbsent(partition, key -> new TreeMap<>()).put(offset, record);
            }
        };
    }

    void audit() {
        book.audit(LEDGER, ledger);
        book.audit(COPY, copy);
        if (shares == null) {
            GroupBook.auditMoved(ledger, copy);
        } else {
            shares.expect(ledger);
        }
    }

    /** Share groups, or null. */
    SimShares shares() {
        return shares;
    }

    /** Those who read once more what the audit has found, after damage. */
    List<SimSurvey> surveys(final SimLosses losses, final int round) {
        final Map<TopicPartition, TreeMap<Long, String>> changelog =
                Map.of(new TopicPartition(CHANGELOG, 0), keysAuditor.found());
        return List.of(
                new SimSurvey("survey-" + LEDGER + round, world, losses, LEDGER, ledger, false),
                new SimSurvey("survey-" + COPY + round, world, losses, COPY, copy, false),
                new SimSurvey("survey-" + CHANGELOG + round, world, losses, CHANGELOG, changelog, true));
    }

    /** One who asks the coordinators once more. */
    SimQuestions questions(final SimLosses losses, final int round) {
        final SimQuestions questions = new SimQuestions("questions" + round, world, losses, COORDINATORS);
        for (final GroupBook group : groupBooks) {
            for (int partition = 0; partition < partitions; partition++) {
                questions.askOffset(group, LEDGER, partition);
            }
        }
        book.ids().forEach(id -> questions.askProducer(book, id));
        return questions;
    }
}
