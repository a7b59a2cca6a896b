package io.millrace.perf.load;

import io.millrace.engine.os.SchedulingSlice;

/**
 * A producer's or consumer's place in a run: a thread that makes a client, uses it, and makes the next one when that one
 * was told to go. The place stays, clients come and go.
 */
abstract class Client implements AutoCloseable {
    private static final long RETRY_MS = 200;

    private final Meter meter;
    private final Thread thread;
    private volatile boolean running = true;

    Client(final String name, final Meter meter) {
        this.meter = meter;
        this.thread = Thread.ofPlatform().name(name).unstarted(this::run);
    }

    final void start() {
        thread.start();
    }

    /** Makes a client and uses it until it is told to go, or the run ends. On the client's thread. */
    abstract void live() throws Exception;

    /** Tells the present client to go, at once and without a word to the broker, or in an orderly way. */
    abstract void leave(boolean abruptly);

    final Meter meter() {
        return meter;
    }

    final boolean isRunning() {
        return running;
    }

    /** Where clients and server share processors, the client that measures is let in first, whatever the server. */
    private void run() {
        SchedulingSlice.shorten();
        while (running) {
            try {
                live();
            } catch (final InterruptedException e) {
                return;
            } catch (final Exception e) {
                meter.onError(thread.getName() + ": " + e);
                pause();
            }
        }
    }

    /** A client that fails at once must not turn the run into a loop of failures. */
    private void pause() {
        try {
            Thread.sleep(RETRY_MS);
        } catch (final InterruptedException e) {
            running = false;
        }
    }

    final void stop() {
        running = false;
    }

    /** Ends it in an orderly way: what a producer has, is sent first. */
    @Override
    public final void close() throws InterruptedException {
        running = false;
        thread.join();
    }
}
