package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.port.BatchFilter;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Filters one chunk's batches one by one, so that one that cannot be filtered spoils none of its neighbours; the rules
 * hear of each batch once, in order, whatever becomes of it. One thread at a time.
 */
final class ChunkFilter implements BatchFilter.Rules {
    private final BatchFilter filter;
    private final CompactionRules rules;
    private final long nowMs;
    private final long deleteRetentionMs;
    private final MutableDirectBuffer output;
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private BatchFlyweight batch;
    private BatchFilter.Keep keep;
    private int length;

    /** @param output for what remains, grows as needed */
    ChunkFilter(
            final BatchFilter filter,
            final CompactionRules rules,
            final long nowMs,
            final long deleteRetentionMs,
            final MutableDirectBuffer output) {
        this.filter = filter;
        this.rules = rules;
        this.nowMs = nowMs;
        this.deleteRetentionMs = deleteRetentionMs;
        this.output = output;
    }

    /** Whether anything of the next batch may remain. */
    boolean wants(final BatchFlyweight next) {
        batch = next;
        keep = rules.onBatch(next);
        return keep != BatchFilter.Keep.NOTHING;
    }

    /** Takes records out; says why if that cannot be done. */
    String filter() {
        try {
            final int size = batch.sizeInBytes();
            view.wrap(batch.bytes(), 0, size);
            final DirectBuffer left = filter.filter(view, size, nowMs, deleteRetentionMs, this);
            output.putBytes(length, left, 0, left.capacity());
            length += left.capacity();
            return null;
        } catch (final IOException | RuntimeException | OutOfMemoryError unsound) {
            return batch + ": " + unsound.getMessage();
        }
    }

    /** Leaves the batch as it is. */
    void keep() {
        rules.keepTombstones();
        output.putBytes(length, batch.bytes(), 0, batch.sizeInBytes());
        length += batch.sizeInBytes();
    }

    /** All that remains. */
    DirectBuffer remaining() {
        return new UnsafeBuffer(output, 0, length);
    }

    @Override
    public BatchFilter.Keep onBatch(final BatchFlyweight asked) {
        return keep;
    }

    @Override
    public boolean isMarkerAlone() {
        return rules.isMarkerAlone();
    }

    @Override
    public boolean keeps(final long offset, final ByteBuffer key, final boolean hasValue) {
        return rules.keeps(offset, key, hasValue);
    }
}
