package io.millrace.tools.it;

import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;

/**
 * Members of one share group, each on a thread of its own, that accept records until all were, and write down which.
 * Some crash on the way: they leave without a word on what they hold, and others come in their place.
 */
final class ShareFleet {
    private static final int PARTITION_SHIFT = 48;
    private static final long SILENT_MS = 3000;

    private final BrokerUnderTest broker;
    private final String topic;
    private final int members;
    private final boolean crashes;
    /** How often each record was accepted, and the broker said so. */
    private final Map<Long, Integer> accepted = new ConcurrentHashMap<>();

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean over;

    ShareFleet(final BrokerUnderTest broker, final String topic, final int members, final boolean crashes) {
        this.broker = broker;
        this.topic = topic;
        this.members = members;
        this.crashes = crashes;
    }

    Map<Long, Integer> run(final int records, final Duration within) throws InterruptedException {
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            final int number = i;
            threads.add(Thread.ofPlatform().start(() -> work(number)));
        }
        final long deadlineNs = System.nanoTime() + within.toNanos();
        while (accepted.size() < records && failure.get() == null && System.nanoTime() < deadlineNs) {
            Thread.sleep(20);
        }
        over = true;
        for (final Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw new AssertionError("a member failed", failure.get());
        }
        return accepted;
    }

    private void work(final int number) {
        final Random random = new Random(number);
        try {
            while (!over) {
                live(random);
            }
        } catch (final Throwable failed) {
            failure.compareAndSet(null, failed);
        }
    }

    private void live(final Random random) throws InterruptedException {
        // Of those that may crash, some do after a few polls.
        int polls = crashes ? 3 + random.nextInt(20) : Integer.MAX_VALUE;
        try (KafkaShareConsumer<byte[], byte[]> member =
                Clients.shareConsumer(broker, topic, "share.acknowledgement.mode", "explicit")) {
            member.subscribe(List.of(topic));
            while (!over) {
                final ConsumerRecords<byte[], byte[]> records = member.poll(Duration.ofMillis(200));
                if (records.isEmpty()) {
                    continue;
                }
                if (--polls == 0) {
                    // One in two is silent until its time with the records is over.
                    Thread.sleep(random.nextBoolean() ? 0 : SILENT_MS);
                    return;
                }
                for (final ConsumerRecord<byte[], byte[]> record : records) {
                    member.acknowledge(record, AcknowledgeType.ACCEPT);
                }
                final var results = member.commitSync();
                for (final ConsumerRecord<byte[], byte[]> record : records) {
                    final boolean kept = results.entrySet().stream()
                            .filter(result -> result.getKey().partition() == record.partition())
                            .allMatch(result -> result.getValue().isEmpty());
                    if (kept) {
                        accepted.merge((long) record.partition() << PARTITION_SHIFT | record.offset(), 1, Integer::sum);
                    }
                }
            }
        }
    }
}
