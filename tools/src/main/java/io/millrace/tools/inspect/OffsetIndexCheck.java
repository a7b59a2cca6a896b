package io.millrace.tools.inspect;

import io.millrace.engine.batch.BatchFlyweight;

/** Whether an offset index leads to the batches it names; sees the segment's batches in order. */
final class OffsetIndexCheck implements IndexCheck {
    private final IndexFile index;
    private final boolean exact;
    private int next;

    /** @param exact whether an entry names its batch's last offset, as all but old Kafka versions write it */
    OffsetIndexCheck(final IndexFile index, final boolean exact) {
        this.index = index;
        this.exact = exact;
    }

    @Override
    public IndexFile index() {
        return index;
    }

    @Override
    public String order(final int entry) {
        if (index.offset(entry) <= index.offset(entry - 1)) {
            return "offset " + index.offset(entry) + " follows " + index.offset(entry - 1);
        }
        return index.position(entry) <= index.position(entry - 1)
                ? "position " + index.position(entry) + " follows " + index.position(entry - 1)
                : null;
    }

    @Override
    public void onBatch(final long position, final BatchFlyweight batch, final Complaint complaint) {
        while (next < index.entries() && index.position(next) <= position) {
            final long offset = index.offset(next);
            if (index.position(next) != position) {
                complaint.about(
                        next,
                        "offset " + offset + " leads to byte " + index.position(next) + ", where no batch begins");
            } else if (exact ? offset != batch.lastOffset() : offset < batch.baseOffset()) {
                complaint.about(
                        next,
                        "offset " + offset + " leads to byte " + position + ", where the batch of offsets "
                                + batch.baseOffset() + ".." + batch.lastOffset() + " lies");
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
        return null;
    }
}
