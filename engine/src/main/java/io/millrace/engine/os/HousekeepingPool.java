package io.millrace.engine.os;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;

/**
 * The unpinned threads for heavy library calls, shared by all cores; each core submits through its own {@link
 * HousekeepingLane}. Construct before the calling thread is pinned: threads inherit its mask.
 */
public final class HousekeepingPool implements AutoCloseable {
    private final MpmcVarHandleArrayQueue<Runnable> queue;
    private final Semaphore waiting = new Semaphore(0);
    private final Thread[] threads;
    private final int nice;
    private final HousekeepingPool starter;
    private final AtomicBoolean startAsked = new AtomicBoolean();
    private boolean started;
    private volatile boolean closing;

    /** Starts the threads. */
    public HousekeepingPool(final int threadCount, final int capacity) {
        this("housekeeping", threadCount, capacity, 0, null);
        start();
    }

    /**
     * Threads of another name, which start when there is work.
     *
     * @param nice    their rank among those that want a processor, 0 to {@link ThreadNice#MAX}: the last
     * @param starter starts them, since whoever brings work is pinned; closed after this
     */
    public HousekeepingPool(
            final String name,
            final int threadCount,
            final int capacity,
            final int nice,
            final HousekeepingPool starter) {
        this.nice = nice;
        this.starter = starter;
        this.queue = new MpmcVarHandleArrayQueue<>(capacity);
        this.threads = new Thread[threadCount];
        for (int i = 0; i < threadCount; i++) {
            threads[i] = new Thread(this::run, name + '-' + i);
            threads[i].setDaemon(true);
        }
    }

    private synchronized void start() {
        if (!closing && !started) {
            started = true;
            for (final Thread thread : threads) {
                thread.start();
            }
        }
    }

    private synchronized void end() {
        closing = true;
    }

    /**
     * @param capacity how many works of this core may wait or run at once
     * @param wakeup   run on a pool thread after a work has ended and a full fence: wakes the core if it sleeps
     */
    public HousekeepingLane lane(final int capacity, final Runnable wakeup) {
        return new HousekeepingLane(this, capacity, wakeup);
    }

    /** How many there are. */
    public int threads() {
        return threads.length;
    }

    /** Ends the threads; works that have not begun are dropped. Idempotent. */
    @Override
    public void close() {
        end();
        waiting.release(threads.length);
        boolean interrupted = false;
        for (final Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    boolean offer(final HousekeepingTask task) {
        return offerWork(task);
    }

    private boolean offerWork(final Runnable work) {
        if (closing || !isStartAsked() || !queue.offer(work)) {
            return false;
        }
        waiting.release();
        return true;
    }

    private boolean isStartAsked() {
        if (starter == null || startAsked.get() || !startAsked.compareAndSet(false, true)) {
            return true;
        }
        final boolean asked = starter.offerWork(this::start);
        if (!asked) {
            startAsked.set(false);
        }
        return asked;
    }

    private void run() {
        if (nice != 0) {
            ThreadNice.set(nice);
        }
        while (true) {
            waiting.acquireUninterruptibly();
            if (closing) {
                return;
            }
            // A permit promises a task, but its slot may still be in the making by another core.
            Runnable task = queue.poll();
            while (task == null) {
                Thread.onSpinWait();
                task = queue.poll();
            }
            task.run();
        }
    }
}
