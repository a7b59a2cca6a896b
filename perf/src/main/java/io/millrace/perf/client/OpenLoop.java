package io.millrace.perf.client;

import io.millrace.engine.os.SchedulingSlice;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** One Java producer that sends at a fixed rate whatever happens, and one assigning consumer that takes the time. */
public final class OpenLoop implements AutoCloseable {
    /**
     * @param perSecond records a second
     * @param recordBytes bytes of a value, 8 at least: the intended time of sending is in it
     * @param properties the producer's
     */
    public record Plan(int perSecond, int recordBytes, Map<String, String> properties) {
        public Plan atRate(final int newPerSecond) {
            return new Plan(newPerSecond, recordBytes, properties);
        }
    }

    private static final int LATENCY_DIGITS = 3;
    /** A shorter sleep costs more than it waits; what a record is sent late by that is the client's latency. */
    private static final long SLEEP_NS_MIN = 50_000;

    private static final Duration POLL = Duration.ofMillis(100);

    private final String bootstrap;
    private final String topic;
    private final int partitions;
    private final Plan plan;
    private final LongAdder received = new LongAdder();
    private final Histogram latencies = new ConcurrentHistogram(LATENCY_DIGITS);
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final CountDownLatch assigned = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean running = true;

    public OpenLoop(final String bootstrap, final String topic, final int partitions, final Plan plan) {
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.partitions = partitions;
        this.plan = plan;
    }

    public void start() throws InterruptedException {
        threads.add(Thread.ofPlatform().name("consumer").start(() -> guard(this::consume)));
        assigned.await();
        threads.add(Thread.ofPlatform().name("producer").start(() -> guard(this::produce)));
    }

    public long received() throws Exception {
        if (failure.get() != null) {
            throw failure.get();
        }
        return received.sum();
    }

    /** Forgets the latencies so far: they were the warm-up's. */
    public void forget() {
        latencies.reset();
    }

    /** In ns, from the intended time of sending. */
    public Histogram latencies() {
        return latencies;
    }

    /**
     * Where clients and server share processors, the client that measures is let in first, whatever the server: its own
     * waiting for a turn is not the server's latency. The threads that Kafka's client starts inherit that.
     */
    private void guard(final Runnable work) {
        SchedulingSlice.shorten();
        try {
            work.run();
        } catch (final RuntimeException e) {
            failure.compareAndSet(null, e);
            running = false;
            assigned.countDown();
        }
    }

    private void produce() {
        final Map<String, Object> properties = new HashMap<>(plan.properties);
        properties.put("bootstrap.servers", bootstrap);
        final long intervalNs = 1_000_000_000L / plan.perSecond;
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            long dueNs = System.nanoTime();
            for (int i = 0; running; i++, dueNs += intervalNs) {
                awaitTime(dueNs);
                final byte[] value = new byte[plan.recordBytes];
                ByteBuffer.wrap(value).putLong(dueNs);
                producer.send(new ProducerRecord<>(topic, i % partitions, null, value), (metadata, error) -> {
                    if (error != null) {
                        failure.compareAndSet(null, error);
                    }
                });
            }
        }
    }

    /** Sleeps until then, by System.nanoTime; at once if that is past. */
    public static void awaitTime(final long dueNs) {
        long leftNs = dueNs - System.nanoTime();
        while (leftNs > 0) {
            LockSupport.parkNanos(Math.max(leftNs, SLEEP_NS_MIN));
            leftNs = dueNs - System.nanoTime();
        }
    }

    private void consume() {
        final Map<String, Object> properties = Map.of("bootstrap.servers", bootstrap, "enable.auto.commit", "false");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            final List<TopicPartition> all = new ArrayList<>();
            for (int i = 0; i < partitions; i++) {
                all.add(new TopicPartition(topic, i));
            }
            consumer.assign(all);
            consumer.seekToEnd(all);
            all.forEach(consumer::position);
            assigned.countDown();
            while (running) {
                consumer.poll(POLL).forEach(record -> {
                    latencies.recordValue(Math.max(
                            0,
                            System.nanoTime() - ByteBuffer.wrap(record.value()).getLong()));
                    received.increment();
                });
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        running = false;
        for (final Thread thread : threads) {
            thread.join();
        }
    }
}
