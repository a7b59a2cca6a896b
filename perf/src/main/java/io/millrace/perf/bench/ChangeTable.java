package io.millrace.perf.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Changes as a table to be read in a terminal. */
public final class ChangeTable {
    private static final String LINE = "%-48s %20s %20s %7s %9s %9s  %s%n";
    private static final String NONE = "–";

    private ChangeTable() {}

    public static void write(final PrintStream out, final List<Change> changes) {
        out.printf(LINE, "benchmark", "baseline ns", "now ns", "ratio", "B then", "B now", "");
        for (final Change change : changes) {
            out.printf(
                    Locale.ROOT,
                    LINE,
                    change.benchmark(),
                    time(change.then()),
                    time(change.now()),
                    Double.isNaN(change.ratio()) ? NONE : String.format(Locale.ROOT, "%.2f", change.ratio()),
                    bytes(change.then()),
                    bytes(change.now()),
                    change.verdict().label());
        }
        out.flush();
    }

    private static String time(final Measured measured) {
        return measured == null ? NONE : String.format(Locale.ROOT, "%,.1f ± %,.1f", measured.ns(), measured.nsError());
    }

    private static String bytes(final Measured measured) {
        return measured == null ? NONE : String.format(Locale.ROOT, "%,.2f", measured.bytes());
    }
}
