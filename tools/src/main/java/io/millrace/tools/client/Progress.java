package io.millrace.tools.client;

import java.io.PrintStream;
import java.util.function.Supplier;

/** One line about how far it is: rewritten in place on a terminal, else a new one every few seconds. Main thread only. */
final class Progress {
    private static final long TERMINAL_INTERVAL_NS = 500_000_000L;
    private static final long PLAIN_INTERVAL_NS = 5_000_000_000L;

    private final PrintStream out = System.err;
    private final boolean terminal = Terminal.ERROR.isThere();
    private final boolean wanted;
    private long lastNs;
    private int lastLength;

    /** Not wanted, it stays silent. */
    Progress(final boolean wanted, final long nowNs) {
        this.wanted = wanted;
        lastNs = nowNs;
    }

    void show(final long nowNs, final Supplier<String> text) {
        if (!wanted || nowNs - lastNs < (terminal ? TERMINAL_INTERVAL_NS : PLAIN_INTERVAL_NS)) {
            return;
        }
        lastNs = nowNs;
        final String line = text.get();
        if (terminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, lastLength - line.length())));
            out.flush();
            lastLength = line.length();
        } else {
            out.println(line);
        }
    }

    /** Takes the line away, for what comes after it. */
    void end() {
        if (lastLength > 0) {
            out.print("\r" + " ".repeat(lastLength) + "\r");
            out.flush();
            lastLength = 0;
        }
    }
}
