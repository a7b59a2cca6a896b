package io.millrace.net.kafka.wire;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.port.BatchFilter;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/**
 * Filters batches with the class that Kafka's own cleaner uses. Called on any housekeeping thread; each has memory of its
 * own that it uses again and again, for what is thrown away is collected while the cores stand still.
 */
public final class RecordsFilter implements BatchFilter {
    private static final int KEPT_BYTES = 1 << 20;

    private static final class Memory {
        private final ByteBuffer output = ByteBuffer.allocate(KEPT_BYTES);
        private final BufferSupplier unpacking = BufferSupplier.create();
    }

    private final ThreadLocal<Memory> memory = ThreadLocal.withInitial(Memory::new);

    @Override
    public DirectBuffer filter(
            final DirectBuffer batches,
            final int length,
            final long nowMs,
            final long deleteRetentionMs,
            final Rules rules)
            throws IOException {
        final UnsafeBuffer view = new UnsafeBuffer(batches, 0, length);
        final Filter filter = new Filter(nowMs, deleteRetentionMs, rules, view);
        UnsafeBuffer remaining = null;
        final Memory own = memory.get();
        try {
            while (filter.position < length) {
                // Packing again may take more room than it took before; the library then returns early.
                final int from = filter.position;
                final ByteBuffer output = from == 0 && length <= KEPT_BYTES
                        ? own.output.clear()
                        : ByteBuffer.allocate(Math.max(length - from, BatchFlyweight.HEADER_BYTES));
                final MemoryRecords.FilterResult result = MemoryRecords.readableRecords(bytesOf(view, from))
                        .filterTo(filter, output, own.unpacking, Integer.MAX_VALUE);
                remaining = append(remaining, result.outputBuffer());
                if (result.bytesRead() == 0) {
                    throw new IOException("byte " + from + ": no batch");
                }
            }
        } catch (final RuntimeException | Error unsound) {
            // The codecs throw errors too, at what a client has packed.
            throw new IOException(unsound.toString(), unsound);
        }
        return remaining == null ? new UnsafeBuffer(0, 0) : remaining;
    }

    /** The bytes from there on, where they lie. */
    private static ByteBuffer bytesOf(final UnsafeBuffer view, final int from) {
        final int at = view.wrapAdjustment() + from;
        return view.byteBuffer() == null
                ? ByteBuffer.wrap(view.byteArray(), at, view.capacity() - from).slice()
                : view.byteBuffer()
                        .duplicate()
                        .clear()
                        .position(at)
                        .limit(at + view.capacity() - from)
                        .slice();
    }

    private static UnsafeBuffer append(final UnsafeBuffer before, final ByteBuffer output) {
        output.flip();
        final UnsafeBuffer added = new UnsafeBuffer(output, output.position(), output.remaining());
        if (before == null) {
            return added;
        }
        final UnsafeBuffer both = new UnsafeBuffer(new byte[before.capacity() + added.capacity()]);
        both.putBytes(0, before, 0, before.capacity());
        both.putBytes(before.capacity(), added, 0, added.capacity());
        return both;
    }

    /** Shows the library's batches to our rules as they lie in memory: both walk them in the same order. */
    private static final class Filter extends MemoryRecords.RecordFilter {
        private final BatchFlyweight batch = new BatchFlyweight();
        private final UnsafeBuffer bytes;
        private final Rules rules;
        private int position;

        Filter(final long nowMs, final long deleteRetentionMs, final Rules rules, final UnsafeBuffer bytes) {
            super(nowMs, deleteRetentionMs);
            this.rules = rules;
            this.bytes = bytes;
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
