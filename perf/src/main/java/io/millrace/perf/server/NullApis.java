package io.millrace.perf.server;

import io.millrace.perf.client.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** What the null broker answers: just enough for producers, assigning consumers and the rig's own clients. */
final class NullApis {
    private static final int COUNT_POSITION = 57;

    /** Up to the last versions that name topics by name. */
    private static final Map<ApiKeys, Integer> SERVED = Map.of(
            ApiKeys.PRODUCE, 12,
            ApiKeys.FETCH, 12,
            ApiKeys.LIST_OFFSETS, 7,
            ApiKeys.METADATA, 12,
            ApiKeys.API_VERSIONS, 3,
            ApiKeys.CREATE_TOPICS, 7,
            ApiKeys.INIT_PRODUCER_ID, 4);

    private record Parked(
            NullConnection connection, RequestHeaderData header, FetchRequestData request, long deadlineNs) {}

    private final int port;
    private final Map<String, NullTopic> topics = new HashMap<>();
    private Queue<Parked> parked = new ArrayDeque<>();
    private boolean news;
    private long lastProducerId;

    NullApis(final int port) {
        this.port = port;
    }

    boolean hasParked() {
        return !parked.isEmpty();
    }

    void handle(final NullConnection connection, final ByteBuffer frame) throws IOException {
        final RequestHeaderData header = Wire.readHeader(frame);
        final short version = header.requestApiVersion();
        final ByteBufferAccessor body = new ByteBufferAccessor(frame);
        final ApiMessage response = switch (ApiKeys.forId(header.requestApiKey())) {
            case PRODUCE -> {
                final ProduceRequestData request = new ProduceRequestData(body, version);
                final ApiMessage answer = produce(request);
                yield request.acks() == 0 ? null : answer;
            }
            case FETCH -> fetch(connection, header, new FetchRequestData(body, version));
            case METADATA -> metadata(new MetadataRequestData(body, version));
            case LIST_OFFSETS -> listOffsets(new ListOffsetsRequestData(body, version));
            case CREATE_TOPICS -> createTopics(new CreateTopicsRequestData(body, version));
            case INIT_PRODUCER_ID ->
                new InitProducerIdResponseData().setProducerId(++lastProducerId).setProducerEpoch((short) 0);
            case API_VERSIONS -> apiVersions();
            default -> throw new IOException("not served: " + header.requestApiKey());
        };
        if (response != null) {
            connection.answer(Wire.response(header, response));
        }
    }

    private ApiMessage produce(final ProduceRequestData request) {
        final ProduceResponseData response = new ProduceResponseData();
        for (final var topicData : request.topicData()) {
            final NullTopic topic = topics.get(topicData.name());
            final TopicProduceResponse answers = new TopicProduceResponse().setName(topicData.name());
            for (final var partition : topicData.partitionData()) {
                final PartitionProduceResponse answer = new PartitionProduceResponse().setIndex(partition.index());
                if (topic == null) {
                    answer.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
                } else {
                    final ByteBuffer batch = ((MemoryRecords) partition.records()).buffer();
                    answer.setBaseOffset(topic.append(partition.index(), batch, batch.getInt(COUNT_POSITION)));
                    answer.setLogStartOffset(0);
                }
                answers.partitionResponses().add(answer);
            }
            response.responses().add(answers);
        }
        news = true;
        return response;
    }

    private ApiMessage fetch(
            final NullConnection connection, final RequestHeaderData header, final FetchRequestData request) {
        final FetchResponseData answer = tryFetch(request);
        if (answer == null) {
            parked.add(new Parked(connection, header, request, System.nanoTime() + request.maxWaitMs() * 1_000_000L));
        }
        return answer;
    }

    /** Answers parked fetches that have something to say now, or have waited long enough. */
    void answerParked(final long nowNs) throws IOException {
        final boolean look = news;
        news = false;
        final Queue<Parked> still = new ArrayDeque<>(parked.size());
        for (final Parked waiting : parked) {
            FetchResponseData answer = look ? tryFetch(waiting.request) : null;
            if (answer == null && nowNs - waiting.deadlineNs >= 0) {
                answer = answerFetch(waiting.request);
            }
            if (answer == null) {
                still.add(waiting);
            } else {
                waiting.connection.answer(Wire.response(waiting.header, answer));
                waiting.connection.flush();
            }
        }
        parked = still;
    }

    private FetchResponseData tryFetch(final FetchRequestData request) {
        final FetchResponseData answer = answerFetch(request);
        final boolean something = answer.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .anyMatch(partition -> partition.records().sizeInBytes() > 0);
        return something || request.maxWaitMs() == 0 ? answer : null;
    }

    /** Fetch sessions are not kept: each answer says so, and clients send their whole list again. */
    private FetchResponseData answerFetch(final FetchRequestData request) {
        final FetchResponseData response = new FetchResponseData();
        for (final var wanted : request.topics()) {
            final NullTopic topic = topics.get(wanted.topic());
            final FetchableTopicResponse answers = new FetchableTopicResponse().setTopic(wanted.topic());
            for (final var partition : wanted.partitions()) {
                final ByteBuffer found =
                        topic == null ? null : topic.read(partition.partition(), partition.fetchOffset());
                final BaseRecords records = found == null ? MemoryRecords.EMPTY : MemoryRecords.readableRecords(found);
                final long end = topic == null ? -1 : topic.endOffset(partition.partition());
                answers.partitions()
                        .add(new PartitionData()
                                .setPartitionIndex(partition.partition())
                                .setHighWatermark(end)
                                .setLastStableOffset(end)
                                .setLogStartOffset(0)
                                .setRecords(records));
            }
            response.responses().add(answers);
        }
        return response;
    }

    private ApiMessage metadata(final MetadataRequestData request) {
        final MetadataResponseData response =
                new MetadataResponseData().setClusterId("null").setControllerId(1);
        response.brokers()
                .add(new MetadataResponseBroker()
                        .setNodeId(1)
                        .setHost("127.0.0.1")
                        .setPort(port));
        final List<String> names = request.topics() == null
                ? List.copyOf(topics.keySet())
                : request.topics().stream().map(topic -> topic.name()).toList();
        for (final String name : names) {
            final NullTopic topic = topics.get(name);
            final MetadataResponseTopic answer = new MetadataResponseTopic().setName(name);
            if (topic == null) {
                answer.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
            } else {
                answer.setTopicId(topic.id);
                for (int i = 0; i < topic.partitions(); i++) {
                    answer.partitions()
                            .add(new MetadataResponsePartition()
                                    .setPartitionIndex(i)
                                    .setLeaderId(1)
                                    .setLeaderEpoch(0)
                                    .setReplicaNodes(List.of(1))
                                    .setIsrNodes(List.of(1)));
                }
            }
            response.topics().add(answer);
        }
        return response;
    }

    private ApiMessage listOffsets(final ListOffsetsRequestData request) {
        final ListOffsetsResponseData response = new ListOffsetsResponseData();
        for (final var wanted : request.topics()) {
            final ListOffsetsTopicResponse answers = new ListOffsetsTopicResponse().setName(wanted.name());
            for (final var partition : wanted.partitions()) {
                answers.partitions()
                        .add(new ListOffsetsPartitionResponse()
                                .setPartitionIndex(partition.partitionIndex())
                                .setLeaderEpoch(0)
                                .setOffset(topics.get(wanted.name()).endOffset(partition.partitionIndex())));
            }
            response.topics().add(answers);
        }
        return response;
    }

    private ApiMessage createTopics(final CreateTopicsRequestData request) {
        final CreateTopicsResponseData response = new CreateTopicsResponseData();
        for (final var wanted : request.topics()) {
            final NullTopic topic = new NullTopic(wanted.name(), Math.max(1, wanted.numPartitions()));
            topics.put(topic.name, topic);
            response.topics()
                    .add(new CreatableTopicResult()
                            .setName(topic.name)
                            .setTopicId(topic.id)
                            .setNumPartitions(topic.partitions())
                            .setReplicationFactor((short) 1));
        }
        return response;
    }

    private static ApiMessage apiVersions() {
        final ApiVersionsResponseData response = new ApiVersionsResponseData();
        SERVED.forEach((api, newest) -> response.apiKeys()
                .add(new ApiVersion()
                        .setApiKey(api.id)
                        .setMinVersion(api.oldestVersion())
                        .setMaxVersion(newest.shortValue())));
        return response;
    }
}
