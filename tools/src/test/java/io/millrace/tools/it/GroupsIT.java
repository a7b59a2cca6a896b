package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.bytes;
import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.KafkaTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumers that share topics in groups, of the classic protocol and of KIP-848's, with Kafka's own clients. */
class GroupsIT {
    private static final int PARTITIONS = 4;

    private static BrokerUnderTest broker;

    @BeforeAll
    static void launch() {
        // Members hear of a rebalance by their next heartbeat.
        broker = Brokers.launch(BrokerOptions.defaults()
                .with("group.initial.rebalance.delay.ms", "0")
                .with("group.consumer.min.heartbeat.interval.ms", "500")
                .with("group.consumer.heartbeat.interval.ms", "500"));
    }

    @AfterAll
    static void close() {
        if (broker != null) {
            broker.close();
        }
    }

    private static KafkaConsumer<byte[], byte[]> member(
            final String group, final String protocol, final String... settings) {
        final List<String> all = new ArrayList<>(List.of("group.id", group, "group.protocol", protocol));
        if (protocol.equals("classic")) {
            all.addAll(List.of("session.timeout.ms", "6000", "heartbeat.interval.ms", "500"));
        }
        all.addAll(List.of(settings));
        return Clients.consumer(broker, all.toArray(String[]::new));
    }

    private static void write(final String topic, final int from, final int to) {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker)) {
            for (int i = from; i < to; i++) {
                producer.send(new ProducerRecord<>(topic, i % PARTITIONS, null, bytes("v" + i)));
            }
        }
    }

    private static Set<String> values(final List<ConsumerRecord<byte[], byte[]>> records) {
        final Set<String> values = new HashSet<>();
        records.forEach(record -> values.add(Clients.text(record.value())));
        return values;
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void shouldGoOnWhereTheGroupHasCommitted(final String protocol) {
        final String topic = "resume-" + protocol;
        Clients.createTopic(broker, topic, PARTITIONS);
        write(topic, 0, 100);
        try (KafkaConsumer<byte[], byte[]> first = member("resume-" + protocol, protocol)) {
            first.subscribe(List.of(topic));
            assertThat(values(Clients.poll(first, 100))).hasSize(100);
            first.commitSync();
        }
        write(topic, 100, 140);
        try (KafkaConsumer<byte[], byte[]> second = member("resume-" + protocol, protocol)) {
            second.subscribe(List.of(topic));
            final Set<String> values = values(Clients.poll(second, 40));
            assertThat(values).hasSize(40).contains("v100", "v139").doesNotContain("v99");
            second.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(7, "seven")));
            assertThat(second.committed(Set.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1))))
                    .hasEntrySatisfying(
                            new TopicPartition(topic, 1),
                            offset -> assertThat(offset.offset()).isEqualTo(25))
                    .hasEntrySatisfying(
                            new TopicPartition(topic, 0),
                            offset -> assertThat(offset.metadata()).isEqualTo("seven"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "classic,org.apache.kafka.clients.consumer.RangeAssignor",
        "classic,org.apache.kafka.clients.consumer.RoundRobinAssignor",
        "classic,org.apache.kafka.clients.consumer.StickyAssignor",
        "classic,org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
        "consumer,uniform",
        "consumer,range"
    })
    void shouldShareThePartitionsAmongMembers(final String protocol, final String assignor) {
        final String name = "share-" + assignor.substring(assignor.lastIndexOf('.') + 1);
        Clients.createTopic(broker, name, PARTITIONS);
        final String key = protocol.equals("classic") ? "partition.assignment.strategy" : "group.remote.assignor";
        try (KafkaConsumer<byte[], byte[]> one = member(name, protocol, key, assignor);
                KafkaConsumer<byte[], byte[]> other = member(name, protocol, key, assignor)) {
            one.subscribe(List.of(name));
            other.subscribe(List.of(name));
            awaitShare(one, other, 2, 2);
            write(name, 0, 200);
            final List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
            final long deadlineNs = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (read.size() < 200 && System.nanoTime() < deadlineNs) {
                one.poll(Duration.ofMillis(50)).forEach(read::add);
                other.poll(Duration.ofMillis(50)).forEach(read::add);
            }
            assertThat(read).hasSize(200);
            assertThat(values(read)).hasSize(200);
            other.unsubscribe();
            awaitShare(one, other, 4, 0);
        }
    }

    private static void awaitShare(
            final KafkaConsumer<byte[], byte[]> one,
            final KafkaConsumer<byte[], byte[]> other,
            final int ofOne,
            final int ofOther) {
        final long deadlineNs = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        while ((one.assignment().size() != ofOne || other.assignment().size() != ofOther)
                && System.nanoTime() < deadlineNs) {
            one.poll(Duration.ofMillis(100));
            if (ofOther > 0) {
                other.poll(Duration.ofMillis(100));
            }
        }
        assertThat(one.assignment()).hasSize(ofOne);
        assertThat(other.assignment()).hasSize(ofOther);
    }

    @Test
    void shouldHaveMembersOfBothProtocolsInOneGroup() {
        Clients.createTopic(broker, "mixed", PARTITIONS);
        try (KafkaConsumer<byte[], byte[]> classic = member(
                        "mixed",
                        "classic",
                        "partition.assignment.strategy",
                        "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
                KafkaConsumer<byte[], byte[]> modern = member("mixed", "consumer")) {
            classic.subscribe(List.of("mixed"));
            classic.poll(Duration.ofSeconds(5));
            modern.subscribe(List.of("mixed"));
            awaitShare(classic, modern, 2, 2);
            try (Admin admin = Clients.admin(broker)) {
                assertThat(describe(admin, "mixed").type()).isEqualTo(GroupType.CONSUMER);
            }
        }
    }

    @Test
    void shouldSubscribeByPatternEvaluatedHere() {
        Clients.createTopic(broker, "pattern-a", 1);
        try (KafkaConsumer<byte[], byte[]> consumer = member("pattern", "consumer")) {
            consumer.subscribe(new SubscriptionPattern("pattern-.*"));
            awaitPartitions(consumer, 1);
            Clients.createTopic(broker, "pattern-b", 2);
            awaitPartitions(consumer, 3);
            consumer.unsubscribe();
            consumer.subscribe(Pattern.compile("pattern-a"));
            awaitPartitions(consumer, 1);
        }
    }

    private static void awaitPartitions(final KafkaConsumer<byte[], byte[]> consumer, final int count) {
        final long deadlineNs = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        while (consumer.assignment().size() != count && System.nanoTime() < deadlineNs) {
            consumer.poll(Duration.ofMillis(100));
        }
        assertThat(consumer.assignment()).hasSize(count);
    }

    @Test
    void shouldFenceTheFirstOfTwoWithOneInstanceId() {
        Clients.createTopic(broker, "static", PARTITIONS);
        try (KafkaConsumer<byte[], byte[]> first = member("static", "classic", "group.instance.id", "one");
                KafkaConsumer<byte[], byte[]> second = member("static", "classic", "group.instance.id", "one")) {
            first.subscribe(List.of("static"));
            awaitPartitions(first, PARTITIONS);
            second.subscribe(List.of("static"));
            awaitPartitions(second, PARTITIONS);
            assertThatThrownBy(() -> Clients.poll(first, 1)).isInstanceOf(FencedInstanceIdException.class);
        }
    }

    @Test
    void shouldTellAdministratorsOfGroups() {
        Clients.createTopic(broker, "admin", PARTITIONS);
        write("admin", 0, 8);
        try (Admin admin = Clients.admin(broker)) {
            try (KafkaConsumer<byte[], byte[]> consumer = member("admin-group", "classic", "client.id", "me")) {
                consumer.subscribe(List.of("admin"));
                Clients.poll(consumer, 8);
                consumer.commitSync();
                final ConsumerGroupDescription group = describe(admin, "admin-group");
                assertThat(group.groupState()).isEqualTo(GroupState.STABLE);
                assertThat(group.members()).singleElement().satisfies(member -> {
                    assertThat(member.clientId()).isEqualTo("me");
                    assertThat(member.host()).isEqualTo("/127.0.0.1");
                    assertThat(member.assignment().topicPartitions()).hasSize(PARTITIONS);
                });
                assertThatThrownBy(() -> get(admin.deleteConsumerGroups(List.of("admin-group"))
                                .all()))
                        .isInstanceOf(GroupNotEmptyException.class);
                assertThat(get(admin.listGroups(
                                        ListGroupsOptions.forConsumerGroups().inGroupStates(Set.of(GroupState.STABLE)))
                                .all()))
                        .extracting(listing -> listing.groupId())
                        .contains("admin-group");
            }
            assertThat(get(admin.listConsumerGroupOffsets("admin-group").partitionsToOffsetAndMetadata()))
                    .hasSize(PARTITIONS)
                    .allSatisfy(
                            (partition, offset) -> assertThat(offset.offset()).isEqualTo(2));
            final TopicPartition zero = new TopicPartition("admin", 0);
            get(admin.alterConsumerGroupOffsets("admin-group", Map.of(zero, new OffsetAndMetadata(1)))
                    .all());
            get(admin.deleteConsumerGroupOffsets("admin-group", Set.of(new TopicPartition("admin", 1)))
                    .all());
            assertThat(get(admin.listConsumerGroupOffsets("admin-group").partitionsToOffsetAndMetadata()))
                    .hasSize(PARTITIONS - 1)
                    .hasEntrySatisfying(
                            zero, offset -> assertThat(offset.offset()).isOne());
            get(admin.deleteConsumerGroups(List.of("admin-group")).all());
            assertThatThrownBy(() -> describe(admin, "admin-group")).isInstanceOf(GroupIdNotFoundException.class);
        }
    }

    private static ConsumerGroupDescription describe(final Admin admin, final String group) {
        return get(admin.describeConsumerGroups(List.of(group)).all()).get(group);
    }

    @Test
    void shouldForgetOffsetsOfTopicsThatAreDeleted() {
        Clients.createTopic(broker, "gone", 1);
        try (Admin admin = Clients.admin(broker)) {
            final TopicPartition partition = new TopicPartition("gone", 0);
            get(admin.alterConsumerGroupOffsets("gone-group", Map.of(partition, new OffsetAndMetadata(3)))
                    .all());
            get(admin.deleteTopics(List.of("gone")).all());
            final long deadlineNs = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!get(admin.listConsumerGroupOffsets("gone-group").partitionsToOffsetAndMetadata())
                            .isEmpty()
                    && System.nanoTime() < deadlineNs) {
                Thread.onSpinWait();
            }
            assertThat(get(admin.listConsumerGroupOffsets("gone-group").partitionsToOffsetAndMetadata()))
                    .isEmpty();
        }
    }

    @Test
    void shouldServeTheToolsForGroups() {
        Clients.createTopic(broker, "tool-groups", PARTITIONS);
        write("tool-groups", 0, 40);
        final KafkaTool.Result consumed = KafkaTool.run(
                "org.apache.kafka.tools.consumer.ConsoleConsumer",
                "--bootstrap-server",
                broker.bootstrap(),
                "--topic",
                "tool-groups",
                "--group",
                "tool-group",
                "--from-beginning",
                "--max-messages",
                "40");
        assertThat(consumed.out().lines()).hasSize(40);
        assertThat(groups("--list").out()).contains("tool-group");
        assertThat(groups("--describe", "--group", "tool-group").out())
                .containsPattern("tool-group +tool-groups +0 +10 +10 +0 +-");
        assertThat(groups(
                                "--reset-offsets",
                                "--group",
                                "tool-group",
                                "--topic",
                                "tool-groups",
                                "--to-earliest",
                                "--execute")
                        .exitCode())
                .isZero();
        assertThat(groups("--describe", "--group", "tool-group").out())
                .containsPattern("tool-group +tool-groups +0 +0 +10 +10 +-");
        assertThat(groups("--describe", "--group", "tool-group", "--state").out())
                .contains("Empty");
        final KafkaTool.Result measured = KafkaTool.run(
                "org.apache.kafka.tools.ConsumerPerformance",
                "--bootstrap-server",
                broker.bootstrap(),
                "--topic",
                "tool-groups",
                "--messages",
                "40");
        assertThat(measured.exitCode()).as(measured.output()).isZero();
        assertThat(groups("--delete", "--group", "tool-group").out()).contains("successful");
    }

    private static KafkaTool.Result groups(final String... arguments) {
        final List<String> all = new ArrayList<>(List.of("--bootstrap-server", broker.bootstrap()));
        all.addAll(List.of(arguments));
        return KafkaTool.run("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", all.toArray(String[]::new));
    }

    @Test
    void shouldKeepInternalTopicsReadableByKafkasDumpTool() throws Exception {
        try (Admin admin = Clients.admin(broker)) {
            Clients.createTopic(broker, "dumped", 1);
            get(admin.alterConsumerGroupOffsets(
                            "dump-group", Map.of(new TopicPartition("dumped", 0), new OffsetAndMetadata(5)))
                    .all());
        }
        final int partition = Math.abs("dump-group".hashCode()) % 50;
        final Path log =
                broker.dataDir().resolve("__consumer_offsets-" + partition).resolve("00000000000000000000.log");
        assertThat(Files.size(log)).isPositive();
        final KafkaTool.Result dumped =
                KafkaTool.run("org.apache.kafka.tools.DumpLogSegments", "--offsets-decoder", "--files", log.toString());
        assertThat(dumped.out()).contains("\"group\":\"dump-group\"", "\"topic\":\"dumped\"", "\"offset\":5");
    }
}
