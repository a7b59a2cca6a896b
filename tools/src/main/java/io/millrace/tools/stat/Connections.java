package io.millrace.tools.stat;

import io.millrace.engine.status.Statistic;

/** Who is connected, who came and went and why; and what connections cost. */
final class Connections {
    private static final String CLIENTS = "clients.";
    private static final String CLOSED = "connections.closed.";

    private Connections() {}

    static void print(final StringBuilder out, final Interval interval, final Figures of) {
        final TextTable table = new TextTable("connections", "now", "/s");
        table.row("open", Numbers.count(of.of("connections.open")), "");
        table.row("accepted", "", Numbers.count(interval.rate(of.of("connections.accepted"))));
        for (final Statistic statistic : of.statistics()) {
            final String name = statistic.name();
            final long value = of.of(name);
            if (name.startsWith(CLIENTS) && value > 0) {
                table.row("client " + name.substring(CLIENTS.length()), Numbers.count(value), "");
            } else if (name.startsWith(CLOSED) && value > 0) {
                table.row("closed: " + name.substring(CLOSED.length()), "", Numbers.count(interval.rate(value)));
            }
        }
        table.row("sends", "", Numbers.count(interval.rate(of.of("connections.sends"))));
        table.row("request memory, bytes", Numbers.count(of.of("memory.used")), "");
        table.row("waits for memory", "", Numbers.count(interval.rate(of.of("memory.waits"))));
        table.row("heap allocated, bytes", "", Numbers.count(interval.rate(of.of("heap.allocated"))));
        table.print(out, true);
    }
}
