package io.millrace.net.kafka.share;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * How many share sessions each core of a node has, for the limit that holds for all together. Each core writes its own
 * number; who reads may be one moment behind, so that as many more as there are cores may get in at once.
 */
public final class ShareSessionCounts {
    /** Ints of a number and its padding. */
    private static final int STRIDE = 32;

    private final int cores;
    private final AtomicIntegerArray counts;

    public ShareSessionCounts(final int cores) {
        this.cores = cores;
        counts = new AtomicIntegerArray((cores + 1) * STRIDE);
    }

    void tell(final int core, final int count) {
        counts.setRelease((core + 1) * STRIDE, count);
    }

    int total() {
        int total = 0;
        for (int core = 0; core < cores; core++) {
            total += counts.getAcquire((core + 1) * STRIDE);
        }
        return total;
    }
}
