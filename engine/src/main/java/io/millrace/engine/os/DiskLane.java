package io.millrace.engine.os;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;

/**
 * One thread of the {@link DiskCompanion}: takes operations from all cores in order, works, hands them back. The queue
 * needs no bound of its own: each log, journal and checkpoint has a few operations in flight at most, each fetch waits
 * for its read.
 */
final class DiskLane implements Runnable {
    private static final int CHUNK = 1024;

    private final MpscUnboundedVarHandleArrayQueue<DiskOp> queue = new MpscUnboundedVarHandleArrayQueue<>(CHUNK);
    private final DiskWork work;
    private volatile boolean sleeping;
    private volatile boolean closing;
    private volatile Thread thread;

    DiskLane(final DiskWork work) {
        this.work = work;
    }

    void thread(final Thread value) {
        thread = value;
    }

    /** Called by any core. */
    void submit(final DiskOp op) {
        if (closing) {
            throw new IllegalStateException("disk companion is closed");
        }
        queue.offer(op);
        wakeIfSleeping();
    }

    /** Lets the thread end once all that was submitted is done. */
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
            final DiskOp op = queue.relaxedPoll();
            if (op != null) {
                work.execute(op);
                op.disk.onExecuted(op);
            } else if (closing && queue.isEmpty()) {
                return;
            } else {
                sleep();
            }
        }
    }

    private void sleep() {
        sleeping = true;
        VarHandle.fullFence();
        if (queue.isEmpty() && !closing) {
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
