package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.port.BatchFilter;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/** Filters with Apache Kafka's own client library. */
final class KafkaFilter implements BatchFilter {
    @Override
    public DirectBuffer filter(
            final DirectBuffer batches,
            final int length,
            final long nowMs,
            final long deleteRetentionMs,
            final Rules rules) {
        final byte[] bytes = new byte[length];
        batches.getBytes(0, bytes);
        final ByteBuffer output = ByteBuffer.allocate(4 * length + 1024);
        final MemoryRecords.RecordFilter filter = new MemoryRecords.RecordFilter(nowMs, deleteRetentionMs) {
            private final BatchFlyweight batch = new BatchFlyweight();
            private int position;

            @Override
            protected BatchRetentionResult checkBatchRetention(final RecordBatch next) {
                batch.wrap(new UnsafeBuffer(bytes), position, length - position);
                position += batch.sizeInBytes();
                final BatchRetention retention = switch (rules.onBatch(batch)) {
                    case RECORDS -> BatchRetention.DELETE_EMPTY;
                    case HEADER -> BatchRetention.RETAIN_EMPTY;
                    case NOTHING -> BatchRetention.DELETE;
                };
                return new BatchRetentionResult(retention, rules.isMarkerAlone());
            }

            @Override
            protected boolean shouldRetainRecord(final RecordBatch next, final Record record) {
                return rules.keeps(record.offset(), record.key(), record.hasValue());
            }
        };
        MemoryRecords.readableRecords(ByteBuffer.wrap(bytes))
                .filterTo(filter, output, BufferSupplier.NO_CACHING, Integer.MAX_VALUE);
        return new UnsafeBuffer(output.array(), 0, output.position());
    }
}
