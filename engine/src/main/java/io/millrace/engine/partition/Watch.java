package io.millrace.engine.partition;

import java.util.ArrayList;
import java.util.List;

/**
 * A fetch that waits for news from partitions of this core: answered once, when enough bytes were committed, when
 * something else changed, or on cancel. Owned by the core's thread.
 */
public final class Watch {
    private int from;
    private long correlation;
    private long bytesMissing;
    private boolean due;
    private boolean committed;
    private final List<Partition> partitions = new ArrayList<>();

    void reset(final int from, final long correlation, final int bytesMin, final boolean committedOnly) {
        this.from = from;
        this.correlation = correlation;
        bytesMissing = bytesMin;
        due = false;
        committed = committedOnly;
        partitions.clear();
    }

    void watch(final Partition partition) {
        partitions.add(partition);
    }

    /** Whether it waits for last stable offsets, not for high watermarks. */
    boolean isCommitted() {
        return committed;
    }

    /** Bytes were committed; true if the watch has become due by it. */
    boolean onCommitted(final long bytes) {
        bytesMissing -= bytes;
        return bytesMissing <= 0 && markDue();
    }

    /** True if it was not due before. */
    boolean markDue() {
        final boolean first = !due;
        due = true;
        return first;
    }

    List<Partition> partitions() {
        return partitions;
    }

    public int from() {
        return from;
    }

    public long correlation() {
        return correlation;
    }
}
