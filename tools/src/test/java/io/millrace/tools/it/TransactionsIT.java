package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.bytes;
import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.KafkaTool;
import io.millrace.tools.it.support.RawConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Exactly once with Kafka's own clients: what was committed is there once, what was aborted is not. */
class TransactionsIT {
    private static final int RECORDS = 600;
    private static final int KILLS = Integer.getInteger("millrace.it.kills", 3);
    private static final Duration WITHIN = Duration.ofSeconds(40);

    private static BrokerUnderTest broker;

    @BeforeAll
    static void launch() {
        broker = Brokers.launch(
                BrokerOptions.defaults().with("transaction.abort.timed.out.transaction.cleanup.interval.ms", "300"));
    }

    @AfterAll
    static void close() {
        if (broker != null) {
            broker.close();
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(final String id, final String... settings) {
        final List<String> all = new ArrayList<>(List.of("transactional.id", id));
        all.addAll(List.of(settings));
        return Clients.producer(broker, all.toArray(String[]::new));
    }

    private static ProducerRecord<byte[], byte[]> to(final String topic, final int partition, final String value) {
        return new ProducerRecord<>(topic, partition, null, bytes(value));
    }

    private static List<String> read(
            final String isolation, final String topic, final int partitions, final int count) {
        final List<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        try (KafkaConsumer<byte[], byte[]> consumer = Clients.consumer(broker, "isolation.level", isolation)) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(Clients.poll(consumer, count));
            consumer.poll(Duration.ofMillis(300)).forEach(records::add);
            return records.stream().map(record -> Clients.text(record.value())).toList();
        }
    }

    private static long end(final IsolationLevel isolation, final String topic) {
        try (Admin admin = Clients.admin(broker)) {
            final TopicPartition partition = new TopicPartition(topic, 0);
            return get(admin.listOffsets(Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
                            .partitionResult(partition))
                    .offset();
        }
    }

    @Test
    void shouldShowCommittedRecordsOnly() {
        Clients.createTopic(broker, "shown", 2);
        final Set<String> committed = new HashSet<>();
        try (KafkaProducer<byte[], byte[]> producer = producer("shown")) {
            producer.initTransactions();
            for (int i = 0; i < 30; i++) {
                producer.beginTransaction();
                for (int k = 0; k < 4; k++) {
                    producer.send(to("shown", k % 2, i + "-" + k));
                }
                if (i % 3 == 1) {
                    producer.flush();
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                    for (int k = 0; k < 4; k++) {
                        committed.add(i + "-" + k);
                    }
                }
            }
        }
        assertThat(read("read_committed", "shown", 2, committed.size()))
                .hasSameSizeAs(committed)
                .containsAll(committed);
        assertThat(read("read_uncommitted", "shown", 2, 120)).hasSize(120);
    }

    @Test
    void shouldHoldReadersBackAtAnOpenTransaction() {
        Clients.createTopic(broker, "open", 1);
        try (KafkaProducer<byte[], byte[]> plain = Clients.producer(broker);
                KafkaProducer<byte[], byte[]> producer = producer("open")) {
            get(plain.send(to("open", 0, "before")));
            producer.initTransactions();
            producer.beginTransaction();
            get(producer.send(to("open", 0, "open")));
            get(plain.send(to("open", 0, "behind")));
            assertThat(end(IsolationLevel.READ_COMMITTED, "open")).isOne();
            assertThat(end(IsolationLevel.READ_UNCOMMITTED, "open")).isEqualTo(3);
            assertThat(read("read_committed", "open", 1, 1)).containsExactly("before");
            producer.abortTransaction();
            assertThat(read("read_committed", "open", 1, 2)).containsExactly("before", "behind");
        }
    }

    @Test
    void shouldFenceTheFormerProducer() {
        Clients.createTopic(broker, "fenced", 1);
        try (KafkaProducer<byte[], byte[]> former = producer("fenced")) {
            former.initTransactions();
            former.beginTransaction();
            get(former.send(to("fenced", 0, "former")));
            try (KafkaProducer<byte[], byte[]> now = producer("fenced")) {
                now.initTransactions();
                now.beginTransaction();
                now.send(to("fenced", 0, "now"));
                now.commitTransaction();
                assertThatThrownBy(former::commitTransaction).isInstanceOf(ProducerFencedException.class);
            }
        }
        assertThat(read("read_committed", "fenced", 1, 1)).containsExactly("now");
    }

    @Test
    void shouldAbortWhatLastsTooLong() {
        Clients.createTopic(broker, "late", 1);
        try (KafkaProducer<byte[], byte[]> producer = producer("late", "transaction.timeout.ms", "1000")) {
            producer.initTransactions();
            producer.beginTransaction();
            get(producer.send(to("late", 0, "late")));
            final long deadlineNs = System.nanoTime() + WITHIN.toNanos();
            while (end(IsolationLevel.READ_COMMITTED, "late") == 0 && System.nanoTime() < deadlineNs) {
                Thread.onSpinWait();
            }
            assertThat(end(IsolationLevel.READ_COMMITTED, "late")).isEqualTo(2);
            assertThatThrownBy(producer::commitTransaction).isInstanceOf(KafkaException.class);
        }
        assertThat(read("read_committed", "late", 1, 0)).isEmpty();
    }

    @Test
    void shouldTellAdministratorsOfTransactions() {
        Clients.createTopic(broker, "told", 1);
        final TopicPartition partition = new TopicPartition("told", 0);
        try (Admin admin = Clients.admin(broker);
                KafkaProducer<byte[], byte[]> producer = producer("told")) {
            assertThatThrownBy(() ->
                            get(admin.describeTransactions(List.of("nobody")).all()))
                    .isInstanceOf(TransactionalIdNotFoundException.class);
            producer.initTransactions();
            producer.beginTransaction();
            get(producer.send(to("told", 0, "one")));
            final TransactionDescription described =
                    get(admin.describeTransactions(List.of("told")).all()).get("told");
            assertThat(described.state()).isEqualTo(TransactionState.ONGOING);
            assertThat(described.topicPartitions()).containsExactly(partition);
            assertThat(get(admin.listTransactions().all()))
                    .anySatisfy(listing -> assertThat(listing.transactionalId()).isEqualTo("told"));
            final ProducerState state = get(admin.describeProducers(List.of(partition))
                            .partitionResult(partition))
                    .activeProducers()
                    .getFirst();
            assertThat(state.currentTransactionStartOffset()).hasValue(0);
            assertThat(state.producerId()).isEqualTo(described.producerId());
            get(admin.abortTransaction(new AbortTransactionSpec(
                            partition,
                            state.producerId(),
                            (short) state.producerEpoch(),
                            state.coordinatorEpoch().orElse(0)))
                    .all());
            assertThat(end(IsolationLevel.READ_COMMITTED, "told")).isEqualTo(2);
            get(admin.fenceProducers(List.of("told")).all());
            assertThatThrownBy(producer::commitTransaction).isInstanceOf(KafkaException.class);
        }
    }

    @Test
    void shouldOutliveMarkersThatNobodyMayWrite() {
        Assumptions.assumeTrue(Brokers.areMillrace(), "skipped: Apache Kafka takes them");
        Clients.createTopic(broker, "hostile", 1);
        try (KafkaProducer<byte[], byte[]> producer = producer("hostile");
                RawConnection connection = new RawConnection(broker)) {
            producer.initTransactions();
            for (final String topic : List.of("hostile", "__transaction_state", "__consumer_offsets")) {
                assertThat(mark(connection, topic, -1, 0, 0)).isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
                assertThat(mark(connection, topic, 7, -1, 0)).isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
                assertThat(mark(connection, topic, 7, 1, Integer.MAX_VALUE))
                        .isEqualTo(Errors.TRANSACTION_COORDINATOR_FENCED);
            }
            assertThat(mark(connection, "__transaction_state", 7, 1, 0)).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
            producer.beginTransaction();
            producer.send(to("hostile", 0, "kept"));
            producer.commitTransaction();
        }
        broker.kill();
        broker.start();
        assertThat(read("read_committed", "hostile", 1, 1)).containsExactly("kept");
    }

    private static Errors mark(
            final RawConnection connection,
            final String topic,
            final long producerId,
            final int producerEpoch,
            final int coordinatorEpoch) {
        final WriteTxnMarkersRequestData request = new WriteTxnMarkersRequestData();
        request.markers()
                .add(new WritableTxnMarker()
                        .setProducerId(producerId)
                        .setProducerEpoch((short) producerEpoch)
                        .setCoordinatorEpoch(coordinatorEpoch)
                        .setTopics(List.of(
                                new WritableTxnMarkerTopic().setName(topic).setPartitionIndexes(List.of(0)))));
        return Errors.forCode(connection
                .call(request, (short) 1, WriteTxnMarkersResponseData.class)
                .markers()
                .getFirst()
                .topics()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode());
    }

    @Test
    void shouldKeepTransactionsReadableByKafkasDumpTool() {
        Clients.createTopic(broker, "dumped", 1);
        try (KafkaProducer<byte[], byte[]> producer = producer("dumped")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(to("dumped", 0, "one"));
            producer.commitTransaction();
            producer.beginTransaction();
            get(producer.send(to("dumped", 0, "two")));
            producer.abortTransaction();
        }
        final int partition = Math.abs("dumped".hashCode()) % 50;
        final Path log = broker.dataDir().resolve("__transaction_state-" + partition + "/00000000000000000000.log");
        assertThat(KafkaTool.run(
                                "org.apache.kafka.tools.DumpLogSegments",
                                "--transaction-log-decoder",
                                "--files",
                                log.toString())
                        .out())
                .contains("\"transactionalId\":\"dumped\"", "\"transactionStatus\":4", "\"transactionStatus\":5");
        final Path data = broker.dataDir().resolve("dumped-0");
        final String dumped = KafkaTool.run(
                        "org.apache.kafka.tools.DumpLogSegments",
                        "--print-data-log",
                        "--files",
                        data.resolve("00000000000000000000.log") + "," + data.resolve("00000000000000000000.txnindex"))
                .out();
        assertThat(dumped).contains("endTxnMarker: COMMIT", "endTxnMarker: ABORT", "lastStableOffset");
    }

    @Test
    void shouldMoveEachRecordExactlyOnceAcrossKills() {
        Clients.createTopic(broker, "in", 1);
        Clients.createTopic(broker, "out", 2);
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker)) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(to("in", 0, "v" + i));
            }
        }
        final Mover mover = new Mover();
        for (int kill = 0; kill < KILLS; kill++) {
            mover.move((kill + 1) * RECORDS / (KILLS + 1));
            broker.kill();
            broker.start();
        }
        mover.move(RECORDS);
        mover.end();
        final List<String> moved = read("read_committed", "out", 2, RECORDS);
        assertThat(moved).hasSize(RECORDS).doesNotHaveDuplicates();
    }

    /** Consumes, produces and commits both in one transaction, aborting now and then, beginning anew when it fails. */
    private static final class Mover {
        private final TopicPartition in = new TopicPartition("in", 0);
        private KafkaProducer<byte[], byte[]> producer;
        private KafkaConsumer<byte[], byte[]> consumer;
        private long position;
        private int rounds;

        void move(final long to) {
            final long deadlineNs = System.nanoTime() + Duration.ofSeconds(90).toNanos();
            while (position < to) {
                assertThat(System.nanoTime()).as("moved %d of %d", position, to).isLessThan(deadlineNs);
                try {
                    step();
                } catch (final KafkaException again) {
                    end();
                }
            }
        }

        private void step() {
            if (producer == null) {
                begin();
            }
            final var records = consumer.poll(Duration.ofMillis(100));
            if (records.isEmpty()) {
                return;
            }
            producer.beginTransaction();
            long next = position;
            for (final ConsumerRecord<byte[], byte[]> record : records) {
                producer.send(new ProducerRecord<>("out", (int) record.offset() % 2, null, record.value()));
                next = record.offset() + 1;
            }
            producer.sendOffsetsToTransaction(Map.of(in, new OffsetAndMetadata(next)), consumer.groupMetadata());
            if (++rounds % 4 == 0) {
                producer.abortTransaction();
                consumer.seek(in, position);
            } else {
                producer.commitTransaction();
                position = next;
            }
        }

        private void begin() {
            producer = producer("mover", "transaction.timeout.ms", "10000");
            producer.initTransactions();
            consumer = Clients.consumer(
                    broker, "group.id", "mover", "max.poll.records", "10", "isolation.level", "read_committed");
            consumer.assign(List.of(in));
            final OffsetAndMetadata committed = consumer.committed(Set.of(in)).get(in);
            position = committed == null ? 0 : committed.offset();
            consumer.seek(in, position);
        }

        void end() {
            if (producer != null) {
                producer.close(Duration.ZERO);
            }
            if (consumer != null) {
                consumer.close(CloseOptions.timeout(Duration.ZERO));
            }
            producer = null;
            consumer = null;
        }
    }
}
