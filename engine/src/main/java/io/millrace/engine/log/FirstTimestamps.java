package io.millrace.engine.log;

import io.millrace.engine.port.DiskStatus;

/**
 * Reads after a start when the first records of segments were made, which no index says; {@code max.compaction.lag.ms}
 * asks for it. One segment after the other. Owned by the log's core.
 */
final class FirstTimestamps {
    private final Log log;
    private boolean busy;
    private boolean stopped;

    FirstTimestamps(final Log log) {
        this.log = log;
    }

    boolean isBusy() {
        return busy;
    }

    /** Begins to look at the sealed segments that reach beyond the offset and were not looked at. */
    void learn(final long fromOffset) {
        stopped = false;
        goOn(fromOffset);
    }

    /** The log is about to end. */
    void stop() {
        stopped = true;
    }

    private void goOn(final long fromOffset) {
        for (int i = 0; !busy && !stopped && !log.isEnding() && i + 1 < log.segments.size(); i++) {
            final Segment segment = log.segments.get(i);
            if (segment.firstTimestampMs < 0 && segment.appendedSize > 0 && log.endOf(i) > fromOffset) {
                read(segment, fromOffset);
            }
        }
    }

    private void read(final Segment segment, final long fromOffset) {
        busy = true;
        new BatchScan(segment, 0, false)
                .run(
                        (batch, position) -> {
                            segment.firstTimestampMs = Math.max(0, batch.maxTimestamp());
                            return false;
                        },
                        status -> {
                            busy = false;
                            if (status == DiskStatus.OK) {
                                goOn(fromOffset);
                            }
                            log.proceed();
                        });
    }
}
