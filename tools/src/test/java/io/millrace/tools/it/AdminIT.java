package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.bytes;
import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the Java admin client can ask of one node. */
class AdminIT {
    private static BrokerUnderTest broker;
    private static Admin admin;

    @BeforeAll
    static void launch() {
        broker = Brokers.launch();
        admin = Clients.admin(broker);
    }

    @AfterAll
    static void close() {
        if (admin != null) {
            admin.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void shouldCreateDescribeListAndDelete() {
        final String topic = "life";
        final var created = admin.createTopics(
                List.of(new NewTopic(topic, 3, (short) 1).configs(Map.of("retention.ms", "123456"))));
        final Uuid id = get(created.topicId(topic));
        assertThat(get(created.numPartitions(topic))).isEqualTo(3);
        assertThat(get(created.replicationFactor(topic))).isEqualTo(1);
        assertThat(get(created.config(topic)).get("retention.ms").value()).isEqualTo("123456");
        assertThat(get(admin.listTopics().names())).contains(topic);

        final TopicDescription description = describe(topic);
        assertThat(description.topicId()).isEqualTo(id);
        assertThat(description.isInternal()).isFalse();
        assertThat(description.partitions()).hasSize(3).allSatisfy(partition -> {
            assertThat(partition.leader().port()).isEqualTo(broker.port());
            assertThat(partition.replicas()).hasSize(1);
            assertThat(partition.isr()).hasSize(1);
        });
        final var byId = get(
                admin.describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds());
        assertThat(byId.get(id).name()).isEqualTo(topic);

        get(admin.deleteTopics(List.of(topic)).all());
        // Apache Kafka answers before its brokers have applied a change.
        assertThat(get(admin.listTopics().names()))
                .satisfies(names ->
                        assertThat(names.contains(topic)).isEqualTo(!broker.isMillrace() && names.contains(topic)));
        Clients.createTopic(broker, topic, 1);
        assertThat(describe(topic).topicId()).isNotEqualTo(id);
        expect(
                UnknownTopicIdException.class,
                admin.describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds());
        get(admin.deleteTopics(
                        TopicCollection.ofTopicIds(List.of(describe(topic).topicId())))
                .all());
        expect(
                UnknownTopicOrPartitionException.class,
                admin.deleteTopics(List.of(topic)).all());
    }

    @Test
    void shouldStartAnewWhenATopicIsMadeAgain() {
        final String topic = "again";
        for (int round = 0; round < 5; round++) {
            Clients.createTopic(broker, topic, 2);
            try (var producer = Clients.producer(broker)) {
                assertThat(get(producer.send(new ProducerRecord<>(topic, 1, null, bytes("v"))))
                                .offset())
                        .isZero();
            }
            assertThat(Clients.readAll(broker, 1, new TopicPartition(topic, 1))).hasSize(1);
            get(admin.deleteTopics(List.of(topic)).all());
        }
    }

    @Test
    void shouldNameEachMistake() {
        Clients.createTopic(broker, "mistakes", 3);
        expect(TopicExistsException.class, create(new NewTopic("mistakes", 1, (short) 1)));
        expect(InvalidTopicException.class, create(new NewTopic("not a name", 1, (short) 1)));
        expect(InvalidTopicException.class, create(new NewTopic("x".repeat(250), 1, (short) 1)));
        expect(InvalidPartitionsException.class, create(new NewTopic("zero", 0, (short) 1)));
        expect(InvalidReplicationFactorException.class, create(new NewTopic("two", 1, (short) 2)));
        expect(
                InvalidConfigurationException.class,
                create(new NewTopic("unknown", 1, (short) 1).configs(Map.of("no.such.setting", "1"))));
        expect(
                InvalidConfigurationException.class,
                create(new NewTopic("wrong", 1, (short) 1).configs(Map.of("retention.ms", "soon"))));
        expect(InvalidPartitionsException.class, grow("mistakes", 2));
        expect(InvalidPartitionsException.class, grow("mistakes", 3));
        expect(UnknownTopicOrPartitionException.class, grow("nobody-made-this", 3));
        expect(
                UnknownTopicOrPartitionException.class,
                admin.describeTopics(List.of("nobody-made-this")).allTopicNames());
        expect(
                OffsetOutOfRangeException.class,
                admin.deleteRecords(Map.of(new TopicPartition("mistakes", 0), RecordsToDelete.beforeOffset(5)))
                        .all());
        assertThat(get(admin.listTopics().names())).doesNotContain("zero", "two", "unknown", "wrong");
    }

    @Test
    void shouldGrowATopicThatIsInUse() {
        final String topic = "grows";
        Clients.createTopic(broker, topic, 1);
        try (var producer = Clients.producer(broker)) {
            get(producer.send(new ProducerRecord<>(topic, 0, null, bytes("first"))));
            get(grow(topic, 4));
            assertThat(describe(topic).partitions()).hasSize(4);
        }
        try (var producer = Clients.producer(broker)) {
            get(producer.send(new ProducerRecord<>(topic, 3, null, bytes("fourth"))));
        }
        assertThat(Clients.readAll(broker, 2, new TopicPartition(topic, 0), new TopicPartition(topic, 3)))
                .hasSize(2);
    }

    @Test
    void shouldAlterSettingsOfTopics() {
        final String topic = "settings";
        Clients.createTopic(broker, topic, 1, "retention.ms", "1000000");
        final ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        assertThat(config(resource, "retention.ms").source()).isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
        assertThat(config(resource, "segment.bytes").isDefault()).isTrue();
        alter(resource, "retention.ms", "2000000", OpType.SET);
        awaitConfig(resource, "retention.ms", "2000000");
        alter(resource, "cleanup.policy", "compact", OpType.APPEND);
        awaitConfig(resource, "cleanup.policy", "delete,compact");
        alter(resource, "cleanup.policy", "compact", OpType.SUBTRACT);
        awaitConfig(resource, "cleanup.policy", "delete");
        alter(resource, "retention.ms", null, OpType.DELETE);
        awaitConfig(resource, "retention.ms", "604800000");
        assertThat(config(resource, "retention.ms").isDefault()).isTrue();
        assertThatThrownBy(() -> alter(resource, "retention.ms", "soon", OpType.SET))
                .isInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() -> alter(
                        new ConfigResource(ConfigResource.Type.TOPIC, "nobody-made-this"),
                        "retention.ms",
                        "1",
                        OpType.SET))
                .isInstanceOf(UnknownTopicOrPartitionException.class);
    }

    @Test
    void shouldObeyAnAlteredSettingAtOnce() {
        final String topic = "obeys";
        Clients.createTopic(broker, topic, 1);
        alter(new ConfigResource(ConfigResource.Type.TOPIC, topic), "max.message.bytes", "2000", OpType.SET);
        awaitConfig(new ConfigResource(ConfigResource.Type.TOPIC, topic), "max.message.bytes", "2000");
        try (var producer = Clients.producer(broker)) {
            assertThatThrownBy(() -> get(producer.send(new ProducerRecord<>(topic, new byte[5_000]))))
                    .isInstanceOf(org.apache.kafka.common.errors.RecordTooLargeException.class);
        }
    }

    @Test
    void shouldDescribeTheBroker() {
        final var nodes = get(admin.describeCluster().nodes());
        assertThat(nodes).hasSize(1);
        final var node = nodes.iterator().next();
        assertThat(node.host()).isEqualTo("127.0.0.1");
        assertThat(node.port()).isEqualTo(broker.port());
        assertThat(get(admin.describeCluster().clusterId())).isNotBlank();
        assertThat(get(admin.describeCluster().controller())).isNotNull();
        final ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
        assertThat(config(resource, "node.id").value()).isEqualTo(node.idString());
    }

    @Test
    void shouldDescribeWhereLogsLie() {
        final String topic = "where";
        Clients.createTopic(broker, topic, 2);
        try (var producer = Clients.producer(broker)) {
            get(producer.send(new ProducerRecord<>(topic, 1, null, new byte[10_000])));
        }
        final int node = get(admin.describeCluster().nodes()).iterator().next().id();
        final var directories =
                get(admin.describeLogDirs(Set.of(node)).allDescriptions()).get(node);
        assertThat(directories).hasSize(1);
        final var entry = directories.entrySet().iterator().next();
        assertThat(entry.getKey()).isEqualTo(broker.dataDir().toString());
        final var replicas = entry.getValue().replicaInfos();
        assertThat(replicas.get(new TopicPartition(topic, 0)).size()).isZero();
        assertThat(replicas.get(new TopicPartition(topic, 1)).size()).isBetween(10_000L, 11_000L);
        assertThat(entry.getValue().totalBytes().orElse(0)).isPositive();
    }

    @Test
    void shouldDeleteRecordsAtOnce() {
        final String topic = "deletes";
        final TopicPartition partition = new TopicPartition(topic, 0);
        Clients.createTopic(broker, topic, 1, "retention.ms", "-1");
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < 10; i++) {
                get(producer.send(new ProducerRecord<>(topic, 0, 1_000L + i, null, bytes("v" + i))));
            }
        }
        assertThat(get(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(4)))
                                .lowWatermarks()
                                .get(partition))
                        .lowWatermark())
                .isEqualTo(4);
        assertThat(offset(partition, OffsetSpec.earliest()).offset()).isEqualTo(4);
        assertThat(offset(partition, OffsetSpec.latest()).offset()).isEqualTo(10);
        assertThat(offset(partition, OffsetSpec.maxTimestamp()).offset()).isEqualTo(9);
        assertThat(offset(partition, OffsetSpec.forTimestamp(1_006)).offset()).isEqualTo(6);
        assertThat(offset(partition, OffsetSpec.forTimestamp(1_000)).offset()).isEqualTo(4);
        assertThat(offset(partition, OffsetSpec.forTimestamp(2_000)).offset()).isEqualTo(-1);
        assertThat(offset(partition, OffsetSpec.earliestLocal()).offset()).isEqualTo(4);
        assertThat(offset(partition, OffsetSpec.latestTiered()).offset()).isEqualTo(-1);
        assertThat(Clients.readAll(broker, 6, partition)).hasSize(6);
        get(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1)))
                .all());
        assertThat(offset(partition, OffsetSpec.earliest()).offset()).isEqualTo(10);
    }

    private static TopicDescription describe(final String topic) {
        return get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
    }

    private static KafkaFuture<Void> create(final NewTopic topic) {
        return admin.createTopics(List.of(topic)).all();
    }

    private static KafkaFuture<Void> grow(final String topic, final int count) {
        return admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(count)))
                .all();
    }

    private static ConfigEntry config(final ConfigResource resource, final String name) {
        return get(admin.describeConfigs(List.of(resource)).all()).get(resource).get(name);
    }

    /** Apache Kafka's brokers learn of a change a moment after it was answered. */
    private static void awaitConfig(final ConfigResource resource, final String name, final String value) {
        for (int attempt = 0;
                attempt < 50 && !value.equals(config(resource, name).value());
                attempt++) {
            get(admin.describeCluster().nodes());
        }
        assertThat(config(resource, name).value()).isEqualTo(value);
    }

    private static void alter(
            final ConfigResource resource, final String name, final String value, final OpType operation) {
        final Collection<AlterConfigOp> operations =
                List.of(new AlterConfigOp(new ConfigEntry(name, value), operation));
        get(admin.incrementalAlterConfigs(Map.of(resource, operations)).all());
    }

    private static ListOffsetsResultInfo offset(final TopicPartition partition, final OffsetSpec spec) {
        return get(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition));
    }

    private static void expect(final Class<? extends Exception> error, final KafkaFuture<?> future) {
        assertThatThrownBy(() -> get(future)).isInstanceOf(error);
    }
}
