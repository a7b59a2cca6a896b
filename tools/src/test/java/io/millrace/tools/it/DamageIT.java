package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.Sequences;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What others took for rubbish and deleted, or served as if nothing were: files that are torn, garbled or strange. */
class DamageIT {
    private static final String TOPIC = "damaged";
    private static final int RECORDS = 4_000;
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

    private BrokerUnderTest broker;

    @BeforeEach
    void launch() {
        Assumptions.assumeTrue(Brokers.areMillrace(), "skipped: this is about Millrace's files");
        broker = Brokers.launch(BrokerOptions.defaults().with("log.index.interval.bytes", "4096"));
        Clients.createTopic(broker, TOPIC, 2, "segment.bytes", "1048576");
        fill(0, RECORDS);
    }

    @AfterEach
    void close() {
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void shouldRebuildIndexesThatAreGoneOrGarbled() throws IOException {
        for (final boolean clean : new boolean[] {true, false}) {
            end(clean);
            final List<Path> indexes = files(".*index");
            assertThat(indexes).hasSizeGreaterThan(2);
            for (int i = 0; i < indexes.size(); i++) {
                if (i % 3 == 0) {
                    Files.delete(indexes.get(i));
                } else if (i % 3 == 1) {
                    garble(indexes.get(i));
                }
            }
            broker.start();
            expectAll(RECORDS);
            try (var consumer = Clients.consumer(broker)) {
                consumer.assign(List.of(PARTITION));
                for (int offset = 0; offset < RECORDS; offset += 397) {
                    consumer.seek(PARTITION, offset);
                    assertThat(Clients.poll(consumer, 1).get(0).offset()).isEqualTo(offset);
                }
            }
        }
    }

    @Test
    void shouldNotTakeAGarbledSnapshotForTheEndOfTheData() throws IOException {
        end(true);
        final List<Path> snapshots = files(".*\\.snapshot");
        assertThat(snapshots).isNotEmpty();
        for (final Path snapshot : snapshots) {
            garble(snapshot);
        }
        broker.start();
        expectAll(RECORDS);
        fill(RECORDS, 100);
        expectAll(RECORDS + 100);
    }

    @Test
    void shouldDoWithoutCheckpoints() throws IOException {
        end(true);
        for (final String name : List.of(
                "recovery-point-offset-checkpoint", "log-start-offset-checkpoint", "replication-offset-checkpoint")) {
            Files.deleteIfExists(broker.dataDir().resolve(name));
        }
        Files.deleteIfExists(broker.dataDir().resolve(TOPIC + "-0/leader-epoch-checkpoint"));
        broker.start();
        expectAll(RECORDS);
        fill(RECORDS, 100);
        expectAll(RECORDS + 100);
    }

    /** The metadata knows whose directory it is: nobody's records go out of service for a bit in a small file. */
    @Test
    void shouldKeepAPartitionWhoseTopicIdWentBad() throws IOException {
        end(true);
        flip(broker.dataDir().resolve(TOPIC + "-0/partition.metadata"), 0);
        flip(broker.dataDir().resolve(TOPIC + "-1/partition.metadata"), 25);
        broker.start();
        assertThat(broker.output()).contains("written anew from the metadata");
        expectAll(RECORDS);
        fill(RECORDS, 100);
        expectAll(RECORDS + 100);
    }

    @Test
    void shouldGiveNoOffsetTwiceWhenADirectoryIsGone() throws IOException {
        end(true);
        final Path directory = broker.dataDir().resolve(TOPIC + "-0");
        Files.move(directory, broker.dataDir().resolve("elsewhere"));
        broker.start();
        assertThat(broker.output()).contains(TOPIC + "-0: DAMAGE");
        assertThat(Clients.endOffset(broker, PARTITION)).isEqualTo(RECORDS);
        try (var producer = Clients.producer(broker)) {
            assertThat(get(producer.send(new ProducerRecord<>(TOPIC, 0, null, new byte[10])))
                            .offset())
                    .isEqualTo(RECORDS);
        }
    }

    @Test
    void shouldCutATornTailAndGoOn() throws IOException {
        end(false);
        final List<Path> logs = files(".*\\.log");
        final Path last = logs.get(logs.size() - 1);
        try (RandomAccessFile file = new RandomAccessFile(last.toFile(), "rw")) {
            file.seek(file.length());
            file.write(new byte[] {0, 0, 0, 0, 0, 0, 15, (byte) 160, 0, 0, 4, 0, 0, 0, 0, 0, 2, 1, 2, 3, 4, 0, 0});
        }
        broker.start();
        expectAll(RECORDS);
        fill(RECORDS, 100);
        expectAll(RECORDS + 100);
    }

    @Test
    void shouldKeepADirectoryThatItDoesNotKnow() throws IOException {
        end(true);
        final Path stranger = Files.createDirectory(broker.dataDir().resolve("stranger-0"));
        Files.copy(files(".*\\.log").get(0), stranger.resolve("00000000000000000000.log"));
        broker.start();
        expectAll(RECORDS);
        try (Stream<Path> kept = Files.list(broker.dataDir())) {
            assertThat(kept.filter(path -> path.getFileName().toString().startsWith("stranger-0")))
                    .hasSize(1)
                    .allMatch(path -> Files.exists(path.resolve("00000000000000000000.log")));
        }
        Clients.createTopic(broker, "stranger", 1);
        assertThat(Clients.endOffset(broker, new TopicPartition("stranger", 0))).isZero();
    }

    /** A batch that went bad in the middle, with good ones behind it, is no torn tail. */
    @Test
    void shouldNeitherSkipNorCutAWoundInTheMiddle() throws IOException {
        end(false);
        final Path log = files(".*\\.log").get(1);
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            final long place = recordInTheMiddle(file);
            file.seek(place);
            final int value = file.read();
            file.seek(place);
            file.write(value ^ 0x10);
        }
        final long length = Files.size(log);
        broker.start();
        assertThat(Files.size(log)).isEqualTo(length);
        long next = 0;
        try (var consumer = Clients.consumer(broker, "auto.offset.reset", "none")) {
            consumer.assign(List.of(PARTITION));
            consumer.seek(PARTITION, 0);
            for (int i = 0; i < 30; i++) {
                for (final var record : consumer.poll(java.time.Duration.ofMillis(100))) {
                    assertThat(record.offset()).isEqualTo(next++);
                }
            }
        } catch (final org.apache.kafka.common.KafkaException e) {
            assertThat(next).isPositive();
        }
        assertThat(next).isBetween(1L, (long) RECORDS - 1);
        final Sequences.Checker other = Sequences.read(broker.bootstrap(), List.of(new TopicPartition(TOPIC, 1)))
                .get(0);
        assertThat(other.count()).isEqualTo(100);
        if (broker.output().contains(TOPIC + "-0")) {
            expectRefusal();
        }
    }

    /** A byte that its batch's CRC covers: a client cannot tell that a base offset is not what it was. */
    private static long recordInTheMiddle(final RandomAccessFile file) throws IOException {
        long batch = 0;
        while (true) {
            file.seek(batch + Long.BYTES);
            final long next = batch + Long.BYTES + Integer.BYTES + file.readInt();
            if (next > file.length() / 2) {
                return next - 2;
            }
            batch = next;
        }
    }

    private void expectRefusal() {
        try (var producer = Clients.producer(broker, "delivery.timeout.ms", "3000", "request.timeout.ms", "2000")) {
            assertThatThrownBy(() -> get(producer.send(new ProducerRecord<>(TOPIC, 0, null, new byte[10]))))
                    .isInstanceOf(org.apache.kafka.common.KafkaException.class);
        }
    }

    private void end(final boolean clean) {
        if (clean) {
            broker.stop();
        } else {
            broker.kill();
        }
    }

    private void fill(final int from, final int count) {
        try (var producer = Clients.producer(broker)) {
            for (int i = from; i < from + count; i++) {
                producer.send(new ProducerRecord<>(TOPIC, 0, null, Sequences.value(0, i, 1_000)));
            }
            for (int i = 0; i < 100 && from == 0; i++) {
                producer.send(new ProducerRecord<>(TOPIC, 1, null, Sequences.value(0, i, 1_000)));
            }
        }
    }

    private void expectAll(final int records) {
        final Sequences.Checker checker =
                Sequences.read(broker.bootstrap(), List.of(PARTITION)).get(0);
        assertThat(checker.faults()).isEmpty();
        assertThat(checker.count()).isEqualTo(records);
    }

    private List<Path> files(final String pattern) throws IOException {
        try (Stream<Path> files = Files.list(broker.dataDir().resolve(TOPIC + "-0"))) {
            return files.filter(file -> file.getFileName().toString().matches(pattern))
                    .sorted()
                    .toList();
        }
    }

    private static void flip(final Path file, final int place) throws IOException {
        final byte[] bytes = Files.readAllBytes(file);
        bytes[place] ^= 1;
        Files.write(file, bytes);
    }

    private static void garble(final Path file) throws IOException {
        final byte[] bytes = Files.readAllBytes(file);
        new Random(file.hashCode()).nextBytes(bytes);
        Files.write(file, bytes);
    }
}
