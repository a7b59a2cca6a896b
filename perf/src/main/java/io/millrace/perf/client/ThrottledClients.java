package io.millrace.perf.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's own producers or consumers of one client id, each with a thread, which take as much as they get of a topic of
 * several partitions: together they have one quota.
 */
public final class ThrottledClients implements AutoCloseable {
    /**
     * @param produces    whether they write, otherwise they read from the beginning
     * @param bytesPerSecond the quota of all together; 0 for none
     * @param clients     how many there are
     */
    public record Plan(
            String clientId, boolean produces, long bytesPerSecond, int clients, String topic, int partitions) {}

    private static final int RECORD_BYTES = 1_000;
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration CLOSE = Duration.ofMillis(100);

    private final String bootstrap;
    private final Plan plan;
    private final LongAdder bytes = new LongAdder();
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean running = true;

    public ThrottledClients(final String bootstrap, final Plan plan) {
        this.bootstrap = bootstrap;
        this.plan = plan;
    }

    /** Sets the quota, or takes it away. */
    public void limit() throws ExecutionException, InterruptedException {
        final var entity = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, plan.clientId));
        final var rate = new ClientQuotaAlteration.Op(
                plan.produces ? "producer_byte_rate" : "consumer_byte_rate",
                plan.bytesPerSecond == 0 ? null : (double) plan.bytesPerSecond);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, List.of(rate))))
                    .all()
                    .get();
        }
    }

    public void start() {
        for (int i = 0; i < plan.clients; i++) {
            threads.add(Thread.ofPlatform().name(plan.clientId + '-' + i).start(this::take));
        }
    }

    /** Of values that were acknowledged or received. */
    public long bytes() {
        if (failure.get() != null) {
            throw failure.get();
        }
        return bytes.sum();
    }

    private void take() {
        try {
            if (plan.produces) {
                produce();
            } else {
                consume();
            }
        } catch (final KafkaException e) {
            failure.compareAndSet(null, e);
        }
    }

    private Map<String, Object> properties() {
        final Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("client.id", plan.clientId);
        return properties;
    }

    private void produce() {
        final Map<String, Object> properties = properties();
        // What waits is dropped at the end, and must not take the time of a larger buffer.
        properties.put("buffer.memory", 4L << 20);
        properties.put("max.block.ms", 600_000L);
        properties.put("delivery.timeout.ms", 600_000);
        final KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        final byte[] value = new byte[RECORD_BYTES];
        for (int i = 0; running; i++) {
            producer.send(new ProducerRecord<>(plan.topic, i % plan.partitions, null, value), (metadata, error) -> {
                if (error == null) {
                    bytes.add(RECORD_BYTES);
                } else if (running) {
                    failure.compareAndSet(null, new KafkaException(error));
                }
            });
        }
        producer.close(CLOSE);
    }

    private void consume() {
        final Map<String, Object> properties = properties();
        properties.put("enable.auto.commit", false);
        final List<TopicPartition> all = IntStream.range(0, plan.partitions)
                .mapToObj(partition -> new TopicPartition(plan.topic, partition))
                .toList();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            while (running) {
                for (final ConsumerRecord<byte[], byte[]> each : consumer.poll(POLL)) {
                    bytes.add(each.value().length);
                }
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
