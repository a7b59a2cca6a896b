package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.settings.BrokerConfig;
import io.millrace.engine.settings.SettingsLoader;
import io.millrace.net.kafka.node.Requests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that ask for much and read nothing, on real sockets, beside one that reads. */
class SlowReadersTest {
    private static final String TOPIC = "t";
    private static final int PARTITIONS = 8;
    private static final int READERS = 24;
    private static final int TIMEOUT_MS = 30_000;
    private static final short FETCH_VERSION = 12;
    private static final int BATCH_BYTES = 400_000;

    @TempDir
    Path folder;

    private final List<Socket> slow = new ArrayList<>();
    private Broker broker;
    private InetSocketAddress address;

    @BeforeEach
    void start() throws IOException {
        final SettingsLoader loader = new SettingsLoader()
                .commandLine("log.dirs", folder.toString())
                .commandLine("listeners", "PLAINTEXT://127.0.0.1:0")
                .commandLine("millrace.cores", "1")
                .commandLine("millrace.core.leases", "16")
                .commandLine("socket.send.buffer.bytes", "8192");
        final PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        broker = Broker.start(
                BrokerConfig.conclude(loader.load(), "localhost", Processors.allowed(), false),
                new BrokerLog(nowhere, BrokerLog.Level.ERROR),
                nowhere,
                serving -> {},
                () -> {});
        address =
                new InetSocketAddress("127.0.0.1", broker.listeners().getFirst().portAt(0));
    }

    @AfterEach
    void stop() throws IOException {
        for (final Socket each : slow) {
            each.close();
        }
        broker.close();
    }

    @Test
    void shouldServeANewcomerHoweverManyDoNotReadWhatTheyAskedFor() throws IOException {
        try (LoopbackClient client = new LoopbackClient(address, TIMEOUT_MS)) {
            fill(client);
            for (int i = 0; i < READERS; i++) {
                slow.add(ask());
                // Each has been answered, as far as its socket takes it, before the next one comes.
                for (final int partition : new int[] {i % PARTITIONS, (i + 1) % PARTITIONS}) {
                    assertThat(read(client, partition))
                            .as("bytes of partition %d beside %d who do not read", partition, i + 1)
                            .isPositive();
                }
            }
        }
    }

    private static void fill(final LoopbackClient client) throws IOException {
        final CreateTopicsRequestData create = new CreateTopicsRequestData().setTimeoutMs(TIMEOUT_MS);
        create.topics()
                .add(new CreatableTopic()
                        .setName(TOPIC)
                        .setNumPartitions(PARTITIONS)
                        .setReplicationFactor((short) 1));
        assertThat(((CreateTopicsResponseData) client.exchange(ApiKeys.CREATE_TOPICS, (short) 7, create))
                        .topics()
                        .find(TOPIC)
                        .errorCode())
                .isZero();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            final TopicProduceData data = new TopicProduceData().setName(TOPIC);
            data.partitionData()
                    .add(new PartitionProduceData()
                            .setIndex(partition)
                            .setRecords(Requests.batch("x".repeat(BATCH_BYTES))));
            final ProduceRequestData produce =
                    new ProduceRequestData().setAcks((short) -1).setTimeoutMs(TIMEOUT_MS);
            produce.topicData().add(data);
            final ProduceResponseData response =
                    (ProduceResponseData) client.exchange(ApiKeys.PRODUCE, (short) 9, produce);
            assertThat(response.responses()
                            .iterator()
                            .next()
                            .partitionResponses()
                            .getFirst()
                            .errorCode())
                    .isZero();
        }
    }

    /** Asks for everything, and reads nothing of it. */
    private Socket ask() throws IOException {
        final Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(address, TIMEOUT_MS);
        final RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(ApiKeys.FETCH.id)
                .setRequestApiVersion(FETCH_VERSION)
                .setCorrelationId(1)
                .setClientId("slow");
        final List<Integer> all = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            all.add(partition);
        }
        final ByteBuffer frame = RequestUtils.serialize(
                header, ApiKeys.FETCH.requestHeaderVersion(FETCH_VERSION), fetch(all), FETCH_VERSION);
        final ByteBuffer whole = ByteBuffer.allocate(Integer.BYTES + frame.remaining());
        whole.putInt(frame.remaining()).put(frame);
        socket.getOutputStream().write(whole.array());
        return socket;
    }

    private static int read(final LoopbackClient client, final int partition) throws IOException {
        final FetchResponseData response =
                (FetchResponseData) client.exchange(ApiKeys.FETCH, FETCH_VERSION, fetch(List.of(partition)));
        return response.responses().getFirst().partitions().getFirst().records().sizeInBytes();
    }

    private static FetchRequestData fetch(final List<Integer> partitions) {
        final FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(2000)
                .setMinBytes(1)
                .setMaxBytes(50_000_000)
                .setSessionEpoch(-1);
        final FetchTopic topic = new FetchTopic().setTopic(TOPIC);
        for (final int partition : partitions) {
            topic.partitions().add(new FetchPartition().setPartition(partition).setPartitionMaxBytes(BATCH_BYTES * 2));
        }
        request.topics().add(topic);
        return request;
    }
}
