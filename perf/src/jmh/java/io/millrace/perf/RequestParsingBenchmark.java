package io.millrace.perf;

import io.millrace.net.kafka.wire.FetchRequest;
import io.millrace.net.kafka.wire.ProduceRequest;
import io.millrace.perf.client.Wire;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to read a request's body where it lies: the walk that judges it, then a visit of each partition. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RequestParsingBenchmark {
    private static final short PRODUCE_VERSION = 13;
    private static final short FETCH_VERSION = 18;
    private static final int VALUE_BYTES = 100;
    private static final Uuid TOPIC_ID = new Uuid(0x1234, 0x5678);

    @Param({"1", "16"})
    int partitions;

    private final ProduceRequest produce = new ProduceRequest();
    private final FetchRequest fetch = new FetchRequest();
    private UnsafeBuffer produceBody;
    private UnsafeBuffer fetchBody;

    @Setup
    public void build() {
        produceBody = body(ApiKeys.PRODUCE, PRODUCE_VERSION, produceData());
        fetchBody = body(ApiKeys.FETCH, FETCH_VERSION, fetchData());
    }

    @Benchmark
    public long produce() {
        if (!produce.wrap(produceBody, 0, produceBody.capacity(), PRODUCE_VERSION)) {
            throw new IllegalStateException("malformed");
        }
        long sum = 0;
        while (produce.nextTopic()) {
            while (produce.nextPartition()) {
                sum += produce.partition() + produce.recordsLength();
            }
        }
        return sum;
    }

    @Benchmark
    public long fetch() {
        if (!fetch.wrap(fetchBody, 0, fetchBody.capacity(), FETCH_VERSION)) {
            throw new IllegalStateException("malformed");
        }
        long sum = 0;
        fetch.rewind();
        while (fetch.nextTopic()) {
            while (fetch.nextPartition()) {
                sum += fetch.partition() + fetch.fetchOffset();
            }
        }
        return sum;
    }

    private static UnsafeBuffer body(final ApiKeys api, final short version, final ApiMessage message) {
        final ByteBuffer frame = Wire.request(api, version, 1, message);
        frame.getInt();
        Wire.readHeader(frame);
        return SampleBatches.direct(frame);
    }

    private ProduceRequestData produceData() {
        final TopicProduceData topic = new TopicProduceData().setTopicId(TOPIC_ID);
        for (int i = 0; i < partitions; i++) {
            topic.partitionData()
                    .add(new PartitionProduceData()
                            .setIndex(i)
                            .setRecords(MemoryRecords.withRecords(
                                    Compression.NONE, new SimpleRecord(SampleBatches.TIME_MS, new byte[VALUE_BYTES]))));
        }
        final TopicProduceDataCollection topics = new TopicProduceDataCollection();
        topics.add(topic);
        return new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000).setTopicData(topics);
    }

    private FetchRequestData fetchData() {
        final List<FetchPartition> wanted = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            wanted.add(
                    new FetchPartition().setPartition(i).setFetchOffset(1_000).setPartitionMaxBytes(1 << 20));
        }
        return new FetchRequestData()
                .setMaxWaitMs(500)
                .setMinBytes(1)
                .setMaxBytes(50 << 20)
                .setTopics(List.of(new FetchTopic().setTopicId(TOPIC_ID).setPartitions(wanted)));
    }
}
