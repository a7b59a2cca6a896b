package io.millrace.net.kafka.fetch;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.log.MemoryLog;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.settings.Settings;
import io.millrace.net.connection.BufferPool;
import io.millrace.net.connection.Connection;
import io.millrace.net.connection.ConnectionSettings;
import io.millrace.net.connection.Connections;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.Api;
import io.millrace.net.kafka.api.ApiDispatcher;
import io.millrace.net.kafka.api.ApiTable;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.wire.FetchRequest;
import io.millrace.perf.SampleBatches;
import io.millrace.perf.client.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * From a fetch's frame to the bytes of its answer: frame cut and dispatched, one slice on lease for each partition from
 * the tail of a log on tmpfs, the answer laid out, small slices copied together with a read each, large ones handed on
 * as file regions. The stream takes everything and keeps nothing; sockets are not in it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FetchAnswerBenchmark {
    private static final short VERSION = 18;
    private static final Uuid TOPIC_ID = new Uuid(0x1234, 0x5678);
    private static final int BATCHES = 64;
    private static final int BYTES_MAX = 1;

    /** Partitions, and what each has to give: one batch. */
    @Param({"1x1KB", "8x1KB", "8x64KB"})
    String slices;

    private final FetchRequest request = new FetchRequest();
    private final FetchAnswer answer = new FetchAnswer(new MetadataImage(1, Settings.defaults()));
    private MemoryLog log;
    private Connections connections;
    private Connection connection;
    private TakingEndpoint endpoint;
    private FetchPartition[] partitions;
    private long offset;
    private long nowNs;

    @Setup
    public void build() throws IOException {
        final String[] sizes = slices.split("x", 2);
        fillLog("1x" + sizes[1]);
        final ByteBuffer frame = frame(Integer.parseInt(sizes[0]));
        readPartitions(frame.duplicate(), Integer.parseInt(sizes[0]));
        connections = new Connections(0, new BufferPool(64 << 20), ConnectionSettings.DEFAULTS);
        endpoint = new TakingEndpoint(SampleBatches.direct(frame));
        final ApiTable table = new ApiTable().serve(Api.FETCH, this::answer);
        connection = connections.accept(
                endpoint, new ApiDispatcher(table, ListenerView.ofNode("PLAINTEXT", 1, "localhost", 9092)));
        if (assemble() < (long) partitions.length * partitions[0].taken) {
            throw new IllegalStateException("an answer of " + endpoint.sentBytes() + " bytes");
        }
    }

    @TearDown
    public void close() throws IOException {
        connections.close();
        log.close();
    }

    @Benchmark
    public long assemble() {
        endpoint.offerRequest();
        connection.onReadable();
        nowNs += 1_000;
        do {
            connections.doWork(nowNs, 0);
        } while (!connections.isDrained());
        return endpoint.sentBytes();
    }

    private void answer(final Exchange exchange, final RequestHeader header) {
        for (final FetchPartition partition : partitions) {
            partition.slice = log.read(offset, BYTES_MAX);
            partition.taken = partition.slice.length();
            partition.answered = true;
        }
        answer.write(exchange, header, Errors.NONE, 0, partitions, partitions.length, false);
        exchange.finish();
    }

    private void fillLog(final String batch) throws IOException {
        log = new MemoryLog(SampleBatches.TIME_MS);
        final UnsafeBuffer bytes = SampleBatches.of(batch);
        final BatchFlyweight flyweight = new BatchFlyweight().wrap(bytes, 0, bytes.capacity());
        for (int i = 0; i < BATCHES; i++) {
            offset = log.endOffset();
            log.append(flyweight);
        }
    }

    private static ByteBuffer frame(final int count) {
        final List<FetchRequestData.FetchPartition> wanted = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            wanted.add(new FetchRequestData.FetchPartition().setPartition(i).setPartitionMaxBytes(1 << 20));
        }
        final FetchTopic topic = new FetchTopic().setTopicId(TOPIC_ID).setPartitions(wanted);
        return Wire.request(ApiKeys.FETCH, VERSION, 1, new FetchRequestData().setTopics(List.of(topic)));
    }

    private void readPartitions(final ByteBuffer frame, final int count) {
        frame.getInt();
        Wire.readHeader(frame);
        final UnsafeBuffer body = SampleBatches.direct(frame);
        partitions = new FetchPartition[count];
        if (!request.wrap(body, 0, body.capacity(), VERSION) || !request.nextTopic()) {
            throw new IllegalStateException("malformed");
        }
        for (int i = 0; request.nextPartition(); i++) {
            partitions[i] = new FetchPartition();
            partitions[i].identify(request);
            partitions[i].want(request);
            partitions[i].clearRound();
        }
    }
}
