package io.millrace.perf.workload;

import io.millrace.perf.client.PacedRequests;
import io.millrace.perf.client.Requests;
import io.millrace.perf.client.Topics;
import io.millrace.perf.report.Figures;
import io.millrace.perf.report.Metric;
import io.millrace.perf.server.ProcessUsage;
import io.millrace.perf.server.Server;
import java.util.Map;

/** Many connections that do little: what they cost above an idle server. */
final class ManyConnections implements Workload {
    private static final String TOPIC = "connections";
    private static final int PARTITIONS = 8;
    private static final int CONNECTIONS = 5_000;
    private static final int PER_SECOND = 1_000;
    private static final int RECORD_BYTES = 100;
    private static final short ALL = -1;
    private static final double BYTES_PER_MEGABYTE = 1e6;

    @Override
    public String name() {
        return "connections-5000";
    }

    @Override
    public String description() {
        return "1,000/s of 100 B over 5,000 connections, acks=all, 8 partitions";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("socket.listen.backlog.size", "8192");
    }

    @Override
    public Figures run(final Server server, final Timing timing) throws Exception {
        final int[] ports = Topics.create(server.bootstrap(), TOPIC, PARTITIONS);
        final ProcessUsage idle = server.usage();
        final Requests requests =
                Requests.produce(ports, new Requests.Plan(TOPIC, PARTITIONS, PARTITIONS, 1, 1, RECORD_BYTES), ALL);
        try (PacedRequests producer = new PacedRequests(requests, CONNECTIONS, PER_SECOND)) {
            producer.start();
            final Window window = Window.of(server, timing, producer::answered, () -> {});
            final long grownBytes = server.usage().residentBytes() - idle.residentBytes();
            return window.requests()
                    .put(Metric.CPU_SHARE, window.cpuShare())
                    .put(Metric.RESIDENT_GROWTH, grownBytes / BYTES_PER_MEGABYTE);
        }
    }
}
