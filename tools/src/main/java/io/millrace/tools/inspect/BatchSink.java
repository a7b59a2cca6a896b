package io.millrace.tools.inspect;

import io.millrace.engine.batch.BatchFlyweight;

/** Sees a segment's batches in the order of the file. */
interface BatchSink {
    /**
     * @param batch valid for the call
     * @return false to look no further in this segment
     */
    boolean onBatch(long position, BatchFlyweight batch, boolean crcGood);

    void onFinding(Finding finding);
}
