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
    static final int HEALING_STEPS = 60_000;

    private static final int ODDS = 3;
    private static final int COORDINATORS = 3;
    private static final String LEDGER = "ledger";
    private static final String COPY = "copy";

    private final SimWorld world;
    private final TxnBook book;
    private final int partitions;
    private final List<SimTxnProducer> producers = new ArrayList<>();
    private final List<List<SimMember>> groups = new ArrayList<>();
    private final List<SimClient> clients = new ArrayList<>();
    private final Map<TopicPartition, TreeMap<Long, String>> ledger = new HashMap<>();
    private final Map<TopicPartition, TreeMap<Long, String>> copy = new HashMap<>();

    /** Whether a seed's run has such programs. */
    static boolean areIn(final long seed) {
        return new SeededEntropy(seed).stream("programs").nextInt(ODDS) == 0;
    }

    /** Times and sizes that fit the short lives of simulated brokers. */
    static void configure(final SettingsLoader loader) {
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
    }

    SimPrograms(final SimWorld world) {
        this.world = world;
        book = new TxnBook(world);
        final Entropy plan = world.entropy("programs-plan");
        partitions = 1 + plan.nextInt(3);
        addTopic(LEDGER, partitions, plan);
        // Unless a coordinator is looked for sooner, and makes it with larger segments.
        addTopic(Topic.TRANSACTION_STATE_TOPIC_NAME, COORDINATORS, plan);
        for (int i = plan.nextInt(2); i >= 0; i--) {
            addProducer("t" + i, "id-" + i, plan);
            if (plan.nextInt(2) == 0) {
                addProducer("u" + i, "id-" + i, plan);
            }
        }
        clients.addAll(producers);
        addTopic(COPY, partitions, plan);
        addTopic(Topic.GROUP_METADATA_TOPIC_NAME, COORDINATORS, plan);
        addGroup("movers", true, plan);
        addGroup("workers", false, plan);
        clients.add(new SimTxnReader("r", world, LEDGER, partitions, bootstrap(plan)) {
            @Override
            void onRecord(final TopicPartition partition, final long offset, final String record) {
                book.onSeen(partition, offset, record);
            }
        });
    }

    private void addGroup(final String group, final boolean moves, final Entropy plan) {
        final GroupBook members = new GroupBook(world, group);
        final boolean classic = plan.nextInt(2) == 0;
        final List<SimMember> all = new ArrayList<>();
        for (int i = plan.nextInt(3); i >= 0; i--) {
            final String name = group + '-' + i;
            final SimMover mover = moves ? new SimMover(book, members, name, LEDGER, COPY, partitions) : null;
            all.add(new SimMember(name, world, members, classic, mover, LEDGER, partitions, bootstrap(plan)));
        }
        groups.add(all);
        clients.addAll(all);
    }

    private void addTopic(final String name, final int count, final Entropy plan) {
        final TreeMap<String, String> configs = new TreeMap<>();
        configs.put("internal.segment.bytes", Integer.toString(1_000 + plan.nextInt(10_000)));
        final SimAdmin admin = new SimAdmin(world, name, count, configs, new ArrayList<>());
        admin.stop();
        clients.add(admin);
    }

    private void addProducer(final String name, final String id, final Entropy plan) {
        producers.add(new SimTxnProducer(name, world, book, id, LEDGER, partitions, bootstrap(plan)));
    }

    private static int bootstrap(final Entropy plan) {
        return plan.nextInt(2) == 0 ? SimNode.NODE_PORT : SimNode.CORE_PORT;
    }

    List<SimClient> clients() {
        return clients;
    }

    void stop() {
        producers.forEach(SimTxnProducer::stop);
        groups.forEach(members -> members.forEach(SimMember::stop));
    }

    /** Whether every group's members have all partitions between them. */
    boolean areShared() {
        return groups.stream().allMatch(SimMember::haveAll);
    }

    /** Those who read everything at the end. */
    List<SimClient> auditors() {
        return List.of(auditor(LEDGER, ledger), auditor(COPY, copy));
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
        GroupBook.auditMoved(ledger, copy);
    }
}
