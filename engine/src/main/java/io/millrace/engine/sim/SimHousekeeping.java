package io.millrace.engine.sim;

import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.Housekeeping;
import io.millrace.engine.port.Stage;
import java.util.ArrayDeque;

/** Housekeeping of one simulated core: works run on the one thread there is, after a delay drawn from the seed. */
public final class SimHousekeeping implements Housekeeping, Stage {
    private record Task(long dueNs, Runnable work, Runnable done) {}

    private final ArrayDeque<Task> tasks = new ArrayDeque<>();
    private final SimTime time;
    private final Entropy entropy;
    private final int delayNsMax;
    private final int capacity;

    public SimHousekeeping(final SimTime time, final Entropy entropy, final int delayNsMax, final int capacity) {
        this.time = time;
        this.entropy = entropy;
        this.delayNsMax = delayNsMax;
        this.capacity = capacity;
    }

    @Override
    public boolean submit(final Runnable work, final Runnable done) {
        if (tasks.size() == capacity) {
            return false;
        }
        final long due = time.nanoTime() + entropy.nextInt(delayNsMax + 1);
        final Task last = tasks.peekLast();
        tasks.add(new Task(last == null ? due : Math.max(due, last.dueNs()), work, done));
        return true;
    }

    @Override
    public int doWork(final long nowNs, final long nowMs) {
        int finished = 0;
        while (finished < capacity && nextDueNs() <= nowNs) {
            final Task task = tasks.poll();
            task.work().run();
            task.done().run();
            finished++;
        }
        return finished;
    }

    @Override
    public boolean mayPark() {
        return nextDueNs() > time.nanoTime();
    }

    /** When the next work ends, or {@link Long#MAX_VALUE}. */
    public long nextDueNs() {
        return tasks.isEmpty() ? Long.MAX_VALUE : tasks.peek().dueNs();
    }
}
