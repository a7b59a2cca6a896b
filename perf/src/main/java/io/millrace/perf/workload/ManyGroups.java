package io.millrace.perf.workload;

import io.millrace.perf.client.GroupRequests;
import io.millrace.perf.client.PacedRequests;
import io.millrace.perf.client.Requests;
import io.millrace.perf.client.Topics;
import io.millrace.perf.report.Figures;
import io.millrace.perf.report.Metric;
import io.millrace.perf.server.Durability;
import io.millrace.perf.server.Server;
import io.millrace.perf.server.Servers.Kind;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;

/** What many groups that only say that they are there do to the latency of producers beside them. */
final class ManyGroups extends NamedWorkload {
    /** Groups of one member wait for no second one. */
    static final Map<String, String> SETTINGS = Map.of("group.initial.rebalance.delay.ms", "0");

    private static final int GROUPS = 10_000;
    /** As Kafka's consumers are set: one every three seconds. */
    private static final int HEARTBEATS_PER_SECOND = GROUPS / 3;

    private static final int MEMBER_CONNECTIONS = 500;
    private static final String TOPIC = "beside";
    private static final int PARTITIONS = 4;
    private static final int PER_SECOND = 1_000;
    private static final short ALL = -1;

    ManyGroups() {
        super(
                "groups-10000",
                "1,000 produce requests of 1 KB a second, without and beside 10,000 groups that send heartbeats",
                Durability.OS);
    }

    @Override
    public Set<Kind> kinds() {
        return EnumSet.complementOf(EnumSet.of(Kind.NULL));
    }

    @Override
    public Map<String, String> settings() {
        return SETTINGS;
    }

    @Override
    public Figures run(final Server server, final Timing timing) throws Exception {
        final int[] ports = Topics.create(server.bootstrap(), TOPIC, PARTITIONS);
        final GroupRequests groups = GroupRequests.join(ports[0], GROUPS);
        final var plan = new Requests.Plan(TOPIC, PARTITIONS, PARTITIONS, 1, 1, 1_000);
        try (PacedRequests producer = new PacedRequests(Requests.produce(ports, plan, ALL), PARTITIONS, PER_SECOND);
                PacedRequests members =
                        new PacedRequests(groups.heartbeats(), MEMBER_CONNECTIONS, HEARTBEATS_PER_SECOND)) {
            producer.start();
            Window.of(server, timing, producer::answered, producer::takeLatencies);
            final Histogram alone = producer.takeLatencies();
            members.start();
            final Window window = Window.of(server, timing, producer::answered, producer::takeLatencies);
            final Histogram beside = producer.takeLatencies();
            members.answered();
            return window.requests()
                    .putLatencies(beside)
                    .put(Metric.CPU_SHARE, window.cpuShare())
                    .put(Metric.P99_ALONE, alone.getValueAtPercentile(99) / 1e6)
                    .put(Metric.P99_RISE, (double) beside.getValueAtPercentile(99) / alone.getValueAtPercentile(99));
        }
    }
}
