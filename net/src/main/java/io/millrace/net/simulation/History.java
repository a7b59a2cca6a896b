package io.millrace.net.simulation;

import io.millrace.engine.port.Entropy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * What the simulated clients were told, partition by partition, and whether it fits together: an acknowledged record
 * stays at its offset, an offset never changes its content, no idempotent record is there twice.
 */
final class History {
    private static final class Log {
        private final TreeMap<Long, String> acked = new TreeMap<>();
        private final TreeMap<Long, String> seen = new TreeMap<>();
        private final Map<String, Long> offsets = new HashMap<>();
        /** Somebody asked to delete below: what lies there may be gone. */
        private long startOffset;
        /** Somebody was told that everything below is gone for good. */
        private long startOffsetDurable;
    }

    private final TreeMap<String, Log> logs = new TreeMap<>();
    private long ackedRecords;
    private long seenRecords;

    private Log log(final TopicPartition partition) {
        return logs.computeIfAbsent(partition.toString(), name -> new Log());
    }

    /** A producer heard that these records, in order, lie from an offset on. */
    void onAcked(final TopicPartition partition, final long baseOffset, final List<String> records) {
        final Log log = log(partition);
        for (int i = 0; i < records.size(); i++) {
            final long offset = baseOffset + i;
            final String before = log.acked.put(offset, records.get(i));
            if (before != null) {
                throw new ViolationException(partition + ": offset " + offset + " was acknowledged for " + before
                        + " and for " + records.get(i));
            }
            check(partition, offset, records.get(i), log.seen.get(offset));
            place(partition, log, offset, records.get(i));
            ackedRecords++;
        }
    }

    /** A consumer read a record. */
    void onSeen(final TopicPartition partition, final long offset, final String record) {
        final Log log = log(partition);
        check(partition, offset, record, log.acked.get(offset));
        check(partition, offset, record, log.seen.put(offset, record));
        place(partition, log, offset, record);
        seenRecords++;
    }

    /** Records that start with a tilde were not sent idempotently: they may be there twice. */
    private static void place(final TopicPartition partition, final Log log, final long offset, final String record) {
        if (record.startsWith("~")) {
            return;
        }
        final Long before = log.offsets.put(record, offset);
        if (before != null && before != offset) {
            throw new ViolationException(partition + ": " + record + " lies at " + before + " and at " + offset);
        }
    }

    private static void check(
            final TopicPartition partition, final long offset, final String record, final String known) {
        if (known != null && !known.equals(record)) {
            throw new ViolationException(
                    partition + ": offset " + offset + " held " + known + " and now holds " + record);
        }
    }

    /** A consumer found the log begin there: only what was deleted may be missing. */
    void onStartSeen(final TopicPartition partition, final long startOffset) {
        if (startOffset > log(partition).startOffset) {
            throw new ViolationException(partition + ": begins at " + startOffset + ", but nobody deleted beyond "
                    + log(partition).startOffset);
        }
    }

    /** Records below the offset were deleted, or are about to be. */
    void onStartMoved(final TopicPartition partition, final long startOffset) {
        log(partition).startOffset = Math.max(log(partition).startOffset, startOffset);
    }

    /** Whether somebody asked to delete the offset, so that it may be gone for a while, and back after a crash. */
    boolean mayBeDeleted(final TopicPartition partition, final long offset) {
        return offset < log(partition).startOffset;
    }

    /** A client was told that everything below the offset is deleted. */
    void onDeleted(final TopicPartition partition, final long startOffset) {
        log(partition).startOffsetDurable = Math.max(log(partition).startOffsetDurable, startOffset);
    }

    /** An offset up to which records were acknowledged, or -1. */
    long someAckedOffset(final TopicPartition partition, final Entropy entropy) {
        final TreeMap<Long, String> acked = log(partition).acked;
        return acked.isEmpty()
                ? -1
                : acked.floorKey((long) entropy.nextInt((int) (acked.lastKey() + 1L)) + acked.firstKey());
    }

    /**
     * Compares with what the log holds at the end, read whole from its start. The records between those that were read
     * lie in damaged batches, or behind them.
     */
    void audit(
            final TopicPartition partition,
            final long startOffset,
            final long endOffset,
            final TreeMap<Long, String> records,
            final TreeMap<Long, Long> gaps) {
        final Log log = log(partition);
        if (startOffset > log.startOffset) {
            throw new ViolationException(
                    partition + ": begins at " + startOffset + ", but nobody deleted beyond " + log.startOffset);
        }
        if (startOffset < log.startOffsetDurable) {
            throw new ViolationException(partition + ": begins at " + startOffset + ", though it was deleted up to "
                    + log.startOffsetDurable);
        }
        for (final Map.Entry<Long, String> entry :
                log.acked.tailMap(startOffset).entrySet()) {
            final long offset = entry.getKey();
            final Map.Entry<Long, Long> gap = gaps.floorEntry(offset);
            if (gap != null && offset < gap.getValue()) {
                continue;
            }
            final String record = records.get(offset);
            if (record == null) {
                throw new ViolationException(partition + ": acknowledged " + entry.getValue() + " at " + offset
                        + " is lost, the log ends at " + endOffset);
            }
            check(partition, offset, record, entry.getValue());
        }
        checkOrder(partition, records);
    }

    /** Records of one producer carry rising numbers: {@code name/number}. */
    private static void checkOrder(final TopicPartition partition, final TreeMap<Long, String> records) {
        final Map<String, Long> last = new HashMap<>();
        records.forEach((offset, record) -> {
            final int slash = record.indexOf('/');
            final long number = Long.parseLong(record.substring(slash + 1, record.indexOf(' ')));
            final Long before = last.put(record.substring(0, slash), number);
            if (!record.startsWith("~") && before != null && before >= number) {
                throw new ViolationException(partition + ": at " + offset + ", " + record + " comes after number "
                        + before + " of the same producer");
            }
        });
    }

    /** A power loss under {@code durability=os} may have taken what was acknowledged: nothing is known any more. */
    void forgetAll() {
        for (final Log log : logs.values()) {
            log.acked.clear();
            log.seen.clear();
            log.offsets.clear();
            log.startOffsetDurable = 0;
        }
    }

    /** The log was cut there, and the broker has said so. */
    void forgetFrom(final TopicPartition partition, final long offset) {
        final Log log = log(partition);
        log.acked.tailMap(offset).clear();
        log.seen.tailMap(offset).clear();
        log.offsets.values().removeIf(place -> place >= offset);
    }

    /** The topic is about to be deleted. */
    void forget(final String topic) {
        logs.keySet().removeIf(name -> name.startsWith(topic + "-"));
    }

    List<String> partitions() {
        return new ArrayList<>(logs.keySet());
    }

    long ackedRecords() {
        return ackedRecords;
    }

    long seenRecords() {
        return seenRecords;
    }
}
