package io.millrace.engine.core;

/**
 * Whether looking on for work before going to sleep pays off. A search that found something saved a sleep and a waking,
 * one that did not cost its whole length, which is several times as much; where whoever brings the work needs the same
 * processor, it never finds any. So it is done while three of four searches find something, and else tried now and then.
 * Owned by the core's thread.
 */
final class Patience {
    private static final int CREDIT_MAX = 32;
    private static final int MISS_COST = 3;
    /** Without credit every so many sleeps are preceded by a search. */
    private static final int TRY_EVERY = 64;

    private final long searchNs;
    private int credit = CREDIT_MAX;
    private int sleeps;

    /** @param searchNs how long a search lasts at most; 0 for none, the largest number for no sleep */
    Patience(final long searchNs) {
        this.searchNs = searchNs;
    }

    /** Whether to look on for work that was not there since {@code idleNs} ago. */
    boolean lasts(final long idleNs) {
        return idleNs < searchNs && (credit > 0 || searchNs == Long.MAX_VALUE || sleeps % TRY_EVERY == 0);
    }

    /** The search that lasted until now found something. */
    void onFound() {
        credit = Math.min(CREDIT_MAX, credit + 1);
    }

    /** The core goes to sleep. */
    void onSleep() {
        if (credit > 0 || sleeps % TRY_EVERY == 0) {
            credit = Math.max(0, credit - MISS_COST);
        }
        sleeps++;
    }
}
