package io.millrace.tools.follow;

import io.millrace.engine.log.Log;
import java.io.PrintStream;
import java.util.Locale;

/** One line about how the copy stands: rewritten in place on a terminal, else a new one every few seconds. */
final class FollowProgress {
    private static final long TERMINAL_INTERVAL_NS = 500_000_000L;
    private static final long PLAIN_INTERVAL_NS = 5_000_000_000L;
    private static final double BYTES_PER_MB = 1e6;
    private static final double NS_PER_S = 1e9;

    private final FollowAgent agent;
    private final PrintStream out;
    private final boolean isTerminal;
    private long lastNs;
    private long lastBytes;
    private String lastLine = "";

    FollowProgress(final FollowAgent agent, final PrintStream out, final boolean isTerminal, final long nowNs) {
        this.agent = agent;
        this.out = out;
        this.isTerminal = isTerminal;
        lastNs = nowNs;
    }

    void show(final long nowNs) {
        final long elapsedNs = nowNs - lastNs;
        if (elapsedNs < (isTerminal ? TERMINAL_INTERVAL_NS : PLAIN_INTERVAL_NS)) {
            return;
        }
        final long bytes = agent.follower().bytesAppended();
        final double rate = (bytes - lastBytes) / BYTES_PER_MB / (elapsedNs / NS_PER_S);
        lastNs = nowNs;
        lastBytes = bytes;
        final String line = line(rate);
        if (isTerminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, lastLine.length() - line.length())));
            out.flush();
        } else if (!line.equals(lastLine)) {
            out.println(line);
        }
        lastLine = line;
    }

    /** Leaves the line standing. */
    void end() {
        if (isTerminal && !lastLine.isEmpty()) {
            out.println();
        }
    }

    private String line(final double rate) {
        final Log log = agent.copy().log();
        if (log == null || !agent.follower().isFollowing()) {
            return "waiting for the broker" + (agent.trouble().isEmpty() ? "" : ": " + agent.trouble());
        }
        final long lag = Math.max(0, agent.follower().leaderHighWatermark() - log.stableOffset());
        return String.format(Locale.ROOT, "offset %,d  lag %,d  %.1f MB/s", log.stableOffset(), lag, rate);
    }
}
