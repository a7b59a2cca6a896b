package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.ApacheKafkaBroker;
import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.KafkaTool;
import io.millrace.tools.it.support.KafkaTool.Result;
import io.millrace.tools.it.support.MillraceBroker;
import io.millrace.tools.it.support.Project;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Our inspector reads what Apache Kafka wrote, and Apache Kafka's dump tool reads what we wrote. */
class InspectIT {
    private static final String TOPIC = "inspected";
    private static final BrokerOptions SMALL_SEGMENTS =
            BrokerOptions.defaults().with("log.index.interval.bytes", "4096");

    @Test
    void shouldLetKafkaDumpSegmentsRolledLiveAndKilled() throws IOException {
        try (BrokerUnderTest broker = Brokers.launch(SMALL_SEGMENTS)) {
            fill(broker);
            assertThat(dump(logs(broker))).as("live").isEqualTo(3_000);
            if (broker.isMillrace()) {
                // Apache Kafka's own active index ends in zeros, which its tool takes for damage.
                expectDumps(broker, ".index");
                expectDumps(broker, ".timeindex");
            }
            broker.kill();
            assertThat(dump(logs(broker))).as("killed").isEqualTo(3_000);
            broker.start();
            assertThat(dump(logs(broker))).as("recovered").isEqualTo(3_000);
            broker.stop();
            assertThat(dump(logs(broker))).as("stopped").isEqualTo(3_000);
            expectDumps(broker, ".index");
            expectDumps(broker, ".timeindex");
            expectDumps(broker, ".snapshot");
        }
    }

    @Test
    void shouldInspectWhatApacheKafkaWrote() throws IOException {
        Assumptions.assumeTrue(Brokers.areMillrace(), "skipped: this is about Millrace's inspector");
        try (BrokerUnderTest kafka = ApacheKafkaBroker.launch(SMALL_SEGMENTS)) {
            fill(kafka);
            kafka.stop();
            expectSound(kafka);
        }
    }

    @Test
    void shouldInspectBesideALiveBrokerAndNameDamage() throws IOException {
        Assumptions.assumeTrue(Brokers.areMillrace(), "skipped: this is about Millrace's inspector");
        try (BrokerUnderTest broker = Brokers.launch(SMALL_SEGMENTS)) {
            fill(broker);
            expectSound(broker);
            fill(broker);
            broker.stop();
            expectSound(broker);
            final Path damaged = logs(broker).get(1);
            try (RandomAccessFile file = new RandomAccessFile(damaged.toFile(), "rw")) {
                file.seek(300);
                final int value = file.read();
                file.seek(300);
                file.write(value ^ 1);
            }
            final Result result = inspect(broker.dataDir().toString(), "--verify");
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.output()).contains(damaged.getFileName().toString());
        }
    }

    private static void expectSound(final BrokerUnderTest broker) throws IOException {
        final Path partition = broker.dataDir().resolve(TOPIC + "-0");
        final Result verified = inspect(broker.dataDir().toString(), "--verify");
        assertThat(verified.exitCode()).as(verified.output()).isZero();
        final Result records = inspect(partition.toString(), "--records");
        assertThat(records.exitCode()).as(records.output()).isZero();
        assertThat(records.out()).contains("value-0", "value-2999");
        final Result stats = inspect(partition.toString(), "--stats");
        assertThat(stats.exitCode()).as(stats.output()).isZero();
        final Result json = inspect(logs(broker).get(0).toString(), "--json");
        assertThat(json.exitCode()).as(json.output()).isZero();
        assertThat(json.out().strip()).startsWith("{").endsWith("}");
    }

    private static Result inspect(final String... arguments) {
        final List<String> command = new ArrayList<>(List.of("inspect"));
        command.addAll(List.of(arguments));
        final Path folder = Project.scratch("inspect");
        try (ChildProcess tool = MillraceBroker.command(folder, Map.of(), command)) {
            return new Result(tool.awaitExit(Duration.ofSeconds(60)), tool.out(), tool.err());
        } finally {
            Project.discard(folder);
        }
    }

    /** Three thousand records in several segments of every codec. */
    private static void fill(final BrokerUnderTest broker) {
        if (!Files.exists(broker.dataDir().resolve(TOPIC + "-0"))) {
            Clients.createTopic(broker, TOPIC, 1, "segment.bytes", "1048576");
        }
        int number = 0;
        for (final String codec : List.of("none", "gzip", "snappy", "lz4", "zstd", "none")) {
            try (var producer = Clients.producer(broker, "compression.type", codec)) {
                for (int i = 0; i < 500; i++, number++) {
                    final String value = "value-" + number + "-" + "x".repeat(codec.equals("none") ? 1_500 : 100);
                    final var sent = producer.send(
                            new ProducerRecord<>(TOPIC, 0, Clients.bytes("key-" + number), Clients.bytes(value)));
                    if (i == 499) {
                        get(sent);
                    }
                }
            }
        }
    }

    private static List<Path> logs(final BrokerUnderTest broker) throws IOException {
        return files(broker, ".log");
    }

    private static List<Path> files(final BrokerUnderTest broker, final String suffix) throws IOException {
        try (Stream<Path> files = Files.list(broker.dataDir().resolve(TOPIC + "-0"))) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    /** How many records the dump tool finds, in order and without a complaint. */
    private static int dump(final List<Path> logs) {
        assertThat(logs).hasSizeGreaterThan(1);
        final String names = String.join(",", logs.stream().map(Path::toString).toList());
        final Result dumped =
                KafkaTool.run("org.apache.kafka.tools.DumpLogSegments", "--print-data-log", "--files", names);
        assertThat(dumped.exitCode()).as(dumped.output()).isZero();
        assertThat(dumped.output()).doesNotContain("isvalid: false", "Found invalid", "Exception", "garbage");
        final List<String> records = dumped.out()
                .lines()
                .filter(line -> line.startsWith("| offset: "))
                .toList();
        for (int i = 0; i < records.size(); i++) {
            assertThat(records.get(i)).startsWith("| offset: " + i + " ").contains("value-" + i + "-");
        }
        return records.size();
    }

    private static void expectDumps(final BrokerUnderTest broker, final String suffix) throws IOException {
        final List<Path> files = files(broker, suffix);
        assertThat(files).as(suffix).isNotEmpty();
        final String names = String.join(",", files.stream().map(Path::toString).toList());
        final Result dumped = KafkaTool.run("org.apache.kafka.tools.DumpLogSegments", "--files", names);
        assertThat(dumped.exitCode()).as(dumped.output()).isZero();
        assertThat(dumped.output()).doesNotContain("Mismatches", "Found", "Exception", "corrupt");
    }
}
