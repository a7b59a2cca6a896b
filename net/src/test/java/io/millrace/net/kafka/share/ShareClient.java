package io.millrace.net.kafka.share;

import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.kafka.node.Requests;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData.InitializeStateData;
import org.apache.kafka.common.message.InitializeShareGroupStateResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData.ReadStateData;
import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData.AcknowledgementBatch;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchPartition;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchTopic;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData.StateBatch;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData.WriteStateData;
import org.apache.kafka.common.message.WriteShareGroupStateResponseData;
import org.apache.kafka.common.protocol.Errors;

/** A member of a share group of the topic's name, with a connection of its own to a {@link TestNode}; partition 0. */
final class ShareClient {
    private static final int VERSION = 2;

    private final TestNode node;
    private final TopicImage topic;
    private final String group;
    private final String member;
    private final TestClient client;
    private final List<Integer> added = new ArrayList<>();
    private int epoch;

    ShareClient(final TestNode node, final int core, final TopicImage topic, final String group, final String member) {
        this(node, node.connect(core), topic, group, member);
    }

    ShareClient(
            final TestNode node,
            final TestClient client,
            final TopicImage topic,
            final String group,
            final String member) {
        this.node = node;
        this.topic = topic;
        this.group = group;
        this.member = member;
        this.client = client;
    }

    static Uuid id(final TopicImage topic) {
        return new Uuid(topic.idHigh(), topic.idLow());
    }

    /** A topic of one partition whose records the group reads, and the one that keeps the group's state. */
    static TopicImage topicOf(final TestNode node, final String group) {
        final TopicImage topic = node.createTopic("topic", 1, Map.of());
        node.createTopic(Topic.SHARE_GROUP_STATE_TOPIC_NAME, 2, Map.of("retention.ms", "-1"));
        node.run(50);
        begin(node, topic, group);
        set(node, group, "share.auto.offset.reset", "earliest");
        return topic;
    }

    /** As the group's coordinator does when a member first gets the partition. */
    static void begin(final TestNode node, final TopicImage topic, final String group) {
        begin(node, topic, group, 0);
    }

    static void begin(final TestNode node, final TopicImage topic, final String group, final int stateEpoch) {
        final InitializeShareGroupStateResponseData begun = node.connect(0)
                .call(
                        new InitializeShareGroupStateRequestData()
                                .setGroupId(group)
                                .setTopics(List.of(new InitializeStateData()
                                        .setTopicId(id(topic))
                                        .setPartitions(List.of(new InitializeShareGroupStateRequestData.PartitionData()
                                                .setStateEpoch(stateEpoch)
                                                .setStartOffset(-1))))),
                        0,
                        InitializeShareGroupStateResponseData::new);
        final short error = begun.results().getFirst().partitions().getFirst().errorCode();
        if (error != 0) {
            throw new AssertionError(Errors.forCode(error));
        }
    }

    static void set(final TestNode node, final String group, final String name, final String value) {
        final AlterConfigsResource resource = new AlterConfigsResource()
                .setResourceType(ConfigResource.Type.GROUP.id())
                .setResourceName(group);
        resource.configs().add(new AlterableConfig().setName(name).setValue(value));
        final IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(resource);
        final var answer = node.connect(0)
                .call(request, 1, IncrementalAlterConfigsResponseData::new)
                .responses()
                .getFirst();
        if (answer.errorCode() != 0) {
            throw new AssertionError(answer);
        }
    }

    static StateBatch batch(final long first, final long last, final int state) {
        return new StateBatch()
                .setFirstOffset(first)
                .setLastOffset(last)
                .setDeliveryState((byte) state)
                .setDeliveryCount((short) 1);
    }

    /** As a share partition does. */
    static Errors keep(final TestNode node, final TopicImage topic, final String group, final StateBatch... batches) {
        final var answer = node.connect(0)
                .call(
                        new WriteShareGroupStateRequestData()
                                .setGroupId(group)
                                .setTopics(List.of(new WriteStateData()
                                        .setTopicId(id(topic))
                                        .setPartitions(List.of(new WriteShareGroupStateRequestData.PartitionData()
                                                .setStartOffset(0)
                                                .setStateBatches(List.of(batches)))))),
                        1,
                        WriteShareGroupStateResponseData::new);
        return Errors.forCode(
                answer.results().getFirst().partitions().getFirst().errorCode());
    }

    /** What is kept of the group's records. */
    static List<ReadShareGroupStateResponseData.StateBatch> kept(
            final TestNode node, final TopicImage topic, final String group) {
        return node.connect(0)
                .call(
                        new ReadShareGroupStateRequestData()
                                .setGroupId(group)
                                .setTopics(List.of(new ReadStateData()
                                        .setTopicId(id(topic))
                                        .setPartitions(List.of(new ReadShareGroupStateRequestData.PartitionData()
                                                .setLeaderEpoch(0))))),
                        0,
                        ReadShareGroupStateResponseData::new)
                .results()
                .getFirst()
                .partitions()
                .getFirst()
                .stateBatches();
    }

    static void write(final TestNode node, final TopicImage topic, final String... values) {
        write(node, topic, Compression.NONE, values);
    }

    static void write(
            final TestNode node, final TopicImage topic, final Compression compression, final String... values) {
        final int version = 9;
        final ProduceResponseData answer = node.connect(0)
                .call(
                        Requests.add(Requests.produce(-1), version, topic, 0, Requests.batch(compression, values)),
                        version,
                        ProduceResponseData::new);
        if (answer.responses().iterator().next().partitionResponses().getFirst().errorCode() != 0) {
            throw new AssertionError(answer);
        }
    }

    /** Names one more partition in the next fetch. */
    void add(final int partition) {
        added.add(partition);
    }

    /** Asks for records and says what it does with those before. */
    void ask(final int waitMs, final int bytesMin, final AcknowledgementBatch... said) {
        final FetchTopic asked = new FetchTopic().setTopicId(id(topic));
        asked.partitions().add(new FetchPartition().setAcknowledgementBatches(List.of(said)));
        added.forEach(partition -> asked.partitions().add(new FetchPartition().setPartitionIndex(partition)));
        added.clear();
        final ShareFetchRequestData request = new ShareFetchRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setShareSessionEpoch(epoch++)
                .setMaxWaitMs(waitMs)
                .setMinBytes(bytesMin)
                .setMaxBytes(1 << 20)
                .setMaxRecords(1000)
                .setBatchSize(1000);
        request.topics().add(asked);
        client.send(request, VERSION);
    }

    boolean hasAnswer() {
        return client.hasAnswer();
    }

    ShareFetchResponseData answer() {
        return client.receive(VERSION, ShareFetchResponseData::new);
    }

    /** What comes of a fetch that may wait so long. */
    List<AcquiredRecords> fetch(final int waitMs) {
        ask(waitMs, 1);
        return acquired(answer());
    }

    static AcknowledgementBatch accept(final long first, final long last) {
        return new AcknowledgementBatch()
                .setFirstOffset(first)
                .setLastOffset(last)
                .setAcknowledgeTypes(List.of((byte) 1));
    }

    static AcknowledgementBatch reject(final long first, final long last) {
        return accept(first, last).setAcknowledgeTypes(List.of((byte) 3));
    }

    static List<AcquiredRecords> acquired(final ShareFetchResponseData answer) {
        final List<AcquiredRecords> all = new ArrayList<>();
        for (final PartitionData partition : partitions(answer)) {
            if (partition.errorCode() != 0) {
                throw new AssertionError(Errors.forCode(partition.errorCode()));
            }
            all.addAll(partition.acquiredRecords());
        }
        return all;
    }

    static List<PartitionData> partitions(final ShareFetchResponseData answer) {
        if (answer.errorCode() != 0) {
            throw new AssertionError(Errors.forCode(answer.errorCode()));
        }
        final List<PartitionData> all = new ArrayList<>();
        answer.responses().forEach(each -> all.addAll(each.partitions()));
        return all;
    }

    void hangUp() {
        client.hangUp();
        node.run(1);
    }
}
