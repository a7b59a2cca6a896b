package io.millrace.net.simulation;

import io.millrace.engine.port.Entropy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * An idempotent producer to all partitions of a topic: up to five batches in flight for each, several partitions in one
 * request, everything repeated in order until it is acknowledged.
 */
final class SimProducer extends SimClient {
    private static final int IN_FLIGHT_MAX = 5;
    private static final int RECORDS_MAX = 12;
    private static final int PADDING_MAX = 400;
    private static final Object INIT = new Object();
    private static final short[] VERSIONS = {3, 5, 7, 8, 9, 10, 11, 12, 13};

    private static final class Batch {
        private final Lane lane;
        private final int firstSequence;
        private final List<String> records;
        private boolean sent;

        Batch(final Lane lane, final int firstSequence, final List<String> records) {
            this.lane = lane;
            this.firstSequence = firstSequence;
            this.records = records;
        }
    }

    private static final class Lane {
        private final TopicPartition partition;
        private final ArrayDeque<Batch> unacked = new ArrayDeque<>();
        private int nextSequence;
        private long nextNumber;
        /** Something failed: nothing new until every answer is in, then all again from the first on. */
        private boolean recovering;

        Lane(final TopicPartition partition) {
            this.partition = partition;
        }

        boolean hasSent() {
            return unacked.stream().anyMatch(batch -> batch.sent);
        }
    }

    private record Request(SimSocket socket, List<Batch> batches) {}

    private final String topic;
    private final List<Lane> lanes = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();
    private int recordsLeft;
    private long producerId = -1;
    private short producerEpoch = -1;
    private boolean initUnderWay;
    private SimSocket initSocket;

    SimProducer(
            final String name,
            final SimWorld world,
            final String topic,
            final int partitions,
            final int records,
            final int bootstrapPort) {
        super(name, world, List.of(topic), bootstrapPort);
        this.topic = topic;
        recordsLeft = records;
        for (int i = 0; i < partitions; i++) {
            lanes.add(new Lane(new TopicPartition(topic, i)));
        }
    }

    @Override
    int act() {
        if (producerId < 0) {
            if (!initUnderWay) {
                initUnderWay = send(
                        bootstrapPort(),
                        ApiKeys.INIT_PRODUCER_ID,
                        (short) (2 + entropy().nextInt(4)),
                        new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(1000),
                        INIT);
                initSocket = socket(bootstrapPort());
            }
            return 0;
        }
        final TreeMap<Integer, List<Batch>> byPort = new TreeMap<>();
        for (final Lane lane : lanes) {
            final int port = leaderPort(topic, lane.partition.partition());
            final Batch batch = nextBatch(lane);
            if (port >= 0 && batch != null) {
                byPort.computeIfAbsent(port, key -> new ArrayList<>()).add(batch);
            }
        }
        byPort.forEach(this::produce);
        return byPort.size();
    }

    /** What the lane sends now, or null. */
    private Batch nextBatch(final Lane lane) {
        if (lane.recovering && !lane.hasSent()) {
            lane.recovering = false;
        }
        if (lane.recovering || world().wounds().isReadOnly(lane.partition)) {
            return null;
        }
        for (final Batch batch : lane.unacked) {
            if (!batch.sent) {
                return batch;
            }
        }
        if (lane.unacked.size() >= IN_FLIGHT_MAX
                || recordsLeft <= 0
                || entropy().nextInt(3) > 0) {
            return null;
        }
        final List<String> records = new ArrayList<>();
        for (int i = entropy().nextInt(RECORDS_MAX); i >= 0; i--) {
            final String padding = "x".repeat(entropy().nextInt(PADDING_MAX));
            records.add(name() + "/" + lane.nextNumber++ + ' ' + padding);
        }
        recordsLeft -= records.size();
        final Batch batch = new Batch(lane, lane.nextSequence, records);
        lane.nextSequence += records.size();
        lane.unacked.addLast(batch);
        return batch;
    }

    private void produce(final int port, final List<Batch> batches) {
        final SimSocket socket = socket(port);
        if (socket == null) {
            retryLater();
            return;
        }
        final short version = VERSIONS[entropy().nextInt(VERSIONS.length)];
        final TopicProduceData data = new TopicProduceData();
        if (version >= 13) {
            data.setTopicId(topic(topic).topicId());
        } else {
            data.setName(topic);
        }
        for (final Batch batch : batches) {
            batch.sent = true;
            data.partitionData()
                    .add(new PartitionProduceData()
                            .setIndex(batch.lane.partition.partition())
                            .setRecords(encode(batch)));
        }
        final ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000);
        request.topicData().add(data);
        final Request sent = new Request(socket, batches);
        requests.add(sent);
        socket.send(ApiKeys.PRODUCE, version, request, sent);
    }

    private MemoryRecords encode(final Batch batch) {
        final SimpleRecord[] records = new SimpleRecord[batch.records.size()];
        for (int i = 0; i < records.length; i++) {
            records[i] =
                    new SimpleRecord(world().nowMs(), null, batch.records.get(i).getBytes(StandardCharsets.UTF_8));
        }
        return MemoryRecords.withIdempotentRecords(
                compression(entropy()), producerId, producerEpoch, batch.firstSequence, records);
    }

    /** Gzip alone: its bytes come from the JDK, while lz4 packs differently with and without its native library. */
    private static Compression compression(final Entropy entropy) {
        return entropy.nextInt(3) == 0 ? Compression.gzip().build() : Compression.NONE;
    }

    @Override
    void onReply(final SimSocket.Answer answer) {
        if (INIT.equals(answer.context())) {
            initUnderWay = false;
            final InitProducerIdResponseData response =
                    new InitProducerIdResponseData(new ByteBufferAccessor(answer.body()), answer.version());
            if (response.errorCode() == Errors.NONE.code()) {
                world().onProducerId(response.producerId());
                producerId = response.producerId();
                producerEpoch = response.producerEpoch();
            } else {
                retryLater();
            }
            return;
        }
        final Request request = (Request) answer.context();
        requests.remove(request);
        final ProduceResponseData response =
                new ProduceResponseData(new ByteBufferAccessor(answer.body()), answer.version());
        int answered = 0;
        for (final TopicProduceResponse topicAnswer : response.responses()) {
            for (final PartitionProduceResponse partition : topicAnswer.partitionResponses()) {
                onPartition(request, partition);
                answered++;
            }
        }
        if (answered != request.batches.size()) {
            throw new ViolationException(
                    name() + ": " + answered + " answers for " + request.batches.size() + " batches");
        }
    }

    private void onPartition(final Request request, final PartitionProduceResponse response) {
        final Batch batch = request.batches.stream()
                .filter(each -> each.lane.partition.partition() == response.index())
                .findFirst()
                .orElseThrow(() -> new ViolationException(
                        name() + ": answer for partition " + response.index() + ", which was not asked for"));
        batch.sent = false;
        final Errors error = Errors.forCode(response.errorCode());
        final Lane lane = batch.lane;
        if (error == Errors.NONE) {
            // Not always the first: a predecessor may lie in the log since before a crash, and its repetition may have
            // been turned away. The audit sees whether the order is right.
            lane.unacked.remove(batch);
            world().history().onAcked(lane.partition, response.baseOffset(), batch.records);
            world().trace(lane.partition.partition() * 31L + response.baseOffset());
            return;
        }
        world().onClientError(error);
        if (error == Errors.OUT_OF_ORDER_SEQUENCE_NUMBER && lane.unacked.peekFirst() == batch && !lane.recovering) {
            if (world().mayForgetAcked(lane.partition)) {
                startOver();
                return;
            }
            throw new ViolationException(lane.partition + ": the broker has forgotten what it acknowledged to " + name()
                    + " before sequence " + batch.firstSequence);
        }
        if (!isRetriable(error)) {
            throw new ViolationException(lane.partition + ": " + error + " for " + batch.records.getFirst());
        }
        lane.recovering = true;
        retryLater();
    }

    /** The log lost its end in a power loss that its durability allows: a new producer begins. */
    private void startOver() {
        producerId = -1;
        for (final Lane lane : lanes) {
            lane.unacked.clear();
            lane.nextSequence = 0;
        }
    }

    private static boolean isRetriable(final Errors error) {
        return switch (error) {
            case NOT_LEADER_OR_FOLLOWER,
                    UNKNOWN_TOPIC_OR_PARTITION,
                    UNKNOWN_TOPIC_ID,
                    KAFKA_STORAGE_ERROR,
                    LEADER_NOT_AVAILABLE,
                    REQUEST_TIMED_OUT,
                    OUT_OF_ORDER_SEQUENCE_NUMBER -> true;
            default -> false;
        };
    }

    @Override
    void onDisconnected(final SimSocket socket) {
        initUnderWay &= initSocket != socket;
        for (final Request request : List.copyOf(requests)) {
            if (request.socket == socket) {
                requests.remove(request);
                for (final Batch batch : request.batches) {
                    batch.sent = false;
                    batch.lane.recovering = true;
                }
            }
        }
    }

    /** No new records: only what was begun is brought to its end. */
    void stop() {
        recordsLeft = 0;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(name());
        lanes.forEach(lane -> text.append(' ')
                .append(lane.partition.partition())
                .append(':')
                .append(lane.unacked.size())
                .append(lane.recovering ? " recovering" : ""));
        return text.append(", ").append(recordsLeft).append(" to come").toString();
    }

    @Override
    boolean isDone() {
        return recordsLeft <= 0
                && lanes.stream()
                        .allMatch(lane ->
                                lane.unacked.isEmpty() || world().wounds().isReadOnly(lane.partition));
    }
}
