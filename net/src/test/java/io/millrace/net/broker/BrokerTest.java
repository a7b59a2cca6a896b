package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.engine.os.BrokerMark;
import io.millrace.engine.settings.BrokerConfig;
import io.millrace.engine.settings.SettingsLoader;
import io.millrace.engine.status.CoreCounter;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.socket.ListenException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersReader;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole node in this process, on ports of its own. */
class BrokerTest {
    private static final int TIMEOUT_MS = 10_000;
    private static final int NO_SUCH_LISTENER = 99;

    @TempDir
    Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    final ByteArrayOutputStream logged = new ByteArrayOutputStream();
    private final CountDownLatch crashed = new CountDownLatch(1);

    /** The value of {@code millrace.transport}. */
    protected String transport() {
        return "nio";
    }

    @Test
    void shouldSayWhereItListensAndThenServe() throws IOException {
        try (Broker broker = start("listeners=PLAINTEXT://127.0.0.1:0")) {
            final int port = broker.listeners().getFirst().portAt(0);
            assertThat(said.toString(StandardCharsets.UTF_8))
                    .contains("listens on  PLAINTEXT://127.0.0.1:" + port)
                    .contains("fsync: an ack means that the batch is on the disk")
                    .contains(folder.toString())
                    .contains("sockets     " + transport())
                    .containsPattern("\\RMillrace ready in \\d+ ms: PLAINTEXT://127\\.0\\.0\\.1:" + port);
            assertThat(brokersOf(broker.listeners().getFirst())).containsExactly("1 127.0.0.1:" + port);
        }
        assertThat(crashed.getCount()).isEqualTo(1);
    }

    @Test
    void shouldShowEveryCoreAsABrokerOnACoreListenerAndTheNodeOnAnother() throws IOException {
        try (Broker broker = start(
                "listeners=NODES://127.0.0.1:0,CORES://127.0.0.1:0",
                "listener.security.protocol.map=NODES:PLAINTEXT,CORES:PLAINTEXT",
                "listener.name.cores.advertise=core",
                "node.id=3")) {
            final ListenerView nodes = broker.listeners().getFirst();
            final ListenerView cores = broker.listeners().getLast();
            assertThat(brokersOf(nodes)).containsExactly("3 127.0.0.1:" + nodes.portAt(0));
            final List<String> expected = new ArrayList<>();
            for (int core = 0; core < cores.brokerCount(); core++) {
                expected.add(3 * 1024 + core + 1 + " 127.0.0.1:" + cores.portAt(core));
            }
            assertThat(brokersOf(cores)).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void shouldSayOnceThatAChangedSettingHasNoEffect() throws IOException {
        try (Broker broker = start("listeners=PLAINTEXT://127.0.0.1:0")) {
            final ListenerView listener = broker.listeners().getFirst();
            try (LoopbackClient client =
                    new LoopbackClient(new InetSocketAddress("127.0.0.1", listener.portAt(0)), TIMEOUT_MS)) {
                for (final String value : List.of("1000", "2000")) {
                    alter(client, value, "log.segment.delete.delay.ms", "log.retention.ms");
                }
            }
        }
        assertThat(logged.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains("WARN")))
                .singleElement()
                .asString()
                .endsWith(
                        "Setting log.segment.delete.delay.ms is known to Apache Kafka but has no effect in this version"
                                + " of Millrace.");
    }

    @Test
    void shouldKeepItsClusterOverARestartAndMarkTheStopAsOrderly() throws IOException {
        final String clusterId;
        try (Broker broker = start("listeners=PLAINTEXT://127.0.0.1:0")) {
            clusterId = clusterOf(broker);
            assertThat(folder.resolve(".kafka_cleanshutdown")).doesNotExist();
        }
        assertThat(folder.resolve(".kafka_cleanshutdown")).exists();
        try (Broker broker = start("listeners=PLAINTEXT://127.0.0.1:0")) {
            assertThat(clusterOf(broker)).isEqualTo(clusterId);
        }
    }

    @Test
    void shouldNameAPortThatIsTakenAndLeaveTheDirectoryInOrder() {
        try (Broker broker = start("listeners=PLAINTEXT://127.0.0.1:0")) {
            final int port = broker.listeners().getFirst().portAt(0);
            assertThatThrownBy(() ->
                            start("listeners=PLAINTEXT://127.0.0.1:" + port, "log.dirs=" + folder.resolve("other")))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("in use");
        }
        assertThat(folder.resolve("other/.kafka_cleanshutdown")).exists();
        DataDirectory.claim(folder.resolve("other")).close();
    }

    @Test
    void shouldCloseWhatItOpenedWhereItsStartFails() throws IOException {
        start("listeners=PLAINTEXT://127.0.0.1:0").close();
        final long before = pipesAndSelectors();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> start("listeners=PLAINTEXT://127.0.0.1:0", "node.id=9"))
                    .isInstanceOf(BrokerException.class)
                    .hasMessageContaining("belongs to node 1");
        }
        assertThat(pipesAndSelectors()).isEqualTo(before);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("disk-") || name.startsWith("housekeeping-"));
        start("listeners=PLAINTEXT://127.0.0.1:0").close();
    }

    private static long pipesAndSelectors() throws IOException {
        final Path descriptors = Path.of("/proc/self/fd");
        assumeThat(descriptors).isDirectory();
        long count = 0;
        try (DirectoryStream<Path> open = Files.newDirectoryStream(descriptors)) {
            for (final Path each : open) {
                try {
                    final String target = Files.readSymbolicLink(each).toString();
                    count += target.startsWith("pipe:") || target.contains("eventpoll") ? 1 : 0;
                } catch (final NoSuchFileException closedMeanwhile) {
                    // The listing's own, for one.
                }
            }
        }
        return count;
    }

    @Test
    void shouldRefuseTheDirectoryOfARunningBroker() {
        try (Broker broker = start("listeners=PLAINTEXT://127.0.0.1:0")) {
            assertThat(broker.listeners()).hasSize(1);
            assertThatThrownBy(() -> start("listeners=PLAINTEXT://127.0.0.1:0"))
                    .isInstanceOf(BrokerException.class)
                    .hasMessageContaining("in use by another broker");
        }
    }

    @Test
    void shouldCountInAFileThatOthersCanRead() throws IOException {
        try (Broker broker = start("listeners=PLAINTEXT://127.0.0.1:0")) {
            brokersOf(broker.listeners().getFirst());
        }
        final UnsafeBuffer mapped = new UnsafeBuffer(
                IoUtil.mapExistingFile(folder.resolve(BrokerMark.FILE).toFile(), BrokerMark.FILE));
        final CountersReader counters = BrokerMark.reader(mapped);
        final AtomicInteger requests = new AtomicInteger();
        final AtomicInteger cycles = new AtomicInteger();
        counters.forEach((id, typeId, key, label) -> {
            final CoreCounter counter = CoreCounter.ofTypeId(typeId);
            assertThat(label).isEqualTo("core " + key.getInt(0) + ": " + counter.label());
            if (counter == CoreCounter.REQUESTS) {
                requests.addAndGet((int) counters.getCounterValue(id));
            } else if (counter == CoreCounter.DUTY_CYCLES) {
                cycles.addAndGet((int) counters.getCounterValue(id));
            }
        });
        assertThat(requests.get()).isGreaterThanOrEqualTo(2);
        assertThat(cycles.get()).isPositive();
    }

    @Test
    void shouldCloseConnectionsBeyondTheLimit() throws IOException {
        try (Broker broker = start("listeners=PLAINTEXT://127.0.0.1:0", "max.connections=1")) {
            final ListenerView listener = broker.listeners().getFirst();
            try (LoopbackClient first = connect(listener)) {
                describe(first);
                expectClosed(listener);
                describe(first);
            }
        }
    }

    @Test
    void shouldHoldEachListenerToItsOwnLimit() throws IOException {
        try (Broker broker = start(
                "listeners=INSIDE://127.0.0.1:0,OUTSIDE://127.0.0.1:0",
                "listener.security.protocol.map=INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT",
                "listener.name.outside.max.connections=1")) {
            final ListenerView inside = broker.listeners().getFirst();
            final ListenerView outside = broker.listeners().getLast();
            try (LoopbackClient manager = connect(inside)) {
                for (int i = 0; i < 3; i++) {
                    try (LoopbackClient only = connect(outside)) {
                        describe(only);
                        expectClosed(outside);
                        only.hangUp();
                    }
                    // It is counted out a moment after it is closed.
                    describe(manager);
                    describe(manager);
                }
                alter(manager, "2", "listener.name.outside.max.connections");
                try (LoopbackClient first = connect(outside);
                        LoopbackClient second = connect(outside)) {
                    describe(first);
                    describe(second);
                    expectClosed(outside);
                }
            }
        }
        assertThat(logged.toString(StandardCharsets.UTF_8)).doesNotContain("no effect");
    }

    @Test
    void shouldAcceptNoFasterThanItMay() throws IOException {
        try (Broker broker =
                start("listeners=PLAINTEXT://127.0.0.1:0", "quota.window.num=2", "max.connection.creation.rate=10")) {
            final ListenerView listener = broker.listeners().getFirst();
            final List<LoopbackClient> clients = new ArrayList<>();
            // Ten it takes ahead, the others each in their turn.
            assertThat(connectMs(listener, 30, clients)).isBetween(1_500L, 9_000L);
            alter(clients.getFirst(), "10000", "listener.name.plaintext.max.connection.creation.rate");
            assertThat(connectMs(listener, 30, clients)).isBetween(1_500L, 9_000L);
            alter(clients.getFirst(), "10000", "max.connection.creation.rate");
            assertThat(connectMs(listener, 100, clients)).isLessThan(9_000);
            for (final LoopbackClient client : clients) {
                describe(client);
                client.close();
            }
        }
    }

    @Test
    void shouldPassOverNoListenerWhereMoreComeThroughAnother() throws IOException {
        try (Broker broker = start(
                "listeners=ONE://127.0.0.1:0,OTHER://127.0.0.1:0",
                "listener.security.protocol.map=ONE:PLAINTEXT,OTHER:PLAINTEXT",
                "quota.window.num=2",
                "max.connection.creation.rate=5")) {
            final ListenerView one = broker.listeners().getFirst();
            final List<Socket> crowd = new ArrayList<>();
            try {
                for (int i = 0; i < 45; i++) {
                    crowd.add(new Socket(one.hostAt(0), one.portAt(0)));
                }
                final List<LoopbackClient> clients = new ArrayList<>();
                assertThat(connectMs(broker.listeners().getLast(), 3, clients)).isLessThan(5_000);
                for (final LoopbackClient client : clients) {
                    client.close();
                }
            } finally {
                for (final Socket waiting : crowd) {
                    waiting.close();
                }
            }
        }
    }

    @Test
    void shouldKeepPlacesForOthersWhereOneAddressComesTooOften() throws IOException {
        try (Broker broker = start("listeners=PLAINTEXT://127.0.0.1:0", "quota.window.num=2", "max.connections=20")) {
            final ListenerView listener = broker.listeners().getFirst();
            final List<Socket> crowd = new ArrayList<>();
            try (LoopbackClient admin = connect(listener)) {
                limitAddress(admin, "127.0.0.2");
                for (int i = 0; i < 60; i++) {
                    crowd.add(
                            new Socket(listener.hostAt(0), listener.portAt(0), InetAddress.getByName("127.0.0.2"), 0));
                }
                // None of the crowd is closed before a second has passed.
                try (LoopbackClient other = connect(listener)) {
                    describe(other);
                }
            } finally {
                for (final Socket waiting : crowd) {
                    waiting.close();
                }
            }
        }
    }

    private static void limitAddress(final LoopbackClient admin, final String address) throws IOException {
        final var entry = new AlterClientQuotasRequestData.EntryData();
        entry.entity()
                .add(new AlterClientQuotasRequestData.EntityData()
                        .setEntityType("ip")
                        .setEntityName(address));
        entry.ops()
                .add(new AlterClientQuotasRequestData.OpData()
                        .setKey("connection_creation_rate")
                        .setValue(1));
        final AlterClientQuotasRequestData request = new AlterClientQuotasRequestData();
        request.entries().add(entry);
        admin.exchange(ApiKeys.ALTER_CLIENT_QUOTAS, (short) 1, request);
    }

    private static long connectMs(final ListenerView listener, final int count, final List<LoopbackClient> connected)
            throws IOException {
        final long beganNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            final LoopbackClient client = connect(listener);
            describe(client);
            connected.add(client);
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
    }

    private static LoopbackClient connect(final ListenerView listener) throws IOException {
        return new LoopbackClient(new InetSocketAddress(listener.hostAt(0), listener.portAt(0)), TIMEOUT_MS);
    }

    private static void expectClosed(final ListenerView listener) throws IOException {
        try (Socket socket = new Socket(listener.hostAt(0), listener.portAt(0))) {
            socket.setSoTimeout(TIMEOUT_MS);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    private static void alter(final LoopbackClient client, final String value, final String... names)
            throws IOException {
        final var resource = new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                .setResourceType((byte) 4)
                .setResourceName("");
        for (final String name : names) {
            resource.configs()
                    .add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                            .setName(name)
                            .setValue(value));
        }
        final IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(resource);
        client.exchange(ApiKeys.INCREMENTAL_ALTER_CONFIGS, (short) 1, request);
    }

    @Test
    void shouldCrashLoudlyWithACoreThatThrowsAndNotCallThatAnOrderlyStop() throws Exception {
        try (Broker broker = start("listeners=PLAINTEXT://127.0.0.1:0");
                ServerSocketChannel server = ServerSocketChannel.open().bind(null);
                SocketChannel client = SocketChannel.open(server.getLocalAddress());
                SocketChannel accepted = server.accept()) {
            assertThat(client.isConnected()).isTrue();
            broker.handoff().offerTo(0, NO_SUCH_LISTENER, accepted);
            assertThat(crashed.await(TIMEOUT_MS, TimeUnit.MILLISECONDS)).isTrue();
        }
        assertThat(logged.toString(StandardCharsets.UTF_8))
                .contains("ERROR Millrace crashed: core 0: java.lang.IndexOutOfBoundsException")
                .contains("at io.millrace.net.broker.ConnectionGate.admit");
        assertThat(folder.resolve(".kafka_cleanshutdown")).doesNotExist();
    }

    private Broker start(final String... settings) {
        final SettingsLoader loader = new SettingsLoader()
                .commandLine("log.dirs", folder.toString())
                .commandLine("millrace.transport", transport());
        for (final String setting : settings) {
            final int equals = setting.indexOf('=');
            loader.commandLine(setting.substring(0, equals), setting.substring(equals + 1));
        }
        final BrokerConfig config = BrokerConfig.conclude(loader.load(), "localhost", Processors.allowed(), false);
        final BrokerLog log =
                new BrokerLog(new PrintStream(logged, true, StandardCharsets.UTF_8), BrokerLog.Level.DEBUG);
        return Broker.start(
                config, log, new PrintStream(said, true, StandardCharsets.UTF_8), serving -> {}, crashed::countDown);
    }

    private static String clusterOf(final Broker broker) throws IOException {
        final ListenerView listener = broker.listeners().getFirst();
        try (LoopbackClient client =
                new LoopbackClient(new InetSocketAddress(listener.hostAt(0), listener.portAt(0)), TIMEOUT_MS)) {
            final MetadataResponseData answer = (MetadataResponseData) describe(client);
            return answer.clusterId();
        }
    }

    private static List<String> brokersOf(final ListenerView listener) throws IOException {
        try (LoopbackClient client =
                new LoopbackClient(new InetSocketAddress(listener.hostAt(0), listener.portAt(0)), TIMEOUT_MS)) {
            return ((MetadataResponseData) describe(client))
                    .brokers().valuesList().stream()
                            .map(broker -> broker.nodeId() + " " + broker.host() + ":" + broker.port())
                            .toList();
        }
    }

    private static ApiMessage describe(final LoopbackClient client) throws IOException {
        return client.exchange(ApiKeys.METADATA, (short) 12, new MetadataRequestData().setTopics(List.of()));
    }
}
