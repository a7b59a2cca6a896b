package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.os.BrokerMark;
import io.millrace.engine.settings.BrokerConfig;
import io.millrace.engine.settings.SettingsLoader;
import io.millrace.engine.status.CoreCounter;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.node.Requests;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersReader;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.RequestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a throttled client's socket: real ones, of a node with one core. */
@Timeout(60)
class ThrottledSocketsTest {
    private static final int TIMEOUT_MS = 20_000;
    private static final int RATE = 20_000;
    private static final short PRODUCE = 9;
    private static final long MS_NS = 1_000_000;

    @TempDir
    private Path folder;

    private Broker broker;
    private Client admin;

    /** The value of {@code millrace.transport}. */
    protected String transport() {
        return "nio";
    }

    @BeforeEach
    void start() throws IOException {
        final SettingsLoader settings = new SettingsLoader()
                .commandLine("listeners", "PLAINTEXT://127.0.0.1:0")
                .commandLine("log.dirs", folder.toString())
                .commandLine("millrace.cores", "1")
                .commandLine("millrace.durability", "os")
                .commandLine("millrace.transport", transport());
        final BrokerConfig config = BrokerConfig.conclude(settings.load(), "localhost", Processors.allowed(), false);
        final PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
        broker = Broker.start(config, new BrokerLog(nowhere, BrokerLog.Level.ERROR), nowhere, serving -> {}, () -> {});
        admin = new Client("admin");
        final CreateTopicsRequestData topics = new CreateTopicsRequestData().setTimeoutMs(TIMEOUT_MS);
        topics.topics()
                .mustAdd(new CreatableTopic().setName("t").setNumPartitions(1).setReplicationFactor((short) 1));
        admin.send(ApiKeys.CREATE_TOPICS, (short) 7, topics);
        admin.receive(ApiKeys.CREATE_TOPICS, (short) 7);
        quota(RATE, false);
    }

    @AfterEach
    void stop() throws IOException {
        admin.close();
        broker.close();
    }

    @Test
    void shouldLetAThrottledClientWaitAndServeOthersMeanwhile() throws Exception {
        try (Client greedy = new Client("greedy");
                Client modest = new Client("modest")) {
            final int waitMs = greedy.produce(2 * RATE);
            final long beganNs = System.nanoTime();
            assertThat(waitMs).isBetween(1_500, 2_000);
            for (int i = 0; i < 3; i++) {
                greedy.send(ApiKeys.PRODUCE, PRODUCE, request(10));
            }
            for (int i = 0; i < 50; i++) {
                assertThat(modest.produce(2 * RATE)).isZero();
            }
            assertThat(System.nanoTime() - beganNs).isLessThan(waitMs * MS_NS);
            assertThat(greedy.hasBytes()).isFalse();
            for (int i = 0; i < 3; i++) {
                greedy.receive(ApiKeys.PRODUCE, PRODUCE);
            }
            assertThat(System.nanoTime() - beganNs).isBetween((waitMs - 50) * MS_NS, (waitMs + 1_500) * MS_NS);
        }
    }

    @Test
    void shouldTakeInLittleMeanwhile() throws Exception {
        try (Client greedy = new Client("greedy")) {
            greedy.produce(1_000 * RATE / 2);
            final long before = counted(CoreCounter.REQUESTS);
            // All that the system takes of it: some megabytes.
            final long offered = greedy.sendWhatFits(ApiKeys.PRODUCE, PRODUCE, request(50_000));
            TimeUnit.SECONDS.sleep(1);
            assertThat(offered).isGreaterThan(20 * 50_000);
            // Of the next one a part may have come with it, and it is not left half.
            assertThat(counted(CoreCounter.REQUESTS) - before).isLessThanOrEqualTo(2);
            assertThat(counted(CoreCounter.MEMORY_USED)).isLessThan(1_000_000);
        }
    }

    @Test
    void shouldServeAClientAtOnceWhoseQuotaIsRemoved() throws Exception {
        try (Client greedy = new Client("greedy")) {
            assertThat(greedy.produce(1_000 * RATE / 2)).isGreaterThan(400_000);
            greedy.send(ApiKeys.PRODUCE, PRODUCE, request(10));
            TimeUnit.MILLISECONDS.sleep(300);
            assertThat(greedy.hasBytes()).isFalse();
            quota(0, true);
            assertThat(((ProduceResponseData) greedy.receive(ApiKeys.PRODUCE, PRODUCE)).throttleTimeMs())
                    .isZero();
            for (int i = 0; i < 20; i++) {
                assertThat(greedy.produce(RATE)).isZero();
            }
        }
    }

    @Test
    void shouldNoticeThatAThrottledClientIsGone() throws Exception {
        try (Client greedy = new Client("greedy")) {
            greedy.produce(1_000 * RATE / 2);
            awaitConnections(2);
        }
        awaitConnections(1);
    }

    private void awaitConnections(final long expected) throws InterruptedException {
        while (countedNow(CoreCounter.CONNECTIONS) != expected) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private void quota(final double rate, final boolean remove) throws IOException {
        final AlterClientQuotasRequestData request = new AlterClientQuotasRequestData()
                .setEntries(List.of(new EntryData()
                        .setEntity(List.of(
                                new EntityData().setEntityType("client-id").setEntityName("greedy")))
                        .setOps(List.of(new OpData()
                                .setKey("producer_byte_rate")
                                .setValue(rate)
                                .setRemove(remove)))));
        admin.send(ApiKeys.ALTER_CLIENT_QUOTAS, (short) 1, request);
        admin.receive(ApiKeys.ALTER_CLIENT_QUOTAS, (short) 1);
    }

    private static ProduceRequestData request(final int bytes) {
        final TopicProduceData topic = new TopicProduceData().setName("t");
        topic.partitionData().add(new PartitionProduceData().setIndex(0).setRecords(Requests.batch("x".repeat(bytes))));
        final ProduceRequestData request = Requests.produce(1);
        request.topicData().mustAdd(topic);
        return request;
    }

    /** As it stands in the status file, which is written four times a second, once it stands still. */
    private long counted(final CoreCounter counter) throws InterruptedException {
        long value = -1;
        for (long before = -2; before != value; ) {
            before = value;
            TimeUnit.MILLISECONDS.sleep(600);
            value = countedNow(counter);
        }
        return value;
    }

    private long countedNow(final CoreCounter counter) {
        final UnsafeBuffer mapped = new UnsafeBuffer(
                IoUtil.mapExistingFile(folder.resolve(BrokerMark.FILE).toFile(), BrokerMark.FILE));
        final CountersReader counters = BrokerMark.reader(mapped);
        final AtomicLong value = new AtomicLong();
        counters.forEach((id, typeId, key, label) -> {
            if (CoreCounter.ofTypeId(typeId) == counter) {
                value.addAndGet(counters.getCounterValue(id));
            }
        });
        return value.get();
    }

    /** Requests and answers of one connection, each when the test wants it. */
    private final class Client implements AutoCloseable {
        private final String id;
        private final Socket socket;
        private final DataInputStream in;

        Client(final String id) throws IOException {
            this.id = id;
            final ListenerView listener = broker.listeners().getFirst();
            final SocketChannel channel = SocketChannel.open();
            socket = channel.socket();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.connect(new InetSocketAddress(listener.hostAt(0), listener.portAt(0)));
            in = new DataInputStream(socket.getInputStream());
        }

        /** Returns for how long the client is told to wait. */
        int produce(final int bytes) throws IOException {
            send(ApiKeys.PRODUCE, PRODUCE, request(bytes));
            return ((ProduceResponseData) receive(ApiKeys.PRODUCE, PRODUCE)).throttleTimeMs();
        }

        void send(final ApiKeys api, final short version, final ApiMessage request) throws IOException {
            socket.getOutputStream().write(frame(api, version, request).array());
        }

        /** Again and again, until nothing is taken for a while; returns how many bytes were. */
        long sendWhatFits(final ApiKeys api, final short version, final ApiMessage request) throws Exception {
            final ByteBuffer frame = frame(api, version, request);
            final SocketChannel channel = socket.getChannel();
            channel.configureBlocking(false);
            long sent = 0;
            for (int idleMs = 0; idleMs < 500; ) {
                final int taken = channel.write(frame);
                sent += taken;
                if (!frame.hasRemaining()) {
                    frame.rewind();
                }
                if (taken == 0) {
                    TimeUnit.MILLISECONDS.sleep(10);
                    idleMs += 10;
                } else {
                    idleMs = 0;
                }
            }
            return sent;
        }

        private ByteBuffer frame(final ApiKeys api, final short version, final ApiMessage request) {
            final RequestHeaderData header = new RequestHeaderData()
                    .setRequestApiKey(api.id)
                    .setRequestApiVersion(version)
                    .setClientId(id);
            final ByteBuffer body = RequestUtils.serialize(header, api.requestHeaderVersion(version), request, version);
            return ByteBuffer.allocate(Integer.BYTES + body.remaining())
                    .putInt(body.remaining())
                    .put(body)
                    .flip();
        }

        ApiMessage receive(final ApiKeys api, final short version) throws IOException {
            final byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            final ByteBufferAccessor bytes = new ByteBufferAccessor(ByteBuffer.wrap(answer));
            new ResponseHeaderData(bytes, api.responseHeaderVersion(version));
            final ApiMessage response = api.messageType.newResponse();
            response.read(bytes, version);
            return response;
        }

        boolean hasBytes() throws IOException {
            return in.available() > 0;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
