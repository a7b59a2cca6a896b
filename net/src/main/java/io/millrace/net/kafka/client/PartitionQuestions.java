package io.millrace.net.kafka.client;

import io.millrace.engine.log.LogConfig;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/** The requests about one partition, and what their answers mean. */
final class PartitionQuestions {
    /** Versions that every Apache Kafka since 3.1 serves, too. */
    static final short METADATA = 12;

    static final short CONFIGS = 4;
    static final short LIST_OFFSETS = 7;
    static final short EPOCH_END = 4;
    /** The first one that names topics by id: a topic made anew is not taken for the old one. */
    static final short FETCH = 13;

    private static final int CONSUMER = -1;
    private static final int WAIT_MS_MAX = 500;
    private static final List<String> CONFIG_NAMES = List.of(
            "segment.bytes",
            "segment.ms",
            "segment.jitter.ms",
            "segment.index.bytes",
            "index.interval.bytes",
            "retention.bytes",
            "retention.ms");

    private final String topic;
    private final int partition;

    PartitionQuestions(final String topic, final int partition) {
        this.topic = topic;
        this.partition = partition;
    }

    MetadataRequestData metadata() {
        return new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic)))
                .setAllowAutoTopicCreation(false);
    }

    DescribeConfigsRequestData configs() {
        return new DescribeConfigsRequestData()
                .setResources(List.of(new DescribeConfigsRequestData.DescribeConfigsResource()
                        .setResourceType(ConfigResource.Type.TOPIC.id())
                        .setResourceName(topic)
                        .setConfigurationKeys(CONFIG_NAMES)));
    }

    static LogConfig configOf(final DescribeConfigsResponseData.DescribeConfigsResult result) {
        final Map<String, String> values = new TreeMap<>();
        result.configs().forEach(config -> values.put(config.name(), config.value()));
        final LogConfig kafka = LogConfig.DEFAULT;
        return new LogConfig(
                (int) number(values, "segment.bytes", kafka.segmentBytes()),
                number(values, "segment.ms", kafka.segmentMs()),
                number(values, "segment.jitter.ms", kafka.segmentJitterMs()),
                (int) number(values, "segment.index.bytes", kafka.segmentIndexBytes()),
                (int) number(values, "index.interval.bytes", kafka.indexIntervalBytes()),
                number(values, "retention.bytes", kafka.retentionBytes()),
                number(values, "retention.ms", kafka.retentionMs()));
    }

    private static long number(final Map<String, String> values, final String name, final long otherwise) {
        final String value = values.get(name);
        return value == null ? otherwise : Long.parseLong(value);
    }

    ListOffsetsRequestData earliest(final int leaderEpoch) {
        return new ListOffsetsRequestData()
                .setReplicaId(CONSUMER)
                .setTopics(List.of(new ListOffsetsRequestData.ListOffsetsTopic()
                        .setName(topic)
                        .setPartitions(List.of(new ListOffsetsRequestData.ListOffsetsPartition()
                                .setPartitionIndex(partition)
                                .setCurrentLeaderEpoch(leaderEpoch)
                                .setTimestamp(ListOffsetsRequest.EARLIEST_TIMESTAMP)))));
    }

    OffsetForLeaderEpochRequestData epochEnd(final int leaderEpoch, final int epoch) {
        final OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData().setReplicaId(CONSUMER);
        request.topics()
                .add(new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic()
                        .setTopic(topic)
                        .setPartitions(List.of(new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition()
                                .setPartition(partition)
                                .setCurrentLeaderEpoch(leaderEpoch)
                                .setLeaderEpoch(epoch))));
        return request;
    }

    FetchRequestData fetch(final Uuid topicId, final int leaderEpoch, final long offset, final int bytesMax) {
        return new FetchRequestData()
                .setMaxWaitMs(WAIT_MS_MAX)
                .setMinBytes(1)
                .setMaxBytes(bytesMax)
                .setTopics(List.of(new FetchRequestData.FetchTopic()
                        .setTopicId(topicId)
                        .setPartitions(List.of(new FetchRequestData.FetchPartition()
                                .setPartition(partition)
                                .setCurrentLeaderEpoch(leaderEpoch)
                                .setFetchOffset(offset)
                                .setPartitionMaxBytes(bytesMax)))));
    }
}
