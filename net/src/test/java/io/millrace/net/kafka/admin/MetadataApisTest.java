package io.millrace.net.kafka.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class MetadataApisTest {
    private static final ListenerView PER_CORE = ListenerView.ofCores("CORES", TestNode.NODE_ID, "here", 9092, 9093);

    private final TestNode node = new TestNode(2, 64);
    private final TestClient client = node.connect(0);

    private MetadataResponseData ask(final int version, final MetadataRequestTopic... topics) {
        return client.call(
                new MetadataRequestData().setTopics(List.of(topics)).setAllowAutoTopicCreation(true),
                version,
                MetadataResponseData::new);
    }

    private static MetadataRequestTopic named(final String name) {
        return new MetadataRequestTopic().setName(name);
    }

    @Test
    void shouldShowOneBrokerOnANodesListenerAndEachCoreOnACoresListener() {
        node.createTopic("t", 2, Map.of());
        final MetadataRequestData all = new MetadataRequestData().setTopics(null);
        final MetadataResponseData ofNode = client.call(all, 12, MetadataResponseData::new);
        assertThat(ofNode.brokers()).hasSize(1);
        assertThat(ofNode.topics().find("t").partitions())
                .extracting(MetadataResponsePartition::leaderId)
                .containsExactly(1, 1);
        final MetadataResponseData ofCores = node.connect(1, PER_CORE).call(all, 12, MetadataResponseData::new);
        assertThat(ofCores.brokers()).hasSize(2);
        assertThat(ofCores.controllerId()).isEqualTo(PER_CORE.idAt(0));
        assertThat(ofCores.topics().find("t").partitions())
                .extracting(MetadataResponsePartition::leaderId)
                .containsExactly(PER_CORE.idAt(0), PER_CORE.idAt(1));
    }

    /** What takes many steps leaves nothing out. */
    @Test
    void shouldDescribeThousandsOfPartitions() {
        node.createTopic("a", 3, Map.of());
        node.createTopic("many", 1_500, Map.of());
        node.createTopic("b", 513, Map.of());
        final MetadataResponseData all =
                client.call(new MetadataRequestData().setTopics(null), 12, MetadataResponseData::new);
        final MetadataResponseData some = ask(12, named("b"), named("gone"), named("many"), named("a"));
        for (final MetadataResponseData each : List.of(all, some)) {
            assertThat(each.topics().find("a").partitions()).hasSize(3);
            assertThat(each.topics().find("b").partitions()).hasSize(513);
            assertThat(each.topics().find("many").partitions())
                    .extracting(MetadataResponsePartition::partitionIndex)
                    .containsExactlyElementsOf(IntStream.range(0, 1_500).boxed().toList());
        }
        assertThat(some.topics()).extracting(MetadataResponseTopic::name).containsExactly("b", "many", "a", "gone");
    }

    @Test
    void shouldMakeATopicThatIsAskedForButNoInternalOne() {
        assertThat(ask(12, named("new")).topics().find("new").errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        node.await(() -> node.core(0).image().topic("new") != null);
        assertThat(ask(12, named("new")).topics().find("new").partitions()).hasSize(1);
        ask(12, named("__consumer_offsets"));
        node.run(100);
        assertThat(node.core(0).image().topic("__consumer_offsets")).isNull();
    }

    @Test
    void shouldFindTopicsByIdOnceVersionsHaveThem() {
        final TopicImage topic = node.createTopic("t", 1, Map.of());
        final MetadataRequestTopic byId =
                new MetadataRequestTopic().setName(null).setTopicId(NodeFacts.topicId(topic));
        final MetadataRequestTopic unknown =
                new MetadataRequestTopic().setName(null).setTopicId(new Uuid(1, 2));
        final List<MetadataResponseTopic> found =
                new ArrayList<>(ask(12, byId, unknown).topics());
        assertThat(found).extracting(MetadataResponseTopic::name).containsExactly(null, "t");
        assertThat(found.get(0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
        assertThat(ask(11, byId).topics())
                .extracting(MetadataResponseTopic::errorCode)
                .containsExactly(Errors.INVALID_REQUEST.code());
    }

    @Test
    void shouldAnswerATopicWithoutNameAndIdAsADefect() {
        final MetadataResponseData response =
                ask(13, new MetadataRequestTopic().setName(null).setTopicId(Uuid.ZERO_UUID), named("t"));
        assertThat(response.errorCode()).isEqualTo(Errors.UNKNOWN_SERVER_ERROR.code());
        assertThat(response.brokers()).isEmpty();
        assertThat(response.topics())
                .extracting(MetadataResponseTopic::errorCode)
                .containsOnly(Errors.UNKNOWN_SERVER_ERROR.code())
                .hasSize(2);
    }

    @Test
    void shouldDescribeTheClusterOfBrokersOnly() {
        final DescribeClusterResponseData brokers =
                client.call(new DescribeClusterRequestData(), 2, DescribeClusterResponseData::new);
        assertThat(brokers.clusterId()).isEqualTo("test-cluster");
        assertThat(brokers.brokers().find(brokers.controllerId())).isNotNull();
        final DescribeClusterResponseData controllers = client.call(
                new DescribeClusterRequestData().setEndpointType((byte) 2), 2, DescribeClusterResponseData::new);
        assertThat(controllers.errorCode()).isEqualTo(Errors.MISMATCHED_ENDPOINT_TYPE.code());
    }

    @Test
    void shouldDescribeEveryPartitionOnceWhateverThePageSize() {
        final List<String> expected = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            node.createTopic("t" + i, i + 1, Map.of());
            for (int partition = 0; partition <= i; partition++) {
                expected.add("t" + i + "-" + partition);
            }
        }
        for (int page = 1; page <= expected.size() + 1; page++) {
            for (final boolean isNamed : new boolean[] {false, true}) {
                assertThat(described(page, isNamed)).as("pages of %d", page).isEqualTo(expected);
            }
        }
    }

    private List<String> described(final int page, final boolean isNamed) {
        final List<String> described = new ArrayList<>();
        final DescribeTopicPartitionsRequestData request =
                new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(page);
        for (int i = 4; isNamed && i >= 0; i--) {
            request.topics().add(new TopicRequest().setName("t" + i));
        }
        do {
            final DescribeTopicPartitionsResponseData response =
                    client.call(request, 0, DescribeTopicPartitionsResponseData::new);
            response.topics()
                    .forEach(topic -> topic.partitions()
                            .forEach(partition -> described.add(topic.name() + "-" + partition.partitionIndex())));
            final var next = response.nextCursor();
            request.setCursor(
                    next == null
                            ? null
                            : new Cursor().setTopicName(next.topicName()).setPartitionIndex(next.partitionIndex()));
        } while (request.cursor() != null);
        return described;
    }
}
