package io.millrace.perf.workload;

import io.millrace.perf.client.Topics;
import io.millrace.perf.report.Figures;
import io.millrace.perf.report.Metric;
import io.millrace.perf.server.Server;
import io.millrace.perf.server.Servers.Kind;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** From the command to readiness after a kill -9 with 2.7 GB of log. */
final class Restart implements Workload {
    private static final String TOPIC = "restart";
    private static final int PARTITIONS = 8;
    private static final FilledTopic FILLED = new FilledTopic(TOPIC, PARTITIONS, 45_000, Map.of());

    @Override
    public String name() {
        return "restart";
    }

    @Override
    public String description() {
        return "from the command to the first acknowledged produce after kill -9 with 2.7 GB of log in 8 partitions";
    }

    @Override
    public Set<Kind> kinds() {
        return EnumSet.complementOf(EnumSet.of(Kind.NULL));
    }

    @Override
    public boolean keepsServer() {
        return false;
    }

    @Override
    public Figures run(final Server server, final Timing timing) throws Exception {
        FILLED.write(server.bootstrap());
        server.kill();
        final long beganNs = System.nanoTime();
        server.start(START_LIMIT);
        final long readyNs = System.nanoTime();
        Topics.touch(server.bootstrap(), TOPIC, PARTITIONS);
        return new Figures()
                .put(Metric.READY, (readyNs - beganNs) / 1e6)
                .put(Metric.START, (System.nanoTime() - beganNs) / 1e6);
    }
}
