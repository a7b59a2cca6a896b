package io.millrace.net.kafka.produce;

import io.millrace.engine.core.Deadline;
import io.millrace.engine.core.Deadlines;
import java.util.ArrayList;
import java.util.List;

/**
 * The Produce requests of one core that wait for acks, and the one deadline for all of them: nearly always the acks
 * come long before, so a request costs a place in a list and no timer of its own. Owned by the core's thread.
 */
final class AckTimeouts extends Deadline {
    static final int NOT_WAITING = -1;

    private final List<ProduceTask> waiting = new ArrayList<>();
    private final Deadlines deadlines;
    private long armedNs;

    AckTimeouts(final Deadlines deadlines) {
        this.deadlines = deadlines;
    }

    void add(final ProduceTask task) {
        task.slot = waiting.size();
        waiting.add(task);
        if (!isArmed() || task.deadlineNs - armedNs < 0) {
            arm(task.deadlineNs);
        }
    }

    /** No effect on one that does not wait. */
    void remove(final ProduceTask task) {
        if (task.slot != NOT_WAITING) {
            final ProduceTask last = waiting.removeLast();
            if (last != task) {
                last.slot = task.slot;
                waiting.set(task.slot, last);
            }
            task.slot = NOT_WAITING;
        }
    }

    @Override
    protected void onDeadline(final long nowNs, final long nowMs) {
        long nextNs = Long.MAX_VALUE;
        // From the end, since whoever goes is replaced by the last, which was looked at already. One that goes may let
        // others go on, and be answered.
        for (int i = waiting.size() - 1; i >= 0; i = Math.min(i, waiting.size()) - 1) {
            final ProduceTask task = waiting.get(i);
            if (task.deadlineNs - nowNs <= 0) {
                task.timeOut();
            } else {
                nextNs = Math.min(nextNs, task.deadlineNs);
            }
        }
        if (!waiting.isEmpty()) {
            arm(nextNs);
        }
    }

    private void arm(final long atNs) {
        armedNs = atNs;
        deadlines.arm(this, atNs);
    }
}
