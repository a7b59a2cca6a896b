package io.millrace.perf.workload;

import io.millrace.perf.client.Topics;
import io.millrace.perf.report.Figures;
import io.millrace.perf.report.Metric;
import io.millrace.perf.server.Server;
import io.millrace.perf.server.Servers.Kind;
import java.util.EnumSet;
import java.util.Set;

/** From the command that starts the server, on an empty data directory, to the first acknowledged produce. */
final class StartUp implements Workload {
    @Override
    public String name() {
        return "start";
    }

    @Override
    public String description() {
        return "from the command to the first acknowledged produce, empty data directory";
    }

    @Override
    public Set<Kind> kinds() {
        return EnumSet.complementOf(EnumSet.of(Kind.NULL));
    }

    @Override
    public boolean wantsRunningServer() {
        return false;
    }

    @Override
    public Figures run(final Server server, final Timing timing) throws Exception {
        final long beganNs = System.nanoTime();
        server.start(START_LIMIT);
        final long readyNs = System.nanoTime();
        Topics.create(server.bootstrap(), "first", 1);
        return new Figures()
                .put(Metric.READY, (readyNs - beganNs) / 1e6)
                .put(Metric.START, (System.nanoTime() - beganNs) / 1e6);
    }
}
