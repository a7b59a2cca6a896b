package io.millrace.perf.client;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** One of Kafka's consumers with its defaults that reads a topic as fast as it can, over and over. */
public final class FullRateConsumer implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLongArray positions;
    private final Thread thread;
    private volatile RuntimeException failure;
    private volatile boolean running = true;

    public FullRateConsumer(final String bootstrap, final String topic, final int partitions) {
        positions = new AtomicLongArray(partitions);
        final List<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        thread = Thread.ofPlatform().name("full-rate").unstarted(() -> {
            try {
                read(bootstrap, all);
            } catch (final RuntimeException e) {
                failure = e;
            }
        });
    }

    public void start() {
        thread.start();
    }

    /** Bytes of values received. */
    public long bytes() throws IOException {
        if (failure != null) {
            throw new IOException("the reader failed", failure);
        }
        return bytes.get();
    }

    /** The offset that is read next. */
    public long position(final int partition) {
        return positions.get(partition);
    }

    private void read(final String bootstrap, final List<TopicPartition> partitions) {
        final Map<String, Object> properties = Map.of("bootstrap.servers", bootstrap, "enable.auto.commit", "false");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            final Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (running) {
                for (final ConsumerRecord<byte[], byte[]> each : consumer.poll(POLL)) {
                    bytes.lazySet(bytes.get() + each.value().length);
                }
                for (final TopicPartition partition : partitions) {
                    positions.set(partition.partition(), consumer.position(partition));
                    if (consumer.position(partition) >= ends.get(partition)) {
                        consumer.seekToBeginning(List.of(partition));
                    }
                }
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        running = false;
        thread.join();
    }
}
