package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.Project;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kcat, and with it librdkafka, which uses every version that is advertised. */
class KcatIT {
    private static final Path KCAT = Path.of("/usr/bin/kcat");

    private static BrokerUnderTest broker;
    private static Path folder;

    @BeforeAll
    static void launch() {
        Assumptions.assumeTrue(Files.isExecutable(KCAT), "skipped: kcat is not installed (apt-get install kcat)");
        folder = Project.scratch("kcat");
        broker = Brokers.launch();
    }

    @AfterAll
    static void close() {
        if (broker != null) {
            broker.close();
            Project.discard(folder);
        }
    }

    @Test
    void shouldListWhatThereIs() {
        Clients.createTopic(broker, "listed", 2);
        final String listed = kcat("", "-L");
        assertThat(listed)
                .contains("broker 1 at 127.0.0.1:" + broker.port())
                .contains("topic \"listed\" with 2 partitions", "partition 1, leader 1, replicas: 1, isrs: 1");
        assertThat(kcat("", "-L", "-t", "listed", "-J")).contains("\"topic\":\"listed\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void shouldProduceAndConsume(final String codec) {
        final String topic = "kcat-" + codec;
        Clients.createTopic(broker, topic, 1);
        final List<String> lines = IntStream.range(0, 2_000)
                .mapToObj(i -> "key" + i + ":value" + i)
                .toList();
        kcat(String.join("\n", lines) + "\n", "-P", "-t", topic, "-p", "0", "-K", ":", "-z", codec, "-H", "h=1");
        assertThat(Clients.readAll(broker, 2_000, new TopicPartition(topic, 0)))
                .extracting(record -> Clients.text(record.key()) + ":" + Clients.text(record.value()))
                .isEqualTo(lines);
        assertThat(kcat("", "-C", "-t", topic, "-p", "0", "-o", "beginning", "-e", "-q", "-K", ":")
                        .lines())
                .isEqualTo(lines);
        assertThat(kcat("", "-C", "-t", topic, "-p", "0", "-o", "1990", "-e", "-q")
                        .lines())
                .hasSize(10);
        assertThat(kcat("", "-C", "-t", topic, "-p", "0", "-o", "-5", "-e", "-q", "-f", "%o %h %T\n")
                        .lines())
                .hasSize(5)
                .first()
                .asString()
                .startsWith("1995 h=1 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "-1"})
    void shouldProduceWithAnyAcks(final String acks) {
        final String topic = "kcat-acks" + acks;
        Clients.createTopic(broker, topic, 1);
        kcat("a\nb\nc\n", "-P", "-t", topic, "-X", "acks=" + acks);
        assertThat(Clients.readAll(broker, 3, new TopicPartition(topic, 0))).hasSize(3);
    }

    @Test
    void shouldProduceIdempotently() {
        Clients.createTopic(broker, "kcat-idempotent", 1);
        kcat("a\nb\nc\n", "-P", "-t", "kcat-idempotent", "-X", "enable.idempotence=true");
        assertThat(Clients.readAll(broker, 3, new TopicPartition("kcat-idempotent", 0)))
                .hasSize(3);
    }

    @Test
    void shouldFindOffsetsByTime() {
        Clients.createTopic(broker, "kcat-time", 1, "retention.ms", "-1");
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < 10; i++) {
                Clients.get(producer.send(
                        new ProducerRecord<>("kcat-time", 0, 1_000_000_000_000L + i, null, Clients.bytes("v" + i))));
            }
        }
        assertThat(kcat("", "-Q", "-t", "kcat-time:0:1000000000004")).contains("kcat-time [0] offset 4");
        assertThat(kcat("", "-Q", "-t", "kcat-time:0:-1")).contains("kcat-time [0] offset 10");
        assertThat(kcat("", "-Q", "-t", "kcat-time:0:-2")).contains("kcat-time [0] offset 0");
        assertThat(kcat("", "-C", "-t", "kcat-time", "-o", "s@1000000000007", "-e", "-q")
                        .lines())
                .containsExactly("v7", "v8", "v9");
    }

    @Test
    void shouldSpeakWithoutBeingAskedForVersions() {
        Clients.createTopic(broker, "kcat-old", 1);
        kcat("a\nb\n", "-P", "-t", "kcat-old", "-X", "broker.version.fallback=0.10.0.0");
        assertThat(kcat("", "-C", "-t", "kcat-old", "-o", "beginning", "-e", "-q")
                        .lines())
                .containsExactly("a", "b");
    }

    private static String kcat(final String input, final String... arguments) {
        final List<String> command = new ArrayList<>(List.of(KCAT.toString(), "-b", broker.bootstrap()));
        command.addAll(List.of(arguments));
        try (ChildProcess kcat = ChildProcess.start("kcat", folder, Map.of(), command)) {
            kcat.feed(input);
            final int exitCode = kcat.awaitExit(Duration.ofSeconds(60));
            assertThat(exitCode).as(kcat.output()).isZero();
            return kcat.out();
        }
    }
}
