package io.millrace.net.broker;

import io.millrace.net.connection.Relocator;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * How busy each core of the node is, so that connections go to the core that their requests are about only while that
 * takes no work from an idle core to a loaded one, and away from a core that has too much. Each core tells its own load; any core may look, and read a little
 * late.
 */
final class CoreLoads {
    /** Below this share of its time, in permille, a core takes whatever belongs to it. */
    private static final int LIGHT = 500;
    /** Above that it takes from busier cores alone, and up to here. */
    private static final int SATURATED = 850;
    /** Above that a core sends connections away, whatever they are about. */
    private static final int OVERLOADED = 900;
    /** Below that a core takes those; far enough from it that they do not come back for a small change. */
    private static final int IDLE = 400;
    /** What a connection is taken to bring along at least. */
    private static final int SHARE_MIN = 20;
    /** Connections that a core takes until it tells its load again. */
    private static final int MOVES_MAX = 8;
    /** Ints of a value and its padding. */
    private static final int STRIDE = 32;

    private static final int MOVES = 1;
    /** Connections that an overloaded core sends away until it tells its load again. */
    private static final int RETREATS = 2;

    private final int cores;
    private final AtomicIntegerArray values;

    CoreLoads(final int cores) {
        this.cores = cores;
        values = new AtomicIntegerArray((cores + 1) * STRIDE);
    }

    private static int indexOf(final int core) {
        return (core + 1) * STRIDE;
    }

    /** The core worked for so much of the time since it told so last. */
    void tell(final int core, final int permille) {
        values.setOpaque(indexOf(core), permille);
        values.setOpaque(indexOf(core) + MOVES, MOVES_MAX);
        values.setOpaque(indexOf(core) + RETREATS, 1);
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
        count(to, here, connections);
        return true;
    }

    private void count(final int to, final int here, final int connections) {
        values.getAndAdd(indexOf(to), Math.max(SHARE_MIN, here / Math.max(1, connections)));
    }

    boolean isOverloaded(final int core) {
        return values.getOpaque(indexOf(core)) > OVERLOADED;
    }

    /**
     * The core with the least to do, where one that is overloaded sends a connection: one each time that it tells its load.
     * {@link Relocator#NOWHERE} if none has little to do. What the connection asks of partitions still is that core's work,
     * its socket is not any more.
     */
    int refuge(final int from, final int connections) {
        if (!isOverloaded(from) || values.getOpaque(indexOf(from) + RETREATS) <= 0) {
            return Relocator.NOWHERE;
        }
        int to = Relocator.NOWHERE;
        for (int core = 0; core < cores; core++) {
            final int load = values.getOpaque(indexOf(core));
            if (core != from
                    && load < IDLE
                    && values.getOpaque(indexOf(core) + MOVES) > 0
                    && (to == Relocator.NOWHERE || load < values.getOpaque(indexOf(to)))) {
                to = core;
            }
        }
        if (to == Relocator.NOWHERE || values.getAndDecrement(indexOf(to) + MOVES) <= 0) {
            return Relocator.NOWHERE;
        }
        values.getAndDecrement(indexOf(from) + RETREATS);
        count(to, values.getOpaque(indexOf(from)), connections);
        return to;
    }
}
