package io.millrace.net.kafka.node;

import io.millrace.engine.metadata.TopicImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Builds what producers and consumers send, by topic name or id as the version wants it. */
public final class Requests {
    private Requests() {}

    public static MemoryRecords batch(final String... values) {
        return batch(Compression.NONE, values);
    }

    public static MemoryRecords batch(final Compression compression, final String... values) {
        final SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(1000 + i, values[i].getBytes(StandardCharsets.UTF_8));
        }
        return MemoryRecords.withRecords(compression, records);
    }

    public static MemoryRecords raw(final byte[] bytes) {
        return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
    }

    public static byte[] bytes(final MemoryRecords records) {
        final ByteBuffer buffer = records.buffer().duplicate();
        final byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    public static ProduceRequestData produce(final int acks) {
        return new ProduceRequestData().setAcks((short) acks).setTimeoutMs(30_000);
    }

    public static ProduceRequestData add(
            final ProduceRequestData request,
            final int version,
            final TopicImage topic,
            final int partition,
            final MemoryRecords records) {
        final TopicProduceData data = new TopicProduceData();
        if (version >= 13) {
            data.setTopicId(new Uuid(topic.idHigh(), topic.idLow()));
        } else {
            data.setName(topic.name());
        }
        TopicProduceData known = null;
        for (final TopicProduceData other : request.topicData()) {
            if (other.name().equals(data.name()) && other.topicId().equals(data.topicId())) {
                known = other;
            }
        }
        if (known == null) {
            request.topicData().mustAdd(data);
            known = data;
        }
        known.partitionData().add(new PartitionProduceData().setIndex(partition).setRecords(records));
        return request;
    }

    public static FetchRequestData fetch(final int maxWaitMs, final int minBytes) {
        return new FetchRequestData()
                .setMaxWaitMs(maxWaitMs)
                .setMinBytes(minBytes)
                .setMaxBytes(50_000_000)
                .setSessionEpoch(-1);
    }

    public static FetchRequestData add(
            final FetchRequestData request,
            final int version,
            final TopicImage topic,
            final int partition,
            final long offset) {
        final FetchTopic wanted = new FetchTopic();
        if (version >= 13) {
            wanted.setTopicId(new Uuid(topic.idHigh(), topic.idLow()));
        } else {
            wanted.setTopic(topic.name());
        }
        wanted.partitions()
                .add(new FetchPartition()
                        .setPartition(partition)
                        .setFetchOffset(offset)
                        .setPartitionMaxBytes(1 << 20));
        request.topics().add(wanted);
        return request;
    }

    /** All partitions of a response, in their order. */
    public static List<FetchResponseData.PartitionData> partitions(final FetchResponseData response) {
        final List<FetchResponseData.PartitionData> all = new ArrayList<>();
        response.responses().forEach(topic -> all.addAll(topic.partitions()));
        return all;
    }

    public static List<String> values(final FetchResponseData.PartitionData partition) {
        final List<String> values = new ArrayList<>();
        for (final Record record : ((MemoryRecords) partition.records()).records()) {
            values.add(StandardCharsets.UTF_8.decode(record.value()).toString());
        }
        return values;
    }
}
