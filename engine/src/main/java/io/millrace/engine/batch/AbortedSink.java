package io.millrace.engine.batch;

/** Hears of transactions that were aborted, when their markers are appended or read again. */
@FunctionalInterface
public interface AbortedSink {
    AbortedSink NONE = (producerId, firstOffset, lastOffset, lastStableOffset) -> {};

    /**
     * @param lastOffset       that of the marker
     * @param lastStableOffset where the oldest transaction begins that goes on, or right behind the marker
     */
    void onAborted(long producerId, long firstOffset, long lastOffset, long lastStableOffset);
}
