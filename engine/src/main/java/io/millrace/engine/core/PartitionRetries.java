package io.millrace.engine.core;

import java.util.ArrayDeque;

/** What could not be written for partitions, such as their directories: tried again every second. */
final class PartitionRetries extends Deadline {
    private static final long INTERVAL_NS = 1_000_000_000;

    private final ArrayDeque<Runnable> attempts = new ArrayDeque<>();
    private final Core core;

    PartitionRetries(final Core core) {
        this.core = core;
    }

    void add(final Runnable attempt) {
        attempts.addLast(attempt);
        if (!isArmed()) {
            core.deadlines().arm(this, core.nowNs() + INTERVAL_NS);
        }
    }

    @Override
    protected void onDeadline(final long nowNs, final long nowMs) {
        for (int i = attempts.size(); i > 0; i--) {
            attempts.pollFirst().run();
        }
    }
}
