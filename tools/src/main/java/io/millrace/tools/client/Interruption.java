package io.millrace.tools.client;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ctrl-C and SIGTERM: tells the work to end, and lets it end in order before the process does. */
final class Interruption implements AutoCloseable {
    private static final long END_SECONDS_MAX = 5;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Runnable stop;
    private volatile boolean asked;

    Interruption(final Runnable stop) {
        this.stop = stop;
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "stop"));
    }

    private void end() {
        if (ended.getCount() == 0) {
            return;
        }
        asked = true;
        stop.run();
        try {
            ended.await(END_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isAsked() {
        return asked;
    }

    @Override
    public void close() {
        ended.countDown();
    }
}
