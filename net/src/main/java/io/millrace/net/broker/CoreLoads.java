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
    /** Above that it takes from cores alone that are not much less busy, in permille of a core's time. */
    private static final int SLACK = 100;
    /** Connections that a core takes until it tells its load again: each of them may raise it. */
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

    /** Whether a connection may go from a core to another one; takes one of that one's places. */
    boolean mayMove(final int from, final int to) {
        final int there = values.getOpaque(indexOf(to));
        return (there < LIGHT || there < values.getOpaque(indexOf(from)) + SLACK)
                && values.getOpaque(indexOf(to) + MOVES) > 0
                && values.getAndDecrement(indexOf(to) + MOVES) > 0;
    }
}
