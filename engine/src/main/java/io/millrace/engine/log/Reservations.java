package io.millrace.engine.log;

import io.millrace.engine.port.DiskCompletion;

/**
 * Reserves disk space ahead of the active segments' ends, in steps that grow with the segment and within a bound for
 * the whole core. A reservation is a hint: if it fails, the write that needs the space will tell.
 */
final class Reservations {
    private static final int STEP_BYTES_MIN = 64 << 10;
    private static final int STEP_BYTES_MAX = 16 << 20;
    private static final DiskCompletion IGNORED = (token, status, value) -> {};

    private final long bytesMax;
    private long reservedBytes;

    Reservations(final long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** The segment is about to be written up to its size. */
    void ensure(final Segment segment) {
        if (segment.size <= segment.reservedTo || segment.size < STEP_BYTES_MIN) {
            return;
        }
        release(segment);
        final int step = Math.min(STEP_BYTES_MAX, Integer.highestOneBit((int) segment.size));
        if (reservedBytes + step > bytesMax) {
            return;
        }
        reservedBytes += step;
        segment.reservedBytes = step;
        segment.reservedTo = segment.size + step;
        segment.file().allocate(segment.size, step, IGNORED, 0);
    }

    /** The segment is written no more, or its reservation is used up. */
    void release(final Segment segment) {
        reservedBytes -= segment.reservedBytes;
        segment.reservedBytes = 0;
        segment.reservedTo = 0;
    }
}
