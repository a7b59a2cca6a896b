package io.millrace.tools.inspect;

import io.millrace.engine.batch.BatchFlyweight;

/** Whether a time index has the largest timestamps so far; sees the segment's batches in order. */
final class TimeIndexCheck implements IndexCheck {
    private final IndexFile index;
    private int next;
    private long largest = BatchFlyweight.NO_TIMESTAMP;

    TimeIndexCheck(final IndexFile index) {
        this.index = index;
    }

    @Override
    public IndexFile index() {
        return index;
    }

    @Override
    public String order(final int entry) {
        if (index.timestamp(entry) < index.timestamp(entry - 1)) {
            return "timestamp " + index.timestamp(entry) + " follows " + index.timestamp(entry - 1);
        }
        return index.offset(entry) <= index.offset(entry - 1)
                ? "offset " + index.offset(entry) + " follows " + index.offset(entry - 1)
                : null;
    }

    @Override
    public void onBatch(final long position, final BatchFlyweight batch, final Complaint complaint) {
        if (batch.recordCount() > 0) { // else a compaction took them out; such a header may be counted or not
            largest = Math.max(largest, batch.maxTimestamp());
        }
        while (next < index.entries() && index.offset(next) <= batch.lastOffset()) {
            final long timestamp = index.timestamp(next);
            if (index.offset(next) < batch.baseOffset()) {
                complaint.about(next, "offset " + index.offset(next) + " is in no batch");
            } else if (timestamp != batch.maxTimestamp()) {
                complaint.about(
                        next,
                        "timestamp " + timestamp + " is said of the batch of offsets " + batch.baseOffset() + ".."
                                + batch.lastOffset() + ", whose largest is " + batch.maxTimestamp());
            } else if (timestamp < largest) {
                complaint.about(next, "timestamp " + timestamp + " is not the largest so far, " + largest + " is");
            }
            next++;
        }
    }

    @Override
    public int next() {
        return next;
    }

    @Override
    public String atEnd() {
        final long last = index.entries() == 0 ? -1 : index.timestamp(index.entries() - 1);
        return largest >= 0 && last < largest
                ? "the last timestamp is " + last + ", the segment's largest " + largest
                : null;
    }
}
