package io.millrace.net.broker;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where a node's cores meet while it starts and stops: all recover before any serves, all have ended their requests
 * before any closes its partitions, and all keep running until the last has closed. Shared by all threads.
 */
public final class NodeLife {
    /** What a core died of. */
    record Failure(int core, Throwable cause) {}

    private final CountDownLatch recovered;
    private final CountDownLatch mayServe = new CountDownLatch(1);
    private final CountDownLatch ended;
    private final AtomicInteger serving;
    private final AtomicInteger open;
    private final AtomicInteger unclean = new AtomicInteger();
    private final AtomicReference<Failure> failure = new AtomicReference<>();
    private volatile boolean abandoned;
    private volatile boolean served;
    private volatile boolean stopping;

    public NodeLife(final int coreCount) {
        recovered = new CountDownLatch(coreCount);
        ended = new CountDownLatch(coreCount);
        serving = new AtomicInteger(coreCount);
        open = new AtomicInteger(coreCount);
    }

    // Starting

    void onRecovered() {
        recovered.countDown();
    }

    /** False if the time is over first; true when all are there, or one never will be. */
    boolean awaitRecovered(final long limitMs) {
        return Waiting.await(recovered, limitMs);
    }

    /** Core threads wait here; false if the start was given up. */
    boolean awaitMayServe() {
        Waiting.await(mayServe);
        return !abandoned;
    }

    void letServe() {
        served = true;
        mayServe.countDown();
    }

    /** Whether a failure is one of a running broker, not of its start. */
    boolean hasServed() {
        return served;
    }

    /** The start failed: nobody serves. */
    void abandon() {
        abandoned = true;
        mayServe.countDown();
    }

    // Failing

    /** True for the first, which is the one to tell of. */
    boolean fail(final int core, final Throwable cause) {
        final boolean first = failure.compareAndSet(null, new Failure(core, cause));
        while (recovered.getCount() > 0) {
            recovered.countDown();
        }
        return first;
    }

    /** Null as long as all is well. */
    Failure failure() {
        return failure.get();
    }

    // Stopping

    void stop() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    /** A core has ended its requests. */
    void onDrained() {
        serving.decrementAndGet();
    }

    boolean isDrained() {
        return serving.get() == 0;
    }

    /** A core has closed its partitions. */
    void onClosed(final boolean clean) {
        if (!clean) {
            unclean.incrementAndGet();
        }
        open.decrementAndGet();
    }

    public boolean isClosed() {
        return open.get() == 0;
    }

    /** Whether every core could close everything. */
    public boolean isClean() {
        return unclean.get() == 0 && failure.get() == null;
    }

    void onEnded() {
        ended.countDown();
    }

    void awaitEnded() {
        Waiting.await(ended);
    }
}
