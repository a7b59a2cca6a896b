package io.millrace.net.simulation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;

/** What a reader of committed records makes of an answer: it leaves out what the broker says was aborted. */
final class SimCommitted {
    interface Reader {
        void onRecord(long offset, String text);
    }

    private SimCommitted() {}

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
        final List<AbortedTransaction> told =
                data.abortedTransactions() == null ? List.of() : data.abortedTransactions();
        final ArrayDeque<AbortedTransaction> aborted = new ArrayDeque<>(told.stream()
                .sorted(Comparator.comparingLong(AbortedTransaction::firstOffset))
                .toList());
        final Set<Long> open = new HashSet<>();
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
            while (!aborted.isEmpty() && aborted.peekFirst().firstOffset() <= batch.lastOffset()) {
                open.add(aborted.pollFirst().producerId());
            }
            read(position, batch, open, reader);
            position = Math.max(position, batch.nextOffset());
        }
        return position;
    }

    private static void read(
            final long from, final MutableRecordBatch batch, final Set<Long> open, final Reader reader) {
        for (final Record record : batch) {
            if (batch.isControlBatch()) {
                if (ControlRecordType.parse(record.key()) == ControlRecordType.ABORT) {
                    open.remove(batch.producerId());
                }
            } else if (record.offset() >= from && !(batch.isTransactional() && open.contains(batch.producerId()))) {
                reader.onRecord(
                        record.offset(),
                        StandardCharsets.UTF_8.decode(record.value()).toString());
            }
        }
    }
}
