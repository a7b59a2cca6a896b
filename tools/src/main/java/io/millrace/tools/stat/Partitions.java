package io.millrace.tools.stat;

import io.millrace.engine.status.HotPartitions;
import java.util.List;

/** Which partitions have the most to do, core by core: what may be moved. */
final class Partitions {
    private Partitions() {}

    static void print(final StringBuilder out, final Interval interval, final List<Integer> cores) {
        final TextTable table = new TextTable("core: partition", "in B/s", "out B/s", "requests/s", "of core%");
        for (final int core : cores) {
            final HotPartitions.Copy hot = interval.hotPartitions(core);
            for (final HotPartitions.Entry entry : hot.entries()) {
                row(table, core + ": " + entry.name(), entry, hot.load());
            }
            long in = hot.bytesIn();
            long bytesOut = hot.bytesOut();
            long requests = hot.requests();
            for (final HotPartitions.Entry entry : hot.entries()) {
                in -= entry.bytesIn();
                bytesOut -= entry.bytesOut();
                requests -= entry.requests();
            }
            if (requests > 0 && hot.entries().size() == HotPartitions.ENTRIES) {
                row(
                        table,
                        core + ": all others",
                        new HotPartitions.Entry("", Math.max(0, in), Math.max(0, bytesOut), requests),
                        hot.load());
            }
        }
        if (table.isEmpty()) {
            out.append("no partition is written or read\n");
        } else {
            table.print(out, true);
        }
    }

    private static void row(
            final TextTable table, final String name, final HotPartitions.Entry entry, final long loadOfCore) {
        table.row(
                name,
                Numbers.count(entry.bytesIn()),
                Numbers.count(entry.bytesOut()),
                Numbers.count(entry.requests()),
                Numbers.percent(entry.load(), loadOfCore));
    }
}
