package io.millrace.perf.workload;

import io.millrace.perf.client.OpenLoop;
import io.millrace.perf.client.ThrottledClients;
import io.millrace.perf.client.Topics;
import io.millrace.perf.server.Server;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What a client without a quota feels of throttled ones beside it: its latency at a fixed rate, and its rate at full speed. */
public final class QuotaNeighbours {
    private static final String THROTTLED = "throttled";
    private static final String FREE = "free";
    private static final String PACED = "paced";
    private static final int PARTITIONS = 4;
    private static final int THROTTLED_CLIENTS = 4;
    private static final long THROTTLED_BYTES = 1_000_000;
    private static final long WARM_UP_MS = 8_000;
    private static final double BYTES_PER_MEGABYTE = 1e6;
    private static final double NS_PER_SECOND = 1e9;
    private static final double NS_PER_MS = 1e6;
    private static final OpenLoop.Plan LOOP = new OpenLoop.Plan(1_000, 1_000, Map.of("acks", "all", "linger.ms", "0"));

    private final Server server;
    private final long measureMs;
    private final PrintStream out;

    public QuotaNeighbours(final Server server, final int seconds, final PrintStream out) {
        this.server = server;
        this.measureMs = seconds * 1_000L;
        this.out = out;
    }

    /** Alone, beside the throttled ones, and alone again: a machine that drifts shows between the first and the last. */
    public void run() throws Exception {
        Topics.create(server.bootstrap(), THROTTLED, PARTITIONS);
        Topics.create(server.bootstrap(), FREE, PARTITIONS);
        Topics.create(server.bootstrap(), PACED, PARTITIONS);
        try (OpenLoop loop = new OpenLoop(server.bootstrap(), PACED, PARTITIONS, LOOP)) {
            loop.start();
            Thread.sleep(WARM_UP_MS);
            tell("alone", latency(loop));
            try (Throttled throttled = new Throttled()) {
                tell("beside " + throttled.clients(), latency(loop));
            }
            tell("alone again", latency(loop));
        }
        final var plan = new ThrottledClients.Plan(FREE, true, 0, 1, FREE, PARTITIONS);
        try (ThrottledClients free = new ThrottledClients(server.bootstrap(), plan)) {
            free.start();
            Thread.sleep(WARM_UP_MS);
            tell("alone", rate(free));
            try (Throttled throttled = new Throttled()) {
                tell("beside " + throttled.clients(), rate(free));
            }
            tell("alone again", rate(free));
        }
    }

    private void tell(final String when, final String what) {
        out.printf(Locale.ROOT, "%-14s %s: %s%n", server.name(), when, what);
    }

    private String latency(final OpenLoop loop) throws Exception {
        loop.forget();
        Thread.sleep(measureMs);
        loop.received();
        final Histogram latencies = loop.latencies();
        return String.format(
                Locale.ROOT,
                "end to end at 1,000/s p50 %.2f ms, p99 %.2f ms",
                latencies.getValueAtPercentile(50) / NS_PER_MS,
                latencies.getValueAtPercentile(99) / NS_PER_MS);
    }

    private String rate(final ThrottledClients free) throws InterruptedException {
        final long before = free.bytes();
        final long beganNs = System.nanoTime();
        Thread.sleep(measureMs);
        final double seconds = (System.nanoTime() - beganNs) / NS_PER_SECOND;
        return String.format(
                Locale.ROOT,
                "a producer at full speed gets %.1f MB/s through",
                (free.bytes() - before) / BYTES_PER_MEGABYTE / seconds);
    }

    /** Producers and consumers that take as much as they get, and are held to little. */
    private final class Throttled implements AutoCloseable {
        private final List<ThrottledClients> all = new ArrayList<>();

        Throttled() throws Exception {
            for (final boolean produces : new boolean[] {true, false}) {
                final ThrottledClients each = new ThrottledClients(
                        server.bootstrap(),
                        new ThrottledClients.Plan(
                                THROTTLED + produces,
                                produces,
                                THROTTLED_BYTES,
                                THROTTLED_CLIENTS,
                                THROTTLED,
                                PARTITIONS));
                all.add(each);
                each.limit();
                each.start();
            }
            // They, too, have to begin, which is no throttling.
            Thread.sleep(WARM_UP_MS / 4);
        }

        String clients() {
            return THROTTLED_CLIENTS + " producers and " + THROTTLED_CLIENTS + " consumers held to 1 MB/s each way";
        }

        @Override
        public void close() throws InterruptedException {
            for (final ThrottledClients each : all) {
                each.close();
            }
        }
    }
}
