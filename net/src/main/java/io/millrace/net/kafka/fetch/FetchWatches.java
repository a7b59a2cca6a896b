package io.millrace.net.kafka.fetch;

import java.util.Arrays;

/** The watches that one waiting fetch has with other cores, until each has been answered. */
final class FetchWatches {
    private long[] correlations = new long[4];
    private boolean[] open = new boolean[4];
    private int count;
    private int openCount;

    void clear() {
        if (openCount != 0) {
            throw new IllegalStateException(openCount + " watches have not been answered");
        }
        count = 0;
    }

    /** The token of the next watch. */
    int nextToken() {
        return count;
    }

    void add(final long correlation) {
        if (count == open.length) {
            correlations = Arrays.copyOf(correlations, count * 2);
            open = Arrays.copyOf(open, count * 2);
        }
        correlations[count] = correlation;
        open[count++] = true;
        openCount++;
    }

    void answered(final int token) {
        if (!open[token]) {
            throw new IllegalStateException("watch " + token + " was answered twice");
        }
        open[token] = false;
        openCount--;
    }

    boolean areAnswered() {
        return openCount == 0;
    }

    /** Asks for the end of those that are not answered; their answers are still to come. */
    void cancel(final FetchMessages messages) {
        for (int i = 0; i < count; i++) {
            if (open[i]) {
                messages.cancel(correlations[i]);
            }
        }
    }
}
