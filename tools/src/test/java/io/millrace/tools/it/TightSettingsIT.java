package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The settings under which other brokers let records expire: two seconds for a request, three for a delivery, one
 * retry.
 */
class TightSettingsIT {
    private static final String TOPIC = "tight";
    private static final int PARTITIONS = 3;
    private static final double RATE_WANTED = 40_000;

    private final ConcurrentHashMap<String, AtomicLong> failures = new ConcurrentHashMap<>();
    private final AtomicLong acknowledged = new AtomicLong();

    @Test
    @Tag("soak")
    void shouldExpireNothingInAMinute() {
        try (BrokerUnderTest broker = Brokers.launch()) {
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            final long sent = send(broker, Duration.ofSeconds(60), 256 << 20, 200);
            assertThat(failures).isEmpty();
            assertThat(end(broker)).isEqualTo(sent);
        }
    }

    @Test
    void shouldShareTheRateAmongAHundredProducers() throws InterruptedException {
        try (BrokerUnderTest broker = Brokers.launch()) {
            Clients.createTopic(broker, TOPIC, PARTITIONS);
            final AtomicLong sent = new AtomicLong();
            final List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                threads.add(Thread.ofPlatform()
                        .start(() -> sent.addAndGet(send(broker, Duration.ofSeconds(15), 1 << 20, 20))));
            }
            for (final Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).isEmpty();
            assertThat(end(broker)).isEqualTo(sent.get());
        }
    }

    @Test
    @Tag("soak")
    void shouldKeepUpForTenMinutes() {
        try (BrokerUnderTest broker = Brokers.launch()) {
            Clients.createTopic(
                    broker, TOPIC, PARTITIONS, "retention.bytes", "2000000000", "segment.bytes", "200000000");
            final long beganNs = System.nanoTime();
            final long sent = send(broker, Duration.ofMinutes(10), 256 << 20, 1_000);
            final double seconds = (System.nanoTime() - beganNs) / 1e9;
            assertThat(failures).isEmpty();
            assertThat(end(broker)).isEqualTo(sent);
            assertThat(sent / seconds).isGreaterThan(RATE_WANTED);
        }
    }

    /** Sends as fast as the acknowledgements allow, with so much under way at most; returns how many records. */
    private long send(
            final BrokerUnderTest broker, final Duration length, final int bufferBytes, final int perMillisecond) {
        final AtomicLong own = new AtomicLong();
        long sent = 0;
        try (KafkaProducer<byte[], byte[]> producer = producer(broker, bufferBytes)) {
            final long endNs = System.nanoTime() + length.toNanos();
            while (System.nanoTime() < endNs && failures.isEmpty()) {
                for (int i = 0; i < perMillisecond && sent - own.get() < 20_000; i++, sent++) {
                    producer.send(
                            new ProducerRecord<>(TOPIC, (int) (sent % PARTITIONS), null, new byte[100]),
                            (metadata, error) -> {
                                own.incrementAndGet();
                                acknowledged.incrementAndGet();
                                if (error != null) {
                                    failures.computeIfAbsent(error.toString(), ignored -> new AtomicLong())
                                            .incrementAndGet();
                                }
                            });
                }
                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
            }
        }
        return sent;
    }

    private static KafkaProducer<byte[], byte[]> producer(final BrokerUnderTest broker, final int bufferBytes) {
        return Clients.producer(
                broker,
                "acks",
                "1",
                "enable.idempotence",
                "false",
                "delivery.timeout.ms",
                "3000",
                "request.timeout.ms",
                "2000",
                "linger.ms",
                "1",
                "batch.size",
                "65536",
                "retries",
                "1",
                "buffer.memory",
                Integer.toString(bufferBytes));
    }

    private static long end(final BrokerUnderTest broker) {
        final List<TopicPartition> partitions = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            partitions.add(new TopicPartition(TOPIC, i));
        }
        try (var consumer = Clients.consumer(broker)) {
            return consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }
}
