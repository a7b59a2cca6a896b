package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.bytes;
import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.Artifacts;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.Programs;
import io.millrace.tools.it.support.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** MirrorMaker 2 between two brokers: a topic, its settings, and the offsets of a group that reads it. */
class MirrorMakerIT {
    private static final int PARTITIONS = 2;
    private static final int BEFORE = 200;
    private static final int AFTER = 50;
    private static final Duration WITHIN = Duration.ofSeconds(90);

    private BrokerUnderTest from;
    private BrokerUnderTest to;
    private Path folder;

    @BeforeEach
    void launch() {
        Artifacts.kafkaConnect();
        folder = Project.scratch("mirror");
        from = Brokers.launch();
        to = Brokers.launch();
        Clients.createTopic(from, "mirrored", PARTITIONS, "retention.ms", "123456789");
    }

    @AfterEach
    void close() {
        if (from != null) {
            from.close();
        }
        if (to != null) {
            to.close();
            Project.discard(folder);
        }
    }

    @Test
    @Tag("soak")
    void shouldCopyATopicWithItsGroupsOffsets() throws IOException {
        write(0, BEFORE);
        assertThat(readInGroup(from, "mirrored", BEFORE)).hasSize(BEFORE);
        try (ChildProcess mirror = startMirror()) {
            awaitCommitted(mirror, BEFORE / PARTITIONS);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                assertThat(Clients.values(Clients.readAll(
                                to, BEFORE / PARTITIONS, new TopicPartition("from.mirrored", partition))))
                        .isEqualTo(Clients.values(
                                Clients.readAll(from, BEFORE / PARTITIONS, new TopicPartition("mirrored", partition))));
            }
            write(BEFORE, BEFORE + AFTER);
            assertThat(readInGroup(to, "from.mirrored", AFTER))
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(BEFORE, BEFORE + AFTER)
                            .mapToObj(i -> "v" + i)
                            .toList());
            mirror.terminateCleanly(Duration.ofSeconds(60));
        }
    }

    private ChildProcess startMirror() throws IOException {
        final Path settings = folder.resolve("mirror.properties");
        Files.writeString(settings, """
                clusters=from,to
                from.bootstrap.servers=%s
                to.bootstrap.servers=%s
                from->to.enabled=true
                from->to.topics=mirrored
                from->to.groups=readers
                to->from.enabled=false
                emit.heartbeats.enabled=false
                replication.factor=1
                checkpoints.topic.replication.factor=1
                offset-syncs.topic.replication.factor=1
                heartbeats.topic.replication.factor=1
                config.storage.replication.factor=1
                offset.storage.replication.factor=1
                status.storage.replication.factor=1
                offset.storage.partitions=2
                status.storage.partitions=2
                refresh.topics.interval.seconds=1
                refresh.groups.interval.seconds=1
                emit.checkpoints.interval.seconds=1
                sync.group.offsets.enabled=true
                sync.group.offsets.interval.seconds=1
                offset.lag.max=0
                plugin.discovery=service_load
                """.formatted(from.bootstrap(), to.bootstrap()));
        return Programs.startMain(
                "org.apache.kafka.connect.mirror.MirrorMaker", folder, Artifacts.kafkaConnect(), settings.toString());
    }

    private void write(final int first, final int end) {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(from)) {
            for (int i = first; i < end; i++) {
                producer.send(new ProducerRecord<>("mirrored", i % PARTITIONS, bytes("k" + i), bytes("v" + i)));
            }
        }
    }

    private static List<String> readInGroup(final BrokerUnderTest broker, final String topic, final int count) {
        try (KafkaConsumer<byte[], byte[]> consumer = Clients.consumer(broker, "group.id", "readers")) {
            consumer.subscribe(List.of(topic));
            final List<String> values = new ArrayList<>(Clients.values(Clients.poll(consumer, count)));
            consumer.commitSync();
            return values;
        }
    }

    /** Waits until the group's offsets in the copy are as in the original. */
    private void awaitCommitted(final ChildProcess mirror, final long offset) {
        final long deadlineNs = System.nanoTime() + WITHIN.toNanos();
        Map<TopicPartition, OffsetAndMetadata> committed = Map.of();
        while (committed.size() < PARTITIONS || committed.values().stream().anyMatch(c -> c.offset() != offset)) {
            assertThat(System.nanoTime() < deadlineNs && mirror.isAlive())
                    .as("%s %s", committed, mirror.output())
                    .isTrue();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            try (Admin admin = Clients.admin(to)) {
                committed = get(admin.listConsumerGroupOffsets("readers").partitionsToOffsetAndMetadata());
            }
        }
    }
}
