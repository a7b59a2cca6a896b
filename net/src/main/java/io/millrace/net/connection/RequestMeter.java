package io.millrace.net.connection;

import io.millrace.engine.core.CycleClock;
import io.millrace.engine.status.Histogram;
import io.millrace.engine.status.Statistic.Unit;
import io.millrace.engine.status.Statistics;
import io.millrace.engine.status.Tally;
import java.util.List;

/**
 * Counts one core's requests by kind, and where the time of each went. Kinds are the protocol's, known here by number
 * and name alone. Owned by the core's thread.
 *
 * <pre>
 *   received    began       parsed                              answered      sent
 *      +-----------+-----------+-----------------------------------+------------+
 *      |   wait    |   parse   |  hand-over, disk; else: wait      |    send    |
 *      +-----------+-----------+-----------------------------------+------------+
 * </pre>
 */
public final class RequestMeter {
    private final CycleClock clock;
    private final Kind[] kinds;

    /**
     * @param kinds names by number; requests that are none of these come last, as "other"
     * @param split how many of the first kinds have a histogram of each part, the others only its sum
     */
    public RequestMeter(
            final Statistics statistics, final CycleClock clock, final List<String> kinds, final int split) {
        this.clock = clock;
        this.kinds = new Kind[kinds.size() + 1];
        for (int i = 0; i < this.kinds.length; i++) {
            final String name = i < kinds.size() ? kinds.get(i) : "other";
            this.kinds[i] = new Kind(statistics, "api." + name + ".", i < split);
        }
    }

    /** Counts where nobody looks. */
    static RequestMeter unseen() {
        return new RequestMeter(new Statistics(), CycleClock.stopped(), List.of(), 0);
    }

    CycleClock clock() {
        return clock;
    }

    int otherKind() {
        return kinds.length - 1;
    }

    private Kind kindOf(final Exchange exchange) {
        return kinds[Math.min(exchange.kind(), otherKind())];
    }

    void onStarted(final Exchange exchange) {
        final Kind kind = kindOf(exchange);
        kind.requests.increment();
        kind.bytesIn.add(exchange.frameLength() + Integer.BYTES);
    }

    /** The answer is out, or the request that wanted none has ended. */
    void onSent(final Exchange exchange, final long sentNs) {
        final Kind kind = kindOf(exchange);
        final ExchangeTimes times = exchange.times();
        kind.bytesOut.add(exchange.replyBytes());
        kind.hops.add(times.hops);
        final long parseNs = times.parsedNs - times.beganNs;
        // What a request sends to an owner it sends while it is parsed, so the way there seems to begin before its end.
        final long handoverNs = Math.max(0, times.handoverNs - parseNs);
        final long runningNs = times.answeredNs - times.parsedNs;
        final long waitNs = times.beganNs - times.receivedNs + Math.max(0, runningNs - handoverNs - times.diskNs);
        kind.parse.record(parseNs);
        kind.handover.record(handoverNs);
        kind.wait.record(waitNs);
        kind.disk.record(times.diskNs);
        kind.send.record(sentNs - times.answeredNs);
        kind.latency.record(sentNs - times.receivedNs);
    }

    private static final class Kind {
        private final Tally requests;
        private final Tally bytesIn;
        private final Tally bytesOut;
        private final Tally hops;
        private final Histogram latency;
        private final Part parse;
        private final Part handover;
        private final Part wait;
        private final Part disk;
        private final Part send;

        Kind(final Statistics statistics, final String name, final boolean isSplit) {
            requests = statistics.counter(name + "requests", Unit.COUNT);
            bytesIn = statistics.counter(name + "in", Unit.BYTES);
            bytesOut = statistics.counter(name + "out", Unit.BYTES);
            hops = statistics.counter(name + "hops", Unit.COUNT);
            latency = statistics.histogram(name + "latency", Unit.NS);
            parse = new Part(statistics, name + "parse", isSplit);
            handover = new Part(statistics, name + "hand-over", isSplit);
            wait = new Part(statistics, name + "wait", isSplit);
            disk = new Part(statistics, name + "disk", isSplit);
            send = new Part(statistics, name + "send", isSplit);
        }
    }

    /** A part of the requests' time: its histogram, or its sum alone. */
    private static final class Part {
        private final Histogram histogram;
        private final Tally sum;

        Part(final Statistics statistics, final String name, final boolean isSplit) {
            histogram = isSplit ? statistics.histogram(name, Unit.NS) : null;
            sum = isSplit ? null : statistics.counter(name, Unit.NS);
        }

        void record(final long ns) {
            if (histogram != null) {
                histogram.record(ns);
            } else {
                sum.add(Math.max(0, ns));
            }
        }
    }
}
