package io.millrace.net.kafka.share;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.log.LogSlice;
import io.millrace.engine.share.FoundBatches;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Finds the batches in a slice, and which of them belong to aborted transactions: their headers are looked at where they
 * lie in the page cache, a chunk at a time. One for each core.
 */
final class SliceWalk {
    private static final int CHUNK_BYTES = 64 * 1024;
    /** Of batches that are larger, only the header is read, and what a marker's record needs. */
    private static final int LARGE_BYTES = 16 * 1024;

    private static final int MARKER_TYPE_AT = BatchFlyweight.HEADER_BYTES + 7;
    private static final int LOOKED_AT_BYTES = MARKER_TYPE_AT + Short.BYTES;
    private static final short ABORT = 0;

    private final UnsafeBuffer chunk = new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(CHUNK_BYTES));
    private final BatchFlyweight batch = new BatchFlyweight();
    private final LongHashSet aborting = new LongHashSet(-1);
    private boolean[] begun = {};

    /**
     * Adds the slice's whole batches to what was found.
     *
     * @param offsetsMax stops behind so many offsets
     * @return false if bytes could not be read, or make no sense
     */
    boolean walk(final LogSlice slice, final long fromOffset, final long offsetsMax, final FoundBatches found) {
        found.clear();
        aborting.clear();
        begun = Arrays.copyOf(begun, Math.max(begun.length, slice.abortedCount()));
        Arrays.fill(begun, false);
        int at = 0;
        int chunkFrom = 0;
        int chunkTo = 0;
        int bytes = 0;
        while (at + BatchFlyweight.HEADER_BYTES <= slice.length()) {
            final int wanted = Math.min(slice.length() - at, LOOKED_AT_BYTES);
            if (at + wanted > chunkTo) {
                final int read = Math.min(slice.length() - at, bytes > LARGE_BYTES ? LOOKED_AT_BYTES : CHUNK_BYTES);
                if (slice.read(at, chunk, 0, read) != read) {
                    return false;
                }
                chunkFrom = at;
                chunkTo = at + read;
            }
            batch.wrap(chunk, at - chunkFrom, wanted);
            bytes = batch.sizeInBytes();
            if (bytes < BatchFlyweight.HEADER_BYTES) {
                return false;
            }
            if (bytes > slice.length() - at) {
                return true;
            }
            at += bytes;
            found.add(batch.baseOffset(), batch.lastOffset(), at, isAborted(slice, wanted));
            if (batch.lastOffset() - fromOffset >= offsetsMax) {
                return true;
            }
        }
        return true;
    }

    private boolean isAborted(final LogSlice slice, final int available) {
        if (slice.abortedCount() == 0 || !batch.hasProducerId()) {
            return false;
        }
        for (int i = 0; i < slice.abortedCount(); i++) {
            if (!begun[i] && slice.abortedFirstOffset(i) <= batch.lastOffset()) {
                begun[i] = true;
                aborting.add(slice.abortedProducerId(i));
            }
        }
        if (batch.isControl()) {
            if (available >= LOOKED_AT_BYTES && batch.bytes().getShort(MARKER_TYPE_AT, ByteOrder.BIG_ENDIAN) == ABORT) {
                aborting.remove(batch.producerId());
            }
            return false;
        }
        return batch.isTransactional() && aborting.contains(batch.producerId());
    }
}
