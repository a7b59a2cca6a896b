package io.millrace.perf.workload;

import io.millrace.perf.client.OpenLoop;
import io.millrace.perf.client.Topics;
import io.millrace.perf.report.Figures;
import io.millrace.perf.server.Durability;
import io.millrace.perf.server.Server;

/**
 * From the moment at which a record was meant to be sent until a consumer has it: an open loop, so that a server that
 * stalls is charged for every record that should have been sent meanwhile.
 */
final class EndToEnd extends NamedWorkload {
    private static final String TOPIC = "e2e";
    private static final int WARM_UP_PER_SECOND = 20_000;
    private static final int DENSE_PERCENT = 70;

    private final int partitions;
    private final OpenLoop.Plan plan;

    EndToEnd(final String name, final String description, final int partitions, final OpenLoop.Plan plan) {
        super(name, description, Durability.OS);
        this.partitions = partitions;
        this.plan = plan;
    }

    @Override
    public Figures run(final Server server, final Timing timing) throws Exception {
        Topics.create(server.bootstrap(), TOPIC, partitions);
        // At its own rate a server would still compile while it is measured: most of the warm-up is denser.
        try (OpenLoop dense = new OpenLoop(server.bootstrap(), TOPIC, partitions, plan.atRate(WARM_UP_PER_SECOND))) {
            dense.start();
            Thread.sleep(timing.warmUpMs() * DENSE_PERCENT / 100);
            dense.received();
        }
        return measure(server, timing.withWarmUpMs(timing.warmUpMs() * (100 - DENSE_PERCENT) / 100));
    }

    private Figures measure(final Server server, final Timing timing) throws Exception {
        try (OpenLoop loop = new OpenLoop(server.bootstrap(), TOPIC, partitions, plan)) {
            loop.start();
            final Window window = Window.of(server, timing, loop::received, loop::forget);
            return window.records().putLatencies(loop.latencies());
        }
    }
}
