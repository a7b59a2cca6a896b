package io.millrace.net.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.Record;

/**
 * A consumer that reads the committed records of a topic from its start on: leaves out what the broker says was aborted,
 * and sees to it that the last stable offset never goes back.
 */
class SimTxnReader extends SimCaller {
    private static final byte READ_COMMITTED = 1;

    /** One partition as the reader sees it. */
    private static final class Lane {
        private final TopicPartition partition;
        private boolean asked;
        private long position;
        private long highWatermark = -1;
        private long stable = -1;
        /** Since when the last stable offset lies where it does, below the high watermark. */
        private long stuckSinceNs;

        Lane(final TopicPartition partition) {
            this.partition = partition;
        }
    }

    private final String topic;
    private final List<Lane> lanes = new ArrayList<>();

    SimTxnReader(
            final String name,
            final SimWorld world,
            final String topic,
            final int partitions,
            final int bootstrapPort) {
        super(name, world, List.of(topic), bootstrapPort);
        this.topic = topic;
        for (int i = 0; i < partitions; i++) {
            lanes.add(new Lane(new TopicPartition(topic, i)));
        }
    }

    /** Told of each record in the order of its partition. */
    void onRecord(final TopicPartition partition, final Record record) {
        onRecord(partition, record.offset(), SimCommitted.textOf(record));
    }

    /** As above, of records with texts. */
    void onRecord(final TopicPartition partition, final long offset, final String text) {}

    @Override
    int act() {
        final TreeMap<Integer, List<Lane>> byPort = new TreeMap<>();
        for (final Lane lane : lanes) {
            final int port = leaderPort(topic, lane.partition.partition());
            if (port >= 0 && !lane.asked && entropy().nextInt(3) == 0) {
                byPort.computeIfAbsent(port, key -> new ArrayList<>()).add(lane);
            }
        }
        byPort.forEach(this::fetch);
        return byPort.size();
    }

    private void fetch(final int port, final List<Lane> wanted) {
        final int version = version(4, 18);
        final FetchTopic named = new FetchTopic();
        if (version >= 13) {
            named.setTopicId(topic(topic).topicId());
        } else {
            named.setTopic(topic);
        }
        for (final Lane lane : wanted) {
            named.partitions()
                    .add(new FetchPartition()
                            .setPartition(lane.partition.partition())
                            .setFetchOffset(lane.position)
                            .setPartitionMaxBytes(1 + entropy().nextInt(10_000)));
        }
        final FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(entropy().nextInt(50))
                .setMinBytes(entropy().nextInt(1000))
                .setMaxBytes(1 + entropy().nextInt(30_000))
                .setIsolationLevel(READ_COMMITTED);
        request.topics().add(named);
        final boolean sent = call(
                port,
                ApiKeys.FETCH,
                version,
                request,
                answer -> {
                    wanted.forEach(lane -> lane.asked = false);
                    onFetched(wanted, new FetchResponseData(body(answer), answer.version()));
                },
                () -> wanted.forEach(lane -> lane.asked = false));
        wanted.forEach(lane -> lane.asked = sent);
    }

    private void onFetched(final List<Lane> wanted, final FetchResponseData response) {
        if (response.errorCode() != Errors.NONE.code()) {
            retryLater();
            return;
        }
        for (final FetchableTopicResponse each : response.responses()) {
            for (final PartitionData data : each.partitions()) {
                final Lane lane = wanted.stream()
                        .filter(asked -> asked.partition.partition() == data.partitionIndex())
                        .findFirst()
                        .orElseThrow();
                final Errors error = Errors.forCode(data.errorCode());
                if (error == Errors.NONE) {
                    read(lane, data);
                } else if (isTransient(error)) {
                    retryLater();
                } else {
                    throw new ViolationException(
                            lane.partition + ": " + error + " for " + name() + " at " + lane.position);
                }
            }
        }
    }

    private void read(final Lane lane, final PartitionData data) {
        if (data.highWatermark() < lane.highWatermark || data.lastStableOffset() < lane.stable) {
            throw new ViolationException(lane.partition + ": high watermark and last stable offset went back from "
                    + lane.highWatermark + " and " + lane.stable + " to " + data.highWatermark() + " and "
                    + data.lastStableOffset());
        }
        if (data.lastStableOffset() > data.highWatermark()) {
            throw new ViolationException(lane.partition + ": last stable offset " + data.lastStableOffset()
                    + " is above high watermark " + data.highWatermark());
        }
        if (data.lastStableOffset() > lane.stable || data.lastStableOffset() == data.highWatermark()) {
            lane.stuckSinceNs = world().nowNs();
        } else if (world().isOverdue(lane.stuckSinceNs)) {
            throw new ViolationException(lane.partition + ": last stable offset stays at " + lane.stable
                    + ", high watermark " + data.highWatermark() + ": a transaction does not end");
        }
        lane.highWatermark = data.highWatermark();
        lane.stable = data.lastStableOffset();
        lane.position =
                SimCommitted.read(lane.partition, lane.position, data, record -> onRecord(lane.partition, record));
        world().trace(lane.position);
    }

    /** Whether everything is read, and every transaction has ended. */
    @Override
    boolean isDone() {
        return lanes.stream()
                .allMatch(lane ->
                        lane.highWatermark >= 0 && lane.stable == lane.highWatermark && lane.position == lane.stable);
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(name());
        lanes.forEach(lane -> text.append(' ')
                .append(lane.partition)
                .append('@')
                .append(lane.position)
                .append('/')
                .append(lane.stable)
                .append('/')
                .append(lane.highWatermark));
        return text.toString();
    }
}
