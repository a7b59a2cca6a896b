package io.millrace.perf.workload;

import io.millrace.perf.client.Topics;
import io.millrace.perf.report.Figures;
import io.millrace.perf.server.Durability;
import io.millrace.perf.server.Server;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's own Java producers, each on a thread of its own, as fast as acknowledgements allow. The latency is that of an
 * acknowledgement, from the call of send: at full rate mostly the time in the producer's own queue.
 */
final class JavaProduce extends NamedWorkload {
    /**
     * @param producers producers, each with a thread
     * @param partitions partitions of the one topic
     * @param recordBytes bytes of a value; half of them compressible
     * @param properties the producers' properties
     */
    record Plan(
            String name,
            String description,
            Durability durability,
            int producers,
            int partitions,
            int recordBytes,
            Map<String, String> properties,
            Map<String, String> settings) {}

    private static final String TOPIC = "perf";
    private static final int LATENCY_DIGITS = 3;

    /** One latency in so many is taken: taking all would be a load of its own. */
    private static final int SAMPLE = 16;

    private static final int VALUES = 64;

    private final Plan plan;

    JavaProduce(final Plan plan) {
        super(plan.name, plan.description, plan.durability);
        this.plan = plan;
    }

    @Override
    public Map<String, String> settings() {
        return plan.settings;
    }

    @Override
    public Figures run(final Server server, final Timing timing) throws Exception {
        Topics.create(server.bootstrap(), TOPIC, plan.partitions);
        final Run run = new Run(server.bootstrap());
        run.start();
        try {
            final Window window = Window.of(server, timing, run::acknowledged, run.latencies::reset);
            return window.records().putLatencies(run.latencies);
        } finally {
            run.stop();
        }
    }

    /** The producers of one run. */
    private final class Run {
        private final List<Thread> threads = new ArrayList<>();
        private final LongAdder acknowledged = new LongAdder();
        private final Histogram latencies = new ConcurrentHistogram(LATENCY_DIGITS);
        private final AtomicReference<Exception> failure = new AtomicReference<>();
        private final String bootstrap;
        private volatile boolean running = true;

        Run(final String bootstrap) {
            this.bootstrap = bootstrap;
        }

        void start() {
            for (int i = 0; i < plan.producers; i++) {
                final int number = i;
                threads.add(Thread.ofPlatform().name("producer-" + i).start(() -> produce(number)));
            }
        }

        long acknowledged() throws Exception {
            if (failure.get() != null) {
                throw failure.get();
            }
            return acknowledged.sum();
        }

        void stop() throws InterruptedException {
            running = false;
            for (final Thread thread : threads) {
                thread.join();
            }
        }

        private void produce(final int number) {
            final byte[][] values = values(number);
            final Map<String, Object> properties = new HashMap<>(plan.properties);
            properties.put("bootstrap.servers", bootstrap);
            try (KafkaProducer<byte[], byte[]> producer =
                    new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
                for (long i = number; running; i++) {
                    send(producer, (int) (i % plan.partitions), values[(int) (i % VALUES)], i % SAMPLE == 0);
                }
            } catch (final RuntimeException e) {
                failure.compareAndSet(null, e);
            }
        }

        private void send(
                final KafkaProducer<byte[], byte[]> producer,
                final int partition,
                final byte[] value,
                final boolean sample) {
            final long sentNs = sample ? System.nanoTime() : 0;
            producer.send(new ProducerRecord<>(TOPIC, partition, null, value), (metadata, error) -> {
                if (error != null) {
                    failure.compareAndSet(null, error);
                    running = false;
                } else {
                    acknowledged.increment();
                    if (sample) {
                        latencies.recordValue(System.nanoTime() - sentNs);
                    }
                }
            });
        }
    }

    /** Half random, half zero: lz4 gets it down to about a half. */
    private byte[][] values(final int seed) {
        final Random random = new Random(seed);
        final byte[][] values = new byte[VALUES][plan.recordBytes];
        for (final byte[] value : values) {
            for (int i = 0; i < value.length / 2; i++) {
                value[i] = (byte) random.nextInt();
            }
        }
        return values;
    }
}
