package io.millrace.engine.partition;

import java.util.ArrayDeque;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Fetches of all cores that wait for news from this core's partitions: each is answered once, at the end of the duty
 * cycle in which it became due. Owned by the core's thread.
 */
public final class Watches {
    /** Does a read whose time has come. */
    public interface KeptReads {
        void onDue(int from, DirectBuffer message, int length);
    }

    /** In one duty cycle. */
    private static final int ANSWERS_MAX = 256;

    private final PartitionContext context;
    private final Long2ObjectHashMap<Watch>[] byAsker;
    private final ArrayDeque<Watch> free = new ArrayDeque<>();
    private KeptReads keptReads;

    @SuppressWarnings({"unchecked", "rawtypes"})
    Watches(final PartitionContext context) {
        this.context = context;
        byAsker = new Long2ObjectHashMap[1024];
    }

    public void onKeptReads(final KeptReads newKeptReads) {
        keptReads = newKeptReads;
    }

    /** Begins a watch for anything new; the read that lies in the message is done when it is due. */
    public Watch keep(
            final int from,
            final long correlation,
            final boolean committed,
            final DirectBuffer message,
            final int offset,
            final int length) {
        final Watch watch = begin(from, correlation, 1, committed);
        watch.keep(message, offset, length);
        return watch;
    }

    /**
     * Begins a watch for so many bytes more than the asker knows of.
     *
     * @param committed whether what undecided transactions wrote does not count
     */
    public Watch begin(final int from, final long correlation, final int bytesMin, final boolean committed) {
        final Watch watch = free.isEmpty() ? new Watch() : free.pollLast();
        watch.reset(from, correlation, bytesMin, committed);
        if (byAsker[from] == null) {
            byAsker[from] = new Long2ObjectHashMap<>();
        }
        byAsker[from].put(correlation, watch);
        return watch;
    }

    /** Adds a partition; if it has moved on since the asker looked, or is not here, the watch is due at once. */
    public void watch(final Watch watch, final Partition partition, final int ownerEpoch, final long known) {
        if (partition == null
                || !partition.isOpen()
                || partition.leaderEpoch() != ownerEpoch
                || partition.highWatermark().readableTo(watch.isCommitted()) != known) {
            markDue(watch);
        } else {
            partition.highWatermark().add(watch);
            watch.watch(partition);
        }
    }

    /** Ends a watch early. One that was answered meanwhile is not here any more, which is fine. */
    public void cancel(final int from, final long correlation) {
        final Watch watch = byAsker[from] == null ? null : byAsker[from].get(correlation);
        if (watch != null) {
            markDue(watch);
        }
    }

    int answerDue() {
        final ArrayDeque<Watch> due = context.dueWatches();
        int count = 0;
        while (count < ANSWERS_MAX && !due.isEmpty()) {
            final Watch watch = due.pollFirst();
            count++;
            final List<Partition> partitions = watch.partitions();
            for (int j = 0; j < partitions.size(); j++) {
                partitions.get(j).highWatermark().remove(watch);
            }
            byAsker[watch.from()].remove(watch.correlation());
            if (watch.keepsRead()) {
                keptReads.onDue(watch.from(), watch.read(), watch.readLength());
            } else {
                context.replies().onWatchDue(watch);
            }
            free.addLast(watch);
        }
        return count;
    }

    private void markDue(final Watch watch) {
        if (watch.markDue()) {
            context.watchDue(watch);
        }
    }
}
