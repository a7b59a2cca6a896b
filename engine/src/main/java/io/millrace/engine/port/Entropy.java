package io.millrace.engine.port;

/** Randomness from one seed, split into named streams, so that a new reader of one stream never shifts another. */
public interface Entropy {
    /** The next 64 random bits. */
    long nextLong();

    /** Uniform in {@code [0, bound)}; {@code bound} must be positive. */
    default int nextInt(final int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound " + bound + ": expected a positive number");
        }
        return (int) Math.unsignedMultiplyHigh(nextLong(), bound);
    }

    /** An independent stream that depends only on this stream's seed and the name. */
    Entropy stream(String name);
}
