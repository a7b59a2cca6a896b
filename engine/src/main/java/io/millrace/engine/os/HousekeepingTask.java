package io.millrace.engine.os;

import java.lang.invoke.VarHandle;

/** One work and what follows it; pooled by its {@link HousekeepingLane}. */
final class HousekeepingTask implements Runnable {
    private final Runnable wakeup;
    private Runnable work;
    private Runnable next;
    private Throwable failure;
    private volatile boolean done;

    HousekeepingTask(final Runnable wakeup) {
        this.wakeup = wakeup;
    }

    void prepare(final Runnable newWork, final Runnable newNext) {
        work = newWork;
        next = newNext;
        failure = null;
        done = false;
    }

    /** On a pool thread. */
    @Override
    public void run() {
        try {
            work.run();
        } catch (final Throwable t) {
            failure = t;
        }
        done = true;
        VarHandle.fullFence();
        wakeup.run();
    }

    boolean isDone() {
        return done;
    }

    /** On the core. A work that threw is a defect, which a core does not survive. */
    void finish() {
        final Runnable following = next;
        final Throwable thrown = failure;
        work = null;
        next = null;
        failure = null;
        if (thrown != null) {
            throw new IllegalStateException("housekeeping work failed unexpectedly", thrown);
        }
        following.run();
    }
}
