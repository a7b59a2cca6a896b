package io.millrace.net.simulation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/** A consumer that reads all partitions of a topic from their starts on, and checks what it gets. */
class SimConsumer extends SimClient {
    private static final int REFUSALS_MAX = 3;
    private static final short[] VERSIONS = {4, 6, 7, 9, 11, 12, 13, 15, 16, 17, 18};

    /** One partition as the consumer sees it. */
    private static final class Lane {
        private final TopicPartition partition;
        /** Where a request about the partition is under way, or null. */
        private SimSocket asked;

        private long position;
        private long highWatermark = -1;
        private boolean positionUnsure;
        /** The broker refuses what is damaged, and does not say where the log ends. */
        private boolean endUnsure;

        private long startOffset;
        /** How often the broker has refused what lies behind damage. */
        private int refusals;

        Lane(final TopicPartition partition) {
            this.partition = partition;
        }
    }

    private record Fetch(List<Lane> lanes) {}

    private record Offsets(Lane lane, long timestamp) {}

    private final String topic;
    private final List<Lane> lanes = new ArrayList<>();

    SimConsumer(
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
    void onRecord(final TopicPartition partition, final long offset, final String record) {
        world().history().onSeen(partition, offset, record);
    }

    /** Told of what cannot be read because of damage, once the consumer has given it up. */
    void onGap(final TopicPartition partition, final long from, final long to) {
        // Only the audit keeps books.
    }

    @Override
    int act() {
        final TreeMap<Integer, List<Lane>> byPort = new TreeMap<>();
        for (final Lane lane : lanes) {
            final int port = leaderPort(topic, lane.partition.partition());
            if (port < 0 || lane.asked != null) {
                continue;
            }
            if (lane.positionUnsure) {
                askOffset(port, lane, ListOffsetsRequest.EARLIEST_TIMESTAMP);
            } else if (lane.endUnsure) {
                askOffset(port, lane, ListOffsetsRequest.LATEST_TIMESTAMP);
            } else if (entropy().nextInt(3) == 0) {
                byPort.computeIfAbsent(port, key -> new ArrayList<>()).add(lane);
            }
        }
        byPort.forEach(this::fetch);
        return byPort.size();
    }

    private void fetch(final int port, final List<Lane> wanted) {
        final SimSocket socket = socket(port);
        if (socket == null) {
            retryLater();
            return;
        }
        final short version = VERSIONS[entropy().nextInt(VERSIONS.length)];
        final FetchTopic asked = new FetchTopic();
        if (version >= 13) {
            asked.setTopicId(topic(topic).topicId());
        } else {
            asked.setTopic(topic);
        }
        for (final Lane lane : wanted) {
            lane.asked = socket;
            asked.partitions()
                    .add(new FetchPartition()
                            .setPartition(lane.partition.partition())
                            .setFetchOffset(lane.position)
                            .setPartitionMaxBytes(1 + entropy().nextInt(20_000)));
        }
        final FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(entropy().nextInt(50))
                .setMinBytes(entropy().nextInt(3000))
                .setMaxBytes(1 + entropy().nextInt(60_000))
                .setIsolationLevel((byte) entropy().nextInt(2));
        request.topics().add(asked);
        socket.send(ApiKeys.FETCH, version, request, new Fetch(wanted));
    }

    private void askOffset(final int port, final Lane lane, final long timestamp) {
        final SimSocket socket = socket(port);
        if (socket == null) {
            retryLater();
            return;
        }
        lane.asked = socket;
        final ListOffsetsTopic asked = new ListOffsetsTopic().setName(topic);
        asked.partitions()
                .add(new ListOffsetsPartition()
                        .setPartitionIndex(lane.partition.partition())
                        .setTimestamp(timestamp));
        final ListOffsetsRequestData request = new ListOffsetsRequestData().setReplicaId(-1);
        request.topics().add(asked);
        socket.send(ApiKeys.LIST_OFFSETS, (short) (1 + entropy().nextInt(9)), request, new Offsets(lane, timestamp));
    }

    @Override
    void onReply(final SimSocket.Answer answer) {
        if (answer.context() instanceof Offsets offsets) {
            onOffsets(offsets, new ListOffsetsResponseData(new ByteBufferAccessor(answer.body()), answer.version()));
            return;
        }
        final Fetch fetch = (Fetch) answer.context();
        fetch.lanes.forEach(lane -> lane.asked = null);
        final FetchResponseData response =
                new FetchResponseData(new ByteBufferAccessor(answer.body()), answer.version());
        if (response.errorCode() != Errors.NONE.code()) {
            retryLater();
            return;
        }
        int answered = 0;
        for (final FetchableTopicResponse topicAnswer : response.responses()) {
            for (final PartitionData data : topicAnswer.partitions()) {
                onPartition(fetch, data);
                answered++;
            }
        }
        if (answered != fetch.lanes.size()) {
            throw new ViolationException(
                    name() + ": " + answered + " partitions answered of " + fetch.lanes.size() + " fetched");
        }
    }

    private void onOffsets(final Offsets offsets, final ListOffsetsResponseData response) {
        final Lane lane = offsets.lane;
        lane.asked = null;
        final ListOffsetsPartitionResponse partition =
                response.topics().getFirst().partitions().getFirst();
        if (partition.errorCode() != Errors.NONE.code()) {
            retryLater();
            return;
        }
        if (offsets.timestamp == ListOffsetsRequest.LATEST_TIMESTAMP) {
            lane.highWatermark = partition.offset();
            lane.endUnsure = false;
            return;
        }
        if (partition.offset() > lane.position) {
            if (!world().wounds().isShortened(lane.partition)) {
                world().history().onStartSeen(lane.partition, partition.offset());
            }
            lane.startOffset = lane.startOffset == lane.position ? partition.offset() : lane.startOffset;
            lane.position = partition.offset();
        } else if (world().wounds().isReadOnly(lane.partition)) {
            // All that is left has been read.
            lane.highWatermark = lane.position;
            onGap(lane.partition, lane.position, Long.MAX_VALUE);
        } else if (world().mayForgetAcked(lane.partition)) {
            lane.position = partition.offset();
            lane.highWatermark = -1;
        } else if (world().history().mayBeDeleted(lane.partition, lane.position)) {
            world().count("deletion undone by a crash");
        } else {
            throw new ViolationException(
                    lane.partition + ": " + lane.position + " was out of range, but the log begins at "
                            + partition.offset() + " and had reached " + lane.highWatermark);
        }
        lane.positionUnsure = false;
    }

    private void onPartition(final Fetch fetch, final PartitionData data) {
        final Lane lane = fetch.lanes.stream()
                .filter(each -> each.partition.partition() == data.partitionIndex())
                .findFirst()
                .orElseThrow(() -> new ViolationException(
                        name() + ": partition " + data.partitionIndex() + " answered, but was not fetched"));
        final Errors error = Errors.forCode(data.errorCode());
        if (error == Errors.OFFSET_OUT_OF_RANGE) {
            lane.positionUnsure = true;
            return;
        }
        if (error != Errors.NONE) {
            world().onClientError(error);
            onRefused(lane, error);
            retryLater();
            return;
        }
        if (data.highWatermark() < lane.highWatermark && !world().mayForgetAcked(lane.partition)) {
            throw new ViolationException(lane.partition + ": high watermark went back from " + lane.highWatermark
                    + " to " + data.highWatermark());
        }
        lane.highWatermark = data.highWatermark();
        try {
            read(lane, (MemoryRecords) data.records());
        } catch (final ViolationException | KafkaException | IllegalArgumentException unsound) {
            if (!passDamage(lane) && !giveUpBehindDamage(lane)) {
                throw unsound instanceof ViolationException violation
                        ? violation
                        : new ViolationException(lane.partition + " at " + lane.position + ": " + unsound
                                + ", and nothing was damaged there: "
                                + world().wounds().describe(lane.partition));
            }
            world().count("damage found by a reader");
        }
        noteEnd(lane);
    }

    /** What lies behind the end of a log that is read-only was durable once, and cannot be read. */
    private void noteEnd(final Lane lane) {
        if (world().wounds().isReadOnly(lane.partition) && lane.position == lane.highWatermark) {
            onGap(lane.partition, lane.position, Long.MAX_VALUE);
        }
    }

    /** If a batch is damaged there, the consumer has noticed, and goes on behind it. */
    private boolean passDamage(final Lane lane) {
        final long behind = world().wounds().notice(lane.partition, lane.position);
        if (behind < 0) {
            return false;
        }
        onGap(lane.partition, lane.position, behind);
        lane.position = Math.min(behind, Math.max(lane.highWatermark, lane.position));
        noteEnd(lane);
        return true;
    }

    /** The broker may refuse what is damaged, and what it cannot reach behind that; nothing else for good. */
    private void onRefused(final Lane lane, final Errors error) {
        if (error != Errors.CORRUPT_MESSAGE) {
            return;
        }
        if (lane.highWatermark <= lane.position) {
            // It has never heard of the end, or was sent on by a deletion since: there is no telling where to give up.
            lane.endUnsure = true;
        } else if (passDamage(lane)) {
            world().count("damage found by the broker");
        } else if (!giveUpBehindDamage(lane)) {
            throw new ViolationException(
                    lane.partition + ": refused as damaged at " + lane.position + ", but it is not");
        }
    }

    /** Behind a header that is damaged the broker may not find its way; false if there is none. */
    private boolean giveUpBehindDamage(final Lane lane) {
        if (!world().wounds().isWoundedBelow(lane.partition, lane.position)) {
            return false;
        }
        if (++lane.refusals > REFUSALS_MAX) {
            final long end = Math.max(lane.highWatermark, lane.position);
            onGap(lane.partition, lane.position, end);
            lane.position = end;
            noteEnd(lane);
        }
        return true;
    }

    private void read(final Lane lane, final MemoryRecords records) {
        final long before = lane.position;
        for (final MutableRecordBatch batch : records.batches()) {
            batch.ensureValid();
            if (batch.lastOffset() >= lane.highWatermark) {
                throw new ViolationException(lane.partition + ": batch up to " + batch.lastOffset()
                        + " was readable below high watermark " + lane.highWatermark);
            }
            for (final Record record : batch) {
                if (record.offset() < lane.position) {
                    continue; // the batch began before the position
                }
                if (record.offset() != lane.position) {
                    throw new ViolationException(
                            lane.partition + ": offset " + record.offset() + " followed " + (lane.position - 1));
                }
                final String value =
                        StandardCharsets.UTF_8.decode(record.value()).toString();
                onRecord(lane.partition, record.offset(), value);
                lane.position++;
            }
        }
        world().trace(lane.position - before);
        if (records.sizeInBytes() > 0 && lane.position == before) {
            throw new ViolationException(lane.partition + ": " + records.sizeInBytes() + " bytes at " + before
                    + " hold nothing of use: base offset " + records.buffer().getLong(0) + ", batch of "
                    + (records.buffer().getInt(Long.BYTES) + Records.LOG_OVERHEAD) + " bytes");
        }
    }

    @Override
    void onDisconnected(final SimSocket socket) {
        for (final Lane lane : lanes) {
            if (lane.asked == socket) {
                lane.asked = null;
            }
        }
    }

    /** Where the partition began. */
    final long startOffset(final int partition) {
        return lanes.get(partition).startOffset;
    }

    /** Where the partition stands, for the final look. */
    final long position(final int partition) {
        return lanes.get(partition).position;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(name());
        lanes.forEach(lane -> text.append(' ')
                .append(lane.partition.partition())
                .append('@')
                .append(lane.position)
                .append('/')
                .append(lane.highWatermark));
        return text.toString();
    }

    @Override
    boolean isDone() {
        return lanes.stream().allMatch(lane -> lane.highWatermark >= 0 && lane.position == lane.highWatermark);
    }
}
