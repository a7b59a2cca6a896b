package io.millrace.perf.moves;

/**
 * The longest time without an acknowledgement of one partition, and whether its offsets follow one another: with one
 * producer that hears of its records in their order, what is lost, repeated or reordered leaves a hole or steps back. Used
 * by the client's thread and by who looks at windows of time.
 */
final class AckGaps {
    private long lastNs;
    private long longestNs;
    private long nextOffset = -1;
    private long acks;
    private long faults;

    synchronized void onAck(final long nowNs, final long offset) {
        longestNs = Math.max(longestNs, nowNs - lastNs);
        lastNs = nowNs;
        faults += nextOffset >= 0 && offset != nextOffset ? 1 : 0;
        nextOffset = offset + 1;
        acks++;
    }

    /** A window of time begins; what is waited for already counts from here on. */
    synchronized void begin(final long nowNs) {
        longestNs = 0;
        lastNs = nowNs;
    }

    /** The longest of the window, the one that lasts included. */
    synchronized long longestNs(final long nowNs) {
        return Math.max(longestNs, nowNs - lastNs);
    }

    synchronized long acks() {
        return acks;
    }

    /** Acknowledgements whose offset was not the next one. */
    synchronized long faults() {
        return faults;
    }
}
