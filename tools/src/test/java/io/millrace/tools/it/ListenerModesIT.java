package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.bytes;
import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.MillraceBroker;
import io.millrace.tools.it.support.Ports;
import io.millrace.tools.it.support.Sequences;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One port for the node, one for each core, and both at once: the same log behind every door. */
class ListenerModesIT {
    private static final int PARTITIONS = 8;
    private static final int RECORDS = 4_000;
    private static final String TOPIC = "doors";

    @BeforeEach
    void shouldBeMillrace() {
        Assumptions.assumeTrue(Brokers.areMillrace(), "skipped: Apache Kafka has no ports of cores");
        Assumptions.assumeTrue(
                Runtime.getRuntime().availableProcessors() >= 2, "skipped: two cores need two processors");
    }

    @Test
    void shouldShowEveryCoreAsABrokerOfItsOwn() {
        try (MillraceBroker broker =
                MillraceBroker.launch(BrokerOptions.defaults().withCores(2).advertising("core"))) {
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            try (Admin admin = Clients.admin(broker)) {
                final var nodes = get(admin.describeCluster().nodes());
                assertThat(nodes).extracting(Node::port).containsExactlyInAnyOrder(broker.port(), broker.port() + 1);
                assertThat(nodes).extracting(Node::id).containsExactlyInAnyOrder(1_025, 1_026);
                final Set<Integer> leaders = new TreeSet<>();
                get(admin.describeTopics(List.of(TOPIC)).allTopicNames())
                        .get(TOPIC)
                        .partitions()
                        .forEach(partition -> leaders.add(partition.leader().id()));
                assertThat(leaders).containsExactly(1_025, 1_026);
                final var tooMany = admin.createTopics(List.of(new NewTopic("twice", 1, (short) 2)));
                Assertions.assertThatThrownBy(() -> get(tooMany.all()))
                        .isInstanceOf(InvalidReplicationFactorException.class);
            }
            write(broker.bootstrap(), 0);
            expect(broker.bootstrap(), RECORDS);
            expect("127.0.0.1:" + (broker.port() + 1), RECORDS);
        }
    }

    @Test
    void shouldServeBothModesAtOnce() {
        final int first = Ports.free(3);
        final BrokerOptions options = BrokerOptions.defaults()
                .withCores(2)
                .with("listeners", "NODE://127.0.0.1:" + first + ",CORE://127.0.0.1:" + (first + 1))
                .with("listener.security.protocol.map", "NODE:PLAINTEXT,CORE:PLAINTEXT")
                .with("listener.name.node.advertise", "node")
                .with("listener.name.core.advertise", "core");
        try (MillraceBroker broker = MillraceBroker.launchWithListeners(options, first)) {
            final String node = "127.0.0.1:" + first;
            final String core = "127.0.0.1:" + (first + 1);
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            assertThat(ids(node)).containsExactly(1);
            assertThat(ids(core)).containsExactly(1_025, 1_026);
            write(node, 0);
            write(core, RECORDS);
            expect(node, 2 * RECORDS);
            expect(core, 2 * RECORDS);
            broker.kill();
            broker.start();
            expect(core, 2 * RECORDS);
        }
    }

    @Test
    void shouldSplitAndGatherOverTheCores() {
        try (MillraceBroker broker =
                MillraceBroker.launch(BrokerOptions.defaults().withCores(2))) {
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            write(broker.bootstrap(), 0);
            expect(broker.bootstrap(), RECORDS);
        }
    }

    private static Set<Integer> ids(final String bootstrap) {
        final Set<Integer> ids = new TreeSet<>();
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrap))) {
            get(admin.describeCluster().nodes()).forEach(node -> ids.add(node.id()));
        }
        return ids;
    }

    private static void write(final String bootstrap, final int from) {
        try (var producer = Clients.producer(bootstrap, "linger.ms", "5")) {
            for (int i = from; i < from + RECORDS; i++) {
                producer.send(new ProducerRecord<>(TOPIC, i % PARTITIONS, bytes("k"), Sequences.value(0, i, 100)));
            }
        }
    }

    private static void expect(final String bootstrap, final int records) {
        final List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(TOPIC, partition))
                .toList();
        long total = 0;
        for (final Sequences.Checker checker : Sequences.read(bootstrap, partitions)) {
            assertThat(checker.faults()).isEmpty();
            total += checker.count();
        }
        assertThat(total).isEqualTo(records);
    }
}
