package io.millrace.tools.it.compat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopicCollection;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;

/** What a client asks to find its way. */
final class ClusterScripts {
    private ClusterScripts() {}

    static void apiVersions(final Twins twins) {
        twins.ask("a good client", party -> apiVersionsOf("apache-kafka-java", "4.4.0"));
        twins.ask("a name with a space", party -> apiVersionsOf("a b", "1"));
        twins.ask("an empty name", party -> apiVersionsOf("", ""));
        twins.ask("a version with a slash", party -> apiVersionsOf("good", "1/2"));
        twins.ask(
                "another cluster",
                party -> apiVersionsOf("good", "1").setClusterId("not this one").setNodeId(1));
        twins.ask("another node", party -> apiVersionsOf("good", "1").setNodeId(77));
    }

    private static ApiVersionsRequestData apiVersionsOf(final String name, final String version) {
        return new ApiVersionsRequestData().setClientSoftwareName(name).setClientSoftwareVersion(version);
    }

    static void describeCluster(final Twins twins) {
        twins.ask("brokers", party -> new DescribeClusterRequestData());
        twins.ask(
                "with operations",
                party -> new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true));
        twins.ask("controllers", party -> new DescribeClusterRequestData().setEndpointType((byte) 2));
        twins.ask("neither", party -> new DescribeClusterRequestData().setEndpointType((byte) 3));
        twins.ask("fenced too", party -> new DescribeClusterRequestData().setIncludeFencedBrokers(true));
    }

    static void metadata(final Twins twins) {
        final String topic = "metadata-v" + twins.version();
        twins.topic(topic, 3);
        twins.ask("named", party -> metadataOf(topic));
        twins.ask("all", party -> new MetadataRequestData().setTopics(null));
        twins.ask("empty list", party -> new MetadataRequestData().setTopics(List.of()));
        twins.ask("twice the same", party -> metadataOf(topic, topic));
        twins.ask("unknown", party -> metadataOf("nobody-made-this").setAllowAutoTopicCreation(false));
        twins.ask(
                "unknown and known",
                party -> metadataOf("nobody-made-this", topic).setAllowAutoTopicCreation(false));
        for (final String bad : List.of("", ".", "a b", "x".repeat(250))) {
            twins.ask("bad name '" + bad + "'", party -> metadataOf(bad).setAllowAutoTopicCreation(true));
        }
        twins.ask("operations of topics", party -> metadataOf(topic).setIncludeTopicAuthorizedOperations(true));
        twins.ask("operations of the cluster", party -> metadataOf(topic).setIncludeClusterAuthorizedOperations(true));
        twins.ask("by id", party -> metadataById(party.topicId(topic)));
        twins.ask("by id without a null name", party -> {
            final MetadataRequestData request = metadataById(party.topicId(topic));
            request.topics().get(0).setName("");
            return request;
        });
        twins.ask("by unknown id", party -> metadataById(new Uuid(1, 2)));
        twins.ask("by name and id", party -> {
            final MetadataRequestData request = metadataById(party.topicId(topic));
            request.topics().get(0).setName(topic);
            return request;
        });
        twins.ask("by neither", party -> metadataById(Uuid.ZERO_UUID));
        final String made = "metadata-made-v" + twins.version();
        twins.ask("made by the asking", party -> metadataOf(made).setAllowAutoTopicCreation(true));
        twins.each(party -> party.awaitTopic(made));
        twins.ask("once it is made", party -> metadataOf(made));
    }

    private static MetadataRequestData metadataOf(final String... names) {
        final List<MetadataRequestTopic> topics = new ArrayList<>();
        for (final String name : names) {
            topics.add(new MetadataRequestTopic().setName(name));
        }
        return new MetadataRequestData().setTopics(topics);
    }

    private static MetadataRequestData metadataById(final Uuid id) {
        final List<MetadataRequestTopic> topics = new ArrayList<>();
        topics.add(new MetadataRequestTopic().setName(null).setTopicId(id));
        return new MetadataRequestData().setTopics(topics).setAllowAutoTopicCreation(false);
    }

    static void describeTopicPartitions(final Twins twins) {
        twins.topic("dtp-a", 3);
        twins.topic("dtp-b", 2);
        twins.ask("both", party -> partitionsOf("dtp-a", "dtp-b"));
        twins.ask("in the other order", party -> partitionsOf("dtp-b", "dtp-a"));
        twins.ask("twice the same", party -> partitionsOf("dtp-b", "dtp-b"));
        twins.ask("unknown", party -> partitionsOf("dtp-a", "dtp-none"));
        twins.ask("bad name", party -> partitionsOf("a b"));
        for (final int limit : new int[] {-1, 0, 1, 3, 4, 2_001}) {
            twins.ask("limit " + limit, party -> partitionsOf("dtp-a", "dtp-b").setResponsePartitionLimit(limit));
        }
        for (final int from : new int[] {-1, 0, 1, 2, 3}) {
            twins.ask(
                    "from " + from,
                    party -> partitionsOf("dtp-a", "dtp-b")
                            .setCursor(new Cursor().setTopicName("dtp-a").setPartitionIndex(from)));
        }
        twins.ask(
                "from the second topic",
                party -> partitionsOf("dtp-a", "dtp-b")
                        .setCursor(new Cursor().setTopicName("dtp-b").setPartitionIndex(1)));
        twins.ask(
                "from a topic that is not asked for",
                party -> partitionsOf("dtp-a")
                        .setCursor(new Cursor().setTopicName("dtp-b").setPartitionIndex(1)));
    }

    private static DescribeTopicPartitionsRequestData partitionsOf(final String... names) {
        final DescribeTopicPartitionsRequestData request = new DescribeTopicPartitionsRequestData();
        for (final String name : names) {
            request.topics().add(new TopicRequest().setName(name));
        }
        return request;
    }

    static void describeLogDirs(final Twins twins) {
        final String topic = "log-dirs-v" + twins.version();
        twins.topic(topic, 3);
        twins.ask("one topic", party -> logDirsOf(topic, 0, 1, 2));
        twins.ask("one partition", party -> logDirsOf(topic, 1));
        twins.ask("a partition that is not there", party -> logDirsOf(topic, 1, 9));
        twins.ask("no partition", party -> logDirsOf(topic));
        twins.ask("unknown", party -> logDirsOf("nobody-made-this", 0));
        twins.ask("none", party -> new DescribeLogDirsRequestData());
        twins.ask("all", party -> new DescribeLogDirsRequestData().setTopics(null));
    }

    private static DescribeLogDirsRequestData logDirsOf(final String topic, final Integer... partitions) {
        final DescribableLogDirTopicCollection topics = new DescribableLogDirTopicCollection();
        topics.add(new DescribableLogDirTopic().setTopic(topic).setPartitions(List.of(partitions)));
        return new DescribeLogDirsRequestData().setTopics(topics);
    }
}
