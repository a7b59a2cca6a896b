package io.millrace.tools.stat;

import io.millrace.engine.status.SlowCycles;
import java.time.Instant;
import java.util.List;

/** How long a core's duty cycles take, and which of their parts the time goes to. */
final class DutyCycles {
    private static final long MICRO = 1024;
    private static final int STEPS = 9;

    private DutyCycles() {}

    static void print(final StringBuilder out, final Interval interval, final List<Integer> cores) {
        final String[] head = new String[STEPS + 2];
        head[0] = "core: busy cycles";
        long to = MICRO;
        for (int i = 0; i < STEPS; i++, to *= 4) {
            head[i + 1] = "<" + Numbers.time(to);
        }
        head[STEPS + 1] = "more";
        final TextTable lengths = new TextTable(head);
        for (final int core : cores) {
            final Distribution length = interval.of(core).distribution("cycle.length");
            final String[] cells = new String[STEPS + 2];
            cells[0] = core + ": " + length.count();
            long from = 0;
            to = MICRO;
            for (int i = 0; i < STEPS; i++) {
                cells[i + 1] = Long.toString(length.countBetween(from, to));
                from = to;
                to *= 4;
            }
            cells[STEPS + 1] = Long.toString(length.countBetween(from, Long.MAX_VALUE));
            lengths.row(cells);
        }
        lengths.print(out, true);
        out.append('\n');
        parts(out, interval, cores);
    }

    private static void parts(final StringBuilder out, final Interval interval, final List<Integer> cores) {
        final TextTable table = new TextTable("core: part of busy time", "share%", "ms/s");
        for (final int core : cores) {
            final Figures of = interval.of(core);
            for (final String term : of.terms()) {
                final long ns = of.of("term." + term);
                if (ns > 0) {
                    table.row(
                            core + ": " + term,
                            Numbers.percent(ns, of.of("time.busy")),
                            Numbers.text("%.2f", interval.rate(ns) / 1e6));
                }
            }
        }
        table.print(out, true);
    }

    static void printSlow(final StringBuilder out, final Interval interval, final List<Integer> cores) {
        final TextTable table =
                new TextTable("core: slow cycle at", "took", "cpu", "work", "longest part", "next", "next");
        for (final int core : cores) {
            for (final SlowCycle cycle : interval.of(core).slowCycles()) {
                final String[] cells = {
                    core + ": " + Instant.ofEpochMilli(cycle.whenMs()),
                    Numbers.time(cycle.lengthNs()),
                    cycle.cpuNs() == SlowCycles.CPU_UNKNOWN ? "" : Numbers.time(cycle.cpuNs()),
                    Long.toString(cycle.work()),
                    "",
                    "",
                    ""
                };
                for (int i = 0; i < Math.min(3, cycle.parts().size()); i++) {
                    final SlowCycle.Part part = cycle.parts().get(i);
                    cells[4 + i] =
                            part.name() + " " + Numbers.time(part.ns()) + (part.work() > 0 ? " ×" + part.work() : "");
                }
                table.row(cells);
            }
        }
        if (table.isEmpty()) {
            out.append("no duty cycle took over 1 ms\n");
        } else {
            table.print(out, true);
        }
    }
}
