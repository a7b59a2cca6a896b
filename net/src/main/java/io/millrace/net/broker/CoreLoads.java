package io.millrace.net.broker;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * How busy each core of the node is, so that connections go to the core that their requests are about only while that
 * takes no work from an idle core to a loaded one. Each core tells its own load; any core may look, and read a little
 * late.
 */
final class CoreLoads {
    /** Below this share of its time, in permille, a core takes whatever belongs to it. */
    private static final int LIGHT = 500;
    /** Above that it takes from busier cores alone, and up to here. */
    private static final int SATURATED = 850;
    /** What a connection is taken to bring along at least. */
    private static final int SHARE_MIN = 20;
    /** Connections that a core takes until it tells its load again. */
    private static final int MOVES_MAX = 8;
    /** Ints of a value and its padding. */
    private static final int STRIDE = 32;

    private static final int MOVES = 1;

    private final AtomicIntegerArray values;

    CoreLoads(final int cores) {
        values = new AtomicIntegerArray((cores + 1) * STRIDE);
    }

    private static int indexOf(final int core) {
        return (core + 1) * STRIDE;
    }

    /** The core worked for so much of the time since it told so last. */
    void tell(final int core, final int permille) {
        values.setOpaque(indexOf(core), permille);
        values.setOpaque(indexOf(core) + MOVES, MOVES_MAX);
    }

    /**
     * Whether a connection may go from a core to another one. If so, its share of the load is counted there at once,
     * until that core tells what it really is.
     *
     * @param connections of the core that would lose one
     */
    boolean mayMove(final int from, final int to, final int connections) {
        final int here = values.getOpaque(indexOf(from));
        final int there = values.getOpaque(indexOf(to));
        if ((there >= LIGHT && (there >= SATURATED || there >= here))
                || values.getOpaque(indexOf(to) + MOVES) <= 0
                || values.getAndDecrement(indexOf(to) + MOVES) <= 0) {
            return false;
        }
        values.getAndAdd(indexOf(to), Math.max(SHARE_MIN, here / Math.max(1, connections)));
        return true;
    }
}
