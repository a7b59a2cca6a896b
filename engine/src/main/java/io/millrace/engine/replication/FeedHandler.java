package io.millrace.engine.replication;

import org.agrona.DirectBuffer;

/** Takes the answers of a {@link FeedSource}; buffers are lent for the call only. */
public interface FeedHandler {
    /** The answer to {@link FeedSource#askEpochEnd}: the largest epoch not above, and its end; both -1 if unknown. */
    void onEpochEnd(int epoch, long endOffset);

    /** The answer to {@link FeedSource#read}: batches from the offset on, the last one perhaps cut short, or nothing. */
    void onBatches(DirectBuffer batches, int offset, int length, long logStartOffset, long highWatermark);

    /** The offset that was asked for lies outside of the leader's log. */
    void onOutOfRange();
}
