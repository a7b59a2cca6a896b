package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.bytes;
import static io.millrace.tools.it.support.Clients.get;
import static io.millrace.tools.it.support.Clients.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.KafkaTool;
import io.millrace.tools.it.support.MillraceBroker;
import io.millrace.tools.it.support.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Of a compacted topic remains the last value of each key, whatever the broker: this runs on Apache Kafka too. */
class CompactionIT {
    private static final String[] COMPACTED = {
        "cleanup.policy", "compact",
        "segment.bytes", "1048576",
        "segment.ms", "300",
        "min.cleanable.dirty.ratio", "0.01",
        "delete.retention.ms", "500"
    };

    private static BrokerUnderTest broker;

    @BeforeAll
    static void launch() {
        broker = Brokers.launch(BrokerOptions.defaults()
                .with("log.cleaner.backoff.ms", "100")
                .with("log.retention.check.interval.ms", "500")
                .with("log.initial.task.delay.ms", "300")
                .with("log.segment.delete.delay.ms", "100"));
    }

    @AfterAll
    static void close() {
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void shouldEndWithTheLastValueOfEachKey() {
        for (final String codec : List.of("none", "zstd", "lz4")) {
            shouldEndWithTheLastValueOfEachKey("latest-" + codec, codec);
        }
    }

    private static void shouldEndWithTheLastValueOfEachKey(final String topic, final String codec) {
        Clients.createTopic(broker, topic, 1, COMPACTED);
        final Map<String, String> expected = new TreeMap<>();
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker, "compression.type", codec, "batch.size", "10000", "linger.ms", "5")) {
            for (int i = 0; i < 20_000; i++) {
                final String key = "key-" + (i * 31 + i / 7) % 500;
                final String value = i % 11 == 0 ? null : "value-" + i + "-" + "x".repeat(100);
                producer.send(new ProducerRecord<>(topic, bytes(key), value == null ? null : bytes(value)));
                if (value == null) {
                    expected.remove(key);
                } else {
                    expected.put(key, value);
                }
            }
        }
        final List<ConsumerRecord<byte[], byte[]>> left = await(
                topic,
                records -> records.stream().noneMatch(each -> each.value() == null)
                        && records.size() <= expected.size() + 3);
        assertThat(latest(left)).isEqualTo(expected);
        check(topic);
        if (broker.isMillrace()) {
            broker.kill();
            broker.start();
            assertThat(latest(readAll(topic))).isEqualTo(expected);
        }
    }

    @Test
    void shouldDropWhatWasAborted() {
        final String topic = "decided";
        Clients.createTopic(broker, topic, 1, COMPACTED);
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker, "transactional.id", topic)) {
            producer.initTransactions();
            for (int i = 0; i < 60; i++) {
                producer.beginTransaction();
                for (int j = 0; j < 10; j++) {
                    producer.send(
                            new ProducerRecord<>(topic, bytes("key-" + j), bytes((i % 3 == 0 ? "no-" : "yes-") + i)));
                }
                producer.flush();
                if (i % 3 == 0) {
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
            }
        }
        final List<ConsumerRecord<byte[], byte[]>> left = await(topic, records -> records.size() <= 13);
        assertThat(latest(left))
                .hasSize(10)
                .allSatisfy((key, value) -> assertThat(value).isEqualTo("yes-59"));
        check(topic);
    }

    @Test
    void shouldServeAReaderLikeTheSchemaRegistryMeanwhile() {
        final String topic = "_schemas";
        Clients.createTopic(broker, topic, 1, COMPACTED);
        final TopicPartition partition = new TopicPartition(topic, 0);
        try (var consumer = Clients.consumer(broker);
                var producer = Clients.producer(broker, "acks", "all")) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            for (int i = 0; i < 300; i++) {
                final long offset = get(producer.send(new ProducerRecord<>(topic, bytes("k" + i % 3), bytes("v" + i))))
                        .offset();
                final var read = Clients.poll(consumer, 1);
                assertThat(read).hasSize(1);
                assertThat(read.get(0).offset()).isEqualTo(offset).isEqualTo(i);
                pause(10);
            }
        }
        final Map<String, String> expected = Map.of("k0", "v297", "k1", "v298", "k2", "v299");
        assertThat(latest(await(topic, records -> records.size() <= 6))).isEqualTo(expected);
    }

    /** New records roll the segment, and give the cleaner a reason to come again. */
    private static List<ConsumerRecord<byte[], byte[]>> await(
            final String topic, final Predicate<List<ConsumerRecord<byte[], byte[]>>> done) {
        List<ConsumerRecord<byte[], byte[]>> left = List.of();
        for (int i = 0; i < 60; i++) {
            left = readAll(topic);
            if (done.test(left)) {
                return left;
            }
            pause(400);
            try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker)) {
                get(producer.send(new ProducerRecord<>(topic, bytes("nudge"), bytes("nudge " + i))));
            }
        }
        throw new AssertionError(left.size() + " records are left: " + left.subList(0, Math.min(20, left.size())));
    }

    private static List<ConsumerRecord<byte[], byte[]>> readAll(final String topic) {
        final TopicPartition partition = new TopicPartition(topic, 0);
        final List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (var consumer = Clients.consumer(broker, "isolation.level", "read_committed")) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            final long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(found::add);
            }
        }
        found.removeIf(each -> text(each.key()).equals("nudge") && found.indexOf(each) < found.size() - 1);
        return found;
    }

    private static Map<String, String> latest(final List<ConsumerRecord<byte[], byte[]>> records) {
        final Map<String, String> latest = new TreeMap<>();
        for (final ConsumerRecord<byte[], byte[]> each : records) {
            if (each.value() == null) {
                latest.remove(text(each.key()));
            } else {
                latest.put(text(each.key()), text(each.value()));
            }
        }
        latest.remove("nudge");
        return latest;
    }

    /** Kafka's dump tool and our inspector find nothing wrong. */
    private static void check(final String topic) {
        if (broker.isMillrace()) {
            broker.stop(); // whoever looks beside a compaction finds files gone
        }
        final Path directory = broker.dataDir().resolve(topic + "-0");
        final Supplier<String> dump = () -> KafkaTool.run(
                        "org.apache.kafka.tools.DumpLogSegments", "--deep-iteration", "--files", names(directory))
                .output();
        assertThat(dump.get()).contains("isvalid: true").doesNotContain("isvalid: false", "Found");
        if (broker.isMillrace()) {
            final Path folder = Project.scratch("inspect");
            try (ChildProcess inspected =
                    MillraceBroker.command(folder, Map.of(), List.of("inspect", directory.toString(), "--verify"))) {
                assertThat(inspected.awaitExit(Duration.ofSeconds(60)))
                        .as(inspected.output())
                        .isZero();
            } finally {
                Project.discard(folder);
            }
            broker.start();
        }
    }

    private static String names(final Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(each -> each.toString().endsWith(".log"))
                    .map(Path::toString)
                    .sorted()
                    .collect(Collectors.joining(","));
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void pause(final long ms) {
        LockSupport.parkNanos(ms * 1_000_000);
    }
}
