package io.millrace.net.kafka.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
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
        return client.call(
                new StreamsGroupHeartbeatRequestData()
                        .setGroupId("app")
                        .setMemberId("AAAAAAAAAAAAAAAAAAAAAQ")
                        .setRebalanceTimeoutMs(60_000)
                        .setTopology(new Topology()
                                .setSubtopologies(List.of(new Subtopology()
                                        .setSubtopologyId("0")
                                        .setSourceTopics(List.of("lines"))
                                        .setStateChangelogTopics(changelogs(List.of(configs))))))
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

    private static String detail(final StreamsGroupHeartbeatResponseData response, final Status status) {
        return response.status().stream()
                .filter(each -> each.statusCode() == status.code())
                .findFirst()
                .orElseThrow()
                .statusDetail();
    }
}
