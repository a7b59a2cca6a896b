package io.millrace.perf.load;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads its partitions as they grow, and enters each record into the books. The next client goes on where one ended. */
final class Reader extends Client {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final String bootstrap;
    private final List<TopicPartition> partitions;
    private final Ledger ledger;
    private volatile boolean leaving;
    private volatile boolean abruptly;

    Reader(
            final String name,
            final String bootstrap,
            final List<TopicPartition> partitions,
            final Meter meter,
            final Ledger ledger) {
        super(name, meter);
        this.bootstrap = bootstrap;
        this.partitions = partitions;
        this.ledger = ledger;
    }

    @Override
    void leave(final boolean withoutAWord) {
        abruptly = withoutAWord;
        leaving = true;
    }

    @Override
    void live() throws IOException {
        leaving = false;
        abruptly = false;
        // A position that the broker does not have any more is an error here, not a reason to skip records.
        final Map<String, Object> properties =
                Map.of("bootstrap.servers", bootstrap, "enable.auto.commit", "false", "auto.offset.reset", "none");
        final KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            consumer.assign(partitions);
            partitions.forEach(each -> consumer.seek(each, ledger.position(each.partition())));
            while (isRunning() && !leaving) {
                for (final ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    take(record);
                }
            }
        } finally {
            consumer.close(CloseOptions.timeout(abruptly ? Duration.ZERO : CLOSE_LIMIT));
        }
    }

    private void take(final ConsumerRecord<byte[], byte[]> record) throws IOException {
        final long nowNs = System.nanoTime();
        final Stamp stamp = Values.read(record.value());
        meter().onReceived(stamp.dueNs(), nowNs);
        ledger.received(record.partition(), record.offset(), stamp);
    }
}
