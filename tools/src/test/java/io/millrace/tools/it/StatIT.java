package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.MillraceBroker;
import io.millrace.tools.it.support.Project;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code ./run.sh stat} shows of a real broker is what its clients did. */
class StatIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int ATTEMPTS = 40;
    private static final int REQUESTS = 25;
    private static final String TOPIC = "counted";

    private Path folder;

    @BeforeEach
    void prepare() {
        Assumptions.assumeTrue(Brokers.areMillrace(), "skipped: this is about Millrace's command line");
        folder = Project.scratch("stat");
    }

    @AfterEach
    void clean() {
        if (folder != null) {
            Project.discard(folder);
        }
    }

    @Test
    void shouldCountWhatClientsDid() {
        try (BrokerUnderTest broker =
                MillraceBroker.launch(BrokerOptions.defaults().withCores(2))) {
            try (Admin admin = Clients.admin(broker)) {
                get(admin.createTopics(List.of(new NewTopic(TOPIC, 2, (short) 1)))
                        .all());
            }
            final String before = await(broker, sample -> gauge(sample, "connections.open") == 0);
            final double bytesOut;
            try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker, "linger.ms=0", "acks=all")) {
                for (int i = 0; i < 2 * REQUESTS; i++) {
                    get(producer.send(new ProducerRecord<>(TOPIC, i % 2, null, new byte[100])));
                }
                final String during = await(
                        broker,
                        sample -> counter(sample, "api.PRODUCE.requests") - counter(before, "api.PRODUCE.requests")
                                == 2 * REQUESTS);
                assertThat(during).contains("\"clients.apache-kafka-java ");
                bytesOut = producer.metrics().values().stream()
                        .filter(metric -> metric.metricName().name().equals("outgoing-byte-total")
                                && metric.metricName().group().equals("producer-metrics"))
                        .mapToDouble(metric -> (double) metric.metricValue())
                        .sum();
            }
            final String after = await(broker, sample -> gauge(sample, "connections.open") == 0);
            assertThat(added(before, after, "api.PRODUCE.requests")).isEqualTo(2 * REQUESTS);
            assertThat(added(before, after, "api.PRODUCE.latency")).isEqualTo(2 * REQUESTS);
            assertThat(added(before, after, "batch.bytes")).isEqualTo(2 * REQUESTS);
            assertThat(sum(after, "batch.records", "totalSum") - sum(before, "batch.records", "totalSum"))
                    .isEqualTo(2 * REQUESTS);
            // Each core owns one of the two partitions, so wherever the connection was, half of the requests hop.
            assertThat(added(before, after, "api.PRODUCE.hops")).isEqualTo(REQUESTS);
            assertThat(added(before, after, "sync.round")).isPositive();
            assertThat(added(before, after, "connections.closed.peer"))
                    .isEqualTo(added(before, after, "connections.accepted"))
                    .isPositive();
            assertThat(bytesIn(after) - bytesIn(before)).isEqualTo((long) bytesOut);
            assertThat(stat(broker.dataDir(), 0, "--once", "--all"))
                    .contains("busy%", "PRODUCE", "closed: peer", "own messages", "acquired/s");
            assertThat(stat(broker.dataDir(), 0, "--count", "2", "--interval", "0.3", "--core", "1")
                            .lines())
                    .hasSize(3);
            endsWhenNobodyReadsOn("stat", "--data-dir", broker.dataDir().toString(), "--interval", "0.3");
        }
    }

    private void endsWhenNobodyReadsOn(final String... command) {
        try {
            final Process process =
                    MillraceBroker.builder(folder, List.of(command)).start();
            try {
                try (InputStream head = process.getInputStream()) {
                    assertThat(head.read()).isPositive();
                }
                assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).isZero();
            } finally {
                process.destroyForcibly();
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldSayThatNoBrokerIsThere() {
        assertThat(stat(folder.resolve("nowhere"), 1, "--once")).contains("no such directory");
        assertThat(stat(folder, 1, "--once")).contains("no broker runs in " + folder);
        assertThat(stat(folder, 2, "--interval", "0")).contains("--interval");
    }

    @Test
    void shouldTellADeadBrokerFromOneThatStopped() {
        final Path data = folder.resolve("data");
        try (MillraceBroker broker = MillraceBroker.launchIn(data, BrokerOptions.defaults())) {
            broker.kill();
            assertThat(stat(data, 1, "--once")).contains("gone without an orderly stop");
            broker.start();
            assertThat(stat(data, 0, "--once")).contains("busy%");
            broker.stop();
            assertThat(stat(data, 1, "--once")).contains("stopped in order");
        }
    }

    private String await(final BrokerUnderTest broker, final Predicate<String> condition) {
        String sample = "";
        for (int i = 0; i < ATTEMPTS; i++) {
            sample = stat(broker.dataDir(), 0, "--once", "--json");
            if (condition.test(sample)) {
                return sample;
            }
        }
        throw new AssertionError("never came, last was " + sample);
    }

    private String stat(final Path data, final int exitCode, final String... options) {
        final List<String> command = new ArrayList<>(List.of("stat", "--data-dir", data.toString()));
        command.addAll(List.of(options));
        try (ChildProcess stat = MillraceBroker.command(folder, Map.of(), command)) {
            assertThat(stat.awaitExit(LIMIT)).as(stat.output()).isEqualTo(exitCode);
            return stat.output();
        }
    }

    private static long added(final String before, final String after, final String name) {
        return counter(after, name) - counter(before, name);
    }

    private static long counter(final String sample, final String name) {
        return sum(sample, name, "total");
    }

    private static long bytesIn(final String sample) {
        return sumOf(sample, Pattern.compile("\"api\\.\\w+\\.in\":\\{\"total\":(\\d+)"));
    }

    private static long gauge(final String sample, final String name) {
        return sumOf(sample, Pattern.compile("\"" + Pattern.quote(name) + "\":(\\d+)"));
    }

    /** Of all cores together. */
    private static long sum(final String sample, final String name, final String field) {
        return sumOf(sample, Pattern.compile("\"" + Pattern.quote(name) + "\":\\{[^}]*?\"" + field + "\":(\\d+)"));
    }

    private static long sumOf(final String sample, final Pattern pattern) {
        long sum = 0;
        final Matcher matcher = pattern.matcher(sample);
        while (matcher.find()) {
            sum += Long.parseLong(matcher.group(1));
        }
        return sum;
    }
}
