package io.millrace.tools.stat;

import java.util.List;

/** One line for each API that was used: how much, and where the time of a request goes. */
final class Apis {
    private static final String PREFIX = "api.";
    private static final String REQUESTS = ".requests";
    private static final List<String> PARTS = List.of("wait", "parse", "hand-over", "disk", "send");

    private Apis() {}

    /** The names of all APIs that are counted. */
    static List<String> names(final Figures figures) {
        return figures.statistics().stream()
                .map(statistic -> statistic.name())
                .filter(name -> name.startsWith(PREFIX) && name.endsWith(REQUESTS))
                .map(name -> name.substring(PREFIX.length(), name.length() - REQUESTS.length()))
                .toList();
    }

    static void print(final StringBuilder out, final Interval interval, final Figures of) {
        final TextTable table = new TextTable(
                "api",
                "req/s",
                "in B/s",
                "out B/s",
                "hops/s",
                "mean",
                "p50",
                "p99",
                "p99.9",
                "max ever",
                "= wait",
                "+ parse",
                "+ hand-over",
                "+ disk",
                "+ send");
        final TextTable split = new TextTable("part, p99 (p50)", "wait", "parse", "hand-over", "disk", "send");
        for (final String api : names(of)) {
            final String prefix = PREFIX + api + ".";
            if (of.of(prefix + "requests") > 0) {
                row(table, interval, of, api, prefix);
            }
            if (of.distribution(prefix + "wait").count() > 0) {
                split.row(splitRow(of, api, prefix));
            }
        }
        if (table.isEmpty()) {
            out.append("no requests\n");
            return;
        }
        table.print(out, true);
        if (!split.isEmpty()) {
            out.append('\n');
            split.print(out, true);
        }
    }

    private static void row(
            final TextTable table, final Interval interval, final Figures of, final String api, final String prefix) {
        final Distribution latency = of.distribution(prefix + "latency");
        final long answers = latency.count();
        final String[] cells = new String[10 + PARTS.size()];
        cells[0] = api;
        cells[1] = Numbers.count(interval.rate(of.of(prefix + "requests")));
        cells[2] = Numbers.count(interval.rate(of.of(prefix + "in")));
        cells[3] = Numbers.count(interval.rate(of.of(prefix + "out")));
        cells[4] = Numbers.count(interval.rate(of.of(prefix + "hops")));
        cells[5] = Numbers.time(latency.mean());
        cells[6] = Numbers.time(latency.percentile(0.5));
        cells[7] = Numbers.time(latency.percentile(0.99));
        cells[8] = Numbers.time(latency.percentile(0.999));
        cells[9] = Numbers.time(latency.largestEver());
        for (int i = 0; i < PARTS.size(); i++) {
            cells[10 + i] = Numbers.time(answers == 0 ? 0 : (double) of.of(prefix + PARTS.get(i)) / answers);
        }
        table.row(cells);
    }

    private static String[] splitRow(final Figures of, final String api, final String prefix) {
        final String[] cells = new String[1 + PARTS.size()];
        cells[0] = api;
        for (int i = 0; i < PARTS.size(); i++) {
            final Distribution part = of.distribution(prefix + PARTS.get(i));
            cells[1 + i] = Numbers.time(part.percentile(0.99)) + " (" + Numbers.time(part.percentile(0.5)) + ")";
        }
        return cells;
    }
}
