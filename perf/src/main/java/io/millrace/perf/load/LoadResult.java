package io.millrace.perf.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.perf.server.ProcessUsage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** What a run of a load came to, and everything for which it failed. */
public final class LoadResult {
    /** Acks that came within the measured time, of those that the rate asks for: the rest is in flight at its end. */
    private static final double RATE_REACHED = 0.99;

    private static final double NS_PER_MS = 1e6;
    private static final double BYTES_PER_MEGABYTE = 1e6;
    private static final double[] PERCENTILES = {50, 95, 99, 99.9, 99.99};
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final LoadPlan plan;
    private final ObjectNode json = MAPPER.createObjectNode();
    private final List<String> failures = new ArrayList<>();

    private LoadResult(final LoadPlan plan) {
        this.plan = plan;
    }

    public boolean passed() {
        return failures.isEmpty();
    }

    /** Each in a line, with what was wanted and what was found. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    public void writeJson(final Path file) throws IOException {
        MAPPER.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), json);
    }

    public void print(final PrintStream out) {
        final Profile profile = plan.profile();
        out.printf(
                Locale.ROOT,
                "%n%s on %s: %d producers, %d consumers, %,d/s of %d B (JSON and binary), acks=all, durability: %s%n",
                profile,
                plan.server(),
                profile.producers(),
                profile.consumers(),
                profile.perSecond(),
                plan.valueBytes(),
                plan.durability());
        out.printf(
                Locale.ROOT,
                "  rate      %,.0f/s acknowledged of %,d/s, over %d s%s%n",
                json.get("rate").asDouble(),
                profile.perSecond(),
                plan.seconds(),
                plan.seconds() == profile.seconds() ? "" : " (the profile's own time is " + profile.seconds() + " s)");
        printLatencies(out, "latency", "latencyMs");
        out.println("            end to end, from the intended time of sending"
                + (plan.chaos() ? "; outside the outage" : ""));
        if (plan.chaos()) {
            printLatencies(out, "outage", "outageLatencyMs");
            out.printf(
                    Locale.ROOT,
                    "            the broker was away for %,d ms; records due from its kill to %d ms after its return%n",
                    json.at("/kills/brokerAwayMs").asLong(),
                    Chaos.SETTLE_MS);
            out.printf(
                    "  kills     %d producers, %d consumers, the broker %s (seed %d)%n",
                    json.at("/kills/producers").asInt(),
                    json.at("/kills/consumers").asInt(),
                    json.at("/kills/brokerAwayMs").asLong() < 0 ? "never" : "once",
                    plan.seed());
        }
        out.printf(
                Locale.ROOT,
                "  records   %,d acknowledged and %,d read while measured; %d lost, %d repeated, %d errors%n",
                json.get("acknowledged").asLong(),
                json.get("received").asLong(),
                json.get("lost").asLong(),
                json.get("repeated").asLong(),
                json.get("errors").asLong());
        out.printf(
                Locale.ROOT,
                "  ack gap   %.1f ms at the longest%n",
                json.get("longestAckGapMs").asDouble());
        if (json.has("serverProcess")) {
            out.printf(
                    Locale.ROOT,
                    "  server    %.2f µs cpu a record, %.0f MB resident%n",
                    json.at("/serverProcess/cpuUsPerRecord").asDouble(),
                    json.at("/serverProcess/residentMb").asDouble());
        }
        failures.forEach(failure -> out.println("  FAILED    " + failure));
        out.println(passed() ? "passed" : "failed");
    }

    private void printLatencies(final PrintStream out, final String title, final String field) {
        final ObjectNode latencies = (ObjectNode) json.get(field);
        out.printf(
                Locale.ROOT,
                "  %-9s p50 %.2f  p95 %.2f  p99 %.2f  p99.9 %.2f  max %.1f ms%s%n",
                title,
                latencies.get("p50").asDouble(),
                latencies.get("p95").asDouble(),
                latencies.get("p99").asDouble(),
                latencies.get("p99.9").asDouble(),
                latencies.get("max").asDouble(),
                field.equals("latencyMs")
                        ? String.format(Locale.ROOT, " (bar: p95 < %s ms)", number(plan.p95Ms()))
                        : "");
    }

    private static String number(final double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** Takes figures while they are there to be taken, and judges them in the end. */
    static final class Builder {
        private final LoadResult result;
        private final LoadPlan plan;
        private final ObjectNode json;
        private double sentPerSecond;
        private double rate;
        private double abandonedPerSecond;
        private long acknowledged;
        private long outageMs = -1;

        Builder(final LoadPlan plan) {
            this.plan = plan;
            result = new LoadResult(plan);
            json = result.json;
            final Profile profile = plan.profile();
            json.put("profile", profile.toString());
            json.put("server", plan.server());
            json.put("durability", plan.durability());
            json.put("acks", "all");
            json.put("latency", "end to end, from the intended time of sending");
            json.put("chaos", plan.chaos());
            json.put("seed", plan.seed());
            json.put("seconds", plan.seconds());
            json.put("profileSeconds", profile.seconds());
            json.put("warmUpSeconds", plan.warmUpSeconds());
            json.put("producers", profile.producers());
            json.put("consumers", profile.consumers());
            json.put("partitions", profile.partitions());
            json.put("valueBytes", plan.valueBytes());
            json.put("targetRate", profile.perSecond());
            json.put("p95BarMs", plan.p95Ms());
        }

        void rates(final double seconds, final long sent, final long acks, final long received, final long abandoned) {
            acknowledged = acks;
            sentPerSecond = sent / seconds;
            rate = acks / seconds;
            abandonedPerSecond = abandoned / seconds;
            json.put("sent", sent);
            json.put("acknowledged", acks);
            json.put("received", received);
            json.put("abandoned", abandoned);
            json.put("rate", rate);
        }

        void usage(final ProcessUsage before, final ProcessUsage after) {
            final ObjectNode process = json.putObject("serverProcess");
            process.put("cpuUsPerRecord", (double) (after.cpuUs() - before.cpuUs()) / Math.max(1, acknowledged));
            process.put("residentMb", after.residentBytes() / BYTES_PER_MEGABYTE);
            process.put("threads", after.threads());
            process.put("descriptors", after.descriptors());
        }

        void kills(final int producers, final int consumers, final long brokerAwayMs) {
            outageMs = brokerAwayMs;
            json.putObject("kills")
                    .put("producers", producers)
                    .put("consumers", consumers)
                    .put("brokerAwayMs", brokerAwayMs)
                    .put("settleMs", Chaos.SETTLE_MS);
        }

        void longestAckGapNs(final long ns) {
            json.put("longestAckGapMs", ns / NS_PER_MS);
        }

        LoadResult build(final Meter meter, final Ledger ledger) {
            latencies("latencyMs", meter.judged());
            if (plan.chaos()) {
                latencies("outageLatencyMs", meter.outage());
            }
            final Ledger.Balance balance = ledger.balance();
            json.put("errors", meter.errors());
            json.put("lost", balance.lost());
            json.put("repeated", balance.repeated());
            judgeRate();
            judgeLatency(meter.judged());
            judgeRecords(meter, balance, ledger);
            final var failures = json.putArray("failures");
            result.failures.forEach(failures::add);
            json.put("passed", result.passed());
            return result;
        }

        private void latencies(final String name, final Histogram histogram) {
            final ObjectNode node = json.putObject(name);
            for (final double percentile : PERCENTILES) {
                node.put("p" + number(percentile), histogram.getValueAtPercentile(percentile) / NS_PER_MS);
            }
            node.put("max", histogram.getMaxValue() / NS_PER_MS);
            node.put("records", histogram.getTotalCount());
        }

        private void judgeRate() {
            final double target = plan.profile().perSecond();
            if (sentPerSecond < target * RATE_REACHED) {
                fail("the rate was not reached: producers could send %,.0f/s of %,.0f/s", sentPerSecond, target);
            } else if (rate + abandonedPerSecond < target * RATE_REACHED) {
                fail("the rate was not reached: %,.0f/s were acknowledged of %,.0f/s", rate, target);
            }
        }

        private void judgeLatency(final Histogram judged) {
            final double p95Ms = judged.getValueAtPercentile(95) / NS_PER_MS;
            if (judged.getTotalCount() == 0) {
                fail("no record came that was sent in the measured time");
            } else if (p95Ms >= plan.p95Ms()) {
                fail("p95 is %.3f ms and has to be below %s ms", p95Ms, number(plan.p95Ms()));
            }
        }

        private void judgeRecords(final Meter meter, final Ledger.Balance balance, final Ledger ledger) {
            if (ledger.lag() > 0) {
                fail("consumers did not come to the last %,d records that were acknowledged", ledger.lag());
            }
            if (balance.lost() > 0) {
                fail(
                        "records are lost: %,d acknowledged and not there, %,d replaced by others, %,d offsets skipped (%s)",
                        balance.missing(),
                        balance.different(),
                        balance.skipped(),
                        String.join("; ", ledger.examples()));
            }
            if (balance.repeated() > 0) {
                fail(
                        "%,d records of idempotent producers came twice or out of order (%s)",
                        balance.repeated(), String.join("; ", ledger.examples()));
            }
            if (meter.errors() > 0) {
                fail("%,d errors, the first: %s", meter.errors(), meter.firstError());
            }
            if (plan.chaos() && outageMs < 0) {
                fail("the broker was not killed: the run was too short for it");
            }
        }

        private void fail(final String format, final Object... arguments) {
            result.failures.add(String.format(Locale.ROOT, format, arguments));
        }
    }
}
