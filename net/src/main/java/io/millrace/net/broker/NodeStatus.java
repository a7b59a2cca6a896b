package io.millrace.net.broker;

import io.millrace.engine.os.BrokerMark;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Keeps the mark file up to date from a thread of its own, until closed. */
final class NodeStatus implements AutoCloseable {
    private static final long EVERY_NS = TimeUnit.SECONDS.toNanos(1);

    private final BrokerMark mark;
    private final Thread thread;
    private volatile boolean closing;

    /** Starts the thread: before the caller is pinned, for threads inherit its processor. */
    NodeStatus(final BrokerMark mark) {
        this.mark = mark;
        thread = new Thread(this::run, "status");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!closing) {
            mark.publish();
            LockSupport.parkNanos(this, EVERY_NS);
        }
    }

    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        Waiting.join(thread);
        mark.publish();
        mark.close();
    }
}
