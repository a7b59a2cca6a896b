package io.millrace.net.kafka.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.node.Requests;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.junit.jupiter.api.Test;

/** Questions whose answers lie with the cores that own the partitions. */
class PartitionApisTest {
    private static final int PRODUCE_VERSION = 12;
    private static final ListenerView PER_CORE = ListenerView.ofCores("CORES", TestNode.NODE_ID, "here", 9092, 9093);

    private final TestNode node = new TestNode(2, 64);
    private final TestClient client = node.connect(0);
    private final TopicImage topic = node.createTopic("t", 2, Map.of());

    private void produce(final int partition, final String... values) {
        client.call(
                Requests.add(Requests.produce(-1), PRODUCE_VERSION, topic, partition, Requests.batch(values)),
                PRODUCE_VERSION,
                ProduceResponseData::new);
    }

    private static List<ListOffsetsPartitionResponse> list(
            final TestClient asker, final int version, final int partition, final long... timestamps) {
        final ListOffsetsTopic wanted = new ListOffsetsTopic().setName("t");
        for (final long timestamp : timestamps) {
            wanted.partitions()
                    .add(new ListOffsetsPartition().setPartitionIndex(partition).setTimestamp(timestamp));
        }
        final ListOffsetsRequestData request =
                new ListOffsetsRequestData().setReplicaId(-1).setTopics(List.of(wanted));
        return asker.call(request, version, ListOffsetsResponseData::new)
                .topics()
                .get(0)
                .partitions();
    }

    private ListOffsetsPartitionResponse at(final int partition, final long timestamp) {
        return list(client, 11, partition, timestamp).get(0);
    }

    @Test
    void shouldFindOffsetsOfPartitionsOnEveryCore() {
        for (int partition = 0; partition < 2; partition++) {
            produce(partition, "a", "b", "c");
            assertThat(at(partition, ListOffsetsRequest.EARLIEST_TIMESTAMP).offset())
                    .isZero();
            assertThat(at(partition, ListOffsetsRequest.LATEST_TIMESTAMP).offset())
                    .isEqualTo(3);
            assertThat(at(partition, 1001).offset()).isEqualTo(1);
            assertThat(at(partition, 1001).timestamp()).isEqualTo(1001);
            assertThat(at(partition, 2000).offset()).isEqualTo(-1);
            assertThat(at(partition, ListOffsetsRequest.MAX_TIMESTAMP).offset()).isEqualTo(2);
        }
    }

    @Test
    void shouldKnowSpecialTimestampsFromTheirVersionOn() {
        final long[][] since = {{-1, 1}, {-2, 1}, {-3, 7}, {-4, 8}, {-5, 9}, {-6, 11}, {-7, 99}};
        for (int version = 1; version <= 11; version++) {
            for (final long[] special : since) {
                final Errors expected = version >= special[1] ? Errors.NONE : Errors.UNSUPPORTED_VERSION;
                assertThat(list(client, version, 0, special[0]).get(0).errorCode())
                        .as("%d in version %d", special[0], version)
                        .isEqualTo(expected.code());
            }
        }
    }

    @Test
    void shouldAnswerAPartitionThatIsNamedTwiceOnce() {
        final List<ListOffsetsPartitionResponse> answers = list(client, 11, 0, -1, -2);
        assertThat(answers).hasSize(1);
        assertThat(answers.get(0).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }

    @Test
    void shouldLeadToTheOwnersBrokerWhereCoresAreBrokers() {
        final TestClient ofCore0 = node.connect(0, PER_CORE);
        assertThat(list(ofCore0, 11, 0, -1).get(0).errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(list(ofCore0, 11, 1, -1).get(0).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    }

    @Test
    void shouldDeleteRecordsUpToAnOffsetThatIsThere() {
        produce(1, "a", "b", "c");
        assertThat(delete(1, 2)).isEqualTo(2);
        assertThat(at(1, ListOffsetsRequest.EARLIEST_TIMESTAMP).offset()).isEqualTo(2);
        assertThat(delete(1, 4)).isEqualTo(-1 - Errors.OFFSET_OUT_OF_RANGE.code());
        assertThat(delete(1, -1)).isEqualTo(3);
        assertThat(delete(7, 0)).isEqualTo(-1 - Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    /** The low watermark, or an error's code below it. */
    private long delete(final int partition, final long offset) {
        final DeleteRecordsTopic wanted = new DeleteRecordsTopic().setName("t");
        wanted.partitions()
                .add(new DeleteRecordsPartition().setPartitionIndex(partition).setOffset(offset));
        final DeleteRecordsRequestData request =
                new DeleteRecordsRequestData().setTimeoutMs(1000).setTopics(List.of(wanted));
        final var result = client.call(request, 2, DeleteRecordsResponseData::new)
                .topics()
                .find("t")
                .partitions()
                .find(partition);
        return result.errorCode() == 0 ? result.lowWatermark() : -1 - result.errorCode();
    }

    @Test
    void shouldTellSizesOfAllPartitionsOnceOverAllBrokers() {
        produce(0, "a");
        produce(1, "a", "b");
        assertThat(sizes(client)).hasSize(2).allMatch(partition -> partition.partitionSize() > 0);
        for (int core = 0; core < 2; core++) {
            assertThat(sizes(node.connect(core, PER_CORE)))
                    .extracting(DescribeLogDirsPartition::partitionIndex)
                    .containsExactly(core);
        }
    }

    @Test
    void shouldTellTheSizesOfThousandsOfPartitions() {
        node.createTopic("many", 1_500, Map.of());
        final List<DescribeLogDirsTopic> all = client.call(
                        new DescribeLogDirsRequestData().setTopics(null), 5, DescribeLogDirsResponseData::new)
                .results()
                .getFirst()
                .topics();
        assertThat(all).extracting(DescribeLogDirsTopic::name).containsExactly("t", "many");
        assertThat(all.getLast().partitions())
                .extracting(DescribeLogDirsPartition::partitionIndex)
                .containsExactlyElementsOf(IntStream.range(0, 1_500).boxed().toList());
        final DescribeLogDirsRequestData.DescribableLogDirTopic few =
                new DescribeLogDirsRequestData.DescribableLogDirTopic().setTopic("many");
        few.setPartitions(List.of(700, 3, 1_600, 3));
        final DescribeLogDirsRequestData.DescribableLogDirTopicCollection wishes =
                new DescribeLogDirsRequestData.DescribableLogDirTopicCollection();
        wishes.add(few);
        assertThat(client.call(new DescribeLogDirsRequestData().setTopics(wishes), 5, DescribeLogDirsResponseData::new)
                        .results()
                        .getFirst()
                        .topics()
                        .getFirst()
                        .partitions())
                .extracting(DescribeLogDirsPartition::partitionIndex)
                .containsExactly(3, 700);
    }

    private static List<DescribeLogDirsPartition> sizes(final TestClient asker) {
        final DescribeLogDirsResponseData response =
                asker.call(new DescribeLogDirsRequestData().setTopics(null), 5, DescribeLogDirsResponseData::new);
        assertThat(response.results()).hasSize(1);
        assertThat(response.results().get(0).logDir()).isEqualTo("/test");
        return response.results().get(0).topics().get(0).partitions();
    }
}
