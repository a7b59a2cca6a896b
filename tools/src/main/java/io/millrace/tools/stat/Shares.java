package io.millrace.tools.stat;

import java.util.List;

/** What members of share groups get and say, and what becomes of what they cannot work off. */
final class Shares {
    private static final List<String> RATES = List.of(
            "share.acquired",
            "share.accepted",
            "share.released",
            "share.rejected",
            "share.renewed",
            "share.expired",
            "share.letters.written");

    private Shares() {}

    static void print(final StringBuilder out, final Interval interval, final List<Integer> cores) {
        final TextTable table = new TextTable(
                "core",
                "acquired/s",
                "accepted/s",
                "released/s",
                "rejected/s",
                "renewed/s",
                "expired/s",
                "letters/s",
                "failed",
                "waiting");
        for (final int core : cores) {
            final Figures of = interval.of(core);
            final String[] row = new String[RATES.size() + 3];
            row[0] = Integer.toString(core);
            for (int i = 0; i < RATES.size(); i++) {
                row[i + 1] = Numbers.count(interval.rate(of.of(RATES.get(i))));
            }
            row[row.length - 2] = Numbers.count(of.of("share.letters.failed"));
            row[row.length - 1] = Numbers.count(of.of("share.letters.waiting"));
            table.row(row);
        }
        table.print(out, true);
    }
}
