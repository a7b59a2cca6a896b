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
    /** What the broker needs for that. */
    public static final Map<String, String> SETTINGS = Map.of("log.retention.check.interval.ms", "500");

    private static final String THROTTLED = "throttled";
    private static final String FREE = "free";
    private static final String PACED = "paced";
    private static final int PARTITIONS = 4;
    private static final int THROTTLED_CLIENTS = 4;
    private static final long THROTTLED_BYTES = 1_000_000;
    private static final int ROUNDS = 3;
    private static final long WARM_UP_MS = 8_000;
    /** Or the page cache would be full before the end, and what is written from then on dearer. */
    private static final Map<String, String> FREE_CONFIGS =
            Map.of("retention.bytes", "134217728", "segment.bytes", "67108864");

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

    /** In turn, several times: what a machine does by itself in a minute is more than what is looked for. */
    public void run() throws Exception {
        Topics.create(server.bootstrap(), THROTTLED, PARTITIONS);
        Topics.create(server.bootstrap(), FREE, PARTITIONS, FREE_CONFIGS);
        Topics.create(server.bootstrap(), PACED, PARTITIONS);
        try (OpenLoop loop = new OpenLoop(server.bootstrap(), PACED, PARTITIONS, LOOP)) {
            loop.start();
            Thread.sleep(WARM_UP_MS);
            compare(
                    () -> latency(loop),
                    "a client at 1,000/s, end to end: p50 %.2f (%.2f to %.2f) ms",
                    "p99 %.2f (%.2f to %.2f) ms");
        }
        final var plan = new ThrottledClients.Plan(FREE, true, 0, 1, FREE, PARTITIONS);
        try (ThrottledClients free = new ThrottledClients(server.bootstrap(), plan)) {
            free.start();
            Thread.sleep(WARM_UP_MS);
            compare(() -> rate(free), "a producer at full speed gets %.0f (%.0f to %.0f) MB/s through");
        }
    }

    /** What is looked at, each time: one figure for each of the formats. */
    private interface Probe {
        double[] take() throws Exception;
    }

    private void compare(final Probe probe, final String... formats) throws Exception {
        final List<double[]> alone = new ArrayList<>(List.of(probe.take()));
        final List<double[]> beside = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            try (Throttled throttled = new Throttled()) {
                throttled.begin();
                beside.add(probe.take());
            }
            alone.add(probe.take());
        }
        tell("alone", alone, formats);
        tell(
                "beside " + THROTTLED_CLIENTS + " producers and " + THROTTLED_CLIENTS
                        + " consumers held to 1 MB/s each way",
                beside,
                formats);
    }

    /** The median, the least and the most of each figure. */
    private void tell(final String when, final List<double[]> looks, final String... formats) {
        final StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-14s %s", server.name(), when));
        for (int i = 0; i < formats.length; i++) {
            final int figure = i;
            final double[] sorted =
                    looks.stream().mapToDouble(look -> look[figure]).sorted().toArray();
            final double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
            line.append(i == 0 ? ": " : ", ")
                    .append(String.format(Locale.ROOT, formats[i], median, sorted[0], sorted[sorted.length - 1]));
        }
        out.println(line);
    }

    private double[] latency(final OpenLoop loop) throws Exception {
        loop.forget();
        Thread.sleep(measureMs);
        loop.received();
        final Histogram latencies = loop.latencies();
        return new double[] {
            latencies.getValueAtPercentile(50) / NS_PER_MS, latencies.getValueAtPercentile(99) / NS_PER_MS
        };
    }

    private double[] rate(final ThrottledClients free) throws InterruptedException {
        final long before = free.bytes();
        final long beganNs = System.nanoTime();
        Thread.sleep(measureMs);
        final double seconds = (System.nanoTime() - beganNs) / NS_PER_SECOND;
        return new double[] {(free.bytes() - before) / BYTES_PER_MEGABYTE / seconds};
    }

    /** Producers and consumers that take as much as they get, and are held to little. */
    private final class Throttled implements AutoCloseable {
        private final List<ThrottledClients> all = new ArrayList<>();

        void begin() throws Exception {
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

        @Override
        public void close() throws InterruptedException {
            for (final ThrottledClients each : all) {
                each.close();
            }
        }
    }
}
