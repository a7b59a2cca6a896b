package io.millrace.perf.moves;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Two idempotent producers with acks=all: one has so many records under way for each of several partitions all the time, the
 * other sends to a partition of its own at a fixed rate. Each has a thread, and numbers the records of each partition.
 */
final class MovingLoad implements AutoCloseable {
    /**
     * @param partitions that are written to as fast as acks come; the one behind them is written to at the fixed rate
     * @param inFlight   records under way for each of them
     */
    record Plan(int partitions, int inFlight, int perSecond, int valueBytes) {}

    private static final long NS_PER_SECOND = 1_000_000_000;
    private static final long PARK_NS_MAX = 1_000_000;

    private final String bootstrap;
    private final String topic;
    private final Plan plan;
    private final AckGaps[] gaps;
    private final PartitionBook[] books;
    private final long[] sent;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private volatile boolean running = true;

    MovingLoad(final String bootstrap, final String topic, final Plan plan) {
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.plan = plan;
        sent = new long[plan.partitions + 1];
        Arrays.setAll(gaps = new AckGaps[sent.length], i -> new AckGaps());
        Arrays.setAll(books = new PartitionBook[sent.length], i -> new PartitionBook());
    }

    void start() {
        threads.add(Thread.ofPlatform().name("full").start(() -> produce(this::asFastAsAcksCome)));
        threads.add(Thread.ofPlatform().name("paced").start(() -> produce(this::atFixedRate)));
    }

    AckGaps gaps(final int partition) {
        return gaps[partition];
    }

    /** Of all partitions, once the load is closed. */
    PartitionBook[] books() {
        return books;
    }

    void check() throws Exception {
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    @Override
    public void close() throws InterruptedException {
        running = false;
        for (final Thread thread : threads) {
            thread.join();
        }
    }

    private void produce(final java.util.function.Consumer<KafkaProducer<byte[], byte[]>> sending) {
        final Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("acks", "all");
        properties.put("linger.ms", "0");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            sending.accept(producer);
        } catch (final RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void asFastAsAcksCome(final KafkaProducer<byte[], byte[]> producer) {
        final AtomicInteger[] underWay = new AtomicInteger[plan.partitions];
        Arrays.setAll(underWay, i -> new AtomicInteger());
        final Thread sender = Thread.currentThread();
        final NumberedValue value = new NumberedValue(plan.valueBytes);
        while (running) {
            boolean sent = false;
            for (int i = 0; i < plan.partitions; i++) {
                final AtomicInteger mine = underWay[i];
                while (mine.get() < plan.inFlight) {
                    mine.incrementAndGet();
                    sent = true;
                    send(producer, value, i, () -> {
                        mine.decrementAndGet();
                        LockSupport.unpark(sender);
                    });
                }
            }
            if (!sent) {
                LockSupport.parkNanos(PARK_NS_MAX);
            }
        }
    }

    private void atFixedRate(final KafkaProducer<byte[], byte[]> producer) {
        final NumberedValue value = new NumberedValue(plan.valueBytes);
        final long fromNs = System.nanoTime();
        while (running) {
            final long elapsedNs = System.nanoTime() - fromNs;
            final long due = (long) ((double) elapsedNs * plan.perSecond / NS_PER_SECOND);
            while (sent[plan.partitions] < due) {
                send(producer, value, plan.partitions, () -> {});
            }
            LockSupport.parkNanos(NS_PER_SECOND / plan.perSecond / 2);
        }
    }

    private void send(
            final KafkaProducer<byte[], byte[]> producer,
            final NumberedValue value,
            final int partition,
            final Runnable answered) {
        final long number = sent[partition]++;
        producer.send(new ProducerRecord<>(topic, partition, null, value.of(partition, number)), (metadata, error) -> {
            if (error != null) {
                failure.compareAndSet(null, error);
                running = false;
            } else {
                gaps[partition].onAck(System.nanoTime());
                books[partition].acknowledged(number, metadata.offset());
            }
            answered.run();
        });
    }
}
