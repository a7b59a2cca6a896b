package io.millrace.tools.it.support;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's own Java clients, with defaults but for what a test names. */
public final class Clients {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

    private Clients() {}

    public static KafkaProducer<byte[], byte[]> producer(final BrokerUnderTest broker, final String... settings) {
        return producer(broker.bootstrap(), settings);
    }

    public static KafkaProducer<byte[], byte[]> producer(final String bootstrap, final String... settings) {
        final Map<String, Object> configs = configs(bootstrap, settings);
        return new KafkaProducer<>(configs, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** A consumer that is told its partitions, so it has no group and commits nothing. */
    public static KafkaConsumer<byte[], byte[]> consumer(final BrokerUnderTest broker, final String... settings) {
        return consumer(broker.bootstrap(), settings);
    }

    public static KafkaConsumer<byte[], byte[]> consumer(final String bootstrap, final String... settings) {
        final Map<String, Object> configs = configs(bootstrap, settings);
        configs.putIfAbsent("enable.auto.commit", "false");
        configs.putIfAbsent("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(configs, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** A member of a share group. */
    public static KafkaShareConsumer<byte[], byte[]> shareConsumer(
            final BrokerUnderTest broker, final String group, final String... settings) {
        final Map<String, Object> configs = configs(broker.bootstrap(), settings);
        configs.put("group.id", group);
        return new KafkaShareConsumer<>(configs, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    public static Admin admin(final BrokerUnderTest broker, final String... settings) {
        return Admin.create(configs(broker.bootstrap(), settings));
    }

    private static Map<String, Object> configs(final String bootstrap, final String... settings) {
        final Map<String, Object> configs = new HashMap<>();
        configs.put("bootstrap.servers", bootstrap);
        for (int i = 0; i < settings.length; i += 2) {
            configs.put(settings[i], settings[i + 1]);
        }
        return configs;
    }

    public static void createTopic(
            final BrokerUnderTest broker, final String topic, final int partitions, final String... topicConfigs) {
        final Map<String, String> configs = new HashMap<>();
        for (int i = 0; i < topicConfigs.length; i += 2) {
            configs.put(topicConfigs[i], topicConfigs[i + 1]);
        }
        try (Admin admin = admin(broker)) {
            get(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs)))
                    .all());
        }
    }

    /** Polls until so many records came, for half a minute at most. */
    public static List<ConsumerRecord<byte[], byte[]>> poll(
            final KafkaConsumer<byte[], byte[]> consumer, final int count) {
        final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(count);
        final long deadlineNs = System.nanoTime() + ANSWER_WITHIN.toNanos();
        while (records.size() < count && System.nanoTime() < deadlineNs) {
            consumer.poll(Duration.ofMillis(200)).forEach(records::add);
        }
        return records;
    }

    /** Everything in these partitions from the start. */
    public static List<ConsumerRecord<byte[], byte[]>> readAll(
            final BrokerUnderTest broker, final int count, final TopicPartition... partitions) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(broker)) {
            consumer.assign(List.of(partitions));
            consumer.seekToBeginning(List.of(partitions));
            return poll(consumer, count);
        }
    }

    /**
     * What transactions have committed to a topic, from the start: at least so many records if they come in half a minute,
     * and what else is there.
     */
    public static List<ConsumerRecord<byte[], byte[]>> readCommitted(
            final BrokerUnderTest broker, final String topic, final int partitions, final int count) {
        final List<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(broker, "isolation.level", "read_committed")) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            final List<ConsumerRecord<byte[], byte[]>> records = poll(consumer, count);
            consumer.poll(Duration.ofMillis(300)).forEach(records::add);
            return records;
        }
    }

    public static List<String> values(final List<ConsumerRecord<byte[], byte[]>> records) {
        return records.stream().map(record -> text(record.value())).toList();
    }

    public static long endOffset(final BrokerUnderTest broker, final TopicPartition partition) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(broker)) {
            return consumer.endOffsets(List.of(partition)).get(partition);
        }
    }

    public static byte[] bytes(final String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    public static String text(final byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    public static <T> T get(final Future<T> future) {
        try {
            return future.get(ANSWER_WITHIN.toSeconds(), TimeUnit.SECONDS);
        } catch (final ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (final TimeoutException e) {
            throw new IllegalStateException("no answer in " + ANSWER_WITHIN, e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
