package io.millrace.engine.os;

import io.millrace.engine.port.DiskStatus;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;

/**
 * One thread of the {@link DiskCompanion}: takes operations from all cores in order, works, hands them back. The queue
 * needs no bound of its own: each log, journal and checkpoint has a few operations in flight at most, each fetch waits
 * for its read.
 */
final class DiskLane implements Runnable {
    private static final int CHUNK = 1024;
    private static final int LANES = 8;

    private final MpscUnboundedVarHandleArrayQueue<DiskOp> queue = new MpscUnboundedVarHandleArrayQueue<>(CHUNK);
    private final DiskWork work;
    private final DiskLane starter;
    private final Thread thread;
    /** Lanes whose first operation has come; this one's thread starts theirs. */
    private final MpscUnboundedVarHandleArrayQueue<DiskLane> toStart = new MpscUnboundedVarHandleArrayQueue<>(LANES);

    private final AtomicBoolean startAsked = new AtomicBoolean();
    private volatile boolean sleeping;
    private volatile boolean closing;

    /** Starts the thread. */
    DiskLane(final String name, final DiskWork work) {
        this(name, work, null);
        startNow();
    }

    /**
     * The thread starts with the first operation.
     *
     * @param starter whose thread starts it: whoever submits is pinned, and a thread inherits that
     */
    DiskLane(final String name, final DiskWork work, final DiskLane starter) {
        this.work = work;
        this.starter = starter;
        thread = new Thread(this, name);
        thread.setDaemon(true);
    }

    /** As long as nothing was submitted. */
    void startNow() {
        startAsked.set(true);
        thread.start();
    }

    /** Called by any core. */
    void submit(final DiskOp op) {
        if (closing) {
            throw new IllegalStateException("disk companion is closed");
        }
        queue.offer(op);
        if (!startAsked.getPlain() && startAsked.compareAndSet(false, true)) {
            starter.toStart.offer(this);
            starter.wakeIfSleeping();
        }
        wakeIfSleeping();
    }

    /** Lets the thread end once all that was submitted is done, and those that it has to start were started. */
    void close() {
        closing = true;
        LockSupport.unpark(thread);
    }

    void awaitEnd() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        while (true) {
            startOthers();
            final DiskOp op = queue.relaxedPoll();
            if (op != null) {
                work.execute(op);
                op.disk.onExecuted(op);
            } else if (closing && queue.isEmpty() && toStart.isEmpty()) {
                return;
            } else {
                sleep();
            }
        }
    }

    private void startOthers() {
        for (DiskLane lane = toStart.relaxedPoll(); lane != null; lane = toStart.relaxedPoll()) {
            lane.start();
        }
    }

    /** Where no thread is to be had, what waits for it fails, and the next operation tries again. */
    private void start() {
        try {
            thread.start();
        } catch (final OutOfMemoryError none) {
            startAsked.set(false);
            for (DiskOp op = queue.relaxedPoll(); op != null; op = queue.relaxedPoll()) {
                op.failure = none;
                op.status = DiskStatus.IO_ERROR;
                op.disk.onExecuted(op);
            }
        }
    }

    private void sleep() {
        sleeping = true;
        VarHandle.fullFence();
        if (queue.isEmpty() && toStart.isEmpty() && !closing) {
            LockSupport.park(this);
        }
        sleeping = false;
    }

    private void wakeIfSleeping() {
        VarHandle.fullFence();
        if (sleeping) {
            sleeping = false;
            LockSupport.unpark(thread);
        }
    }
}
