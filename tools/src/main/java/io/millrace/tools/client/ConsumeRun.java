package io.millrace.tools.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/** Reads records and writes them out, until the end, the count, or Ctrl-C. Runs on the main thread. */
final class ConsumeRun {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long COMMIT_EVERY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final double BYTES_PER_MB = 1e6;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Bootstrap bootstrap;
    private final RecordPrinter printer;
    private final Map<TopicPartition, Long> ends;
    private final long countMax;
    private final Duration timeout;
    private final Set<TopicPartition> finished = new HashSet<>();
    private final Map<TopicPartition, OffsetAndMetadata> uncommitted = new HashMap<>();
    private final long beganNs = System.nanoTime();
    private boolean isMember;
    private long count;
    private long bytes;
    private long newsNs = beganNs;
    private long committedNs = beganNs;

    /** Ends null to go on for ever. */
    ConsumeRun(
            final KafkaConsumer<byte[], byte[]> consumer,
            final Bootstrap bootstrap,
            final RecordPrinter printer,
            final Map<TopicPartition, Long> ends,
            final long countMax) {
        this.consumer = consumer;
        this.bootstrap = bootstrap;
        this.printer = printer;
        this.ends = ends;
        this.countMax = countMax;
        timeout = Duration.ofSeconds(bootstrap.timeoutSeconds());
    }

    /** Reads these partitions, each from its offset on. */
    int assigned(final Map<TopicPartition, Long> starts) {
        consumer.assign(starts.keySet());
        starts.forEach(consumer::seek);
        return run();
    }

    /** Reads what the group gives it of the topic, from where the group has come to. */
    int subscribed(final String topic) {
        isMember = true;
        consumer.subscribe(List.of(topic));
        return run();
    }

    private int run() {
        final Progress progress = new Progress(Terminal.ERROR.isThere() && !Terminal.OUTPUT.isThere(), beganNs);
        try (Interruption interruption = new Interruption(consumer::wakeup)) {
            try {
                while (count < countMax && !isAtEnd() && !interruption.isAsked()) {
                    take(consumer.poll(POLL));
                    progress.show(System.nanoTime(), this::progress);
                }
            } catch (final WakeupException asked) {
                // Ends below.
            }
            printer.out().flush();
            commitAll();
            progress.end();
            if (isMember) {
                // The group need not wait for this member to be missed.
                consumer.unsubscribe();
            }
        }
        return 0;
    }

    private void take(final ConsumerRecords<byte[], byte[]> records) {
        for (final ConsumerRecord<byte[], byte[]> record : records) {
            final TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            if (count == countMax) {
                break;
            } else if (ends == null || record.offset() < ends.getOrDefault(partition, 0L)) {
                printer.print(record);
                count++;
                bytes += Math.max(0, record.serializedValueSize());
                uncommitted.put(partition, new OffsetAndMetadata(record.offset() + 1));
            }
        }
        // Whoever reads sees what is there, and is noticed when gone.
        printer.out().flush();
        final long nowNs = System.nanoTime();
        if (!records.isEmpty()) {
            newsNs = nowNs;
        } else if (ends != null && nowNs - newsNs > timeout.toNanos()) {
            throw new CommandFailure(
                    consumer.assignment().isEmpty()
                            ? "the group gave this member no partition within " + timeout.toSeconds()
                                    + " s: has it more members than the topic has partitions?"
                            : "no more records from " + bootstrap + " within " + timeout.toSeconds()
                                    + " s, and the end is not reached: " + count + " read");
        }
        if (nowNs - committedNs > COMMIT_EVERY_NS) {
            commitAll();
            committedNs = nowNs;
        }
    }

    /** Partitions whose end is reached are not asked for more. */
    private boolean isAtEnd() {
        if (ends == null || consumer.assignment().isEmpty()) {
            return false;
        }
        boolean all = true;
        for (final TopicPartition partition : consumer.assignment()) {
            final Long end = ends.get(partition);
            if (end == null || finished.contains(partition)) {
                continue;
            }
            // Markers of transactions are passed over without a record.
            if (consumer.position(partition, timeout) >= end) {
                finished.add(partition);
                uncommitted.put(partition, new OffsetAndMetadata(end));
                consumer.pause(List.of(partition));
                newsNs = System.nanoTime();
            } else {
                all = false;
            }
        }
        return all;
    }

    /** Tells the group of what was written out and flushed, and of nothing else. */
    private void commitAll() {
        if (isMember && !uncommitted.isEmpty()) {
            try {
                consumer.commitSync(uncommitted, timeout);
            } catch (final WakeupException asked) {
                consumer.commitSync(uncommitted, timeout);
            }
            uncommitted.clear();
        }
    }

    private String progress() {
        final double seconds = (System.nanoTime() - beganNs) / 1e9;
        return String.format(
                Locale.ROOT, "%,d records  %,.0f/s  %.1f MB/s", count, count / seconds, bytes / BYTES_PER_MB / seconds);
    }
}
