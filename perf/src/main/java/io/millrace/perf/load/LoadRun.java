package io.millrace.perf.load;

import io.millrace.perf.client.Topics;
import io.millrace.perf.server.ProcessUsage;
import io.millrace.perf.server.Server;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Puts a profile's load on a broker for its time and says what came of it. */
public final class LoadRun {
    /** Of a partition; what is read is read at once, so old data is only in the way. */
    private static final Map<String, String> TOPIC =
            Map.of("retention.bytes", "268435456", "segment.bytes", "67108864");

    /** The broker is killed after this part of the measured time. */
    private static final double OUTAGE_AT = 0.4;

    private final LoadPlan plan;
    private final String bootstrap;
    private final Optional<Server> server;

    /** @param server the broker, where it is the rig's own: only such a one can be killed and asked what it costs */
    public LoadRun(final LoadPlan plan, final String bootstrap, final Optional<Server> server) {
        this.plan = plan;
        this.bootstrap = bootstrap;
        this.server = server;
    }

    public LoadResult run(final PrintStream live) throws Exception {
        final Profile profile = plan.profile();
        final String topic = "perf-load-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        try (Fleet fleet = new Fleet(bootstrap, topic, profile.partitions(), TOPIC)) {
            for (int i = 0; i < profile.producers(); i++) {
                fleet.addWriter(
                        (double) profile.perSecond() / profile.producers(),
                        plan.valueBytes(),
                        profile.producerProperties());
            }
            fleet.addReaders(profile.consumers());
            fleet.start();
            final LiveView view = new LiveView(live, fleet);
            view.until("warm-up", System.nanoTime() + TimeUnit.SECONDS.toNanos(plan.warmUpSeconds()));
            return measure(fleet, view);
        } finally {
            if (server.isEmpty()) {
                Topics.delete(bootstrap, topic);
            }
        }
    }

    private LoadResult measure(final Fleet fleet, final LiveView view) throws Exception {
        final Meter meter = fleet.meter();
        final long lengthNs = TimeUnit.SECONDS.toNanos(plan.seconds());
        fleet.forgetAckGaps();
        final ProcessUsage before = server.map(Server::usage).orElse(null);
        final long fromNs = System.nanoTime();
        final long sent = meter.sent();
        final long acknowledged = meter.acknowledged();
        final long received = meter.received();
        final long abandoned = meter.abandoned();
        meter.measure(fromNs, fromNs + lengthNs);
        final LoadResult.Builder result = new LoadResult.Builder(plan);
        try (Chaos chaos = plan.chaos() ? chaos(fleet, fromNs + (long) (lengthNs * OUTAGE_AT)) : null) {
            view.until("measured", fromNs + lengthNs);
            final double seconds = (System.nanoTime() - fromNs) / 1e9;
            result.rates(
                    seconds,
                    meter.sent() - sent,
                    meter.acknowledged() - acknowledged,
                    meter.received() - received,
                    meter.abandoned() - abandoned);
            if (chaos == null) {
                server.ifPresent(own -> result.usage(before, own.usage()));
            } else {
                chaos.close();
                result.kills(chaos.producers(), chaos.consumers(), chaos.outageMs());
            }
        }
        result.longestAckGapNs(fleet.longestAckGapNs());
        fleet.drain(fromNs + lengthNs);
        return result.build(meter, fleet.ledger());
    }

    private Chaos chaos(final Fleet fleet, final long brokerAtNs) {
        return new Chaos(server.orElseThrow(), fleet, brokerAtNs, plan.seed());
    }
}
