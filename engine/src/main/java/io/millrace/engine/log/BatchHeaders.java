package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;

/** What can be said of a batch from its header and its place alone. */
final class BatchHeaders {
    private BatchHeaders() {}

    /**
     * Whether this may be the batch that follows {@code previousOffset} with so many bytes left in the segment. A
     * checksum says nothing about the place, so offsets are what tells a batch from stale bytes.
     */
    static boolean isPlausible(final BatchFlyweight batch, final long previousOffset, final long bytesLeft) {
        return batch.magic() == BatchFlyweight.MAGIC_V2
                && batch.batchLength() >= BatchFlyweight.HEADER_BYTES - BatchFlyweight.LENGTH_OVERHEAD_BYTES
                && batch.batchLength() <= bytesLeft - BatchFlyweight.LENGTH_OVERHEAD_BYTES
                && batch.baseOffset() > previousOffset
                && batch.lastOffsetDelta() >= 0;
    }
}
