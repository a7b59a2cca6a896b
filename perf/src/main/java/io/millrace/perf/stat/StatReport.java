package io.millrace.perf.stat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.perf.stat.HardwareCounters.Event;
import io.millrace.perf.stat.StatResult.Row;
import io.millrace.tools.stat.Numbers;
import io.millrace.tools.stat.TextTable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A result for people, and for programs. */
public final class StatReport {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String UNKNOWN = "-";
    private static final double NS_PER_SECOND = 1e9;
    /** A thread that took less is in the sum alone. */
    private static final long SHOWN_CPU_NS = 1_000_000;

    private final StatResult result;

    public StatReport(final StatResult result) {
        this.result = result;
    }

    /** @param threads whether each of the other threads that ran gets a line */
    public void print(final PrintStream out, final boolean threads) {
        out.printf(
                Locale.ROOT,
                "broker %d, data in %s, %d cores, %.1f s: %,d requests, %,d records appended%n",
                result.broker().pid(),
                result.broker().dataDirectory(),
                result.cores().size(),
                result.seconds(),
                result.all().requests(),
                result.all().records());
        if (!result.hardware().remark().isEmpty()) {
            out.println("hardware counters: " + result.hardware().remark());
        }
        out.println();
        final List<Row> rows = new ArrayList<>(result.cores());
        rows.add(result.sumOfOthers());
        rows.add(result.all());
        out.print(accounts(rows));
        if (result.hardware().areThere()) {
            out.println();
            out.print(counters(rows));
        }
        if (threads) {
            out.println();
            out.print(accounts(result.others().stream()
                    .filter(row -> row.usage().cpuNs() >= SHOWN_CPU_NS)
                    .toList()));
        }
    }

    private StringBuilder accounts(final List<Row> rows) {
        final TextTable table = new TextTable(
                "thread",
                "cpu%",
                "kernel%",
                "waits%",
                "sleeps/s",
                "forced/s",
                "moved",
                "faults/s",
                "from disk/s",
                "req/s",
                "cpu/req",
                "rec/s",
                "cpu/rec");
        for (final Row row : rows) {
            final ThreadUsage usage = row.usage();
            final double ns = result.seconds() * NS_PER_SECOND;
            table.row(
                    row.name(),
                    Numbers.percent((double) usage.cpuNs(), ns),
                    Numbers.percent((double) usage.kernelTicks(), (double) (usage.kernelTicks() + usage.userTicks())),
                    usage.waitNs() < 0 ? UNKNOWN : Numbers.percent((double) usage.waitNs(), ns),
                    rate(usage.voluntary()),
                    rate(usage.forced()),
                    usage.migrations() < 0 ? UNKNOWN : Long.toString(usage.migrations()),
                    rate(usage.minorFaults()),
                    rate(usage.majorFaults()),
                    rate(row.requests()),
                    time(StatResult.cpuEachNs(row, row.requests())),
                    rate(row.records()),
                    time(StatResult.cpuEachNs(row, row.records())));
        }
        return text(table);
    }

    private StringBuilder counters(final List<Row> rows) {
        final TextTable table = new TextTable(
                "thread",
                "GHz",
                "instr/cycle",
                "instr/req",
                "instr/rec",
                "cache misses/req",
                "cache misses/rec",
                "branch misses/req",
                "branch misses/rec");
        for (final Row row : rows) {
            final double cycles = result.hardware().perCpuNs(Event.CYCLES, row.threads());
            table.row(
                    row.name(),
                    figure(cycles),
                    figure(result.hardware().perCpuNs(Event.INSTRUCTIONS, row.threads()) / cycles),
                    figure(result.each(row, Event.INSTRUCTIONS, row.requests())),
                    figure(result.each(row, Event.INSTRUCTIONS, row.records())),
                    figure(result.each(row, Event.CACHE_MISSES, row.requests())),
                    figure(result.each(row, Event.CACHE_MISSES, row.records())),
                    figure(result.each(row, Event.BRANCH_MISSES, row.requests())),
                    figure(result.each(row, Event.BRANCH_MISSES, row.records())));
        }
        return text(table);
    }

    private static StringBuilder text(final TextTable table) {
        final StringBuilder text = new StringBuilder();
        table.print(text, true);
        return text;
    }

    private String rate(final long added) {
        return Numbers.count(added / result.seconds());
    }

    private static String time(final double ns) {
        return Double.isNaN(ns) ? UNKNOWN : Numbers.time(ns);
    }

    private static String figure(final double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return UNKNOWN;
        }
        return value < 10 ? String.format(Locale.ROOT, "%.2f", value) : Numbers.count(value);
    }

    public void writeJson(final Path file) throws IOException {
        final ObjectNode root = MAPPER.createObjectNode();
        root.put("pid", result.broker().pid());
        root.put("dataDirectory", result.broker().dataDirectory().toString());
        root.put("seconds", result.seconds());
        root.put("hardwareCounters", result.hardware().areThere());
        root.put("remark", result.hardware().remark());
        final ObjectNode threads = root.putObject("threads");
        result.cores().forEach(row -> put(threads.putObject(row.name()), row));
        put(threads.putObject("others"), result.sumOfOthers());
        put(threads.putObject("all"), result.all());
        MAPPER.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
    }

    private void put(final ObjectNode node, final Row row) {
        final ThreadUsage usage = row.usage();
        node.put("cpuNs", usage.cpuNs());
        node.put("userTicks", usage.userTicks());
        node.put("kernelTicks", usage.kernelTicks());
        node.put("voluntarySwitches", usage.voluntary());
        node.put("forcedSwitches", usage.forced());
        node.put("minorFaults", usage.minorFaults());
        node.put("majorFaults", usage.majorFaults());
        node.put("requests", row.requests());
        node.put("records", row.records());
        putKnown(node, "waitNs", usage.waitNs() < 0 ? Double.NaN : (double) usage.waitNs());
        putKnown(node, "migrations", usage.migrations() < 0 ? Double.NaN : (double) usage.migrations());
        putKnown(node, "cpuNsPerRequest", StatResult.cpuEachNs(row, row.requests()));
        putKnown(node, "cpuNsPerRecord", StatResult.cpuEachNs(row, row.records()));
        putKnown(node, "instructionsPerRequest", result.each(row, Event.INSTRUCTIONS, row.requests()));
        putKnown(node, "instructionsPerRecord", result.each(row, Event.INSTRUCTIONS, row.records()));
        putKnown(node, "cyclesPerRecord", result.each(row, Event.CYCLES, row.records()));
        putKnown(node, "cacheMissesPerRecord", result.each(row, Event.CACHE_MISSES, row.records()));
        putKnown(node, "branchMissesPerRecord", result.each(row, Event.BRANCH_MISSES, row.records()));
    }

    private static void putKnown(final ObjectNode node, final String name, final double value) {
        if (!Double.isNaN(value)) {
            node.put(name, value);
        }
    }
}
