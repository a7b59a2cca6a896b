package io.millrace.perf.load;

import java.io.PrintStream;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** What happens now: a line each second, on a terminal always the same one, elsewhere every fifth. */
final class LiveView {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int QUIET_SECONDS = 5;
    private static final double NS_PER_MS = 1e6;

    private final PrintStream out;
    private final boolean terminal;
    private final Fleet fleet;
    private long seconds;
    private long sent;
    private long acknowledged;
    private long received;
    private long atNs = System.nanoTime();

    LiveView(final PrintStream out, final Fleet fleet) {
        this.out = out;
        this.fleet = fleet;
        this.terminal = System.console() != null && System.console().isTerminal();
    }

    /** Shows the load until the time. */
    void until(final String phase, final long endNs) throws InterruptedException {
        final long beganNs = System.nanoTime();
        long nextNs = beganNs;
        while (System.nanoTime() - endNs < 0) {
            nextNs += SECOND_NS;
            final long leftNs = Math.min(nextNs, endNs) - System.nanoTime();
            if (leftNs > 0) {
                Thread.sleep(leftNs / 1_000_000, (int) (leftNs % 1_000_000));
            }
            final boolean last = System.nanoTime() - endNs >= 0;
            if (terminal || ++seconds % QUIET_SECONDS == 0 || last) {
                show(phase, beganNs, endNs);
            }
        }
        if (terminal) {
            out.println();
        }
    }

    private void show(final String phase, final long beganNs, final long endNs) {
        final Meter meter = fleet.meter();
        final long nowNs = System.nanoTime();
        final double elapsed = Math.max(1, nowNs - atNs) / 1e9;
        final Histogram recent = meter.takeRecent();
        final String line = String.format(
                Locale.ROOT,
                "%-8s %s/%s  sent %,7.0f/s  acked %,7.0f/s  read %,7.0f/s  p50 %.2f  p95 %.2f  max %.1f ms  "
                        + "errors %d  lag %,d",
                phase,
                clock(nowNs - beganNs),
                clock(endNs - beganNs),
                (meter.sent() - sent) / elapsed,
                (meter.acknowledged() - acknowledged) / elapsed,
                (meter.received() - received) / elapsed,
                recent.getValueAtPercentile(50) / NS_PER_MS,
                recent.getValueAtPercentile(95) / NS_PER_MS,
                recent.getMaxValue() / NS_PER_MS,
                meter.errors(),
                fleet.ledger().lag());
        atNs = nowNs;
        sent = meter.sent();
        acknowledged = meter.acknowledged();
        received = meter.received();
        if (terminal) {
            out.print("\r\033[2K" + line);
            out.flush();
        } else {
            out.println(line);
        }
    }

    private static String clock(final long ns) {
        final long all = Math.round(ns / 1e9);
        return String.format(Locale.ROOT, "%02d:%02d", all / 60, all % 60);
    }
}
