package io.millrace.net.simulation;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * A producer with acks=0, to all partitions of a topic: it sends each record once, and never hears of it. Nothing is
 * promised about what it sent but that it appears once at most, and in order as far as one connection goes; of both the
 * history takes care, since names tell of the connection.
 */
final class SimUnacked extends SimClient {
    private static final int RECORDS_MAX = 6;
    private static final int PADDING_MAX = 400;
    private static final short[] VERSIONS = {3, 7, 9, 11, 12, 13};

    private final String topic;
    private final int partitions;
    private int recordsLeft;
    private int connections;
    private long nextNumber;

    SimUnacked(
            final String name,
            final SimWorld world,
            final String topic,
            final int partitions,
            final int records,
            final int bootstrapPort) {
        super(name, world, List.of(topic), bootstrapPort);
        this.topic = topic;
        this.partitions = partitions;
        recordsLeft = records;
    }

    @Override
    int act() {
        if (recordsLeft <= 0 || entropy().nextInt(3) > 0) {
            return 0;
        }
        final int partition = entropy().nextInt(partitions);
        final int port = leaderPort(topic, partition);
        if (port < 0) {
            return 0;
        }
        final SimSocket socket = socket(port);
        if (socket == null) {
            retryLater();
            return 0;
        }
        final SimpleRecord[] records = new SimpleRecord[1 + entropy().nextInt(RECORDS_MAX)];
        for (int i = 0; i < records.length; i++) {
            final String text = name()
                    + '.'
                    + connections
                    + '/'
                    + nextNumber++
                    + ' '
                    + "x".repeat(entropy().nextInt(PADDING_MAX));
            records[i] = new SimpleRecord(world().nowMs(), null, text.getBytes(StandardCharsets.UTF_8));
        }
        recordsLeft -= records.length;
        final short version = VERSIONS[entropy().nextInt(VERSIONS.length)];
        final TopicProduceData data = new TopicProduceData();
        if (version >= 13) {
            data.setTopicId(topic(topic).topicId());
        } else {
            data.setName(topic);
        }
        data.partitionData()
                .add(new PartitionProduceData()
                        .setIndex(partition)
                        .setRecords(MemoryRecords.withRecords(Compression.NONE, records)));
        final ProduceRequestData request =
                new ProduceRequestData().setAcks((short) 0).setTimeoutMs(30_000);
        request.topicData().add(data);
        socket.send(ApiKeys.PRODUCE, version, request, null);
        world().count("sent without an ack");
        return 1;
    }

    @Override
    void onReply(final SimSocket.Answer answer) {
        throw new ViolationException(name() + " was answered, though it wants no ack");
    }

    @Override
    void onDisconnected(final SimSocket socket) {
        connections++;
    }

    /** No more records. */
    void stop() {
        recordsLeft = 0;
    }

    @Override
    boolean isDone() {
        return recordsLeft <= 0;
    }

    @Override
    public String toString() {
        return name() + ", " + recordsLeft + " to come";
    }
}
