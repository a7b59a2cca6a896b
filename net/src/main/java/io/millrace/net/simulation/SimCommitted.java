package io.millrace.net.simulation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;

/** What a reader of committed records makes of one answer: it leaves out what the broker says was aborted. */
final class SimCommitted {
    interface Reader {
        void onRecord(Record record);
    }

    private final ArrayDeque<AbortedTransaction> aborted;
    private final Set<Long> open = new HashSet<>();

    SimCommitted(final PartitionData data) {
        final List<AbortedTransaction> told =
                data.abortedTransactions() == null ? List.of() : data.abortedTransactions();
        aborted = new ArrayDeque<>(told.stream()
                .sorted(Comparator.comparingLong(AbortedTransaction::firstOffset))
                .toList());
    }

    /** All records by their offsets, without markers, whatever became of their transactions. */
    static TreeMap<Long, String> texts(final BaseRecords records) {
        final TreeMap<Long, String> texts = new TreeMap<>();
        if (records == null) {
            return texts;
        }
        for (final MutableRecordBatch batch : ((MemoryRecords) records).batches()) {
            batch.ensureValid();
            if (!batch.isControlBatch()) {
                batch.forEach(record -> texts.put(record.offset(), textOf(record)));
            }
        }
        return texts;
    }

    static String textOf(final Record record) {
        return StandardCharsets.UTF_8.decode(record.value()).toString();
    }

    /** Reads what was fetched from the position on; returns the next position. */
    static long read(final TopicPartition partition, final long from, final PartitionData data, final Reader reader) {
        return read(partition, from, data, false, reader);
    }

    /** The same where compactions may have left holes. */
    static long readCompacted(
            final TopicPartition partition, final long from, final PartitionData data, final Reader reader) {
        return read(partition, from, data, true, reader);
    }

    private static long read(
            final TopicPartition partition,
            final long from,
            final PartitionData data,
            final boolean mayHaveHoles,
            final Reader reader) {
        final SimCommitted committed = new SimCommitted(data);
        long position = from;
        for (final MutableRecordBatch batch : ((MemoryRecords) data.records()).batches()) {
            batch.ensureValid();
            if (batch.baseOffset() > position && !mayHaveHoles) {
                throw new ViolationException(
                        partition + ": offset " + batch.baseOffset() + " followed " + (position - 1));
            }
            if (batch.lastOffset() >= data.lastStableOffset()) {
                throw new ViolationException(partition + ": batch up to " + batch.lastOffset()
                        + " was readable below last stable offset " + data.lastStableOffset());
            }
            committed.read(position, batch, reader);
            position = Math.max(position, batch.nextOffset());
        }
        return position;
    }

    /** One batch after the other, from the position on. */
    void read(final long from, final MutableRecordBatch batch, final Reader reader) {
        while (!aborted.isEmpty() && aborted.peekFirst().firstOffset() <= batch.lastOffset()) {
            open.add(aborted.pollFirst().producerId());
        }
        for (final Record record : batch) {
            if (batch.isControlBatch()) {
                if (ControlRecordType.parse(record.key()) == ControlRecordType.ABORT) {
                    open.remove(batch.producerId());
                }
            } else if (record.offset() >= from && !(batch.isTransactional() && open.contains(batch.producerId()))) {
                reader.onRecord(record);
            }
        }
    }
}
