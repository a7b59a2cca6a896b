package io.millrace.net.broker;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.Uuid;
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
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Writers and waiting readers that keep a broker busy for a few seconds, so that the compiler's picture of the hot path
 * goes into the start-up cache. Old and new versions of the requests by turns: names and ids of topics.
 */
final class TrainingLoad {
    static final int PARTITIONS = 4;
    private static final long LOAD_NS = TimeUnit.SECONDS.toNanos(6);
    private static final long AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int TIMEOUT_MS = 5000;
    private static final int WAIT_MS = 500;
    private static final int RECORD_BYTES = 1000;
    private static final int FETCH_BYTES_MAX = 1 << 20;
    private static final int RECORDS_MAX = 5;
    private static final short VERSION_WITH_NAMES = 9;
    private static final short FETCH_VERSION_WITH_NAMES = 12;
    private static final short ACKS_ALL = -1;

    private final InetSocketAddress address;
    private final String topic;
    private final Uuid topicId;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final SimpleRecord[] records;

    TrainingLoad(final InetSocketAddress address, final String topic, final Uuid topicId) {
        this.address = address;
        this.topic = topic;
        this.topicId = topicId;
        final byte[] value = "x".repeat(RECORD_BYTES).getBytes(StandardCharsets.US_ASCII);
        records = new SimpleRecord[RECORDS_MAX];
        for (int i = 0; i < RECORDS_MAX; i++) {
            records[i] = new SimpleRecord(value);
        }
    }

    /** One of those who ask the broker, on a thread of its own until the time is over. */
    interface Client {
        void run(LoopbackClient connection, int partition, long endNs) throws IOException;
    }

    void run() throws IOException {
        final long endNs = System.nanoTime() + LOAD_NS;
        final List<Thread> clients = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            clients.add(start(this::write, partition, endNs));
            clients.add(start(this::read, partition, endNs));
        }
        clients.add(start(new TrainingCompaction(), 0, endNs));
        for (final Thread client : clients) {
            join(client);
        }
        if (failure.get() != null) {
            throw new IOException("training failed", failure.get());
        }
    }

    private Thread start(final Client client, final int partition, final long endNs) {
        return Thread.ofPlatform().start(() -> {
            try (LoopbackClient connection = new LoopbackClient(address, TIMEOUT_MS)) {
                client.run(connection, partition, endNs);
            } catch (final IOException | RuntimeException e) {
                failure.compareAndSet(null, e);
            }
        });
    }

    private static void join(final Thread client) {
        boolean interrupted = false;
        while (true) {
            try {
                client.join();
                break;
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(final LoopbackClient client, final int partition, final long endNs) throws IOException {
        for (int i = 0; System.nanoTime() < endNs; i++) {
            final boolean byName = (i & 1) == 0;
            final short version = byName ? VERSION_WITH_NAMES : ApiKeys.PRODUCE.latestVersion();
            // Now and then to all partitions at once, so that a request has several owners.
            final boolean toAll = i % 8 == 7;
            final List<PartitionProduceData> parts = new ArrayList<>();
            for (int p = 0; p < PARTITIONS; p++) {
                if (toAll || p == partition) {
                    parts.add(new PartitionProduceData().setIndex(p).setRecords(batch(1 + i % RECORDS_MAX)));
                }
            }
            final ProduceRequestData request =
                    new ProduceRequestData().setAcks(ACKS_ALL).setTimeoutMs(TIMEOUT_MS);
            request.topicData()
                    .add(new TopicProduceData()
                            .setName(byName ? topic : "")
                            .setTopicId(byName ? Uuid.ZERO_UUID : topicId)
                            .setPartitionData(parts));
            check((ProduceResponseData) client.exchange(ApiKeys.PRODUCE, version, request));
        }
    }

    static void check(final ProduceResponseData answer) throws IOException {
        for (final ProduceResponseData.TopicProduceResponse of : answer.responses()) {
            for (final ProduceResponseData.PartitionProduceResponse part : of.partitionResponses()) {
                check("produce", part.errorCode());
            }
        }
    }

    /** A topic that was made a moment ago is known before each of its partitions is open: that passes. */
    static void check(final String what, final short error) throws IOException {
        if (error == Errors.NOT_LEADER_OR_FOLLOWER.code()) {
            LockSupport.parkNanos(AGAIN_NS);
        } else if (error != Errors.NONE.code()) {
            throw new IOException(what + " answered " + Errors.forCode(error));
        }
    }

    private MemoryRecords batch(final int count) {
        final SimpleRecord[] some = new SimpleRecord[count];
        System.arraycopy(records, 0, some, 0, count);
        return MemoryRecords.withRecords(Compression.NONE, some);
    }

    private void read(final LoopbackClient client, final int partition, final long endNs) throws IOException {
        long offset = 0;
        for (int i = 0; System.nanoTime() < endNs; i++) {
            final boolean byName = (i & 1) == 0;
            final short version = byName ? FETCH_VERSION_WITH_NAMES : ApiKeys.FETCH.latestVersion();
            final FetchRequestData request = new FetchRequestData()
                    .setMaxWaitMs(WAIT_MS)
                    .setMinBytes(1)
                    .setMaxBytes(FETCH_BYTES_MAX)
                    .setTopics(List.of(new FetchTopic()
                            .setTopic(byName ? topic : "")
                            .setTopicId(byName ? Uuid.ZERO_UUID : topicId)
                            .setPartitions(List.of(new FetchPartition()
                                    .setPartition(partition)
                                    .setFetchOffset(offset)
                                    .setPartitionMaxBytes(FETCH_BYTES_MAX)))));
            final FetchResponseData answer = (FetchResponseData) client.exchange(ApiKeys.FETCH, version, request);
            check("fetch", answer.errorCode());
            offset = endOf(answer, offset);
        }
    }

    private static long endOf(final FetchResponseData answer, final long offset) throws IOException {
        long end = offset;
        for (final FetchResponseData.FetchableTopicResponse of : answer.responses()) {
            for (final FetchResponseData.PartitionData part : of.partitions()) {
                check("fetch", part.errorCode());
                if (part.records() instanceof MemoryRecords read) {
                    for (final RecordBatch batch : read.batches()) {
                        end = batch.nextOffset();
                    }
                }
            }
        }
        return end;
    }
}
