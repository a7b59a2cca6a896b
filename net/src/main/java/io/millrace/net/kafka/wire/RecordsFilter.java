package io.millrace.net.kafka.wire;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.port.BatchFilter;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/** Filters batches with the class that Kafka's own cleaner uses. Without state: called on any housekeeping thread. */
public final class RecordsFilter implements BatchFilter {
    @Override
    public DirectBuffer filter(
            final DirectBuffer batches,
            final int length,
            final long nowMs,
            final long deleteRetentionMs,
            final Rules rules)
            throws IOException {
        final byte[] bytes = new byte[length];
        batches.getBytes(0, bytes);
        // Packing again may take more room than it took before; the library then returns early, in a larger buffer.
        final MutableDirectBuffer remaining = new UnsafeBuffer(new byte[length]);
        final Target target = new Target(remaining);
        final Filter filter = new Filter(nowMs, deleteRetentionMs, rules, bytes);
        try {
            while (filter.position < length) {
                final int from = filter.position;
                final ByteBuffer output = ByteBuffer.allocate(Math.max(length - from, BatchFlyweight.HEADER_BYTES));
                final MemoryRecords.FilterResult result = MemoryRecords.readableRecords(
                                ByteBuffer.wrap(bytes, from, length - from).slice())
                        .filterTo(filter, output, BufferSupplier.NO_CACHING, Integer.MAX_VALUE);
                target.add(result.outputBuffer());
                if (result.bytesRead() == 0) {
                    throw new IOException("byte " + from + ": no batch");
                }
            }
        } catch (final KafkaException | IllegalStateException | IllegalArgumentException unsound) {
            throw new IOException(unsound.getMessage(), unsound);
        }
        return target.bytes();
    }

    /** What came out so far. */
    private static final class Target {
        private MutableDirectBuffer bytes;
        private int length;

        Target(final MutableDirectBuffer first) {
            bytes = first;
        }

        void add(final ByteBuffer output) {
            output.flip();
            if (bytes.capacity() - length < output.remaining()) {
                final UnsafeBuffer larger = new UnsafeBuffer(new byte[2 * bytes.capacity() + output.remaining()]);
                larger.putBytes(0, bytes, 0, length);
                bytes = larger;
            }
            final int added = output.remaining();
            bytes.putBytes(length, output, output.position(), added);
            length += added;
        }

        DirectBuffer bytes() {
            return new UnsafeBuffer(bytes, 0, length);
        }
    }

    /** Shows the library's batches to our rules as they lie in memory: both walk them in the same order. */
    private static final class Filter extends MemoryRecords.RecordFilter {
        private final BatchFlyweight batch = new BatchFlyweight();
        private final UnsafeBuffer bytes;
        private final Rules rules;
        private int position;

        Filter(final long nowMs, final long deleteRetentionMs, final Rules rules, final byte[] bytes) {
            super(nowMs, deleteRetentionMs);
            this.rules = rules;
            this.bytes = new UnsafeBuffer(bytes);
        }

        @Override
        protected BatchRetentionResult checkBatchRetention(final RecordBatch next) {
            batch.wrap(bytes, position, bytes.capacity() - position);
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
            return rules.keeps(record.offset(), record.hasKey() ? record.key() : null, record.hasValue());
        }
    }
}
