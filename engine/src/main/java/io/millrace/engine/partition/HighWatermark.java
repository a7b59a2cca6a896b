package io.millrace.engine.partition;

import java.util.ArrayList;
import java.util.List;

/** Up to where a partition is committed, and the fetches that wait for it to move. Owned by the core's thread. */
final class HighWatermark {
    private final Partition partition;
    private final PartitionContext context;
    private final List<Watch> watches = new ArrayList<>();
    private long offset = -1;

    HighWatermark(final Partition partition, final PartitionContext context) {
        this.partition = partition;
        this.context = context;
    }

    void open(final long initialOffset) {
        offset = initialOffset;
    }

    long offset() {
        return offset;
    }

    /** True if it moved. It never goes back, nor beyond what is appended. */
    boolean advance(final long to) {
        if (to < offset || to > partition.log().appendedOffset()) {
            throw new IllegalStateException(partition + ": high watermark " + offset + " cannot become " + to
                    + ", appended is " + partition.log().appendedOffset());
        }
        final boolean moved = to > offset;
        offset = to;
        return moved;
    }

    void onCommittedBytes(final long bytes) {
        for (int i = 0; i < watches.size(); i++) {
            if (watches.get(i).onCommitted(bytes)) {
                context.watchDue(watches.get(i));
            }
        }
    }

    /** Something other than the high watermark changed that a waiting fetch must hear of. */
    void wakeAll() {
        for (int i = 0; i < watches.size(); i++) {
            if (watches.get(i).markDue()) {
                context.watchDue(watches.get(i));
            }
        }
    }

    void add(final Watch watch) {
        watches.add(watch);
    }

    void remove(final Watch watch) {
        for (int i = 0; i < watches.size(); i++) {
            if (watches.get(i) == watch) {
                final Watch last = watches.removeLast();
                if (last != watch) {
                    watches.set(i, last);
                }
                return;
            }
        }
    }
}
