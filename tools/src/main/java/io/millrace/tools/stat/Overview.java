package io.millrace.tools.stat;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/** One line for each core: how busy it is, what it serves, what it waits for. */
final class Overview {
    private final TextTable table = new TextTable(
            "time",
            "core",
            "busy%",
            "search%",
            "sleep%",
            "cycles/s",
            "cycle p99",
            "slow",
            "req/s",
            "in B/s",
            "out B/s",
            "produce/s",
            "p99",
            "fetch/s",
            "p99");

    void print(final StringBuilder out, final Interval interval, final int onlyCore, final boolean withHead) {
        final String time = LocalTime.ofInstant(
                        Instant.ofEpochMilli(interval.now().atMs()), ZoneId.systemDefault())
                .truncatedTo(ChronoUnit.SECONDS)
                .format(DateTimeFormatter.ISO_LOCAL_TIME);
        for (int core = 0; core < interval.coreCount(); core++) {
            if (onlyCore < 0 || onlyCore == core) {
                row(time, Integer.toString(core), interval, interval.of(core));
            }
        }
        if (onlyCore < 0 && interval.coreCount() > 1) {
            row(time, "all", interval, interval.ofAll());
        }
        table.print(out, withHead);
        for (int core = 0; core < interval.coreCount(); core++) {
            final long damaged = interval.of(core).of("scrub.damaged");
            if (damaged > 0 && (onlyCore < 0 || onlyCore == core)) {
                out.append("core ")
                        .append(core)
                        .append(": ")
                        .append(damaged)
                        .append(" damaged places in closed segments; the broker's log says where\n");
            }
        }
    }

    private void row(final String time, final String core, final Interval interval, final Figures of) {
        final long whole = of.of("time.busy") + of.of("time.searching") + of.of("time.sleeping");
        long requests = 0;
        long in = 0;
        long out = 0;
        for (final String api : Apis.names(of)) {
            requests += of.of("api." + api + ".requests");
            in += of.of("api." + api + ".in");
            out += of.of("api." + api + ".out");
        }
        final Distribution produce = of.distribution("api.PRODUCE.latency");
        final Distribution fetch = of.distribution("api.FETCH.latency");
        table.row(
                time,
                core,
                Numbers.percent(of.of("time.busy"), whole),
                Numbers.percent(of.of("time.searching"), whole),
                Numbers.percent(of.of("time.sleeping"), whole),
                Numbers.count(interval.rate(of.of("cycle.all"))),
                Numbers.time(of.distribution("cycle.length").percentile(0.99)),
                Numbers.count(of.of("cycle.slow")),
                Numbers.count(interval.rate(requests)),
                Numbers.count(interval.rate(in)),
                Numbers.count(interval.rate(out)),
                Numbers.count(interval.rate(of.of("api.PRODUCE.requests"))),
                Numbers.time(produce.percentile(0.99)),
                Numbers.count(interval.rate(of.of("api.FETCH.requests"))),
                Numbers.time(fetch.percentile(0.99)));
    }
}
