package io.millrace.net.broker;

import io.millrace.net.broker.TrainingLoad.Client;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * An idempotent writer to a compacted topic of small segments, so that compactions run meanwhile, and the start-up cache
 * knows them: the first one of a broker's life would hold a core up with code that was never run.
 */
final class TrainingCompaction implements Client {
    /** For the broker's setting: one compaction follows another. */
    static final int BACKOFF_MS = 20;

    private static final String TOPIC = "training-compacted";
    private static final String SEGMENT_BYTES = "200000";
    private static final int KEYS = 5_000;
    private static final int RECORDS_MAX = 3;
    private static final byte[] VALUE = "x".repeat(500).getBytes(StandardCharsets.US_ASCII);
    private static final int TIMEOUT_MS = 5000;
    private static final short CREATE_TOPICS_VERSION = 5;
    private static final short INIT_PRODUCER_ID_VERSION = 4;
    private static final short PRODUCE_VERSION = 9;
    private static final short ACKS_ALL = -1;
    /** Others are to have the processors too. */
    private static final long PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(500);

    private long producerId;
    private short epoch;
    private int sequence;

    @Override
    public void run(final LoopbackClient connection, final int partition, final long endNs) throws IOException {
        create(connection);
        final InitProducerIdResponseData producer = (InitProducerIdResponseData) connection.exchange(
                ApiKeys.INIT_PRODUCER_ID,
                INIT_PRODUCER_ID_VERSION,
                new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(TIMEOUT_MS));
        TrainingLoad.check("init producer id", producer.errorCode());
        producerId = producer.producerId();
        epoch = producer.producerEpoch();
        for (int i = 0; System.nanoTime() < endNs; i++) {
            write(connection, i);
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    private static void create(final LoopbackClient connection) throws IOException {
        final CreatableTopic topic =
                new CreatableTopic().setName(TOPIC).setNumPartitions(1).setReplicationFactor((short) 1);
        config(topic, "cleanup.policy", "compact");
        config(topic, "internal.segment.bytes", SEGMENT_BYTES);
        config(topic, "min.cleanable.dirty.ratio", "0.01");
        final CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(TIMEOUT_MS);
        request.topics().add(topic);
        final CreateTopicsResponseData answer =
                (CreateTopicsResponseData) connection.exchange(ApiKeys.CREATE_TOPICS, CREATE_TOPICS_VERSION, request);
        TrainingLoad.check("create", answer.topics().valuesList().getFirst().errorCode());
    }

    private static void config(final CreatableTopic topic, final String name, final String value) {
        topic.configs().add(new CreatableTopicConfig().setName(name).setValue(value));
    }

    private void write(final LoopbackClient connection, final int number) throws IOException {
        final SimpleRecord[] records = new SimpleRecord[1 + number % RECORDS_MAX];
        for (int i = 0; i < records.length; i++) {
            final byte[] key = ("key-" + (sequence + i) % KEYS).getBytes(StandardCharsets.US_ASCII);
            records[i] = new SimpleRecord(key, number % 8 == 0 ? null : VALUE);
        }
        final MemoryRecords batch =
                MemoryRecords.withIdempotentRecords(Compression.NONE, producerId, epoch, sequence, records);
        sequence += records.length;
        final ProduceRequestData request =
                new ProduceRequestData().setAcks(ACKS_ALL).setTimeoutMs(TIMEOUT_MS);
        request.topicData()
                .add(new TopicProduceData()
                        .setName(TOPIC)
                        .setPartitionData(
                                List.of(new PartitionProduceData().setIndex(0).setRecords(batch))));
        TrainingLoad.check((ProduceResponseData) connection.exchange(ApiKeys.PRODUCE, PRODUCE_VERSION, request));
    }
}
