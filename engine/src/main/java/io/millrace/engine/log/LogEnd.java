package io.millrace.engine.log;

import java.util.ArrayDeque;

/**
 * What is to become of a log once nothing of it is under way: it is cut, closed, deleted, or leaves the core, one after the
 * other. From the wish on it takes nothing, unless all of that is given up. Owned by the log's core.
 */
final class LogEnd {
    private final Log log;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>(2);
    private boolean isUnderWay;

    LogEnd(final Log log) {
        this.log = log;
    }

    /** Whether one is under way, or waits. */
    boolean isWanted() {
        return isUnderWay || !waiting.isEmpty();
    }

    /** Nothing more is taken; runs the action once nothing is under way, which ends with {@link #ended}. */
    void then(final Runnable action) {
        waiting.add(action);
        log.proceed();
    }

    /** What was to run {@linkplain #then then} is not wanted any more; false if it does not wait. */
    boolean withdraw(final Runnable action) {
        final boolean waited = waiting.remove(action);
        if (waited && !isUnderWay) {
            stay();
        }
        return waited;
    }

    /** What was to end the log was given up, unless something else is to. */
    void stay() {
        if (waiting.isEmpty()) {
            log.reopen();
        }
        ended();
    }

    void ended() {
        isUnderWay = false;
        log.proceed();
    }

    /** Begins with the next one, if it is time. */
    void proceed() {
        if (waiting.isEmpty()) {
            return;
        }
        log.takeNothing();
        if (!isUnderWay && log.isQuiet()) {
            isUnderWay = true;
            waiting.poll().run();
        }
    }
}
