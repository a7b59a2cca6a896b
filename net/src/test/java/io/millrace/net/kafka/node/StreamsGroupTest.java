package io.millrace.net.kafka.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.KeyValue;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Topology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.StreamsGroupTopologyDescriptionUpdateRequestData;
import org.apache.kafka.common.message.StreamsGroupTopologyDescriptionUpdateRequestData.TopologyDescription;
import org.apache.kafka.common.message.StreamsGroupTopologyDescriptionUpdateResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The topics that a streams group's members need for themselves, and the tasks that they get then. */
class StreamsGroupTest {
    private static final String CHANGELOG = "app-counts-changelog";

    private final TestNode node = new TestNode(2, 16);
    private final TestClient client = node.connect(1);

    @BeforeEach
    void createTopics() {
        node.createTopic("lines", 3, Map.of());
        node.createTopic(Topic.GROUP_METADATA_TOPIC_NAME, 1, Map.of("cleanup.policy", "compact"));
        node.run(50);
    }

    /** Several, which are made one after the other. */
    private static List<TopicInfo> changelogs(final List<KeyValue> configs) {
        return Stream.of(CHANGELOG, CHANGELOG + 2, CHANGELOG + 3)
                .map(name -> new TopicInfo().setName(name).setTopicConfigs(configs))
                .toList();
    }

    private StreamsGroupHeartbeatResponseData join(final KeyValue... configs) {
        return join(List.of(new Subtopology()
                .setSubtopologyId("0")
                .setSourceTopics(List.of("lines"))
                .setStateChangelogTopics(changelogs(List.of(configs)))));
    }

    private StreamsGroupHeartbeatResponseData join(final List<Subtopology> parts) {
        return client.call(
                new StreamsGroupHeartbeatRequestData()
                        .setGroupId("app")
                        .setMemberId("AAAAAAAAAAAAAAAAAAAAAQ")
                        .setRebalanceTimeoutMs(60_000)
                        .setTopology(new Topology().setSubtopologies(parts))
                        .setActiveTasks(List.of())
                        .setStandbyTasks(List.of())
                        .setWarmupTasks(List.of())
                        .setProcessId("process"),
                1,
                StreamsGroupHeartbeatResponseData::new);
    }

    private StreamsGroupHeartbeatResponseData stay(final int epoch) {
        return client.call(
                new StreamsGroupHeartbeatRequestData()
                        .setGroupId("app")
                        .setMemberId("AAAAAAAAAAAAAAAAAAAAAQ")
                        .setMemberEpoch(epoch),
                1,
                StreamsGroupHeartbeatResponseData::new);
    }

    @Test
    void shouldCreateTheTopicsOfATopologyBeforeTasksAreAssigned() {
        final KeyValue compacted = new KeyValue().setKey("cleanup.policy").setValue("compact");
        final StreamsGroupHeartbeatResponseData early = join(compacted);
        assertThat(Errors.forCode(early.errorCode())).isEqualTo(Errors.NONE);
        assertThat(detail(early, Status.MISSING_INTERNAL_TOPICS))
                .startsWith("Internal topics are missing: " + CHANGELOG);
        node.await(() -> node.core(1).image().topic(CHANGELOG) != null);
        assertThat(node.core(1).image().topic(CHANGELOG).partitionCount()).isEqualTo(3);
        assertThat(node.core(1).image().topic(CHANGELOG).overrides()).containsEntry("cleanup.policy", "compact");
        StreamsGroupHeartbeatResponseData late = early;
        for (int i = 0;
                i < 20 && (late.activeTasks() == null || late.activeTasks().isEmpty());
                i++) {
            node.run(500);
            late = stay(late.memberEpoch());
        }
        assertThat(late.activeTasks()).hasSize(1);
        assertThat(late.activeTasks().getFirst().partitions()).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    void shouldTellWhyATopicOfATopologyCannotBeCreated() {
        final KeyValue odd = new KeyValue().setKey("cleanup.policy").setValue("sometimes");
        join(odd);
        node.run(100);
        assertThat(detail(join(odd), Status.MISSING_INTERNAL_TOPICS))
                .contains("Creation failed: ", CHANGELOG + " (", "sometimes");
        assertThat(node.core(1).image().topic(CHANGELOG)).isNull();
    }

    /** An answer that no string of the format holds must not become the node's end. */
    @Test
    void shouldShortenWhatAnAnswerHasNoRoomFor() {
        final StreamsGroupHeartbeatResponseData refused =
                join(List.of(new Subtopology().setSubtopologyId("0").setSourceTopics(List.of("ü".repeat(16_370)))));
        assertThat(Errors.forCode(refused.errorCode())).isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY);
        assertThat(refused.errorMessage()).startsWith("Topic names ü").endsWith("…");
        assertThat(Errors.forCode(join().errorCode())).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldRefuseATopologyThatWouldKeepTheCoordinatorForMinutes() {
        final List<String> sinks =
                IntStream.range(0, 4_000).mapToObj(i -> "sink-" + i).toList();
        final List<TopicInfo> sources = IntStream.range(0, 4_000)
                .mapToObj(i -> new TopicInfo().setName("source-" + i))
                .toList();
        final StreamsGroupHeartbeatResponseData refused = join(List.of(new Subtopology()
                .setSubtopologyId("0")
                .setRepartitionSinkTopics(sinks)
                .setRepartitionSourceTopics(sources)));
        assertThat(Errors.forCode(refused.errorCode())).isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY);
        assertThat(refused.errorMessage()).contains("8000 topics, 16000000 pairs", "expected at most 1000");
    }

    @Test
    void shouldCountTasksByWhateverAPartReads() {
        final List<Subtopology> parts = IntStream.range(0, 100)
                .mapToObj(i -> new Subtopology()
                        .setSubtopologyId("" + i)
                        .setRepartitionSourceTopics(
                                List.of(new TopicInfo().setName("wide").setPartitions(2_000))))
                .toList();
        assertThat(join(parts).errorMessage()).contains("200000 tasks");
    }

    /** As in one request for topics: the names of one program's topics do not collide with each other. */
    @Test
    void shouldCreateTopicsOfOneTopologyWhoseNamesDifferInDotsAlone() {
        join(List.of(new Subtopology()
                .setSubtopologyId("0")
                .setSourceTopics(List.of("lines"))
                .setStateChangelogTopics(List.of(
                        new TopicInfo().setName("app-a.b-changelog"), new TopicInfo().setName("app-a_b-changelog")))));
        node.await(() -> node.core(1).image().topic("app-a.b-changelog") != null
                && node.core(1).image().topic("app-a_b-changelog") != null);
    }

    /** As Apache Kafka's controller refuses one request for them. */
    @Test
    void shouldCreateNoTopicsThatAreTooManyForOneOperation() {
        node.createTopic("wide", 400, Map.of());
        final List<TopicInfo> changelogs = IntStream.range(0, 30)
                .mapToObj(i -> new TopicInfo().setName("app-" + i + "-changelog"))
                .toList();
        final List<Subtopology> parts = List.of(new Subtopology()
                .setSubtopologyId("0")
                .setSourceTopics(List.of("wide"))
                .setStateChangelogTopics(changelogs));
        join(parts);
        node.run(50);
        assertThat(detail(join(parts), Status.MISSING_INTERNAL_TOPICS))
                .contains("Unable to perform excessively large batch operation.");
        assertThat(node.core(1).image().topic("app-0-changelog")).isNull();
    }

    /** It rests for a while, whatever heartbeats come, and is tried once more. */
    @Test
    void shouldTryAgainAfterAWhileToCreateWhatCouldNotBeCreated() {
        node.createTopic("app-a.b-changelog", 1, Map.of());
        final List<Subtopology> parts = List.of(new Subtopology()
                .setSubtopologyId("0")
                .setSourceTopics(List.of("lines"))
                .setStateChangelogTopics(List.of(new TopicInfo().setName("app-a_b-changelog"))));
        join(parts);
        node.run(100);
        node.deleteTopic("app-a.b-changelog");
        assertThat(detail(join(parts), Status.MISSING_INTERNAL_TOPICS)).contains("app-a_b-changelog (", "collides");
        node.run(1_000);
        join(parts);
        node.run(100);
        assertThat(node.core(1).image().topic("app-a_b-changelog"))
                .as("it rests")
                .isNull();
        for (int i = 0; i < 30 && node.core(1).image().topic("app-a_b-changelog") == null; i++) {
            node.run(500);
            join(parts);
        }
        assertThat(node.core(1).image().topic("app-a_b-changelog")).isNotNull();
    }

    @Test
    void shouldHaveNoDescriptionOfATopologyStored() {
        join();
        final StreamsGroupDescribeResponseData.DescribedGroup group = client.call(
                        new StreamsGroupDescribeRequestData()
                                .setGroupIds(List.of("app"))
                                .setIncludeTopologyDescription(true),
                        1,
                        StreamsGroupDescribeResponseData::new)
                .groups()
                .getFirst();
        assertThat(group.members()).hasSize(1);
        assertThat(group.topologyDescriptionStatus()).isEqualTo((byte) 1);
    }

    @Test
    void shouldRefuseAllOfItWhereOperatorsHaveSwitchedItOff() {
        assertThat(Errors.forCode(join().errorCode())).isEqualTo(Errors.NONE);
        final UpdateFeaturesRequestData off = new UpdateFeaturesRequestData().setTimeoutMs(1_000);
        off.featureUpdates()
                .add(new FeatureUpdateKey()
                        .setFeature("streams.version")
                        .setMaxVersionLevel((short) 0)
                        .setUpgradeType((byte) 2));
        client.call(off, 1, UpdateFeaturesResponseData::new);

        final StreamsGroupHeartbeatResponseData refused = join();
        assertThat(Errors.forCode(refused.errorCode())).isEqualTo(Errors.UNSUPPORTED_VERSION);
        assertThat(refused.errorMessage()).isNull();
        assertThat(client.call(
                                new StreamsGroupDescribeRequestData().setGroupIds(List.of("app", "")),
                                1,
                                StreamsGroupDescribeResponseData::new)
                        .groups())
                .hasSize(2)
                .allMatch(group -> group.errorCode() == Errors.UNSUPPORTED_VERSION.code())
                .allMatch(group -> group.members().isEmpty());
        final StreamsGroupTopologyDescriptionUpdateResponseData described = client.call(
                new StreamsGroupTopologyDescriptionUpdateRequestData()
                        .setGroupId("app")
                        .setMemberId("AAAAAAAAAAAAAAAAAAAAAQ")
                        .setTopologyDescription(new TopologyDescription()),
                0,
                StreamsGroupTopologyDescriptionUpdateResponseData::new);
        assertThat(Errors.forCode(described.errorCode())).isEqualTo(Errors.UNSUPPORTED_VERSION);
        assertThat(described.errorMessage()).isNull();
    }

    private static String detail(final StreamsGroupHeartbeatResponseData response, final Status status) {
        return response.status().stream()
                .filter(each -> each.statusCode() == status.code())
                .findFirst()
                .orElseThrow()
                .statusDetail();
    }
}
