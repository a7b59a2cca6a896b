package io.millrace.perf.load;

/** The longest time that one producer waited for its next acknowledgement. Used by its thread and its client's. */
final class AckWatch {
    private long unanswered;
    private long waitingSinceNs;
    private long longestNs;

    synchronized void onSend(final long nowNs) {
        if (unanswered++ == 0) {
            waitingSinceNs = nowNs;
        }
    }

    synchronized void onAnswer(final long nowNs) {
        longestNs = Math.max(longestNs, nowNs - waitingSinceNs);
        waitingSinceNs = nowNs;
        unanswered--;
    }

    /** The wait that lasts counts too. */
    synchronized long longestNs(final long nowNs) {
        return unanswered == 0 ? longestNs : Math.max(longestNs, nowNs - waitingSinceNs);
    }

    /** Forgets what the warm-up was like. */
    synchronized void forget(final long nowNs) {
        longestNs = 0;
        waitingSinceNs = nowNs;
    }
}
