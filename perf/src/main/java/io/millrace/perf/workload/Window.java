package io.millrace.perf.workload;

import io.millrace.perf.report.Figures;
import io.millrace.perf.report.Metric;
import io.millrace.perf.server.ProcessUsage;
import io.millrace.perf.server.Server;

/** The measured part of a run: counts and the server's accounts at its begin and at its end. */
final class Window {
    private static final double NS_PER_SECOND = 1e9;
    private static final double US_PER_SECOND = 1e6;
    private static final double PERCENT = 100;
    private static final double BYTES_PER_MEGABYTE = 1e6;

    /** Reads a count of what is done so far. */
    interface Count {
        long read() throws Exception;
    }

    /** Begins a load. */
    interface Start {
        void run() throws Exception;
    }

    /** Whether a load has come to its end. */
    interface Done {
        boolean isDone() throws Exception;
    }

    private final double seconds;
    private final long count;
    private final long cpuUs;
    private final ProcessUsage usage;

    private Window(final double seconds, final long count, final long cpuUs, final ProcessUsage usage) {
        this.seconds = seconds;
        this.count = count;
        this.cpuUs = cpuUs;
        this.usage = usage;
    }

    /** Lets the load warm up, then measures it. The load runs on other threads. */
    static Window of(final Server server, final Timing timing, final Count count, final Runnable onBegin)
            throws Exception {
        Thread.sleep(timing.warmUpMs());
        onBegin.run();
        final long countBefore = count.read();
        final ProcessUsage before = server.usage();
        final long beganNs = System.nanoTime();
        Thread.sleep(timing.measureMs());
        final long done = count.read() - countBefore;
        final double seconds = (System.nanoTime() - beganNs) / NS_PER_SECOND;
        final ProcessUsage after = server.usage();
        if (done == 0) {
            throw new IllegalStateException(server.name() + " did nothing in " + seconds + " s");
        }
        return new Window(seconds, done, after.cpuUs() - before.cpuUs(), after);
    }

    /** Measures a load from its start until it is done. */
    static Window whole(final Server server, final Start start, final Done done, final Count count) throws Exception {
        final ProcessUsage before = server.usage();
        final long beganNs = System.nanoTime();
        start.run();
        while (!done.isDone()) {
            Thread.sleep(1);
        }
        final double seconds = (System.nanoTime() - beganNs) / NS_PER_SECOND;
        final ProcessUsage after = server.usage();
        return new Window(seconds, count.read(), after.cpuUs() - before.cpuUs(), after);
    }

    Figures records() {
        return residents(
                new Figures().put(Metric.RATE, count / seconds).put(Metric.CPU_PER_RECORD, (double) cpuUs / count));
    }

    Figures requests() {
        return residents(new Figures()
                .put(Metric.REQUEST_RATE, count / seconds)
                .put(Metric.CPU_PER_REQUEST, (double) cpuUs / count));
    }

    Figures bytes() {
        return residents(new Figures()
                .put(Metric.BYTE_RATE, count / seconds / BYTES_PER_MEGABYTE)
                .put(Metric.CPU_PER_MEGABYTE, cpuUs / (count / BYTES_PER_MEGABYTE)));
    }

    /** Of one core, in percent. */
    double cpuShare() {
        return cpuUs / (seconds * US_PER_SECOND) * PERCENT;
    }

    private Figures residents(final Figures figures) {
        return figures.put(Metric.RESIDENT, usage.residentBytes() / BYTES_PER_MEGABYTE);
    }
}
