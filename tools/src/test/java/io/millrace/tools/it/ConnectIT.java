package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.Artifacts;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.Ports;
import io.millrace.tools.it.support.Programs;
import io.millrace.tools.it.support.Project;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Kafka Connect's distributed worker with its file connectors, the source exactly once, its worker killed between. */
class ConnectIT {
    private static final int LINES = 1_000;
    private static final Duration WITHIN = Duration.ofSeconds(90);

    private BrokerUnderTest broker;
    private Path folder;

    @BeforeEach
    void launch() {
        Artifacts.kafkaConnect();
        folder = Project.scratch("connect");
        broker = Brokers.launch();
        Clients.createTopic(broker, "connected", 1);
    }

    @AfterEach
    void close() {
        if (broker != null) {
            broker.close();
            Project.discard(folder);
        }
    }

    @Test
    void shouldCarryEachLineFromFileToFileOnce() throws IOException {
        final Path in = folder.resolve("in.txt");
        final Path out = folder.resolve("out.txt");
        final int port = Ports.free(1);
        Files.write(in, lines(0, LINES / 2));
        try (ChildProcess worker = startWorker(port)) {
            awaitThat(() -> request(port, "GET", "", "") == 200, worker);
            assertThat(request(port, "PUT", "source", """
                    {"connector.class": "FileStreamSource", "tasks.max": "1", "topic": "connected",
                     "file": "%s", "batch.size": "250"}""".formatted(in))).isEqualTo(201);
            awaitThat(() -> read(LINES / 2).size() >= LINES / 2, worker);
            Files.write(in, lines(LINES / 2, LINES), StandardOpenOption.APPEND);
            awaitThat(() -> read(LINES / 2 + 1).size() > LINES / 2, worker);
            worker.kill();
        }
        try (ChildProcess worker = startWorker(port)) {
            awaitThat(() -> request(port, "GET", "", "") == 200, worker);
            awaitThat(() -> request(port, "PUT", "sink", """
                            {"connector.class": "FileStreamSink", "tasks.max": "1", "topics": "connected",
                             "file": "%s", "consumer.override.auto.offset.reset": "earliest"}""".formatted(out)) < 300, worker);
            assertThat(read(LINES)).isEqualTo(lines(0, LINES));
            awaitThat(() -> linesOf(out).size() >= LINES, worker);
            worker.terminateCleanly(Duration.ofSeconds(30));
        }
        assertThat(linesOf(out)).isEqualTo(lines(0, LINES));
    }

    private ChildProcess startWorker(final int port) throws IOException {
        final Path settings = folder.resolve("worker.properties");
        Files.writeString(settings, """
                bootstrap.servers=%s
                group.id=connect
                listeners=http://127.0.0.1:%d
                key.converter=org.apache.kafka.connect.storage.StringConverter
                value.converter=org.apache.kafka.connect.storage.StringConverter
                config.storage.topic=connect-configs
                offset.storage.topic=connect-offsets
                status.storage.topic=connect-status
                config.storage.replication.factor=1
                offset.storage.replication.factor=1
                status.storage.replication.factor=1
                offset.storage.partitions=2
                status.storage.partitions=2
                exactly.once.source.support=enabled
                scheduled.rebalance.max.delay.ms=0
                session.timeout.ms=6000
                heartbeat.interval.ms=500
                rebalance.timeout.ms=10000
                plugin.discovery=service_load
                """.formatted(broker.bootstrap(), port));
        return Programs.startMain(
                "org.apache.kafka.connect.cli.ConnectDistributed",
                folder,
                Artifacts.kafkaConnect(),
                settings.toString());
    }

    /** The status of the answer, or 0 if nobody answers yet. */
    private static int request(final int port, final String method, final String connector, final String body) {
        final String path = "/connectors" + (connector.isEmpty() ? "" : "/" + connector + "/config");
        final HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
        } catch (final IOException e) {
            return 0;
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void awaitThat(final BooleanSupplier condition, final ChildProcess worker) {
        final long deadlineNs = System.nanoTime() + WITHIN.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() < deadlineNs && worker.isAlive())
                    .as(worker.output())
                    .isTrue();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static List<String> lines(final int from, final int to) {
        return IntStream.range(from, to).mapToObj(i -> "line " + i).toList();
    }

    private static List<String> linesOf(final Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> read(final int count) {
        return Clients.values(Clients.readCommitted(broker, "connected", 1, count));
    }
}
