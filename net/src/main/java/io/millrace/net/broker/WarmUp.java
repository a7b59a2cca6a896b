package io.millrace.net.broker;

import io.millrace.engine.metadata.ResourceType;
import io.millrace.net.kafka.api.Api;
import io.millrace.net.kafka.api.ListenerView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Loads and runs once what the first clients would otherwise wait for: the generated message classes of every API, off
 * the cores while these recover; then one round of requests through the front door, about a topic that is not there.
 */
final class WarmUp {
    private static final String NO_TOPIC = "millrace-warm-up";
    private static final int ACKS_ALL = -1;
    private static final int TIMEOUT_MS = 1000;
    private static final short PRODUCE_VERSION = 9;
    private static final short FETCH_VERSION = 12;
    private static final short METADATA_VERSION = 12;
    private static final short DESCRIBE_CLUSTER_VERSION = 1;
    private static final short LIST_OFFSETS_VERSION = 7;
    private static final short INIT_PRODUCER_ID_VERSION = 4;
    private static final short DESCRIBE_CONFIGS_VERSION = 4;
    private static final short CREATE_TOPICS_VERSION = 7;

    private WarmUp() {}

    /** Writes and reads every message that is served. */
    static void messages(final Iterable<Api> served) {
        for (final Api api : served) {
            final ApiMessageType type = ApiMessageType.fromApiKey(api.key());
            roundTrip(type.newRequest(), type.newRequest(), api.versionMax());
            roundTrip(type.newResponse(), type.newResponse(), api.versionMax());
        }
    }

    private static void roundTrip(final ApiMessage from, final ApiMessage to, final short version) {
        to.read(MessageUtil.toByteBufferAccessor(from, version), version);
    }

    /** Sends a few requests to the node's first listener; that nobody answers in time is no reason not to serve. */
    static void frontDoor(final List<ListenerView> views, final InetSocketAddress bound) throws IOException {
        final InetAddress host =
                bound.getAddress().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bound.getAddress();
        for (int i = 0; i < views.getFirst().brokerCount(); i++) {
            final int port = i == 0 ? bound.getPort() : views.getFirst().portAt(i);
            try (LoopbackClient client = new LoopbackClient(new InetSocketAddress(host, port), TIMEOUT_MS)) {
                final MetadataResponseData cluster =
                        (MetadataResponseData) client.exchange(ApiKeys.METADATA, METADATA_VERSION, noMetadata());
                client.exchange(ApiKeys.PRODUCE, PRODUCE_VERSION, produceNowhere());
                client.exchange(ApiKeys.FETCH, FETCH_VERSION, fetchNowhere());
                administer(client, cluster.brokers().find(cluster.controllerId()));
                // Clients have max.connections to themselves.
                client.hangUp();
            }
        }
    }

    /** What tools ask first: it changes nothing, and its first run takes a core much longer than any later one. */
    private static void administer(final LoopbackClient client, final MetadataResponseBroker broker)
            throws IOException {
        client.exchange(ApiKeys.DESCRIBE_CLUSTER, DESCRIBE_CLUSTER_VERSION, new DescribeClusterRequestData());
        client.exchange(ApiKeys.LIST_OFFSETS, LIST_OFFSETS_VERSION, offsetsNowhere());
        client.exchange(ApiKeys.INIT_PRODUCER_ID, INIT_PRODUCER_ID_VERSION, refusedProducerId());
        if (broker != null) {
            client.exchange(ApiKeys.DESCRIBE_CONFIGS, DESCRIBE_CONFIGS_VERSION, configsOf(broker.nodeId()));
            client.exchange(ApiKeys.CREATE_TOPICS, CREATE_TOPICS_VERSION, validatedTopic());
        }
    }

    private static DescribeConfigsRequestData configsOf(final int node) {
        return new DescribeConfigsRequestData()
                .setIncludeSynonyms(true)
                .setResources(List.of(new DescribeConfigsResource()
                        .setResourceType(ResourceType.BROKER.wire())
                        .setResourceName(Integer.toString(node))
                        .setConfigurationKeys(null)));
    }

    private static ListOffsetsRequestData offsetsNowhere() {
        return new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(new ListOffsetsTopic()
                        .setName(NO_TOPIC)
                        .setPartitions(List.of(new ListOffsetsPartition().setTimestamp(0)))));
    }

    /** An id without an epoch is refused, so that none is taken. */
    private static InitProducerIdRequestData refusedProducerId() {
        return new InitProducerIdRequestData()
                .setTransactionalId(null)
                .setTransactionTimeoutMs(TIMEOUT_MS)
                .setProducerId(0)
                .setProducerEpoch((short) -1);
    }

    private static CreateTopicsRequestData validatedTopic() {
        final CreateTopicsRequestData request =
                new CreateTopicsRequestData().setValidateOnly(true).setTimeoutMs(TIMEOUT_MS);
        request.topics()
                .add(new CreatableTopic().setName(NO_TOPIC).setNumPartitions(1).setReplicationFactor((short) 1));
        return request;
    }

    private static MetadataRequestData noMetadata() {
        return new MetadataRequestData().setTopics(List.of()).setAllowAutoTopicCreation(false);
    }

    private static ProduceRequestData produceNowhere() {
        final ProduceRequestData request =
                new ProduceRequestData().setAcks((short) ACKS_ALL).setTimeoutMs(TIMEOUT_MS);
        request.topicData()
                .add(new TopicProduceData()
                        .setName(NO_TOPIC)
                        .setPartitionData(
                                List.of(new PartitionProduceData().setIndex(0).setRecords(MemoryRecords.EMPTY))));
        return request;
    }

    private static FetchRequestData fetchNowhere() {
        return new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(0)
                .setMaxBytes(1)
                .setTopics(List.of(new FetchTopic()
                        .setTopic(NO_TOPIC)
                        .setPartitions(
                                List.of(new FetchPartition().setPartition(0).setPartitionMaxBytes(1)))));
    }
}
