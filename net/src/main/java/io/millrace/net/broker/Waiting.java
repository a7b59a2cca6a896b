package io.millrace.net.broker;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits that an interrupt does not cut short: starting and stopping have an end of their own. */
final class Waiting {
    private Waiting() {}

    static void join(final Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        restore(interrupted);
    }

    static void await(final CountDownLatch latch) {
        boolean done = false;
        while (!done) {
            done = await(latch, TimeUnit.DAYS.toMillis(1));
        }
    }

    /** False if the time is over first. */
    static boolean await(final CountDownLatch latch, final long limitMs) {
        boolean interrupted = false;
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
        while (true) {
            try {
                final boolean done = latch.await(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
                restore(interrupted);
                return done;
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
    }

    private static void restore(final boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
