package io.millrace.engine.batch;

/** Arithmetic of producer sequences: non-negative, counting on from 0 after 2^31-1. */
public final class Sequences {
    private Sequences() {}

    public static int plus(final int sequence, final int increment) {
        return (int) ((sequence + (long) increment) & Integer.MAX_VALUE);
    }

    public static int minus(final int sequence, final int decrement) {
        return (int) ((sequence - (long) decrement) & Integer.MAX_VALUE);
    }

    /** Whether {@code next} is what comes right after {@code last}. A last of -1 (none yet) is followed by 0. */
    public static boolean follows(final int last, final int next) {
        return next == last + 1L || (next == 0 && last == Integer.MAX_VALUE);
    }
}
