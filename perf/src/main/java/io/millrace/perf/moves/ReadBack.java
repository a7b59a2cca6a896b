package io.millrace.perf.moves;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic from its beginning to its end, and enters what is there into the books of its partitions. */
final class ReadBack {
    private static final Duration POLL = Duration.ofMillis(500);
    /** What does not come for so long is not there. */
    private static final long SILENCE_NS = Duration.ofSeconds(30).toNanos();

    private static final int FETCH_BYTES = 4 << 20;

    private ReadBack() {}

    static void run(final String bootstrap, final String topic, final PartitionBook[] books) {
        final Map<String, Object> properties = Map.of(
                "bootstrap.servers",
                bootstrap,
                "enable.auto.commit",
                "false",
                "max.partition.fetch.bytes",
                FETCH_BYTES);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            final List<TopicPartition> partitions = IntStream.range(0, books.length)
                    .mapToObj(i -> new TopicPartition(topic, i))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            final Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long heardNs = System.nanoTime();
            while (System.nanoTime() - heardNs < SILENCE_NS
                    && partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                final ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
                heardNs = records.isEmpty() ? heardNs : System.nanoTime();
                records.forEach(record -> enter(record, books[record.partition()]));
            }
        }
    }

    /** What is none of the load's, such as the first record of each partition, has no number. */
    private static void enter(final ConsumerRecord<byte[], byte[]> record, final PartitionBook book) {
        final long number = NumberedValue.numberOf(record.value(), record.partition());
        if (number != NumberedValue.NONE) {
            book.read(number, record.offset());
        }
    }
}
