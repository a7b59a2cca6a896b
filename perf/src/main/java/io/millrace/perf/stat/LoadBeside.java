package io.millrace.perf.stat;

import io.millrace.perf.server.Server;
import io.millrace.perf.workload.Timing;
import io.millrace.perf.workload.Workload;
import io.millrace.tools.stat.Snapshot;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** A workload that runs on a thread of its own while somebody looks at the broker. */
public final class LoadBeside implements AutoCloseable {
    /** Beyond what is looked at: tools take a moment to begin and to end, and then the load is ended. */
    private static final long SLACK_MS = 60_000;

    private static final long BEGIN_LIMIT_NS = TimeUnit.SECONDS.toNanos(120);
    private static final long END_LIMIT_MS = TimeUnit.SECONDS.toMillis(60);

    private final int warmUpSeconds;
    private final FutureTask<Void> load;
    private final Thread thread;

    private LoadBeside(final int warmUpSeconds, final FutureTask<Void> load) {
        this.warmUpSeconds = warmUpSeconds;
        this.load = load;
        thread = new Thread(load, "load");
        thread.start();
    }

    /** Starts it against a server that runs. */
    public static LoadBeside start(
            final Workload workload, final Server server, final int warmUpSeconds, final int seconds) {
        final Timing timing =
                new Timing(TimeUnit.SECONDS.toMillis(warmUpSeconds), TimeUnit.SECONDS.toMillis(seconds) + SLACK_MS);
        return new LoadBeside(warmUpSeconds, new FutureTask<>(() -> {
            workload.run(server, timing);
            return null;
        }));
    }

    /** Waits until the broker appends, and then for the warm-up. */
    public void awaitWarm(final RunningBroker broker) throws InterruptedException {
        final long deadlineNs = System.nanoTime() + BEGIN_LIMIT_NS;
        Snapshot now = broker.freshSnapshot();
        while (now.cores().stream()
                        .mapToLong(core -> core.distribution("batch.records").count())
                        .sum()
                == 0) {
            failIfEnded();
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException("the workload has sent nothing for 2 minutes");
            }
            now = broker.freshSnapshot();
        }
        for (int second = 0; second < warmUpSeconds; second++) {
            Thread.sleep(TimeUnit.SECONDS.toMillis(1));
            failIfEnded();
        }
    }

    private void failIfEnded() throws InterruptedException {
        if (load.isDone()) {
            tellFailure();
            throw new IllegalStateException("the workload was over before anybody looked");
        }
    }

    private void tellFailure() throws InterruptedException {
        try {
            load.get();
        } catch (final ExecutionException failed) {
            throw new IllegalStateException("the workload failed: " + failed.getCause(), failed);
        }
    }

    /** Ends it early; one that failed under the eyes of who looked fails here. */
    @Override
    public void close() throws InterruptedException {
        if (load.isDone()) {
            tellFailure();
        }
        load.cancel(true);
        thread.join(END_LIMIT_MS);
    }
}
