package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Segments roll by size and time, and go by size and time; so do topics that are deleted. */
class RetentionIT {
    private static BrokerUnderTest broker;

    @BeforeAll
    static void launch() {
        broker = Brokers.launch(BrokerOptions.defaults()
                .with("log.retention.check.interval.ms", "300")
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
    void shouldKeepNoMoreThanTheBytesOfATopic() {
        final String topic = "by-size";
        Clients.createTopic(broker, topic, 1, "segment.bytes", "1048576", "retention.bytes", "2500000");
        fill(topic, 6_000, 0);
        // The first look may have come while records were still arriving.
        await(() -> (6_000 - start(topic)) * 1_000L <= 3_800_000L);
        final long first = start(topic);
        assertThat(end(topic)).isEqualTo(6_000);
        assertThat((6_000 - first) * 1_000L).isGreaterThanOrEqualTo(2_400_000L);
        final var read = Clients.readAll(broker, (int) (6_000 - first), new TopicPartition(topic, 0));
        assertThat(read.get(0).offset()).isEqualTo(first);
        await(() -> logs(topic).get(0).getFileName().toString().equals("%020d.log".formatted(first)));
    }

    @Test
    void shouldLetGoOfOldRecordsEvenInTheActiveSegment() {
        final String topic = "by-time";
        Clients.createTopic(broker, topic, 1, "retention.ms", "60000");
        fill(topic, 100, System.currentTimeMillis() - 3_600_000);
        await(() -> start(topic) == 100);
        assertThat(end(topic)).isEqualTo(100);
        fill(topic, 10, 0);
        assertThat(Clients.readAll(broker, 10, new TopicPartition(topic, 0))
                        .get(0)
                        .offset())
                .isEqualTo(100);
    }

    @Test
    void shouldRollByTime() {
        final String topic = "rolled";
        Clients.createTopic(broker, topic, 1, "segment.ms", "1000");
        for (int i = 0; i < 3; i++) {
            fill(topic, 1, System.currentTimeMillis() + i * 5_000L);
        }
        assertThat(logs(topic)).hasSizeGreaterThanOrEqualTo(3);
        assertThat(Clients.readAll(broker, 3, new TopicPartition(topic, 0))).hasSize(3);
    }

    @Test
    void shouldServeAReaderWhoseSegmentGoes() {
        final String topic = "going";
        Clients.createTopic(broker, topic, 1, "segment.bytes", "1048576", "retention.bytes", "1500000");
        final TopicPartition partition = new TopicPartition(topic, 0);
        try (var consumer = Clients.consumer(broker, "max.poll.records", "50")) {
            consumer.assign(List.of(partition));
            fill(topic, 500, 0);
            assertThat(Clients.poll(consumer, 50)).isNotEmpty();
            fill(topic, 5_000, 0);
            await(() -> start(topic) > 600);
            long position = -1;
            for (int i = 0; i < 500 && position < 5_499; i++) {
                for (final var record : consumer.poll(java.time.Duration.ofMillis(100))) {
                    assertThat(record.offset()).isGreaterThan(position);
                    position = record.offset();
                }
            }
            assertThat(position).isEqualTo(5_499);
        }
    }

    @Test
    void shouldRemoveTheFilesOfADeletedTopic() {
        final String topic = "removed";
        Clients.createTopic(broker, topic, 2);
        fill(topic, 10, 0);
        try (Admin admin = Clients.admin(broker)) {
            get(admin.deleteTopics(List.of(topic)).all());
        }
        await(() -> directories(topic).isEmpty());
    }

    private static void fill(final String topic, final int count, final long timeMs) {
        try (var producer = Clients.producer(broker, "batch.size", "20000")) {
            for (int i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(topic, 0, timeMs == 0 ? null : timeMs, null, new byte[1_000]));
            }
        }
    }

    private static long start(final String topic) {
        final TopicPartition partition = new TopicPartition(topic, 0);
        try (var consumer = Clients.consumer(broker)) {
            return consumer.beginningOffsets(List.of(partition)).get(partition);
        }
    }

    private static long end(final String topic) {
        return Clients.endOffset(broker, new TopicPartition(topic, 0));
    }

    private static List<Path> logs(final String topic) {
        return list(broker.dataDir().resolve(topic + "-0"), ".*\\.log");
    }

    private static List<Path> directories(final String topic) {
        return list(broker.dataDir(), topic + "-[01].*");
    }

    private static List<Path> list(final Path folder, final String pattern) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(pattern))
                    .sorted()
                    .toList();
        } catch (final IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void await(final BooleanSupplier condition) {
        for (int attempt = 0; attempt < 200 && !condition.getAsBoolean(); attempt++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
