package io.millrace.net.simulation;

import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;

/** Creates the run's topic, asking until it is there, and deletes records now and then. */
final class SimAdmin extends SimClient {
    /** Asked for in metadata: none before the topic was created. */
    private final List<String> topics;

    private final String topic;
    private final int partitions;
    private final TreeMap<String, String> configs;
    private boolean underWay;
    private int deletionsLeft = 5;
    private boolean created;

    SimAdmin(
            final SimWorld world,
            final String topic,
            final int partitions,
            final TreeMap<String, String> configs,
            final List<String> topics) {
        super("admin", world, topics, SimNode.NODE_PORT);
        this.topics = topics;
        this.topic = topic;
        this.partitions = partitions;
        this.configs = configs;
    }

    @Override
    int act() {
        if (underWay) {
            return 0;
        }
        if (created) {
            return deletionsLeft > 0 && entropy().nextInt(400) == 0 ? deleteRecords() : 0;
        }
        final CreatableTopic wanted =
                new CreatableTopic().setName(topic).setNumPartitions(partitions).setReplicationFactor((short) 1);
        configs.forEach((name, value) ->
                wanted.configs().add(new CreatableTopicConfig().setName(name).setValue(value)));
        final CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(30_000);
        request.topics().add(wanted);
        underWay = send(
                bootstrapPort(), ApiKeys.CREATE_TOPICS, (short) (2 + entropy().nextInt(6)), request, this);
        return 1;
    }

    private int deleteRecords() {
        final TopicPartition partition = new TopicPartition(topic, entropy().nextInt(partitions));
        final long offset = world().history().someAckedOffset(partition, entropy());
        if (offset < 0 || leaderPort(topic, partition.partition()) < 0) {
            return 0;
        }
        deletionsLeft--;
        world().history().onStartMoved(partition, offset);
        final DeleteRecordsTopic named = new DeleteRecordsTopic().setName(topic);
        named.partitions()
                .add(new DeleteRecordsPartition()
                        .setPartitionIndex(partition.partition())
                        .setOffset(offset));
        final DeleteRecordsRequestData request = new DeleteRecordsRequestData().setTimeoutMs(30_000);
        request.topics().add(named);
        underWay = send(
                leaderPort(topic, partition.partition()),
                ApiKeys.DELETE_RECORDS,
                (short) entropy().nextInt(3),
                request,
                partition);
        return 1;
    }

    private void onDeleted(final SimSocket.Answer answer, final TopicPartition partition) {
        final DeleteRecordsPartitionResult result = new DeleteRecordsResponseData(
                        new ByteBufferAccessor(answer.body()), answer.version())
                .topics()
                .find(topic)
                .partitions()
                .find(partition.partition());
        final Errors error = Errors.forCode(result.errorCode());
        if (error == Errors.NONE) {
            world().history().onDeleted(partition, result.lowWatermark());
            world().count("records deleted");
        } else {
            world().onClientError(error);
            retryLater();
        }
    }

    /** Deletes nothing any more. */
    void stop() {
        deletionsLeft = 0;
    }

    @Override
    void onReply(final SimSocket.Answer answer) {
        underWay = false;
        if (answer.context() instanceof TopicPartition partition) {
            onDeleted(answer, partition);
            return;
        }
        final CreateTopicsResponseData response =
                new CreateTopicsResponseData(new ByteBufferAccessor(answer.body()), answer.version());
        final Errors error = Errors.forCode(response.topics().find(topic).errorCode());
        created = error == Errors.NONE || error == Errors.TOPIC_ALREADY_EXISTS;
        if (!created) {
            world().onClientError(error);
            retryLater();
        } else {
            topics.add(topic);
            retryLater();
        }
    }

    @Override
    void onDisconnected(final SimSocket socket) {
        underWay = false;
    }

    @Override
    boolean isDone() {
        return created && !underWay;
    }
}
