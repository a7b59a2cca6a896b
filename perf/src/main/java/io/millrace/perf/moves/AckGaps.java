package io.millrace.perf.moves;

/**
 * The longest time without an acknowledgement of one partition. Used by the client's thread and by who looks at windows of
 * time.
 */
final class AckGaps {
    private long lastNs;
    private long longestNs;
    private long acks;

    synchronized void onAck(final long nowNs) {
        longestNs = Math.max(longestNs, nowNs - lastNs);
        lastNs = nowNs;
        acks++;
    }

    /** A window of time begins; what is waited for already counts from here on. */
    synchronized void begin(final long nowNs) {
        longestNs = 0;
        lastNs = nowNs;
    }

    /** The longest of the window so far, up to the last acknowledgement. */
    synchronized long longestNs() {
        return longestNs;
    }

    synchronized long acks() {
        return acks;
    }
}
