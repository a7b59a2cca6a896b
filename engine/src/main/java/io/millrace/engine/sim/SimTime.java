package io.millrace.engine.sim;

import io.millrace.engine.port.Time;

/** Time that passes only when told to. Shared by everything in one simulation. */
public final class SimTime implements Time {
    private static final long NS_PER_MS = 1_000_000;

    private long nowNs;
    private long epochAtZeroMs;

    public SimTime() {
        this(1_000_000_000L, 1_750_000_000_000L);
    }

    /** @param startEpochMs what the wall clock shows when the monotonic one shows {@code startNs} */
    public SimTime(final long startNs, final long startEpochMs) {
        this.nowNs = startNs;
        this.epochAtZeroMs = startEpochMs - startNs / NS_PER_MS;
    }

    @Override
    public long nanoTime() {
        return nowNs;
    }

    @Override
    public long epochMs() {
        return epochAtZeroMs + nowNs / NS_PER_MS;
    }

    public void advance(final long ns) {
        if (ns < 0) {
            throw new IllegalArgumentException("time went back by " + -ns + " ns");
        }
        nowNs += ns;
    }

    /** Moves to the given moment; one that has passed is no error. */
    public void advanceTo(final long ns) {
        nowNs = Math.max(nowNs, ns);
    }

    /** Someone sets the wall clock, forth or back; monotonic time is not touched. */
    public void stepWallClock(final long ms) {
        epochAtZeroMs += ms;
    }
}
