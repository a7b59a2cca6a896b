package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.Sequences;
import io.millrace.tools.it.support.Sequences.Checker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kill -9 at any moment loses nothing that was acknowledged and doubles nothing of an idempotent producer. */
class CrashIT {
    private static final int PARTITIONS = 8;
    private static final int KILLS = 5;
    private static final String TOPIC = "crash";

    @ParameterizedTest
    @ValueSource(strings = {"node", "core"})
    void shouldKeepEveryRecordAcrossFiveKills(final String advertise) {
        crash(BrokerOptions.defaults().advertising(advertise), 200_000);
    }

    @Tag("soak")
    @ParameterizedTest
    @ValueSource(strings = {"node", "core"})
    void shouldKeepAMillionRecordsAcrossFiveKills(final String advertise) {
        crash(BrokerOptions.defaults().advertising(advertise), 1_000_000);
    }

    @Test
    void shouldKeepEveryRecordWhenTheNumberOfCoresChanges() {
        try (BrokerUnderTest broker = Brokers.launch(BrokerOptions.defaults().withCores(2))) {
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            int sent = 0;
            for (final int cores : new int[] {1, 2, 1, 2}) {
                sent = sendRound(broker, sent, 8_000);
                if (cores == 1) {
                    broker.kill();
                } else {
                    broker.stop();
                }
                broker.start(broker.options().withCores(cores));
                expectAll(broker, sent);
            }
        }
    }

    private static int sendRound(final BrokerUnderTest broker, final int from, final int count) {
        try (var producer = Clients.producer(broker)) {
            for (int i = from; i < from + count; i++) {
                producer.send(new ProducerRecord<>(TOPIC, i % PARTITIONS, null, Sequences.value(0, i, 200)));
            }
        }
        return from + count;
    }

    private static void crash(final BrokerOptions options, final int records) {
        try (BrokerUnderTest broker = Brokers.launch(options)) {
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            final AtomicReference<Exception> failure = new AtomicReference<>();
            final AtomicLong acknowledged = new AtomicLong();
            final List<Thread> writers = new ArrayList<>();
            for (int writer = 0; writer < 2; writer++) {
                final int number = writer;
                writers.add(Thread.ofPlatform()
                        .name("writer-" + number)
                        .start(() -> write(broker, number, records, acknowledged, failure)));
            }
            for (int kill = 1; kill <= KILLS; kill++) {
                awaitAcknowledged(acknowledged, (long) records * kill / (KILLS + 1), failure);
                broker.kill();
                broker.start();
            }
            writers.forEach(CrashIT::join);
            assertThat(failure.get()).isNull();
            assertThat(acknowledged.get()).isEqualTo(records);
            expectAll(broker, records);
        }
    }

    /** Each writer has half of the partitions, so that a partition's order is one producer's. */
    private static void write(
            final BrokerUnderTest broker,
            final int writer,
            final int records,
            final AtomicLong acknowledged,
            final AtomicReference<Exception> failure) {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(
                broker,
                "linger.ms",
                "2",
                "delivery.timeout.ms",
                "180000",
                "request.timeout.ms",
                "10000",
                "reconnect.backoff.max.ms",
                "200")) {
            for (int i = 0; i < records && failure.get() == null; i++) {
                if (i % PARTITIONS % 2 == writer) {
                    producer.send(
                            new ProducerRecord<>(TOPIC, i % PARTITIONS, null, Sequences.value(writer, i, 100)),
                            (metadata, error) -> {
                                if (error != null) {
                                    failure.compareAndSet(null, error);
                                }
                                acknowledged.incrementAndGet();
                            });
                    throttle(i, records, acknowledged);
                }
            }
        }
    }

    /** Keeps the sending so close to the acknowledging that every kill finds records under way. */
    private static void throttle(final int sent, final int records, final AtomicLong acknowledged) {
        while (sent - acknowledged.get() > Math.max(2_000, records / 20)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private static void awaitAcknowledged(
            final AtomicLong acknowledged, final long count, final AtomicReference<Exception> failure) {
        final long deadlineNs = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        while (acknowledged.get() < count && failure.get() == null) {
            assertThat(System.nanoTime()).as("%s of %s", acknowledged, count).isLessThan(deadlineNs);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private static void join(final Thread thread) {
        try {
            assertThat(thread.join(java.time.Duration.ofMinutes(4))).isTrue();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void expectAll(final BrokerUnderTest broker, final int records) {
        final List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(TOPIC, partition))
                .toList();
        final List<Checker> checkers = Sequences.read(broker.bootstrap(), partitions);
        long total = 0;
        for (final Checker checker : checkers) {
            assertThat(checker.faults()).isEmpty();
            total += checker.count();
        }
        assertThat(total).isEqualTo(records);
    }
}
