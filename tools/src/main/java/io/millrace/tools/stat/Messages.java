package io.millrace.tools.stat;

import java.util.List;

/** What goes between cores, what is written, and how long syncs take. */
final class Messages {
    private Messages() {}

    static void print(final StringBuilder out, final Interval interval, final List<Integer> cores) {
        final TextTable mail = new TextTable(
                "core", "own msg/s", "hops/s", "stalled/s", "depth p50", "depth p99", "wakes/s", "parks/s", "cpu%");
        final TextTable disk = new TextTable(
                "core",
                "batches/s",
                "B/batch",
                "records/batch",
                "rounds/s",
                "partitions",
                "round p50",
                "round p99",
                "max ever",
                "scrub B/s");
        for (final int core : cores) {
            final Figures of = interval.of(core);
            final Distribution depth = of.distribution("mailbox.depth");
            mail.row(
                    Integer.toString(core),
                    Numbers.count(interval.rate(of.of("messages.own"))),
                    Numbers.count(interval.rate(of.of("messages.hops"))),
                    Numbers.count(interval.rate(of.of("messages.stalled"))),
                    Numbers.count(depth.percentile(0.5)),
                    Numbers.count(depth.percentile(0.99)),
                    Numbers.count(interval.rate(of.of("wakes"))),
                    Numbers.count(interval.rate(of.of("parks"))),
                    Numbers.percent((double) of.of("time.cpu"), interval.seconds() * 1e9));
            final Distribution bytes = of.distribution("batch.bytes");
            final Distribution round = of.distribution("sync.round");
            disk.row(
                    Integer.toString(core),
                    Numbers.count(interval.rate(bytes.count())),
                    Numbers.count(bytes.mean()),
                    Numbers.count(of.distribution("batch.records").mean()),
                    Numbers.count(interval.rate(round.count())),
                    Numbers.count(of.distribution("sync.partitions").mean()),
                    Numbers.time(round.percentile(0.5)),
                    Numbers.time(round.percentile(0.99)),
                    Numbers.time(round.largestEver()),
                    Numbers.count(interval.rate(of.of("scrub.bytes"))));
        }
        mail.print(out, true);
        out.append('\n');
        disk.print(out, true);
    }
}
