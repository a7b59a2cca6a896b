package io.millrace.perf.workload;

import io.millrace.perf.client.Topics;
import io.millrace.perf.report.Figures;
import io.millrace.perf.report.Metric;
import io.millrace.perf.server.ProcessUsage;
import io.millrace.perf.server.Server;
import io.millrace.perf.server.Servers.Kind;
import java.util.EnumSet;
import java.util.Set;

/** What a server costs that nobody uses, after its first topic was made. */
final class Idle implements Workload {
    private static final double BYTES_PER_MEGABYTE = 1e6;

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public String description() {
        return "a server that nobody uses: memory, processor time, threads";
    }

    @Override
    public Set<Kind> kinds() {
        return EnumSet.complementOf(EnumSet.of(Kind.NULL));
    }

    @Override
    public Figures run(final Server server, final Timing timing) throws Exception {
        Topics.create(server.bootstrap(), "idle", 1);
        Thread.sleep(timing.warmUpMs());
        final ProcessUsage before = server.usage();
        final long beganNs = System.nanoTime();
        Thread.sleep(timing.measureMs());
        final ProcessUsage after = server.usage();
        final double elapsedUs = (System.nanoTime() - beganNs) / 1e3;
        return new Figures()
                .put(Metric.CPU_SHARE, (after.cpuUs() - before.cpuUs()) / elapsedUs * 100)
                .put(Metric.RESIDENT, after.residentBytes() / BYTES_PER_MEGABYTE)
                .put(Metric.THREADS, after.threads());
    }
}
