package io.millrace.perf.client;

import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Prebuilt produce requests: one partition, one batch, no producer id. */
final class Batches {
    /** The last version that names a topic by its name, so that frames are good for any broker. */
    static final short VERSION = 12;

    private static final int TIMEOUT_MS = 30_000;
    private static final long SEED = 42;

    private Batches() {}

    /** @param acks −1, 0 or 1 */
    static ByteBuffer produce(
            final String topic, final int partition, final int records, final int valueBytes, final short acks) {
        final Random random = new Random(SEED);
        final SimpleRecord[] all = new SimpleRecord[records];
        for (int i = 0; i < records; i++) {
            final byte[] value = new byte[valueBytes];
            random.nextBytes(value);
            all[i] = new SimpleRecord(System.currentTimeMillis(), null, value);
        }
        final TopicProduceDataCollection topics = new TopicProduceDataCollection();
        final TopicProduceData data = new TopicProduceData().setName(topic);
        data.partitionData()
                .add(new PartitionProduceData()
                        .setIndex(partition)
                        .setRecords(MemoryRecords.withRecords(Compression.NONE, all)));
        topics.add(data);
        final ProduceRequestData request =
                new ProduceRequestData().setAcks(acks).setTimeoutMs(TIMEOUT_MS).setTopicData(topics);
        return Wire.request(ApiKeys.PRODUCE, VERSION, 1, request);
    }

    /** Where the error code lies in an answer to such a request, its size field left out. */
    static int errorOffset(final String topic) {
        final int header = Integer.BYTES + 1;
        final int topicName = 1 + 1 + topic.length();
        return header + topicName + 1 + Integer.BYTES;
    }
}
