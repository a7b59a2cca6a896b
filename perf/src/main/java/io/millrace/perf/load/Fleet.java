package io.millrace.perf.load;

import io.millrace.perf.client.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The producers and consumers of one topic, with their counts and books. Used by one thread. */
final class Fleet implements AutoCloseable {
    private static final long DRAIN_LIMIT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_MS = 10;

    private final String bootstrap;
    private final String topic;
    private final Meter meter = new Meter();
    private final Ledger ledger;
    private final List<Writer> writers = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();

    /** Makes the topic. */
    Fleet(final String bootstrap, final String topic, final int partitions, final Map<String, String> configs)
            throws Exception {
        this.bootstrap = bootstrap;
        this.topic = topic;
        Topics.create(bootstrap, topic, partitions, configs);
        ledger = new Ledger(ends(partitions));
    }

    /** What stands in the topic already is not the fleet's. */
    private long[] ends(final int partitions) {
        final long[] ends = new long[partitions];
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            final List<TopicPartition> all = new ArrayList<>();
            for (int i = 0; i < partitions; i++) {
                all.add(new TopicPartition(topic, i));
            }
            consumer.endOffsets(all).forEach((partition, end) -> ends[partition.partition()] = end);
        }
        return ends;
    }

    void addWriter(final double perSecond, final int valueBytes, final Map<String, String> properties) {
        final String name = "writer-" + (writers.size() + 1);
        final Map<String, String> named = new HashMap<>(properties);
        named.put("client.id", name);
        writers.add(new Writer(name, new Writer.Plan(bootstrap, topic, perSecond, valueBytes, named), meter, ledger));
    }

    /** Shares the partitions out evenly. */
    void addReaders(final int count) {
        for (int i = 0; i < count; i++) {
            final List<TopicPartition> own = new ArrayList<>();
            for (int partition = i; partition < ledger.partitions(); partition += count) {
                own.add(new TopicPartition(topic, partition));
            }
            readers.add(new Reader("reader-" + (i + 1), bootstrap, own, meter, ledger));
        }
    }

    void start() {
        readers.forEach(Client::start);
        writers.forEach(Client::start);
    }

    Meter meter() {
        return meter;
    }

    Ledger ledger() {
        return ledger;
    }

    List<Writer> writers() {
        return writers;
    }

    List<Reader> readers() {
        return readers;
    }

    /** The longest that any producer waited for its next acknowledgement. */
    long longestAckGapNs() {
        final long nowNs = System.nanoTime();
        return writers.stream()
                .mapToLong(writer -> writer.acks().longestNs(nowNs))
                .max()
                .orElse(0);
    }

    void forgetAckGaps() {
        final long nowNs = System.nanoTime();
        writers.forEach(writer -> writer.acks().forget(nowNs));
    }

    /** Ends the producers, who send what they have first, and lets the consumers read what was acknowledged. */
    void drain(final long beforeNs) throws InterruptedException {
        writers.forEach(writer -> writer.finish(beforeNs));
        for (final Writer writer : writers) {
            writer.close();
        }
        final long limitNs = System.nanoTime() + DRAIN_LIMIT_NS;
        while (ledger.lag() > 0 && System.nanoTime() - limitNs < 0) {
            Thread.sleep(LOOK_MS);
        }
    }

    @Override
    public void close() throws InterruptedException {
        final List<Client> all = new ArrayList<>(writers);
        all.addAll(readers);
        all.forEach(Client::stop);
        for (final Client client : all) {
            client.close();
        }
    }
}
