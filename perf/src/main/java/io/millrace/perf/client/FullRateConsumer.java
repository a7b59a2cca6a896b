package io.millrace.perf.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * One of Kafka's consumers with its defaults that reads a topic once, from its beginning, as fast as it can: the
 * program that a {@link ReaderProcess} runs. Ends with its standard input, and never outlives who started it.
 */
final class FullRateConsumer {
    static final String START = "start";
    static final String BYTES = "bytes";
    private static final Duration POLL = Duration.ofMillis(100);

    private final AtomicLong bytes = new AtomicLong();

    private FullRateConsumer() {}

    public static void main(final String[] arguments) throws IOException {
        final FullRateConsumer reader = new FullRateConsumer();
        final List<TopicPartition> all = IntStream.range(0, Integer.parseInt(arguments[2]))
                .mapToObj(partition -> new TopicPartition(arguments[1], partition))
                .toList();
        final Thread thread = Thread.ofPlatform().name("full-rate").daemon().unstarted(() -> {
            try {
                reader.read(arguments[0], all);
            } catch (final RuntimeException e) {
                e.printStackTrace();
                Runtime.getRuntime().halt(1);
            }
        });
        try (BufferedReader questions =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String question = questions.readLine(); question != null; question = questions.readLine()) {
                if (question.equals(START)) {
                    thread.start();
                }
                System.out.println(reader.bytes);
            }
        }
    }

    private void read(final String bootstrap, final List<TopicPartition> partitions) {
        final Map<String, Object> properties = Map.of("bootstrap.servers", bootstrap, "enable.auto.commit", "false");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (true) {
                for (final ConsumerRecord<byte[], byte[]> each : consumer.poll(POLL)) {
                    bytes.lazySet(bytes.get() + each.value().length);
                }
            }
        }
    }
}
