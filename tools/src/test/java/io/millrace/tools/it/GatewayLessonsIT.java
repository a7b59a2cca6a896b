package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.bytes;
import static io.millrace.tools.it.support.Clients.get;
import static io.millrace.tools.it.support.Clients.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.Batches;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.RawConnection;
import io.millrace.tools.it.support.Wire;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a gateway between Kafka clients and another log learned in ninety rounds of debugging, each a test. */
class GatewayLessonsIT {
    private static final short FETCH_VERSION = 12;
    private static final short PRODUCE_VERSION = 9;

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

    @Test
    void shouldNameEveryRequestedPartitionEvenWhenLimitsRunOut() {
        final int partitions = 12;
        Clients.createTopic(broker, "named", partitions);
        fill("named", partitions, 20_000);
        try (RawConnection connection = new RawConnection(broker)) {
            for (final int bytesMax : new int[] {1, 30_000, 100_000}) {
                final var answer = connection.call(
                        fetch("named", partitions, 0).setMaxBytes(bytesMax), FETCH_VERSION, FetchResponseData.class);
                final Set<Integer> named = new HashSet<>();
                answer.responses().get(0).partitions().forEach(partition -> named.add(partition.partitionIndex()));
                assertThat(named).hasSize(partitions);
            }
        }
    }

    @Test
    void shouldAnswerTheSameBytesForTheSameOffset() {
        final int partitions = 3;
        Clients.createTopic(broker, "same", partitions);
        fill("same", partitions, 700);
        final List<ByteBuffer> before = slices("same", partitions);
        fill("same", partitions, 900);
        final List<ByteBuffer> later = slices("same", partitions);
        broker.stop();
        broker.start();
        final List<ByteBuffer> restarted = slices("same", partitions);
        broker.kill();
        broker.start();
        final List<ByteBuffer> recovered = slices("same", partitions);
        for (int i = 0; i < partitions; i++) {
            final int length = before.get(i).remaining();
            assertThat(later.get(i).slice(0, length)).isEqualTo(before.get(i));
            assertThat(restarted.get(i)).isEqualTo(later.get(i));
            assertThat(recovered.get(i)).isEqualTo(later.get(i));
        }
    }

    private static List<ByteBuffer> slices(final String topic, final int partitions) {
        try (RawConnection connection = new RawConnection(broker)) {
            final var answer = connection.call(fetch(topic, partitions, 0), FETCH_VERSION, FetchResponseData.class);
            final List<ByteBuffer> slices = new ArrayList<>();
            for (int i = 0; i < partitions; i++) {
                slices.add(null);
            }
            answer.responses()
                    .get(0)
                    .partitions()
                    .forEach(partition ->
                            slices.set(partition.partitionIndex(), ((MemoryRecords) partition.records()).buffer()));
            return slices;
        }
    }

    @Test
    void shouldCountWhatWasJustAcknowledged() {
        Clients.createTopic(broker, "counts", 1);
        final TopicPartition partition = new TopicPartition("counts", 0);
        try (var producer = Clients.producer(broker, "acks", "1", "enable.idempotence", "false");
                var consumer = Clients.consumer(broker)) {
            for (int i = 1; i <= 200; i++) {
                get(producer.send(new ProducerRecord<>("counts", bytes("v"))));
                assertThat(consumer.endOffsets(List.of(partition))).containsEntry(partition, (long) i);
            }
        }
    }

    @Test
    void shouldKeepWhatWasAcceptedFromAConnectionThatCloses() {
        Clients.createTopic(broker, "closing", 1);
        final int count = 300;
        final int rounds = 3;
        for (int round = 0; round < rounds; round++) {
            try (RawConnection connection = new RawConnection(broker)) {
                for (int i = 0; i < count; i++) {
                    final byte[] batch = Batches.plain(round + " " + i);
                    connection.sendFrame(Wire.request(produce("closing", batch), PRODUCE_VERSION, i));
                }
                connection.endOutput();
                for (int i = 0; i < 20; i++) {
                    assertThat(connection.receive().isFrame()).isTrue();
                }
            }
        }
        final TopicPartition partition = new TopicPartition("closing", 0);
        final var records = Clients.readAll(broker, (int) Clients.endOffset(broker, partition), partition);
        assertThat(records).hasSizeGreaterThanOrEqualTo(20 * rounds);
        final int[] next = new int[rounds];
        for (final var record : records) {
            final String[] parts = text(record.value()).split(" ");
            assertThat(Integer.parseInt(parts[1])).isEqualTo(next[Integer.parseInt(parts[0])]++);
        }
        assertThat(IntStream.of(next).min().orElse(0)).isGreaterThanOrEqualTo(20);
    }

    @Test
    void shouldNotGrowWithSlowReaders() throws Exception {
        Assumptions.assumeTrue(broker.isMillrace(), "skipped: this is about Millrace's memory");
        Clients.createTopic(broker, "slow", 1);
        fill("slow", 1, 1_000);
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < 20_000; i++) {
                producer.send(new ProducerRecord<>("slow", new byte[1_000]));
            }
        }
        final List<RawConnection> readers = new ArrayList<>();
        final long before = residentKb();
        try {
            for (int i = 0; i < 30; i++) {
                final RawConnection reader = new RawConnection(broker);
                for (int j = 0; j < 20; j++) {
                    reader.send(fetch("slow", 1, 0), FETCH_VERSION);
                }
                readers.add(reader);
            }
            shouldCountWhatWasJustAcknowledgedBeside("slow-beside");
            assertThat(residentKb() - before).isLessThan(100_000);
        } finally {
            readers.forEach(RawConnection::close);
        }
    }

    private static void shouldCountWhatWasJustAcknowledgedBeside(final String topic) {
        Clients.createTopic(broker, topic, 1);
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < 500; i++) {
                get(producer.send(new ProducerRecord<>(topic, bytes("v"))));
            }
        }
    }

    private static long residentKb() throws Exception {
        return Files.readAllLines(Path.of("/proc/" + broker.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldServeAReaderLikeTheSchemaRegistry() {
        final String topic = "_schemas";
        Clients.createTopic(broker, topic, 1, "cleanup.policy", "compact");
        final TopicPartition partition = new TopicPartition(topic, 0);
        try (var consumer = Clients.consumer(broker);
                var producer = Clients.producer(broker, "acks", "all")) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            assertThat(consumer.poll(Duration.ofMillis(200))).isEmpty();
            for (int i = 0; i < 20; i++) {
                final long offset = get(producer.send(new ProducerRecord<>(topic, bytes("k" + i % 3), bytes("v" + i))))
                        .offset();
                final var read = Clients.poll(consumer, 1);
                assertThat(read).hasSize(1);
                assertThat(read.get(0).offset()).isEqualTo(offset).isEqualTo(i);
                assertThat(text(read.get(0).value())).isEqualTo("v" + i);
            }
            get(producer.send(new ProducerRecord<>(topic, bytes("k0"), null)));
            assertThat(Clients.poll(consumer, 1).get(0).value()).isNull();
        }
    }

    @Test
    void shouldWakeAParkedFetchAndAnswerInOrderBehindIt() {
        Clients.createTopic(broker, "parked", 1);
        try (RawConnection waiting = new RawConnection(broker);
                RawConnection other = new RawConnection(broker)) {
            final FetchRequestData parked =
                    fetch("parked", 1, 0).setMaxWaitMs(18_000).setMinBytes(1);
            waiting.sendFrame(Wire.request(parked, FETCH_VERSION, 1));
            waiting.sendFrame(Wire.request(produce("parked", Batches.plain("own")), PRODUCE_VERSION, 2));
            assertThat(waiting.receive(Duration.ofMillis(300)).isFrame()).isFalse();
            other.call(produce("parked", Batches.plain("other")), PRODUCE_VERSION, ProduceResponseData.class);
            assertThat(waiting.receive(Duration.ofSeconds(10)).payload().getInt())
                    .isEqualTo(1);
            assertThat(waiting.receive(Duration.ofSeconds(10)).payload().getInt())
                    .isEqualTo(2);
        }
    }

    @Test
    void shouldRememberATopicAcrossAKillRightAfterItsCreation() {
        for (int i = 0; i < 3; i++) {
            final String topic = "created-" + i;
            Clients.createTopic(broker, topic, 2);
            broker.kill();
            broker.start();
            try (Admin admin = Clients.admin(broker)) {
                assertThat(get(admin.describeTopics(List.of(topic)).allTopicNames())
                                .get(topic)
                                .partitions())
                        .hasSize(2);
                get(admin.deleteTopics(List.of(topic)).all());
            }
            broker.kill();
            broker.start();
            try (Admin admin = Clients.admin(broker)) {
                assertThat(get(admin.listTopics().names())).doesNotContain(topic);
            }
        }
    }

    @Test
    void shouldKnowAProducerAfterItsBatchesAreGone() {
        Assumptions.assumeTrue(broker.isMillrace(), "skipped: Apache Kafka forgets the producer at the restart");
        Clients.createTopic(broker, "forgetful", 1);
        final TopicPartition partition = new TopicPartition("forgetful", 0);
        try (RawConnection connection = new RawConnection(broker);
                Admin admin = Clients.admin(broker)) {
            for (int i = 0; i < 3; i++) {
                assertThat(appended(connection, "forgetful", Batches.idempotent(77, 0, i, "v" + i)))
                        .isEqualTo(i);
            }
            get(admin.deleteRecords(Map.of(partition, org.apache.kafka.clients.admin.RecordsToDelete.beforeOffset(3)))
                    .all());
        }
        broker.stop();
        broker.start();
        try (RawConnection connection = new RawConnection(broker)) {
            assertThat(appended(connection, "forgetful", Batches.idempotent(77, 0, 2, "v2")))
                    .isEqualTo(2);
            assertThat(appended(connection, "forgetful", Batches.idempotent(77, 0, 3, "v3")))
                    .isEqualTo(3);
        }
    }

    private static long appended(final RawConnection connection, final String topic, final byte[] batch) {
        final var partition = connection
                .call(produce(topic, batch), PRODUCE_VERSION, ProduceResponseData.class)
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
        assertThat(partition.errorCode()).isZero();
        return partition.baseOffset();
    }

    private static void fill(final String topic, final int partitions, final int size) {
        try (var producer = Clients.producer(broker)) {
            IntStream.range(0, partitions)
                    .forEach(partition -> producer.send(new ProducerRecord<>(topic, partition, null, new byte[size])));
        }
    }

    private static FetchRequestData fetch(final String topic, final int partitions, final long offset) {
        final FetchTopic wanted = new FetchTopic().setTopic(topic);
        for (int i = 0; i < partitions; i++) {
            wanted.partitions()
                    .add(new FetchPartition()
                            .setPartition(i)
                            .setFetchOffset(offset)
                            .setPartitionMaxBytes(10_000_000));
        }
        return new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(0)
                .setMaxBytes(50_000_000)
                .setSessionEpoch(-1)
                .setTopics(List.of(wanted));
    }

    private static ProduceRequestData produce(final String topic, final byte[] batch) {
        final ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000);
        request.topicData()
                .add(new TopicProduceData()
                        .setName(topic)
                        .setPartitionData(
                                List.of(new PartitionProduceData().setIndex(0).setRecords(Batches.records(batch)))));
        return request;
    }
}
