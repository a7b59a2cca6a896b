package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.bytes;
import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.MillraceBroker;
import io.millrace.tools.it.support.Sequences;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A partition goes back and forth between cores while it is written and read: nothing is lost, repeated or reordered. */
class MovesIT {
    private static final String TOPIC = "moving";
    private static final int MOVES = 10;
    private static final int VALUE_BYTES = 500;
    private static final int COORDINATOR_PARTITIONS = 50;
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

    @BeforeEach
    void shouldBeMillrace() {
        Assumptions.assumeTrue(Brokers.areMillrace(), "skipped: Apache Kafka has no cores");
        Assumptions.assumeTrue(
                Runtime.getRuntime().availableProcessors() >= 2, "skipped: two cores need two processors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "core"})
    void shouldLoseRepeatAndReorderNothingUnderLoad(final String advertise) throws Exception {
        try (MillraceBroker broker = MillraceBroker.launch(
                        BrokerOptions.defaults().withCores(2).advertising(advertise));
                Admin admin = Clients.admin(broker);
                ExecutorService threads = Executors.newCachedThreadPool()) {
            Clients.createTopic(broker, TOPIC, 1);
            final AtomicBoolean stop = new AtomicBoolean();
            final Load load = new Load(broker, stop);
            final Future<Long> sent = threads.submit(load);
            final Future<Sequences.Checker> assigned = threads.submit(new Reader(broker, false, sent));
            final Future<Sequences.Checker> inGroup = threads.submit(new Reader(broker, true, sent));
            try {
                for (int i = 0; i < MOVES; i++) {
                    TimeUnit.MILLISECONDS.sleep(1_000);
                    move(admin, PARTITION, i % 2 == 0 ? 1 : 0);
                    move(admin, coordinator("__consumer_offsets", "readers"), i % 2);
                }
                stop.set(true);
                final long records = sent.get(60, TimeUnit.SECONDS);
                System.out.printf(
                        "%s: %d records, %d moves, longest pause between acks %.1f ms%n",
                        advertise, records, MOVES, load.gapNs.get() / 1e6);
                assertThat(load.failure.get()).isNull();
                for (final Future<Sequences.Checker> reader : List.of(assigned, inGroup)) {
                    final Sequences.Checker read = reader.get(60, TimeUnit.SECONDS);
                    assertThat(read.faults()).isEmpty();
                    assertThat(read.count()).isEqualTo(records);
                }
                assertThat(epoch(admin)).isGreaterThanOrEqualTo(MOVES - 1);
            } finally {
                // Whoever sends or reads goes on until then, and closing the threads waits for them.
                stop.set(true);
                threads.shutdownNow();
            }
        }
    }

    @Test
    void shouldCommitATransactionThatIsOpenAcrossAMove() throws Exception {
        try (MillraceBroker broker =
                        MillraceBroker.launch(BrokerOptions.defaults().withCores(2));
                Admin admin = Clients.admin(broker);
                KafkaProducer<byte[], byte[]> producer = Clients.producer(broker, "transactional.id", "mover")) {
            Clients.createTopic(broker, TOPIC, 1);
            producer.initTransactions();
            for (int i = 0; i < 6; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(TOPIC, 0, null, bytes(i + "a")));
                producer.flush();
                move(admin, PARTITION, i % 2 == 0 ? 1 : 0);
                producer.send(new ProducerRecord<>(TOPIC, 0, null, bytes(i + "b")));
                move(admin, coordinator("__transaction_state", "mover"), i % 2);
                if (i % 3 == 2) {
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
            }
            assertThat(Clients.values(Clients.readCommitted(broker, TOPIC, 1, 8)))
                    .containsExactly("0a", "0b", "1a", "1b", "3a", "3b", "4a", "4b");
        }
    }

    @Test
    void shouldShareEachRecordAcrossMoves() {
        try (MillraceBroker broker =
                        MillraceBroker.launch(BrokerOptions.defaults().withCores(2));
                Admin admin = Clients.admin(broker);
                KafkaProducer<byte[], byte[]> producer = Clients.producer(broker)) {
            Clients.createTopic(broker, TOPIC, 1);
            final Uuid topic = get(admin.describeTopics(List.of(TOPIC)).allTopicNames())
                    .get(TOPIC)
                    .topicId();
            final ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "sharers");
            get(admin.incrementalAlterConfigs(Map.of(
                            group,
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET))))
                    .all());
            final Set<String> seen = new TreeSet<>();
            final Set<String> sent = new TreeSet<>();
            try (KafkaShareConsumer<byte[], byte[]> consumer = Clients.shareConsumer(broker, "sharers")) {
                consumer.subscribe(List.of(TOPIC));
                for (int i = 0; i < 6; i++) {
                    final String value = "v" + i;
                    sent.add(value);
                    get(producer.send(new ProducerRecord<>(TOPIC, 0, null, bytes(value))));
                    final long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                    while (!seen.contains(value) && System.nanoTime() < untilNs) {
                        consumer.poll(Duration.ofMillis(200)).forEach(each -> seen.add(Clients.text(each.value())));
                    }
                    assertThat(seen).isEqualTo(sent);
                    move(admin, coordinator("__share_group_state", "sharers:" + topic + ":0"), i % 2);
                    move(admin, coordinator("__consumer_offsets", "sharers"), i % 2);
                    move(admin, PARTITION, i % 2 == 0 ? 1 : 0);
                }
            }
        }
    }

    @Test
    void shouldLeaveSharedRecordsWithTheirMembersAcrossMoves() {
        try (MillraceBroker broker =
                        MillraceBroker.launch(BrokerOptions.defaults().withCores(2));
                Admin admin = Clients.admin(broker)) {
            ShareMembers.createGroup(broker, TOPIC, 1);
            ShareMembers.write(broker, TOPIC, 0, 200);
            final List<String> accepted = new ArrayList<>();
            try (KafkaShareConsumer<byte[], byte[]> one = fewAtATime(broker);
                    KafkaShareConsumer<byte[], byte[]> other = fewAtATime(broker)) {
                for (int i = 0; accepted.size() < 200 && i < 50; i++) {
                    final List<ConsumerRecord<byte[], byte[]>> held = ShareMembers.poll(one, 1);
                    move(admin, PARTITION, i % 2 == 0 ? 1 : 0);
                    accepted.addAll(accept(
                            other, ShareMembers.poll(other, accepted.size() + held.size() < 200 ? 1 : 0)));
                    move(admin, coordinator("__consumer_offsets", TOPIC), i % 2);
                    accepted.addAll(accept(one, held));
                }
            }
            assertThat(accepted).hasSize(200).doesNotHaveDuplicates();
        }
    }

    private static KafkaShareConsumer<byte[], byte[]> fewAtATime(final MillraceBroker broker) {
        return ShareMembers.member(
                broker,
                TOPIC,
                "share.acknowledgement.mode",
                "explicit",
                "share.acquire.mode",
                "record_limit",
                "max.poll.records",
                "10");
    }

    private static List<String> accept(
            final KafkaShareConsumer<byte[], byte[]> member, final List<ConsumerRecord<byte[], byte[]>> records) {
        assertThat(records).allMatch(record -> record.deliveryCount().orElseThrow() == 1);
        records.forEach(member::acknowledge);
        assertThat(member.commitSync().values()).allMatch(error -> error.isEmpty());
        return ShareMembers.texts(records);
    }

    /** Where the coordinator of whoever has the name keeps what it knows. */
    private static TopicPartition coordinator(final String topic, final String name) {
        return new TopicPartition(topic, Math.abs(name.hashCode()) % COORDINATOR_PARTITIONS);
    }

    private static void move(final Admin admin, final TopicPartition partition, final int core) {
        get(admin.alterPartitionReassignments(
                        Map.of(partition, Optional.of(new NewPartitionReassignment(List.of(1_025 + core)))))
                .all());
    }

    private static int epoch(final Admin admin) {
        return get(admin.listOffsets(Map.of(PARTITION, org.apache.kafka.clients.admin.OffsetSpec.latest()))
                        .all())
                .get(PARTITION)
                .leaderEpoch()
                .orElseThrow();
    }

    /** An idempotent producer that has as much under way as it may. */
    private static final class Load implements Callable<Long> {
        private final MillraceBroker broker;
        private final AtomicBoolean stop;
        private final AtomicReference<Exception> failure = new AtomicReference<>();
        private final AtomicLong gapNs = new AtomicLong();
        private long lastAckNs;

        Load(final MillraceBroker broker, final AtomicBoolean stop) {
            this.broker = broker;
            this.stop = stop;
        }

        @Override
        public Long call() {
            long sequence = 0;
            try (KafkaProducer<byte[], byte[]> producer = Clients.producer(
                    broker, "linger.ms", "1", "batch.size", "16384", "max.in.flight.requests.per.connection", "5")) {
                for (; !stop.get(); sequence++) {
                    producer.send(
                            new ProducerRecord<>(TOPIC, 0, null, Sequences.value(0, sequence, VALUE_BYTES)),
                            (metadata, exception) -> onAck(exception));
                }
            }
            return sequence;
        }

        private void onAck(final Exception exception) {
            final long nowNs = System.nanoTime();
            if (exception != null) {
                failure.compareAndSet(null, exception);
            }
            if (lastAckNs != 0) {
                gapNs.accumulateAndGet(nowNs - lastAckNs, Math::max);
            }
            lastAckNs = nowNs;
        }
    }

    /** Reads on until it has all that was sent. */
    private record Reader(MillraceBroker broker, boolean inGroup, Future<Long> sent)
            implements Callable<Sequences.Checker> {
        @Override
        public Sequences.Checker call() throws Exception {
            final Sequences.Checker checker = new Sequences.Checker();
            final String[] settings = inGroup
                    ? new String[] {"group.id", "readers", "auto.offset.reset", "earliest"}
                    : new String[] {"auto.offset.reset", "none"};
            try (KafkaConsumer<byte[], byte[]> consumer = Clients.consumer(broker, settings)) {
                if (inGroup) {
                    consumer.subscribe(List.of(TOPIC));
                } else {
                    consumer.assign(List.of(PARTITION));
                    consumer.seekToBeginning(List.of(PARTITION));
                }
                while (!sent.isDone() || checker.count() < sent.get()) {
                    for (final ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                        checker.accept(record);
                    }
                    if (!checker.faults().isEmpty()) {
                        break;
                    }
                }
            }
            return checker;
        }
    }
}
