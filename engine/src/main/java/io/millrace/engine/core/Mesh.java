package io.millrace.engine.core;

/** All that the cores of one node share: a ring for each pair and direction, and who sleeps. */
public final class Mesh {
    public static final int RING_BYTES_DEFAULT = 1 << 20;

    private final Ring[][] rings;
    private final Sleeper[] sleepers;

    public Mesh(final int coreCount, final int ringBytes) {
        if (coreCount < 1) {
            throw new IllegalArgumentException("coreCount " + coreCount + ": expected at least 1");
        }
        rings = new Ring[coreCount][coreCount];
        sleepers = new Sleeper[coreCount];
        for (int from = 0; from < coreCount; from++) {
            sleepers[from] = new Sleeper();
            for (int to = 0; to < coreCount; to++) {
                rings[from][to] = new Ring(ringBytes);
            }
        }
    }

    public int coreCount() {
        return sleepers.length;
    }

    public Sleeper sleeper(final int core) {
        return sleepers[core];
    }

    Ring ring(final int from, final int to) {
        return rings[from][to];
    }
}
