package io.millrace.perf.report;

import io.millrace.perf.report.Comparison.Spread;
import io.millrace.perf.server.Servers.Kind;
import java.io.PrintStream;
import java.util.Locale;

/** Comparisons as tables to be read in a terminal. */
public final class TextReport {
    private final PrintStream out;

    public TextReport(final PrintStream out) {
        this.out = out;
    }

    /** Medians, the range of all runs, and ratios to Apache Kafka. */
    public void write(final Comparison comparison) {
        out.printf(
                Locale.ROOT,
                "%n%s: %s (durability: %s)%n",
                comparison.workload(),
                comparison.description(),
                comparison.durability());
        for (final Metric metric : comparison.metrics()) {
            out.printf("  %-16s", metric.unit());
            for (final Kind kind : comparison.kinds()) {
                out.printf("  %-46s", kind.label() + " " + cell(comparison, kind, metric));
            }
            out.println();
        }
        out.flush();
    }

    private static String cell(final Comparison comparison, final Kind kind, final Metric metric) {
        final Spread spread = comparison.spread(kind, metric);
        if (spread == null) {
            return "–";
        }
        final StringBuilder cell = new StringBuilder(number(spread.median()));
        if (spread.runs() > 1) {
            cell.append(" [")
                    .append(number(spread.least()))
                    .append("–")
                    .append(number(spread.most()))
                    .append(']');
        }
        final double ratio = comparison.ratio(kind, metric);
        if (kind != Kind.KAFKA && !Double.isNaN(ratio)) {
            cell.append(" ×").append(number(ratio));
        }
        return cell.toString();
    }

    /** Three digits that mean something. */
    static String number(final double value) {
        final double size = Math.abs(value);
        if (size >= 1_000) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        if (size >= 100) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return String.format(Locale.ROOT, size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", value);
    }
}
