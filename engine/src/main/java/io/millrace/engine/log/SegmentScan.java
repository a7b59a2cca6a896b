package io.millrace.engine.log;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.status.PlantedBug;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads a segment at start, blocking: every batch whole and checked, or headers alone. Stops at the first thing that is
 * not the batch that belongs there, and says what was expected.
 */
final class SegmentScan {
    interface Visitor {
        /** A good batch, whole unless headers were asked for. */
        void onBatch(BatchFlyweight batch, long position);
    }

    private static final int READ_BYTES = 1 << 20;

    /** Below it a compaction may have left out batches: offsets then only ascend. */
    long holesBelow;

    private final BlockingDisk disk;
    private final Crc32c crc32c = new Crc32c();
    private final BatchFlyweight batch = new BatchFlyweight();
    private UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(READ_BYTES));
    private DiskFile file;
    private long size;
    private long bufferFrom;
    private int buffered;

    /** Where the scan ended, which offset would come next, and what was wrong, or null at a good end. */
    long position;

    long nextOffset;
    String fault;

    SegmentScan(final BlockingDisk disk) {
        this.disk = disk;
    }

    void run(
            final DiskFile scanned,
            final long fromPosition,
            final long expectedOffset,
            final boolean headersOnly,
            final Visitor visitor) {
        use(scanned);
        position = fromPosition;
        nextOffset = expectedOffset;
        fault = null;
        while (position < size) {
            fault = check(headersOnly);
            if (fault != null) {
                return;
            }
            visitor.onBatch(batch, position);
            nextOffset = batch.nextOffset();
            position += batch.sizeInBytes();
        }
    }

    /** Looks at the header of the one batch at the position, whatever its offset. */
    void runOne(final DiskFile scanned, final long at, final Visitor visitor) {
        use(scanned);
        position = at;
        fault = "a batch header is cut short";
        if (size - at < BatchFlyweight.HEADER_BYTES || !fill(at, BatchFlyweight.HEADER_BYTES)) {
            return;
        }
        view(at, BatchFlyweight.HEADER_BYTES);
        nextOffset = batch.baseOffset();
        fault = check(true);
        if (fault == null) {
            visitor.onBatch(batch, at);
            nextOffset = batch.nextOffset();
        }
    }

    /**
     * Looks for a good batch behind a fault that may continue the log.
     *
     * @return its position, or -1
     */
    long findGoodBatch(final DiskFile scanned, final long fromPosition, final long minOffset) {
        use(scanned);
        for (long at = fromPosition; size - at >= BatchFlyweight.HEADER_BYTES; at++) {
            if (!fill(at, BatchFlyweight.HEADER_BYTES)) {
                return -1;
            }
            view(at, BatchFlyweight.HEADER_BYTES);
            if (BatchHeaders.isPlausible(batch, minOffset - 1, size - at)
                    && batch.baseOffset() - minOffset <= Integer.MAX_VALUE
                    && fill(at, batch.sizeInBytes())) {
                view(at, viewSize(at));
                if (batch.hasGoodCrc(crc32c)) {
                    return at;
                }
            }
        }
        return -1;
    }

    private int viewSize(final long at) {
        return BatchFlyweight.LENGTH_OVERHEAD_BYTES
                + buffer.getInt((int) (at - bufferFrom) + BatchFlyweight.LENGTH_AT, BIG_ENDIAN);
    }

    @SuppressWarnings("ReferenceEquality") // one open file and no other
    private void use(final DiskFile scanned) {
        if (file != scanned) {
            bufferFrom = 0;
            buffered = 0;
        }
        file = scanned;
        size = scanned.size();
    }

    private String check(final boolean headerOnly) {
        if (size - position < BatchFlyweight.HEADER_BYTES || !fill(position, BatchFlyweight.HEADER_BYTES)) {
            return "a batch header is cut short";
        }
        view(position, BatchFlyweight.HEADER_BYTES);
        if (batch.magic() != BatchFlyweight.MAGIC_V2) {
            return "magic " + batch.magic() + ", expected 2";
        }
        final int length = batch.batchLength();
        if (length < BatchFlyweight.HEADER_BYTES - BatchFlyweight.LENGTH_OVERHEAD_BYTES) {
            return "batch length " + length;
        }
        if (!follows(batch.baseOffset()) || batch.lastOffsetDelta() < 0) {
            return "offsets " + batch.baseOffset() + ".." + batch.lastOffset() + ", expected from " + nextOffset;
        }
        if (length > size - position - BatchFlyweight.LENGTH_OVERHEAD_BYTES) {
            return "a batch of " + batch.sizeInBytes() + " bytes is cut short after " + (size - position);
        }
        if (!headerOnly) {
            final int bytes = batch.sizeInBytes();
            if (!fill(position, bytes)) {
                return "a batch cannot be read whole";
            }
            view(position, bytes);
            if (!batch.hasGoodCrc(crc32c) && !PlantedBug.TORN_TAIL_KEPT.isPlanted()) {
                return "CRC " + Integer.toHexString(batch.computeCrc(crc32c)) + ", expected "
                        + Integer.toHexString(batch.crc());
            }
        }
        return null;
    }

    private boolean follows(final long baseOffset) {
        return baseOffset == nextOffset || (baseOffset > nextOffset && baseOffset <= holesBelow);
    }

    private void view(final long at, final int bytes) {
        batch.wrap(buffer, (int) (at - bufferFrom), bytes);
    }

    /** Has the range in the buffer; false if the file is shorter than it said. */
    private boolean fill(final long at, final int bytes) {
        if (at >= bufferFrom && at + bytes <= bufferFrom + buffered) {
            return true;
        }
        if (buffer.capacity() < bytes) {
            buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes));
        }
        bufferFrom = at;
        buffered = disk.read(file, at, buffer, 0, (int) Math.min(buffer.capacity(), size - at));
        return buffered >= bytes;
    }
}
