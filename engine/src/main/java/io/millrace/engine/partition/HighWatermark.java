package io.millrace.engine.partition;

import io.millrace.engine.producer.ProducerTable;
import java.util.ArrayList;
import java.util.List;

/**
 * Up to where a partition is committed, up to where nothing in it is undecided, and the fetches that wait for either to
 * move. The last stable offset is the high watermark unless a transaction is open, or its marker is not committed yet;
 * then it is that transaction's first offset. Owned by the core's thread.
 */
final class HighWatermark {
    private final Partition partition;
    private final PartitionContext context;
    private final List<Watch> watches = new ArrayList<>();
    private final ProducerTable producers;
    private long offset = -1;
    private long lastStableOffset = -1;
    private boolean heldBack;

    HighWatermark(final Partition partition, final PartitionContext context, final ProducerTable producers) {
        this.producers = producers;
        this.partition = partition;
        this.context = context;
    }

    void open(final long initialOffset) {
        offset = initialOffset;
        producers.onCommitted(initialOffset);
        lastStableOffset = Math.min(offset, producers.firstUnstableOffset());
        heldBack = lastStableOffset < offset;
    }

    long offset() {
        return offset;
    }

    /** Never below the log's start, since whoever reads begins there. */
    long lastStableOffset() {
        return Math.max(lastStableOffset, partition.log().startOffset());
    }

    /** Up to where somebody may read who does, or does not, read what is undecided. */
    long readableTo(final boolean committed) {
        return committed ? lastStableOffset() : offset;
    }

    /** True if it moved. It never goes back, nor beyond what is appended. */
    boolean advance(final long to) {
        if (to < offset || to > partition.log().appendedOffset()) {
            throw new IllegalStateException(partition + ": high watermark " + offset + " cannot become " + to
                    + ", appended is " + partition.log().appendedOffset());
        }
        final boolean moved = to > offset;
        offset = to;
        if (moved) {
            advanceLastStable();
        }
        return moved;
    }

    private void advanceLastStable() {
        producers.onCommitted(offset);
        final long to = Math.min(offset, producers.firstUnstableOffset());
        if (to < lastStableOffset) {
            throw new IllegalStateException(
                    partition + ": last stable offset " + lastStableOffset + " cannot become " + to);
        }
        final boolean wasHeldBack = heldBack;
        final boolean moved = to > lastStableOffset;
        lastStableOffset = to;
        heldBack = to < offset;
        if (moved && (heldBack || wasHeldBack)) {
            // How many bytes have become readable is not known: whoever waits for them looks.
            for (int i = 0; i < watches.size(); i++) {
                if (watches.get(i).isCommitted() && watches.get(i).markDue()) {
                    context.watchDue(watches.get(i));
                }
            }
        }
    }

    void onCommittedBytes(final long bytes) {
        for (int i = 0; i < watches.size(); i++) {
            final Watch watch = watches.get(i);
            if (!(heldBack && watch.isCommitted()) && watch.onCommitted(bytes)) {
                context.watchDue(watch);
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
