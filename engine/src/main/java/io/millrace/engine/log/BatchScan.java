package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskStatus;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Walks a segment's batches by asynchronous reads, for questions that are rare and may be cold. The segment is pinned
 * meanwhile.
 */
final class BatchScan implements DiskCompletion {
    /** The end of a scan that met something that is no batch. */
    static final int DAMAGED = -100;

    private static final int READ_BYTES = 64 * 1024;

    interface Visitor {
        /** Looks at a batch, whole only if that was asked for; returns whether to go on. */
        boolean onBatch(BatchFlyweight batch, long position);
    }

    private final Segment segment;
    private final long endPosition;
    private final boolean whole;
    private final BatchFlyweight batch = new BatchFlyweight();
    private UnsafeBuffer buffer = new UnsafeBuffer(new byte[READ_BYTES]);
    private long bufferFrom;
    private int buffered;
    private long position;
    private long previousOffset;
    private Visitor visitor;
    private LogCompletion completion;

    BatchScan(final Segment segment, final long fromPosition, final boolean whole) {
        this.segment = segment;
        this.whole = whole;
        position = fromPosition;
        bufferFrom = fromPosition;
        endPosition = segment.appendedSize;
        previousOffset = segment.baseOffset - 1;
    }

    /** Ends with OK at the segment's end or when the visitor has seen enough, DAMAGED, or a disk status. */
    void run(final Visitor batchVisitor, final LogCompletion whenDone) {
        visitor = batchVisitor;
        completion = whenDone;
        segment.retain();
        proceed();
    }

    private void proceed() {
        while (position < endPosition) {
            final int at = (int) (position - bufferFrom);
            if (endPosition - position < BatchFlyweight.HEADER_BYTES) {
                finish(DAMAGED);
                return;
            }
            if (at < 0 || buffered - at < BatchFlyweight.HEADER_BYTES) {
                read(BatchFlyweight.HEADER_BYTES);
                return;
            }
            batch.wrap(buffer, at, buffered - at);
            if (!BatchHeaders.isPlausible(batch, previousOffset, endPosition - position)
                    || batch.lastOffset() - segment.baseOffset > Integer.MAX_VALUE) {
                finish(DAMAGED);
                return;
            }
            final int size = batch.sizeInBytes();
            if (whole && buffered - at < size) {
                read(size);
                return;
            }
            previousOffset = batch.lastOffset();
            final long batchPosition = position;
            position += size;
            if (!visitor.onBatch(batch, batchPosition)) {
                break;
            }
        }
        finish(DiskStatus.OK);
    }

    private void read(final int bytesMin) {
        if (buffer.capacity() < bytesMin) {
            buffer = new UnsafeBuffer(new byte[bytesMin]);
        }
        bufferFrom = position;
        buffered = 0;
        readMore();
    }

    private void readMore() {
        final int length = (int) Math.min(buffer.capacity(), endPosition - bufferFrom) - buffered;
        segment.file().read(bufferFrom + buffered, buffer, buffered, length, this, 0);
    }

    @Override
    public void onDiskCompletion(final long token, final int status, final long value) {
        if (status != DiskStatus.OK) {
            finish(status);
            return;
        }
        buffered += (int) value;
        if (value == 0) {
            finish(DAMAGED);
        } else if (buffered < Math.min(buffer.capacity(), endPosition - bufferFrom)) {
            readMore();
        } else {
            proceed();
        }
    }

    private void finish(final int status) {
        segment.release();
        completion.onComplete(status);
    }
}
