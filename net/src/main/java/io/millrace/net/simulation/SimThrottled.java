package io.millrace.net.simulation;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Writes, or reads one batch of its own, again and again, as soon as it is answered, and tells how many bytes that were. */
final class SimThrottled extends SimCaller {
    static final int BYTES_MAX = 4_000;

    private static final int BYTES_MIN = 2_000;
    private static final short PRODUCE = 9;
    private static final short FETCH = 12;
    /** Of the frame, about. */
    private static final int HEADER_BYTES = 60;

    private final String topic;
    private final int partitions;
    private final SimQuotas quotas;
    private int partition;
    private long batchOffset = -1;
    private boolean waiting;
    private boolean wasTold;
    private boolean heldBack;

    SimThrottled(
            final String name,
            final SimWorld world,
            final String topic,
            final int partitions,
            final SimQuotas quotas,
            final int bootstrapPort) {
        super(name, world, List.of(topic), bootstrapPort);
        this.topic = topic;
        this.partitions = partitions;
        this.quotas = quotas;
    }

    /** Whether it has what it will read. */
    boolean isPrepared() {
        return batchOffset >= 0;
    }

    boolean isWaiting() {
        return waiting;
    }

    /** Whether it has sent a request that is not heard until it has waited for one before. */
    boolean isHeldBack() {
        return heldBack;
    }

    @Override
    int act() {
        if (waiting) {
            return 0;
        }
        switch (quotas.stage()) {
            case WAIT -> {
                if (!isPrepared()) {
                    write();
                }
            }
            case TAKE_WHAT_THERE_IS -> take();
            case ASK_TWICE -> {
                take();
                heldBack |= wasTold && waiting;
            }
            default -> {}
        }
        return waiting ? 1 : 0;
    }

    private void take() {
        if (quotas.areReaders()) {
            fetch();
        } else {
            write();
        }
    }

    private void write() {
        partition = isPrepared() ? partition : entropy().nextInt(partitions);
        final int port = leaderPort(topic, partition);
        if (port < 0) {
            retryLater();
            return;
        }
        final int bytes = BYTES_MIN + entropy().nextInt(BYTES_MAX - BYTES_MIN);
        final byte[] value = "x".repeat(bytes).getBytes(StandardCharsets.ISO_8859_1);
        final MemoryRecords batch =
                MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(world().nowMs(), null, value));
        final TopicProduceData data = new TopicProduceData().setName(topic);
        data.partitionData().add(new PartitionProduceData().setIndex(partition).setRecords(batch));
        final ProduceRequestData request =
                new ProduceRequestData().setAcks((short) 1).setTimeoutMs(30_000);
        request.topicData().add(data);
        waiting = call(
                port,
                ApiKeys.PRODUCE,
                PRODUCE,
                request,
                answer -> onWritten(answer, batch.sizeInBytes() + HEADER_BYTES),
                this::onLost);
    }

    private void onWritten(final SimSocket.Answer answer, final int bytes) {
        waiting = false;
        final ProduceResponseData response = new ProduceResponseData(body(answer), answer.version());
        final var told =
                response.responses().iterator().next().partitionResponses().getFirst();
        if (told.errorCode() != Errors.NONE.code()) {
            world().onClientError(Errors.forCode(told.errorCode()));
            retryLater();
        } else if (!isPrepared()) {
            batchOffset = told.baseOffset();
        }
        if (!quotas.areReaders()) {
            onServed(bytes, response.throttleTimeMs());
        }
    }

    private void fetch() {
        final int port = leaderPort(topic, partition);
        if (port < 0) {
            retryLater();
            return;
        }
        final FetchTopic wanted = new FetchTopic().setTopic(topic);
        wanted.partitions()
                .add(new FetchPartition()
                        .setPartition(partition)
                        .setFetchOffset(batchOffset)
                        .setPartitionMaxBytes(1));
        final FetchRequestData request =
                new FetchRequestData().setMaxBytes(BYTES_MAX).setMinBytes(1).setSessionEpoch(-1);
        request.topics().add(wanted);
        waiting = call(port, ApiKeys.FETCH, FETCH, request, this::onRead, this::onLost);
    }

    private void onRead(final SimSocket.Answer answer) {
        waiting = false;
        final int bytes = answer.body().capacity();
        final FetchResponseData response = new FetchResponseData(body(answer), answer.version());
        if (response.responses().isEmpty()) {
            // Told to wait, for free.
            onServed(0, response.throttleTimeMs());
            return;
        }
        final var part = response.responses().getFirst().partitions().getFirst();
        if (part.errorCode() != Errors.NONE.code()) {
            world().onClientError(Errors.forCode(part.errorCode()));
            retryLater();
        }
        onServed(bytes, response.throttleTimeMs());
    }

    private void onServed(final int bytes, final int throttleMs) {
        if (quotas.stage() == SimQuotas.Stage.TAKE_WHAT_THERE_IS) {
            quotas.onTaken(bytes);
        } else if (quotas.stage() == SimQuotas.Stage.ASK_TWICE) {
            wasTold |= throttleMs > 0;
        }
    }

    private void onLost() {
        waiting = false;
    }

    @Override
    boolean isDone() {
        return quotas.isDone() && !waiting;
    }

    @Override
    public String toString() {
        return name() + (waiting ? " waits" : " does nothing") + " at " + partition + '/' + batchOffset;
    }
}
