package io.millrace.net.simulation;

import io.millrace.engine.port.Entropy;
import io.millrace.net.simulation.SimTopicOwner.Task;
import java.util.List;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** What a topic's owner says on the wire, in versions of chance. */
final class SimTopicRequests {
    static final String SETTING = "retention.ms";

    private static final int TIMEOUT_MS = 30_000;
    private static final short DELETES_BY_STATE = 6;
    private static final byte TOPIC = ConfigResource.Type.TOPIC.id();

    record Request(ApiKeys api, short version, ApiMessage data) {}

    private SimTopicRequests() {}

    static Request of(final Task task, final Entropy entropy) {
        return switch (task.operation) {
            case CREATE -> new Request(ApiKeys.CREATE_TOPICS, version(entropy, 2, 7), create(task));
            case GROW -> new Request(ApiKeys.CREATE_PARTITIONS, version(entropy, 0, 3), grow(task));
            case ALTER ->
                entropy.nextInt(2) == 0
                        ? new Request(ApiKeys.ALTER_CONFIGS, version(entropy, 0, 2), alter(task))
                        : new Request(ApiKeys.INCREMENTAL_ALTER_CONFIGS, version(entropy, 0, 1), alterOne(task));
            case DELETE -> {
                final short version = version(entropy, 1, DELETES_BY_STATE);
                yield new Request(ApiKeys.DELETE_TOPICS, version, delete(task, version));
            }
            case LOOK -> new Request(ApiKeys.METADATA, version(entropy, 10, 13), look(task));
            case LOOK_AT_SETTINGS ->
                new Request(ApiKeys.DESCRIBE_CONFIGS, version(entropy, 1, 4), lookAtSettings(task));
            case WRITE -> throw new IllegalArgumentException("records have an owner of their own: " + task.record);
        };
    }

    private static short version(final Entropy entropy, final int min, final int max) {
        return (short) (min + entropy.nextInt(max - min + 1));
    }

    private static ApiMessage create(final Task task) {
        final CreatableTopic topic = new CreatableTopic()
                .setName(task.side.name)
                .setNumPartitions(task.partitions)
                .setReplicationFactor((short) 1);
        topic.configs().add(new CreatableTopicConfig().setName(SETTING).setValue(Long.toString(task.retentionMs)));
        final CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(TIMEOUT_MS);
        request.topics().add(topic);
        return request;
    }

    private static ApiMessage grow(final Task task) {
        final CreatePartitionsRequestData request = new CreatePartitionsRequestData().setTimeoutMs(TIMEOUT_MS);
        request.topics()
                .add(new CreatePartitionsTopic()
                        .setName(task.side.name)
                        .setCount(task.partitions)
                        .setAssignments(null));
        return request;
    }

    private static ApiMessage alter(final Task task) {
        final AlterConfigsResource topic =
                new AlterConfigsResource().setResourceType(TOPIC).setResourceName(task.side.name);
        topic.configs().add(new AlterableConfig().setName(SETTING).setValue(Long.toString(task.retentionMs)));
        final AlterConfigsRequestData request = new AlterConfigsRequestData();
        request.resources().add(topic);
        return request;
    }

    private static ApiMessage alterOne(final Task task) {
        final IncrementalAlterConfigsRequestData.AlterConfigsResource topic =
                new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(TOPIC)
                        .setResourceName(task.side.name);
        topic.configs()
                .add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                        .setName(SETTING)
                        .setValue(Long.toString(task.retentionMs)));
        final IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(topic);
        return request;
    }

    private static ApiMessage delete(final Task task, final short version) {
        final DeleteTopicsRequestData request = new DeleteTopicsRequestData().setTimeoutMs(TIMEOUT_MS);
        if (version >= DELETES_BY_STATE) {
            request.topics().add(new DeleteTopicState().setName(task.side.name));
        } else {
            request.topicNames().add(task.side.name);
        }
        return request;
    }

    private static ApiMessage look(final Task task) {
        final MetadataRequestData request = new MetadataRequestData().setAllowAutoTopicCreation(false);
        request.topics().add(new MetadataRequestTopic().setName(task.side.name));
        return request;
    }

    private static ApiMessage lookAtSettings(final Task task) {
        final DescribeConfigsRequestData request = new DescribeConfigsRequestData();
        request.resources()
                .add(new DescribeConfigsResource()
                        .setResourceType(TOPIC)
                        .setResourceName(task.side.name)
                        .setConfigurationKeys(List.of(SETTING)));
        return request;
    }

    static ProduceRequestData produce(final Task task, final short acks, final MemoryRecords records) {
        final TopicProduceData topic = new TopicProduceData().setName(task.side.name);
        topic.partitionData()
                .add(new PartitionProduceData().setIndex(task.partition).setRecords(records));
        final ProduceRequestData request =
                new ProduceRequestData().setAcks(acks).setTimeoutMs(TIMEOUT_MS);
        request.topicData().add(topic);
        return request;
    }

    /** What became of a change. */
    static Errors errorOf(final Task task, final SimSocket.Answer answer) {
        final ByteBufferAccessor body = new ByteBufferAccessor(answer.body());
        final short version = answer.version();
        return Errors.forCode(
                switch (task.operation) {
                    case CREATE ->
                        new CreateTopicsResponseData(body, version)
                                .topics()
                                .iterator()
                                .next()
                                .errorCode();
                    case GROW ->
                        new CreatePartitionsResponseData(body, version)
                                .results()
                                .getFirst()
                                .errorCode();
                    case ALTER ->
                        answer.api() == ApiKeys.ALTER_CONFIGS
                                ? new AlterConfigsResponseData(body, version)
                                        .responses()
                                        .getFirst()
                                        .errorCode()
                                : new IncrementalAlterConfigsResponseData(body, version)
                                        .responses()
                                        .getFirst()
                                        .errorCode();
                    case DELETE ->
                        new DeleteTopicsResponseData(body, version)
                                .responses()
                                .iterator()
                                .next()
                                .errorCode();
                    case WRITE, LOOK, LOOK_AT_SETTINGS -> throw new IllegalArgumentException(task.operation.name());
                });
    }
}
