package io.millrace.perf.workload;

import io.millrace.perf.client.RawRequests;
import io.millrace.perf.client.Requests;
import io.millrace.perf.client.Topics;
import io.millrace.perf.report.Figures;
import io.millrace.perf.server.Durability;
import io.millrace.perf.server.Server;

/** Prebuilt produce requests over raw sockets: the server's own cost of a request. */
final class RawProduce extends NamedWorkload {
    private static final short ALL = -1;

    private final Requests.Plan plan;

    RawProduce(final String name, final String description, final Durability durability, final Requests.Plan plan) {
        super(name, description, durability);
        this.plan = plan;
    }

    @Override
    public Figures run(final Server server, final Timing timing) throws Exception {
        final int[] ports = Topics.create(server.bootstrap(), plan.topic(), plan.partitions());
        try (RawRequests producer = new RawRequests(Requests.produce(ports, plan, ALL), plan.inFlight())) {
            producer.start();
            final Window window = Window.of(server, timing, producer::answered, producer::takeLatencies);
            return window.requests().putLatencies(producer.takeLatencies());
        }
    }
}
