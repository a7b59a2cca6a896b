package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.bytes;
import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics pack batches in a codec of their own, whatever the broker: this runs on Apache Kafka too. */
class TopicCodecIT {
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final int RECORDS = 2_000;

    private static BrokerUnderTest broker;

    @BeforeAll
    static void launch() {
        broker = Brokers.launch(BrokerOptions.defaults());
    }

    @AfterAll
    static void close() {
        if (broker != null) {
            broker.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"uncompressed", "gzip", "snappy", "lz4", "zstd"})
    void shouldStoreInItsCodecWhatProducersSendInAny(final String codec) {
        final String topic = "codec-" + codec;
        Clients.createTopic(broker, topic, 1, "compression.type", codec);
        for (final String sent : CODECS) {
            produce(topic, sent);
        }
        assertThat(Clients.values(readAll(topic, CODECS.size() * RECORDS)))
                .containsExactlyElementsOf(
                        CODECS.stream().flatMap(sent -> values(sent).stream()).toList());
        assertThat(stored(topic)).containsExactly(codec.equals("uncompressed") ? "none" : codec);
    }

    @Test
    void shouldPackTransactionsAndLeaveTheirMarkersAlone() {
        final String topic = "decided";
        Clients.createTopic(broker, topic, 1, "compression.type", "zstd");
        final List<String> committed = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker, "transactional.id", topic, "linger.ms", "5", "compression.type", "lz4")) {
            producer.initTransactions();
            for (int i = 0; i < 20; i++) {
                producer.beginTransaction();
                for (int j = 0; j < 20; j++) {
                    producer.send(new ProducerRecord<>(topic, bytes("key"), bytes(i + "/" + j)));
                    if (i % 3 > 0) {
                        committed.add(i + "/" + j);
                    }
                }
                producer.flush();
                if (i % 3 == 0) {
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
            }
        }
        assertThat(Clients.values(Clients.readCommitted(broker, topic, 1, committed.size())))
                .containsExactlyElementsOf(committed);
        assertThat(stored(topic)).containsExactly("none", "zstd");
    }

    @Test
    void shouldFollowChangesWhileProducersRun() throws Exception {
        final String topic = "altered";
        Clients.createTopic(broker, topic, 1);
        final List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (Admin admin = Clients.admin(broker);
                KafkaProducer<byte[], byte[]> producer =
                        Clients.producer(broker, "compression.type", "gzip", "linger.ms", "1")) {
            for (final String codec : List.of("producer", "zstd", "uncompressed", "lz4", "producer")) {
                final ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
                final AlterConfigOp set =
                        new AlterConfigOp(new ConfigEntry("compression.type", codec), AlterConfigOp.OpType.SET);
                for (int i = 0; i < RECORDS; i++) {
                    sent.add(producer.send(new ProducerRecord<>(topic, bytes(Integer.toString(sent.size())))));
                    if (i == RECORDS / 2) {
                        admin.incrementalAlterConfigs(Map.of(resource, List.of(set)))
                                .all()
                                .get();
                    }
                }
                producer.flush();
            }
        }
        for (int i = 0; i < sent.size(); i++) {
            assertThat(get(sent.get(i)).offset()).isEqualTo(i);
        }
        assertThat(Clients.values(readAll(topic, sent.size())))
                .containsExactlyElementsOf(IntStream.range(0, sent.size())
                        .mapToObj(Integer::toString)
                        .toList());
        assertThat(stored(topic)).containsExactlyInAnyOrder("gzip", "zstd", "none", "lz4");
    }

    @Test
    void shouldRefusePackedRecordsWithoutKeysOnCompactedTopics() {
        final String topic = "keyed";
        Clients.createTopic(broker, topic, 1, "cleanup.policy", "compact");
        for (final String codec : CODECS) {
            try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker, "compression.type", codec)) {
                assertThatThrownBy(() -> producer.send(new ProducerRecord<>(topic, bytes("value")))
                                .get())
                        .hasCauseInstanceOf(InvalidRecordException.class)
                        .hasMessageContaining("Compacted topic cannot accept message without key");
                get(producer.send(new ProducerRecord<>(topic, bytes("key-" + codec), bytes("value"))));
            }
        }
        assertThat(readAll(topic, CODECS.size())).hasSize(CODECS.size()).allMatch(each -> each.key() != null);
    }

    private static void produce(final String topic, final String codec) {
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker, "compression.type", codec, "linger.ms", "5", "enable.idempotence", "true")) {
            values(codec).forEach(value -> producer.send(new ProducerRecord<>(topic, bytes(value))));
        }
    }

    private static List<String> values(final String codec) {
        return IntStream.range(0, RECORDS).mapToObj(i -> codec + '/' + i).toList();
    }

    private static List<ConsumerRecord<byte[], byte[]>> readAll(final String topic, final int count) {
        return Clients.readAll(broker, count, new TopicPartition(topic, 0));
    }

    /** The codecs of the batches in the topic's file. */
    private static Set<String> stored(final String topic) {
        final Set<String> codecs = new TreeSet<>();
        final Path file = broker.dataDir().resolve(topic + "-0").resolve("00000000000000000000.log");
        try (FileRecords records = FileRecords.open(file.toFile(), false)) {
            for (final RecordBatch batch : records.batches()) {
                batch.ensureValid();
                codecs.add(batch.compressionType().name);
            }
        } catch (final IOException e) {
            throw new AssertionError(file.toString(), e);
        }
        return codecs;
    }
}
