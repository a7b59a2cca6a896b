package io.millrace.perf.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.perf.load.Growth.Held;
import io.millrace.perf.server.Server;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Lets clients of all kinds use a broker for hours, and looks for what is lost, what stalls and what grows. */
public final class SoakRun {
    /** Keeps the disk below 3 GB, and has retention settled before growth is looked at. */
    public static final Map<String, String> SETTINGS =
            Map.of("log.retention.check.interval.ms", "10000", "log.segment.delete.delay.ms", "1000");

    private static final Map<String, String> TOPIC =
            Map.of("retention.bytes", "134217728", "segment.bytes", "16777216");
    private static final String TOPIC_NAME = "soak";
    private static final int PARTITIONS = 16;
    private static final int READERS = 4;
    private static final int PER_SECOND = 30_000;
    private static final int VALUE_BYTES = 300;
    private static final double ACK_GAP_MAX_MS = 10_000;
    private static final double RATE_REACHED = 0.99;
    private static final double NS_PER_MS = 1e6;
    private static final long SETTLE_MAX_NS = TimeUnit.MINUTES.toNanos(10);
    private static final long STEP_NS = TimeUnit.SECONDS.toNanos(5);
    private static final double ABRUPT = 0.5;

    /** What a producer is: the rest are defaults. */
    private static final List<Map<String, String>> PRODUCERS = List.of(
            Map.of("linger.ms", "5"),
            Map.of("linger.ms", "5", "compression.type", "lz4"),
            Map.of("linger.ms", "10", "compression.type", "zstd"),
            Map.of("linger.ms", "5", "compression.type", "gzip", "compression.gzip.level", "1"),
            Map.of("linger.ms", "5", "acks", "1", "enable.idempotence", "false"),
            Map.of("linger.ms", "5", "acks", "1", "enable.idempotence", "false", "compression.type", "snappy"));

    private final Server server;
    private final long lengthNs;
    private final long settleNs;
    private final Random random;
    private final List<String> failures = new ArrayList<>();
    private final ObjectNode json = new ObjectMapper().createObjectNode();
    private int replaced;

    /** @param server one that runs, and accounts for its native memory */
    public SoakRun(final Server server, final double hours, final long seed) {
        this.server = server;
        this.lengthNs = (long) (hours * TimeUnit.HOURS.toNanos(1));
        this.settleNs = Math.min(SETTLE_MAX_NS, lengthNs / 3);
        this.random = new Random(seed);
    }

    /** Returns whether it held. */
    public boolean run(final PrintStream live, final PrintStream out) throws Exception {
        try (Fleet fleet = new Fleet(server.bootstrap(), TOPIC_NAME, PARTITIONS, TOPIC)) {
            for (final Map<String, String> properties : PRODUCERS) {
                fleet.addWriter((double) PER_SECOND / PRODUCERS.size(), VALUE_BYTES, new HashMap<>(properties));
            }
            fleet.addReaders(READERS);
            final List<Client> visitors = visitors(fleet.meter());
            fleet.start();
            visitors.forEach(Client::start);
            try {
                soak(fleet, visitors, live, out);
            } finally {
                visitors.forEach(Client::stop);
                for (final Client visitor : visitors) {
                    visitor.close();
                }
            }
        }
        return failures.isEmpty();
    }

    private List<Client> visitors(final Meter meter) {
        final List<Client> visitors = new ArrayList<>();
        visitors.add(new Visitors.ColdReader(server.bootstrap(), TOPIC_NAME, PARTITIONS, meter));
        visitors.add(new Visitors.Administrator(server.bootstrap(), TOPIC_NAME, meter));
        if (Visitors.Kcat.isInstalled()) {
            visitors.add(new Visitors.Kcat(server.bootstrap(), TOPIC_NAME, meter));
        }
        return visitors;
    }

    private void soak(final Fleet fleet, final List<Client> visitors, final PrintStream live, final PrintStream out)
            throws Exception {
        final Growth growth = new Growth(server.pid());
        final List<Client> all = new ArrayList<>(visitors);
        all.addAll(fleet.writers());
        all.addAll(fleet.readers());
        final LiveView view = new LiveView(live, fleet);
        final long fromNs = System.nanoTime();
        while (System.nanoTime() - fromNs < lengthNs && failures.isEmpty()) {
            final long elapsedNs = System.nanoTime() - fromNs;
            view.until("soak", System.nanoTime() + Math.min(STEP_NS, lengthNs - elapsedNs));
            all.get(random.nextInt(all.size())).leave(random.nextDouble() < ABRUPT);
            replaced++;
            final boolean settled = System.nanoTime() - fromNs >= settleNs;
            if (!ProcessHandle.of(server.pid()).map(ProcessHandle::isAlive).orElse(false)) {
                fail("the broker ended after %s", elapsed(System.nanoTime() - fromNs));
                break;
            }
            growth.sample(settled);
            live.println(
                    "         " + elapsed(elapsedNs + STEP_NS) + (settled ? "  " : "  (settling)  ") + held(growth));
            judgeStep(fleet);
        }
        final double seconds = (System.nanoTime() - fromNs) / 1e9;
        final double rate = fleet.meter().acknowledged() / seconds;
        fleet.drain(System.nanoTime());
        judge(fleet, rate);
        report(fleet, growth, rate, seconds, out);
    }

    /** What is worth no further hour. */
    private void judgeStep(final Fleet fleet) {
        final double gapMs = fleet.longestAckGapNs() / NS_PER_MS;
        if (gapMs > ACK_GAP_MAX_MS) {
            fail("a producer waited %,.0f ms for an acknowledgement", gapMs);
        }
        final Ledger.Balance balance = fleet.ledger().balance();
        if (balance.different() + balance.skipped() > 0) {
            fail("records are lost: %s", String.join("; ", fleet.ledger().examples()));
        }
    }

    private void judge(final Fleet fleet, final double rate) {
        final Ledger.Balance balance = fleet.ledger().balance();
        if (balance.missing() > 0 || fleet.ledger().lag() > 0) {
            fail(
                    "records are lost: %,d were acknowledged and not read (%s)",
                    Math.max(balance.missing(), fleet.ledger().lag()),
                    String.join("; ", fleet.ledger().examples()));
        }
        if (balance.repeatedIdempotent() > 0) {
            fail(
                    "%,d records of idempotent producers came twice or out of order (%s)",
                    balance.repeatedIdempotent(),
                    String.join("; ", fleet.ledger().examples()));
        }
        if (fleet.meter().errors() > 0) {
            fail(
                    "%,d errors, the first: %s",
                    fleet.meter().errors(), fleet.meter().firstError());
        }
        if (rate < PER_SECOND * RATE_REACHED) {
            fail("the rate was not reached: %,.0f/s were acknowledged of %,d/s", rate, PER_SECOND);
        }
    }

    private void report(
            final Fleet fleet, final Growth growth, final double rate, final double seconds, final PrintStream out) {
        final Ledger.Balance balance = fleet.ledger().balance();
        out.printf(
                Locale.ROOT,
                "%nsoak on %s: %,.0f/s of %,d/s for %s; %,d records acknowledged, %d lost, %d repeated, %d errors%n",
                server.name(),
                rate,
                PER_SECOND,
                elapsed((long) (seconds * 1e9)),
                fleet.meter().acknowledged(),
                balance.lost(),
                balance.repeated(),
                fleet.meter().errors());
        out.printf(
                Locale.ROOT,
                "  %d clients left and were replaced; longest wait for an ack %.0f ms (at most %,.0f)%n",
                replaced,
                fleet.longestAckGapNs() / NS_PER_MS,
                ACK_GAP_MAX_MS);
        json.put("server", server.name()).put("seconds", seconds).put("rate", rate);
        json.put("targetRate", PER_SECOND).put("acknowledged", fleet.meter().acknowledged());
        json.put("lost", balance.lost()).put("repeated", balance.repeated());
        json.put("errors", fleet.meter().errors()).put("replacedClients", replaced);
        json.put("longestAckGapMs", fleet.longestAckGapNs() / NS_PER_MS);
        final ObjectNode slopes = json.putObject("slopes");
        for (final Held held : Held.values()) {
            reportSlope(growth, held, slopes, out);
        }
        failures.forEach(failure -> out.println("  FAILED    " + failure));
        failures.forEach(json.putArray("failures")::add);
        json.put("passed", failures.isEmpty());
        out.println(failures.isEmpty() ? "passed" : "failed");
    }

    private void reportSlope(final Growth growth, final Held held, final ObjectNode slopes, final PrintStream out) {
        final Slope slope = growth.slope(held);
        if (slope == null) {
            out.printf("  %-12s too few readings to tell growth from noise%n", held.label);
            fail("%s could not be watched", held.label);
            return;
        }
        out.printf(
                Locale.ROOT,
                "  %-12s %+.2f an hour, ± %.2f noise, %+.2f certain over %.2f h (allowed: %.0f an hour), now %.1f%n",
                held.label,
                slope.perHour(),
                slope.noisePerHour(),
                slope.certainGrowth(),
                slope.hours(),
                held.allowedPerHour,
                growth.latest(held));
        slopes.putObject(held.name().toLowerCase(Locale.ROOT))
                .put("perHour", slope.perHour())
                .put("noisePerHour", slope.noisePerHour())
                .put("certainGrowth", slope.certainGrowth())
                .put("hours", slope.hours())
                .put("allowedPerHour", held.allowedPerHour)
                .put("last", growth.latest(held));
        if (slope.exceeds(held.allowedPerHour)) {
            fail("%s grows by %.2f an hour (± %.2f)", held.label, slope.perHour(), slope.noisePerHour());
        }
    }

    public void writeJson(final Path file) throws IOException {
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(file.toFile(), json);
    }

    private void fail(final String format, final Object... arguments) {
        failures.add(String.format(Locale.ROOT, format, arguments));
    }

    private static String held(final Growth growth) {
        final StringBuilder text = new StringBuilder();
        for (final Held held : Held.values()) {
            text.append(String.format(Locale.ROOT, "%s %.1f  ", held.label, growth.latest(held)));
        }
        return text.toString();
    }

    private static String elapsed(final long ns) {
        final long seconds = TimeUnit.NANOSECONDS.toSeconds(ns);
        return String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}
