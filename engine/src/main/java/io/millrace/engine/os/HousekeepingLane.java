package io.millrace.engine.os;

import io.millrace.engine.port.Housekeeping;
import io.millrace.engine.port.Stage;

/**
 * One core's way to the {@link HousekeepingPool}. Its works may run side by side, but end, as seen by the core, in the
 * order of their submission: a ring of tasks whose oldest is looked at. Owned by the core's thread.
 */
public final class HousekeepingLane implements Housekeeping, Stage {
    private final HousekeepingPool pool;
    private final HousekeepingTask[] ring;
    private long submitted;
    private long finished;

    HousekeepingLane(final HousekeepingPool pool, final int capacity, final Runnable wakeup) {
        this.pool = pool;
        this.ring = new HousekeepingTask[capacity];
        for (int i = 0; i < capacity; i++) {
            ring[i] = new HousekeepingTask(wakeup);
        }
    }

    @Override
    public boolean submit(final Runnable work, final Runnable done) {
        if (submitted - finished == ring.length) {
            return false;
        }
        final HousekeepingTask task = ring[(int) (submitted % ring.length)];
        task.prepare(work, done);
        if (!pool.offer(task)) {
            return false;
        }
        submitted++;
        return true;
    }

    /** Runs what follows the works that have ended. */
    public int poll() {
        int count = 0;
        while (count < ring.length && finished < submitted && oldest().isDone()) {
            final HousekeepingTask task = oldest();
            finished++;
            count++;
            task.finish();
        }
        return count;
    }

    @Override
    public int doWork(final long nowNs, final long nowMs) {
        return poll();
    }

    @Override
    public boolean mayPark() {
        return finished == submitted || !oldest().isDone();
    }

    private HousekeepingTask oldest() {
        return ring[(int) (finished % ring.length)];
    }
}
