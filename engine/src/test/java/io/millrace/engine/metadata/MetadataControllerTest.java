package io.millrace.engine.metadata;

import static io.millrace.engine.metadata.ControllerFixture.NODE;
import static io.millrace.engine.metadata.ControllerFixture.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.MetadataCommands.Assignment;
import io.millrace.engine.metadata.MetadataCommands.Replica;
import io.millrace.engine.settings.Durability;
import io.millrace.engine.status.Outcome;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.Test;

class MetadataControllerTest {
    private final ControllerFixture node = new ControllerFixture(2);

    private static void assertRefused(final CommandResult result, final Outcome outcome, final String message) {
        assertThat(result.outcome()).isEqualTo(outcome);
        assertThat(result.message()).isEqualTo(message);
    }

    @Test
    void shouldSpreadThePartitionsOfATopicOverTheCores() {
        final CommandResult result = node.create("a", 5);

        assertThat(result.outcome()).isEqualTo(Outcome.OK);
        final TopicImage topic = node.image.topic("a");
        assertThat(topic.partitionCount()).isEqualTo(5);
        assertThat(topic.idHigh()).isEqualTo(result.first());
        assertThat(topic.idLow()).isEqualTo(result.second());
        int onFirst = 0;
        for (int p = 0; p < 5; p++) {
            assertThat(topic.partition(p).ownerNode()).isEqualTo(NODE);
            assertThat(topic.partition(p).leaderEpoch()).isZero();
            onFirst += topic.partition(p).ownerCore() == 0 ? 1 : 0;
        }
        assertThat(onFirst).isEqualTo(3);
        assertThat(result.awaitIndex()).isEqualTo(node.image.version());
    }

    @Test
    void shouldSpreadManyTopicsOfOnePartition() {
        final int[] counts = new int[2];
        for (int i = 0; i < 10; i++) {
            node.create("t" + i, 1);
            counts[node.image.topic("t" + i).partition(0).ownerCore()]++;
        }
        assertThat(counts).containsExactly(5, 5);
    }

    @Test
    void shouldTakePartitionCountFromTheBrokerWhenNotGiven() {
        node.create("a", -1);
        assertThat(node.image.topic("a").partitionCount()).isOne();
    }

    @Test
    void shouldRefuseNamesInKafkasWords() {
        final String prefix = "Topic name is invalid: ";
        assertRefused(node.create("", 1), Outcome.INVALID_TOPIC_NAME, prefix + "the empty string is not allowed");
        assertRefused(node.create("..", 1), Outcome.INVALID_TOPIC_NAME, prefix + "'..' is not allowed");
        assertRefused(
                node.create("a b", 1),
                Outcome.INVALID_TOPIC_NAME,
                prefix + "'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'");
        final String tooLong = "x".repeat(250);
        assertRefused(
                node.create(tooLong, 1),
                Outcome.INVALID_TOPIC_NAME,
                prefix + "the length of '" + tooLong + "' is longer than the max allowed length 249");
        assertThat(node.create("x".repeat(249), 1).outcome()).isEqualTo(Outcome.OK);
        assertRefused(
                node.create("__cluster_metadata", 1),
                Outcome.INVALID_REQUEST,
                "Creation of internal topic __cluster_metadata is prohibited.");
    }

    @Test
    void shouldRefuseNamesThatCollideOrExist() {
        node.create("a.b", 1);
        assertRefused(node.create("a.b", 1), Outcome.TOPIC_EXISTS, "Topic 'a.b' already exists.");
        assertRefused(
                node.create("a_b", 1), Outcome.INVALID_TOPIC_NAME, "Topic 'a_b' collides with existing topic: a.b");
        assertThat(node.create("a-b", 1).outcome()).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldLetNamesOfOneRequestCollideButNotWithTopicsThatWereThere() {
        node.create("a.b.c", 1);
        assertThat(node.createBesides("d.e", 7).outcome()).isEqualTo(Outcome.OK);
        assertThat(node.createBesides("d_e", 7).outcome()).isEqualTo(Outcome.OK);
        assertRefused(
                node.createBesides("a_b_c", 7),
                Outcome.INVALID_TOPIC_NAME,
                "Topic 'a_b_c' collides with existing topic: a.b.c");
    }

    @Test
    void shouldRefuseNamesThatCollideWithThoseOfARequestBetween() {
        assertThat(node.createBesides("d.e", 7).outcome()).isEqualTo(Outcome.OK);
        assertThat(node.create("a_b", 1).outcome()).isEqualTo(Outcome.OK);
        assertThat(node.createBesides("f.g", 8).outcome()).isEqualTo(Outcome.OK);

        assertThat(node.createBesides("d_e", 7).outcome()).isEqualTo(Outcome.OK);
        assertRefused(
                node.createBesides("a.b", 7),
                Outcome.INVALID_TOPIC_NAME,
                "Topic 'a.b' collides with existing topic: a_b");
        assertRefused(
                node.createBesides("f_g", 7),
                Outcome.INVALID_TOPIC_NAME,
                "Topic 'f_g' collides with existing topic: f.g");
    }

    @Test
    void shouldSeeATopicThatIsProposedButNotCommitted() {
        final CommandResult first = node.createUncommitted("a", 1);
        final CommandResult second = node.createUncommitted("a", 1);

        assertThat(node.image.topic("a")).isNull();
        assertRefused(second, Outcome.TOPIC_EXISTS, "Topic 'a' already exists.");
        assertThat(second.awaitIndex()).isEqualTo(first.awaitIndex());
    }

    @Test
    void shouldForgetWhatTheLogRefused() {
        final CommandResult first = node.createUncommitted("a", 1);
        node.log.dropPending();
        node.controller.onRefused(first.awaitIndex());

        assertThat(node.create("a", 1).outcome()).isEqualTo(Outcome.OK);
        assertThat(node.image.topic("a")).isNotNull();
    }

    @Test
    void shouldBeUnavailableWhileTheLogIsFull() {
        node.log.full = true;
        assertThat(node.create("a", 1).outcome()).isEqualTo(Outcome.METADATA_UNAVAILABLE);
        node.log.full = false;
        assertThat(node.create("a", 1).outcome()).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldCountNodesInReplicationFactors() {
        assertRefused(
                node.create("a", 1, 2, Map.of()),
                Outcome.INVALID_REPLICATION_FACTOR,
                "Unable to replicate the partition 2 time(s): The target replication factor of 2 cannot be reached"
                        + " because only 1 broker(s) are registered"
                        + " or some brokers have all their log directories cordoned.");
        assertRefused(
                node.create("a", 1, 0, Map.of()),
                Outcome.INVALID_REPLICATION_FACTOR,
                "Replication factor must be larger than 0, or -1 to use the default value.");
        assertThat(node.create("a", 1, 1, Map.of()).outcome()).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldRefuseBadPartitionCounts() {
        final String message = "Number of partitions was set to an invalid non-positive value.";
        assertRefused(node.create("a", 0), Outcome.INVALID_PARTITIONS, message);
        assertRefused(node.create("a", -2), Outcome.INVALID_PARTITIONS, message);
        assertThat(node.create("a", 10_001).outcome()).isEqualTo(Outcome.POLICY_VIOLATION);
        assertThat(node.create("a", 10_000).outcome()).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldLeaveNoTraceWhenOnlyValidating() {
        final long version = node.image.version();
        assertThat(node.validateOnly("a", 3).outcome()).isEqualTo(Outcome.OK);
        assertThat(node.validateOnly("", 3).outcome()).isEqualTo(Outcome.INVALID_TOPIC_NAME);
        assertThat(node.image.version()).isEqualTo(version);
        assertThat(node.image.topic("a")).isNull();
    }

    @Test
    void shouldPlacePartitionsAsAssigned() {
        final CommandResult result = node.create(
                "a",
                List.of(
                        new Assignment(1, List.of(new Replica(NODE, -1))),
                        new Assignment(0, List.of(new Replica(NODE, 1)))));

        assertThat(result.outcome()).isEqualTo(Outcome.OK);
        assertThat(node.image.topic("a").partition(0).ownerCore()).isEqualTo(1);
        assertThat(node.image.topic("a").partition(1).ownerCore()).isZero();
    }

    @Test
    void shouldRefuseBadAssignments() {
        final String start = "The manual partition assignment includes ";
        final Replica here = new Replica(NODE, -1);
        assertRefused(
                node.create("a", List.of(new Assignment(0, List.of()))),
                Outcome.INVALID_ASSIGNMENT,
                start + "an empty replica list.");
        assertRefused(
                node.create("a", List.of(new Assignment(0, List.of(new Replica(9, -1))))),
                Outcome.INVALID_ASSIGNMENT,
                start + "broker 9, but no such broker is registered.");
        assertRefused(
                node.create("a", List.of(new Assignment(0, List.of(here, here)))),
                Outcome.INVALID_ASSIGNMENT,
                start + "the broker 1 more than once.");
        assertRefused(
                node.create("a", List.of(new Assignment(0, List.of(here)), new Assignment(0, List.of(here)))),
                Outcome.INVALID_ASSIGNMENT,
                "Found multiple manual partition assignments for partition 0");
        assertRefused(
                node.create("a", List.of(new Assignment(1, List.of(here)))),
                Outcome.INVALID_ASSIGNMENT,
                "partitions should be a consecutive 0-based integer sequence");
    }

    @Test
    void shouldDeleteByNameAndById() {
        node.create("a", 1);
        final CommandResult created = node.create("b", 1);

        assertThat(node.delete("a").outcome()).isEqualTo(Outcome.OK);
        assertThat(node.delete("a").outcome()).isEqualTo(Outcome.UNKNOWN_TOPIC);
        assertThat(node.delete(created.first(), created.second()).outcome()).isEqualTo(Outcome.OK);
        assertThat(node.delete(created.first(), created.second()).outcome()).isEqualTo(Outcome.UNKNOWN_TOPIC_ID);
        assertThat(node.image.topicCount()).isZero();
        assertThat(node.image.partitionCount()).isZero();
    }

    @Test
    void shouldNeverUseANumberOrAnIdAgain() {
        final CommandResult first = node.create("a", 1);
        final int number = node.image.topic("a").topicNumber();
        node.delete("a");
        final CommandResult second = node.create("a", 1);

        assertThat(node.image.topic("a").topicNumber()).isGreaterThan(number);
        assertThat(second.first()).isNotEqualTo(first.first());
    }

    @Test
    void shouldAddPartitions() {
        node.create("a", 2);
        assertRefused(node.addPartitions("a", 2), Outcome.INVALID_PARTITIONS, "Topic already has 2 partition(s).");
        assertRefused(
                node.addPartitions("a", 1),
                Outcome.INVALID_PARTITIONS,
                "The topic a currently has 2 partition(s); 1 would not be an increase.");
        assertThat(node.addPartitions("b", 2).outcome()).isEqualTo(Outcome.UNKNOWN_TOPIC);
        assertThat(node.addPartitions("a", 4).outcome()).isEqualTo(Outcome.OK);
        assertThat(node.image.topic("a").partitionCount()).isEqualTo(4);
        assertThat(node.image.topic("a").partition(3).ownerCore()).isEqualTo(1);
        assertThat(node.image.partition(PartitionKeys.key(node.image.topic("a").topicNumber(), 3)))
                .isSameAs(node.image.topic("a").partition(3));
    }

    @Test
    void shouldGiveATopicItsConfigs() {
        node.create("a", 1, -1, Map.of("retention.ms", "1000", "millrace.durability", "os"));
        assertThat(node.image.topic("a").config().retentionMs()).isEqualTo(1000);
        assertThat(node.image.topic("a").config().durability()).isEqualTo(Durability.OS);
        assertThat(node.image.topic("a").overrides()).containsOnlyKeys("retention.ms", "millrace.durability");
    }

    @Test
    void shouldRefuseBadTopicConfigs() {
        assertRefused(
                node.create("a", 1, -1, Map.of("retention", "1")),
                Outcome.INVALID_CONFIG,
                "Unknown topic config name: retention");
        assertRefused(
                node.create("a", 1, -1, Map.of("retention.ms", "-2")),
                Outcome.INVALID_CONFIG,
                "Invalid value -2 for configuration retention.ms: Value must be at least -1");
        assertRefused(
                node.create("a", 1, -1, Map.of("segment.bytes", "x")),
                Outcome.INVALID_CONFIG,
                "Invalid value x for configuration segment.bytes: Not a number of type INT");
        assertRefused(
                node.create("a", 1, -1, Map.of("cleanup.policy", "burn")),
                Outcome.INVALID_CONFIG,
                "Invalid value burn for configuration cleanup.policy: String must be one of: compact, delete");
        final Map<String, String> withNull = new HashMap<>();
        withNull.put("retention.ms", null);
        assertRefused(
                node.create("a", 1, -1, withNull),
                Outcome.INVALID_CONFIG,
                "Null value not supported for topic configs: retention.ms");
    }

    @Test
    void shouldAlterTopicConfigs() {
        node.create("a", 1, -1, Map.of("retention.ms", "1000"));
        node.alter(ResourceType.TOPIC, "a", set("segment.ms", "500"));
        assertThat(node.image.topic("a").config().segmentMs()).isEqualTo(500);
        assertThat(node.image.topic("a").config().retentionMs()).isEqualTo(1000);

        node.alter(ResourceType.TOPIC, "a", new ConfigChange(ConfigChange.Operation.DELETE, "retention.ms", null));
        assertThat(node.image.topic("a").config().retentionMs()).isEqualTo(604800000L);

        node.replace(ResourceType.TOPIC, "a", set("retention.bytes", "77"));
        assertThat(node.image.topic("a").overrides()).containsOnlyKeys("retention.bytes");
        assertThat(node.alter(ResourceType.TOPIC, "b", set("segment.ms", "500")).message())
                .isEqualTo("The topic 'b' does not exist.");
    }

    @Test
    void shouldAppendToAndSubtractFromLists() {
        node.create("a", 1);
        final String name = "leader.replication.throttled.replicas";
        node.alter(ResourceType.TOPIC, "a", new ConfigChange(ConfigChange.Operation.APPEND, name, "0:1"));
        node.alter(ResourceType.TOPIC, "a", new ConfigChange(ConfigChange.Operation.APPEND, name, "0:1,1:1"));
        assertThat(node.image.topic("a").overrides()).containsEntry(name, "0:1,1:1");
        node.alter(ResourceType.TOPIC, "a", new ConfigChange(ConfigChange.Operation.SUBTRACT, name, "0:1"));
        assertThat(node.image.topic("a").overrides()).containsEntry(name, "1:1");
        assertRefused(
                node.alter(
                        ResourceType.TOPIC, "a", new ConfigChange(ConfigChange.Operation.APPEND, "retention.ms", "1")),
                Outcome.INVALID_CONFIG,
                "Can't APPEND to key retention.ms because its type is not LIST.");
    }

    @Test
    void shouldLetTopicsFollowDynamicBrokerConfigs() {
        node.create("a", 1);
        node.alter(ResourceType.BROKER, "", set("log.retention.ms", "1000"));
        assertThat(node.image.topic("a").config().retentionMs()).isEqualTo(1000);
        node.alter(ResourceType.BROKER, "1", set("log.retention.ms", "2000"));
        assertThat(node.image.topic("a").config().retentionMs()).isEqualTo(2000);
        node.alter(ResourceType.BROKER, "1", new ConfigChange(ConfigChange.Operation.DELETE, "log.retention.ms", null));
        assertThat(node.image.topic("a").config().retentionMs()).isEqualTo(1000);
    }

    @Test
    void shouldRefuseBadBrokerConfigs() {
        assertRefused(
                node.alter(ResourceType.BROKER, "1", set("num.partitions", "3")),
                Outcome.INVALID_REQUEST,
                "Cannot update these configs dynamically: [num.partitions]");
        assertRefused(
                node.alter(ResourceType.BROKER, "", set("group.consumer.session.timeout.ms", "50000")),
                Outcome.INVALID_REQUEST,
                "Cannot update these configs dynamically: [group.consumer.session.timeout.ms]");
        assertRefused(
                node.alter(ResourceType.BROKER, "", set("group.consumer.assignment.interval.ms", "20000")),
                Outcome.INVALID_REQUEST,
                "group.consumer.assignment.interval.ms must be less than or equal to"
                        + " group.consumer.max.assignment.interval.ms");
        assertRefused(
                node.alter(ResourceType.BROKER, "2", set("log.retention.ms", "3")),
                Outcome.INVALID_REQUEST,
                "Unexpected broker id, expected 1, but received 2");
        assertRefused(
                node.alter(ResourceType.BROKER, "", set("message.max.bytes", "-3")),
                Outcome.INVALID_REQUEST,
                "Invalid value -3 for configuration message.max.bytes: Value must be at least 0");
        assertThat(node.alter(ResourceType.BROKER, "", set("num.io.threads", "4"))
                        .outcome())
                .isEqualTo(Outcome.OK);
        assertRefused(
                node.alter(ResourceType.TOPIC, "", set("retention.ms", "3")),
                Outcome.INVALID_REQUEST,
                "Default topic resources are not allowed.");
    }

    @Test
    void shouldHandOutProducerIdsOnce() {
        final CommandResult first = node.takeProducerIds(0, 1000);
        final CommandResult second = node.takeProducerIds(1, 1000);
        assertThat(first.first()).isZero();
        assertThat(second.first()).isEqualTo(1000);
        assertThat(node.image.nextProducerId()).isEqualTo(2000);
    }

    @Test
    void shouldRefuseWhatDoesNotFitIntoAMessage() {
        node.controller.entryBytesMax(1000);
        assertRefused(
                node.create("a", 100),
                Outcome.POLICY_VIOLATION,
                "Unable to perform excessively large batch operation.");
        assertThat(node.create("a", 10).outcome()).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldNotTryToWriteDownWhatNoGroupHolds() {
        final Map<String, String> many = new HashMap<>();
        for (int i = 0; i < 70_000; i++) {
            many.put("name" + i, "");
        }
        assertThat(MetadataCommands.createTopic(new ExpandableArrayBuffer(), 0, "a", 1, -1, List.of(), many, false))
                .isEqualTo(MetadataCommands.TOO_LARGE);
    }
}
