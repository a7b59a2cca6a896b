package io.millrace.tools.it.support;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Numbered records with a checksum each: what comes back must be every number once, in order, whole.
 *
 * <pre>0 producer (4)   4 sequence (8)   12 CRC-32C of the rest (4)   16 filling</pre>
 */
public final class Sequences {
    private static final int HEADER = 16;

    private Sequences() {}

    public static byte[] value(final int producer, final long sequence, final int size) {
        final byte[] value = new byte[Math.max(size, HEADER)];
        for (int i = HEADER; i < value.length; i++) {
            value[i] = (byte) (sequence * 31 + i * 7L + producer);
        }
        ByteBuffer.wrap(value).putInt(producer).putLong(sequence).putInt(checksum(value));
        return value;
    }

    private static int checksum(final byte[] value) {
        final CRC32C crc = new CRC32C();
        crc.update(value, HEADER, value.length - HEADER);
        return (int) crc.getValue();
    }

    /** Checks one partition while it is read; says what is wrong rather than stopping at it. */
    public static final class Checker {
        private final List<String> faults = new ArrayList<>();
        private final BitSet seen = new BitSet();
        private long nextOffset;
        private long lastSequence = -1;
        private long count;

        public void accept(final ConsumerRecord<byte[], byte[]> record) {
            final ByteBuffer value = ByteBuffer.wrap(record.value());
            value.getInt();
            final long sequence = value.getLong();
            check(record, record.offset() == nextOffset, "instead of offset " + nextOffset);
            check(record, value.getInt() == checksum(record.value()), "with a wrong checksum");
            check(record, !seen.get((int) sequence), "twice: " + sequence);
            check(record, sequence > lastSequence, "out of order: " + sequence + " after " + lastSequence);
            nextOffset = record.offset() + 1;
            lastSequence = sequence;
            seen.set((int) sequence);
            count++;
        }

        private void check(final ConsumerRecord<byte[], byte[]> record, final boolean holds, final String fault) {
            if (!holds && faults.size() < 20) {
                faults.add(record.topic() + "-" + record.partition() + " at " + record.offset() + " " + fault);
            }
        }

        public long count() {
            return count;
        }

        /** The sequences that were seen. */
        public BitSet seen() {
            return seen;
        }

        public List<String> faults() {
            return faults;
        }
    }

    /** Reads all that is there now of these partitions and checks each of them. */
    public static List<Checker> read(final String bootstrap, final List<TopicPartition> partitions) {
        final List<Checker> checkers = new ArrayList<>();
        partitions.forEach(ignored -> checkers.add(new Checker()));
        try (var consumer = Clients.consumer(bootstrap, "max.poll.records", "5000")) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            final long total = consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            final long deadlineNs = System.nanoTime() + 120_000_000_000L;
            long read = 0;
            while (read < total && System.nanoTime() < deadlineNs) {
                for (final var record : consumer.poll(java.time.Duration.ofMillis(200))) {
                    checkers.get(partitions.indexOf(new TopicPartition(record.topic(), record.partition())))
                            .accept(record);
                    read++;
                }
            }
        }
        return checkers;
    }
}
