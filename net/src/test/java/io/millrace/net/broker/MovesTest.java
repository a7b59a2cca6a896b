package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.settings.BrokerConfig;
import io.millrace.engine.settings.SettingsLoader;
import io.millrace.net.kafka.api.ListenerView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections that go to the core that their requests are about, in a node of two cores. */
final class MovesTest {
    private static final String TOPIC = "moves";
    private static final int TIMEOUT_MS = 10_000;
    private static final int CLIENTS = 4;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);
    private static final short PRODUCE_VERSION = 9;
    private static final short FETCH_VERSION = 12;
    private static final short METADATA_VERSION = 12;
    private static final int RECORDS_PER_ROUND = 2;

    @TempDir
    Path folder;

    @Test
    void shouldGatherTheClientsOfOnePartitionOnItsCoreAndLoseNoAnswer() throws IOException {
        try (Broker broker = start("PLAINTEXT://127.0.0.1:0", "true")) {
            final List<LoopbackClient> writers = connect(broker, CLIENTS);
            createTopic(writers.getFirst());
            long next = RECORDS_PER_ROUND;
            final long endNs = System.nanoTime() + PATIENCE_NS;
            while (!areTogether(broker, CLIENTS) && System.nanoTime() < endNs) {
                for (final LoopbackClient writer : writers) {
                    assertThat(produce(writer)).isEqualTo(next);
                    next += RECORDS_PER_ROUND;
                }
            }
            assertThat(areTogether(broker, CLIENTS)).isTrue();
            for (final LoopbackClient writer : writers) {
                assertThat(produce(writer)).isEqualTo(next);
                next += RECORDS_PER_ROUND;
                writer.close();
            }
            while (broker.handoff().open(0) + broker.handoff().open(1) > 0 && System.nanoTime() < endNs) {
                Thread.onSpinWait();
            }
            assertThat(broker.handoff().open(0)).isZero();
            assertThat(broker.handoff().open(1)).isZero();
        }
    }

    @Test
    void shouldTakeFetchSessionsAlong() throws IOException {
        try (Broker broker = start("PLAINTEXT://127.0.0.1:0", "true")) {
            // Of two connections one is on the wrong core to begin with.
            final List<LoopbackClient> readers = connect(broker, 2);
            createTopic(readers.getFirst());
            final int[] sessions = new int[2];
            final long[] offsets = new long[2];
            boolean together = false;
            try (LoopbackClient writer = connect(broker, 1).getFirst()) {
                final long endNs = System.nanoTime() + PATIENCE_NS;
                for (int epoch = 0; (!together || epoch < 5) && System.nanoTime() < endNs; epoch++) {
                    together = areTogether(broker, 3);
                    produce(writer);
                    for (int i = 0; i < 2; i++) {
                        final FetchResponseData answer = fetch(readers.get(i), sessions[i], epoch, offsets[i]);
                        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
                        sessions[i] = answer.sessionId();
                        offsets[i] = endOf(answer, offsets[i]);
                    }
                }
            }
            assertThat(sessions[0]).isNotZero();
            assertThat(sessions[1]).isNotZero();
            assertThat(offsets[0]).isEqualTo(offsets[1]).isPositive();
            assertThat(together).isTrue();
        }
    }

    @Test
    void shouldLeaveClientsWhereTheyAreIfToldSo() throws IOException {
        try (Broker broker = start("PLAINTEXT://127.0.0.1:0", "false")) {
            final List<LoopbackClient> writers = connect(broker, CLIENTS);
            createTopic(writers.getFirst());
            for (int i = 0; i < 500; i++) {
                for (final LoopbackClient writer : writers) {
                    produce(writer);
                }
            }
            assertThat(broker.handoff().open(0)).isEqualTo(CLIENTS / 2);
            assertThat(broker.handoff().open(1)).isEqualTo(CLIENTS / 2);
        }
    }

    private static boolean areTogether(final Broker broker, final int count) {
        return broker.handoff().open(0) == count || broker.handoff().open(1) == count;
    }

    private static List<LoopbackClient> connect(final Broker broker, final int count) throws IOException {
        final ListenerView listener = broker.listeners().getFirst();
        final List<LoopbackClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(new LoopbackClient(new InetSocketAddress("127.0.0.1", listener.portAt(0)), TIMEOUT_MS));
            clients.getLast()
                    .exchange(ApiKeys.METADATA, METADATA_VERSION, new MetadataRequestData().setTopics(List.of()));
        }
        return clients;
    }

    private static void createTopic(final LoopbackClient client) throws IOException {
        MetadataResponseData answer;
        do {
            answer = (MetadataResponseData) client.exchange(
                    ApiKeys.METADATA,
                    METADATA_VERSION,
                    new MetadataRequestData()
                            .setTopics(List.of(new MetadataRequestTopic().setName(TOPIC)))
                            .setAllowAutoTopicCreation(true));
        } while (answer.topics().valuesList().getFirst().errorCode() != Errors.NONE.code());
        // Its owner may hear of it a moment later.
        long first;
        do {
            first = produce(client);
        } while (first < 0);
        assertThat(first).isZero();
    }

    /** Returns the base offset. */
    private static long produce(final LoopbackClient client) throws IOException {
        final byte[] value = "value".getBytes(StandardCharsets.US_ASCII);
        final ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(TIMEOUT_MS);
        request.topicData()
                .add(new TopicProduceData()
                        .setName(TOPIC)
                        .setPartitionData(List.of(new PartitionProduceData()
                                .setIndex(0)
                                .setRecords(MemoryRecords.withRecords(
                                        Compression.NONE, new SimpleRecord(value), new SimpleRecord(value))))));
        final ProduceResponseData answer =
                (ProduceResponseData) client.exchange(ApiKeys.PRODUCE, PRODUCE_VERSION, request);
        return answer.responses()
                .valuesList()
                .getFirst()
                .partitionResponses()
                .getFirst()
                .baseOffset();
    }

    private static FetchResponseData fetch(
            final LoopbackClient client, final int session, final int epoch, final long offset) throws IOException {
        final FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(100)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setSessionId(session)
                .setSessionEpoch(epoch)
                .setTopics(List.of(new FetchTopic()
                        .setTopic(TOPIC)
                        .setPartitions(List.of(new FetchPartition()
                                .setPartition(0)
                                .setFetchOffset(offset)
                                .setPartitionMaxBytes(1 << 20)))));
        return (FetchResponseData) client.exchange(ApiKeys.FETCH, FETCH_VERSION, request);
    }

    private static long endOf(final FetchResponseData answer, final long offset) {
        long end = offset;
        for (final FetchResponseData.FetchableTopicResponse topic : answer.responses()) {
            for (final RecordBatch batch :
                    ((MemoryRecords) topic.partitions().getFirst().records()).batches()) {
                assertThat(batch.baseOffset()).isEqualTo(end);
                end = batch.nextOffset();
            }
        }
        return end;
    }

    private Broker start(final String listeners, final String follow) {
        final SettingsLoader loader = new SettingsLoader()
                .commandLine("listeners", listeners)
                .commandLine("log.dirs", folder.toString())
                .commandLine("millrace.cores", "2")
                .commandLine("millrace.durability", "os")
                .commandLine("millrace.connections.follow", follow);
        final BrokerConfig config = BrokerConfig.conclude(loader.load(), "localhost", Processors.allowed(), false);
        final PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return Broker.start(config, new BrokerLog(nowhere, BrokerLog.Level.WARN), nowhere, crashed -> {});
    }
}
