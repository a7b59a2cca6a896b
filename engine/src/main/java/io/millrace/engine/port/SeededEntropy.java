package io.millrace.engine.port;

/**
 * SplitMix64 over a seed; a stream's seed is the parent's seed mixed with the stream's name, so that it depends on
 * neither the parent's draws nor on other streams. Owned by one thread.
 */
public final class SeededEntropy implements Entropy {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    private final long seed;
    private long state;

    public SeededEntropy(final long seed) {
        this.seed = seed;
        this.state = seed;
    }

    @Override
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    @Override
    public Entropy stream(final String name) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * FNV_PRIME;
        }
        return new SeededEntropy(mix(mix(seed) ^ hash));
    }

    /** What this stream started from, for the message that tells how to reproduce a run. */
    public long seed() {
        return seed;
    }

    private static long mix(final long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
