package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.bytes;
import static io.millrace.tools.it.support.Clients.get;
import static io.millrace.tools.it.support.Clients.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the Java producer wrote, an assigning Java consumer reads back. */
class ProducerConsumerIT {
    private static BrokerUnderTest broker;

    @BeforeAll
    static void launch() {
        broker = Brokers.launch();
    }

    @AfterAll
    static void close() {
        if (broker != null) {
            broker.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void shouldReadBackWhatADefaultProducerWrote(final String codec) {
        final String topic = "codec-" + codec;
        Clients.createTopic(broker, topic, 3);
        try (var producer = Clients.producer(broker, "compression.type", codec, "linger.ms", "5")) {
            final List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < 3_000; i++) {
                sent.add(producer.send(
                        new ProducerRecord<>(topic, i % 3, bytes("key-" + i), bytes("value-" + i + "x".repeat(100)))));
            }
            for (int i = 0; i < sent.size(); i++) {
                final RecordMetadata metadata = get(sent.get(i));
                assertThat(metadata.offset()).isEqualTo(i / 3);
                assertThat(metadata.partition()).isEqualTo(i % 3);
            }
        }
        final List<List<String>> byPartition = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (final var record :
                Clients.readAll(broker, 3_000, partition(topic, 0), partition(topic, 1), partition(topic, 2))) {
            assertThat(record.offset())
                    .isEqualTo(byPartition.get(record.partition()).size());
            byPartition.get(record.partition()).add(text(record.key()));
        }
        for (int i = 0; i < 3_000; i++) {
            assertThat(byPartition.get(i % 3).get(i / 3)).isEqualTo("key-" + i);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "all"})
    void shouldKeepEveryRecordAtAnyAcks(final String acks) {
        final String topic = "acks-" + acks;
        Clients.createTopic(broker, topic, 1);
        try (var producer = Clients.producer(broker, "acks", acks, "enable.idempotence", "false")) {
            for (int i = 0; i < 500; i++) {
                producer.send(new ProducerRecord<>(topic, bytes("v" + i)));
            }
            producer.flush();
            final RecordMetadata last = get(producer.send(new ProducerRecord<>(topic, bytes("last"))));
            assertThat(last.offset()).isEqualTo(acks.equals("0") ? -1 : 500);
        }
        final var records = Clients.readAll(broker, 501, partition(topic, 0));
        assertThat(records).hasSize(501);
        assertThat(text(records.get(500).value())).isEqualTo("last");
    }

    @Test
    void shouldTellNullFromEmpty() {
        final String topic = "null-and-empty";
        Clients.createTopic(broker, topic, 1);
        final byte[] empty = {};
        try (var producer = Clients.producer(broker)) {
            producer.send(new ProducerRecord<>(topic, 0, null, null));
            producer.send(new ProducerRecord<>(topic, 0, empty, empty));
            producer.send(new ProducerRecord<>(
                    topic,
                    0,
                    bytes("k"),
                    bytes("v"),
                    List.of(
                            new RecordHeader("null", (byte[]) null),
                            new RecordHeader("empty", empty),
                            new RecordHeader("same", bytes("1")),
                            new RecordHeader("same", bytes("2")))));
        }
        final var records = Clients.readAll(broker, 3, partition(topic, 0));
        assertThat(records.get(0).key()).isNull();
        assertThat(records.get(0).value()).isNull();
        assertThat(records.get(1).key()).isEmpty();
        assertThat(records.get(1).value()).isEmpty();
        final var headers = records.get(2).headers().toArray();
        assertThat(headers).extracting(header -> header.key()).containsExactly("null", "empty", "same", "same");
        assertThat(headers[0].value()).isNull();
        assertThat(headers[1].value()).isEmpty();
        assertThat(text(headers[3].value())).isEqualTo("2");
    }

    @Test
    void shouldKeepCreateTimeAndStampAppendTime() {
        Clients.createTopic(broker, "create-time", 1, "retention.ms", "-1");
        Clients.createTopic(broker, "append-time", 1, "message.timestamp.type", "LogAppendTime");
        final long before = System.currentTimeMillis();
        try (var producer = Clients.producer(broker)) {
            final var created = get(producer.send(new ProducerRecord<>("create-time", 0, 1_234L, null, bytes("v"))));
            assertThat(created.timestamp()).isEqualTo(1_234L);
            final var appended = get(producer.send(new ProducerRecord<>("append-time", 0, 1_234L, null, bytes("v"))));
            assertThat(appended.timestamp()).isBetween(before, System.currentTimeMillis());
            final var read =
                    Clients.readAll(broker, 1, partition("append-time", 0)).get(0);
            assertThat(read.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
            assertThat(read.timestamp()).isEqualTo(appended.timestamp());
        }
        final var read = Clients.readAll(broker, 1, partition("create-time", 0)).get(0);
        assertThat(read.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
        assertThat(read.timestamp()).isEqualTo(1_234L);
    }

    @Test
    void shouldSeekByOffsetAndTime() {
        final String topic = "seek";
        Clients.createTopic(broker, topic, 1, "retention.ms", "-1");
        final TopicPartition partition = partition(topic, 0);
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < 100; i++) {
                get(producer.send(new ProducerRecord<>(topic, 0, 1_000L + i * 10L, null, bytes("v" + i))));
            }
        }
        try (var consumer = Clients.consumer(broker)) {
            final List<TopicPartition> partitions = List.of(partition);
            consumer.assign(partitions);
            assertThat(consumer.beginningOffsets(partitions)).containsEntry(partition, 0L);
            assertThat(consumer.endOffsets(partitions)).containsEntry(partition, 100L);
            consumer.seek(partition, 42);
            assertThat(text(first(Clients.poll(consumer, 1)).value())).isEqualTo("v42");
            consumer.seekToEnd(partitions);
            assertThat(consumer.position(partition)).isEqualTo(100);
            consumer.seekToBeginning(partitions);
            assertThat(consumer.position(partition)).isZero();
            assertThat(consumer.offsetsForTimes(Map.of(partition, 1_505L)).get(partition))
                    .satisfies(found -> assertThat(found.offset()).isEqualTo(51))
                    .satisfies(found -> assertThat(found.timestamp()).isEqualTo(1_510));
            assertThat(consumer.offsetsForTimes(Map.of(partition, 9_999L)).get(partition))
                    .isNull();
            assertThat(consumer.currentLag(partition)).isNotNull();
        }
    }

    @Test
    void shouldResetAsTheConsumerAsked() {
        final String topic = "reset";
        Clients.createTopic(broker, topic, 1);
        send(topic, 10, 10);
        try (var consumer = Clients.consumer(broker, "auto.offset.reset", "earliest")) {
            consumer.assign(List.of(partition(topic, 0)));
            consumer.seek(partition(topic, 0), 99);
            assertThat(first(Clients.poll(consumer, 10)).offset()).isZero();
        }
        try (var consumer = Clients.consumer(broker, "auto.offset.reset", "latest")) {
            consumer.assign(List.of(partition(topic, 0)));
            consumer.seek(partition(topic, 0), 99);
            assertThat(consumer.poll(Duration.ofMillis(500))).isEmpty();
            send(topic, 1, 10);
            assertThat(first(Clients.poll(consumer, 1)).offset()).isEqualTo(10);
        }
    }

    @Test
    void shouldWakeAFetchThatWaitsOnAnEmptyTopic() throws Exception {
        final String topic = "long-poll";
        Clients.createTopic(broker, topic, 2);
        final String waitMs = "25000";
        final var consumer = Clients.consumer(broker, "fetch.max.wait.ms", waitMs);
        try (var producer = Clients.producer(broker)) {
            consumer.assign(List.of(partition(topic, 0), partition(topic, 1)));
            assertThat(consumer.poll(Duration.ofSeconds(1))).isEmpty();
            for (int i = 0; i < 4; i++) {
                get(producer.send(new ProducerRecord<>(topic, i % 2, null, bytes("v" + i))));
                final long sentNs = System.nanoTime();
                assertThat(Clients.poll(consumer, 1)).hasSize(1);
                assertThat(Duration.ofNanos(System.nanoTime() - sentNs))
                        .as("a wait that was not woken lasts %s ms", waitMs)
                        .isLessThan(Duration.ofSeconds(15));
            }
        } finally {
            // Closing the session would wait behind the fetch that is parked.
            consumer.close(CloseOptions.timeout(Duration.ZERO));
        }
    }

    @Test
    void shouldReadBatchesThatAreLargerThanTheLimits() {
        final String topic = "limits";
        Clients.createTopic(broker, topic, 2);
        try (var producer = Clients.producer(broker, "batch.size", "300000", "linger.ms", "20")) {
            for (int i = 0; i < 200; i++) {
                producer.send(new ProducerRecord<>(topic, i % 2, null, new byte[10_000]));
            }
        }
        final TopicPartition[] both = {partition(topic, 0), partition(topic, 1)};
        final String[][] limits = {
            {"max.partition.fetch.bytes", "1000"},
            {"fetch.max.bytes", "1000"},
            {"fetch.max.bytes", "1", "max.partition.fetch.bytes", "1", "isolation.level", "read_committed"},
            {"fetch.min.bytes", "500000", "fetch.max.wait.ms", "300"},
        };
        for (final String[] limit : limits) {
            try (var consumer = Clients.consumer(broker, limit)) {
                consumer.assign(List.of(both));
                assertThat(Clients.poll(consumer, 200))
                        .as(String.join(" ", limit))
                        .hasSize(200);
            }
        }
    }

    @Test
    void shouldRefuseARecordThatIsTooLarge() {
        final String topic = "too-large";
        Clients.createTopic(broker, topic, 1, "max.message.bytes", "10000");
        try (var producer = Clients.producer(broker, "max.request.size", "3000000")) {
            assertThatThrownBy(() -> get(producer.send(new ProducerRecord<>(topic, new byte[20_000]))))
                    .isInstanceOf(RecordTooLargeException.class);
            assertThat(get(producer.send(new ProducerRecord<>(topic, new byte[5_000])))
                            .offset())
                    .isZero();
        }
    }

    @Test
    void shouldRefuseAKeylessRecordForACompactedTopic() {
        final String topic = "compacted";
        Clients.createTopic(broker, topic, 1, "cleanup.policy", "compact");
        try (var producer = Clients.producer(broker)) {
            assertThatThrownBy(() -> get(producer.send(new ProducerRecord<>(topic, bytes("v")))))
                    .isInstanceOf(InvalidRecordException.class);
            assertThat(get(producer.send(new ProducerRecord<>(topic, bytes("k"), bytes("v"))))
                            .offset())
                    .isZero();
        }
    }

    @Test
    void shouldWriteToATopicThatNobodyCreated() {
        final String topic = "made-by-a-producer";
        try (var producer = Clients.producer(broker)) {
            assertThat(get(producer.send(new ProducerRecord<>(topic, bytes("v"))))
                            .offset())
                    .isZero();
        }
        assertThat(Clients.readAll(broker, 1, partition(topic, 0))).hasSize(1);
    }

    @Test
    void shouldTakeManyProducersAtOnce() {
        final String topic = "many-producers";
        Clients.createTopic(broker, topic, 4);
        final List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                producers.add(Clients.producer(broker));
            }
            final List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < 4_000; i++) {
                final var producer = producers.get(i % producers.size());
                sent.add(producer.send(new ProducerRecord<>(topic, i % 4, null, bytes("v" + i))));
            }
            sent.forEach(Clients::get);
        } finally {
            producers.forEach(KafkaProducer::close);
        }
        final var records = Clients.readAll(
                broker, 4_000, partition(topic, 0), partition(topic, 1), partition(topic, 2), partition(topic, 3));
        assertThat(records.stream().map(record -> text(record.value())).distinct())
                .hasSize(4_000);
    }

    private static void send(final String topic, final int count, final int size) {
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(topic, new byte[size]));
            }
        }
    }

    private static ConsumerRecord<byte[], byte[]> first(final List<ConsumerRecord<byte[], byte[]>> records) {
        assertThat(records).isNotEmpty();
        return records.get(0);
    }

    private static TopicPartition partition(final String topic, final int partition) {
        return new TopicPartition(topic, partition);
    }
}
