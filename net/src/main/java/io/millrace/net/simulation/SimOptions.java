package io.millrace.net.simulation;

/**
 * What to simulate.
 *
 * @param seed  decides everything that happens
 * @param steps how long faults go on, before everything heals and must come right
 */
public record SimOptions(long seed, int steps) {
    public static final int STEPS_DEFAULT = 4_000;

    public SimOptions {
        if (steps < 1) {
            throw new IllegalArgumentException("steps " + steps + ": expected at least 1");
        }
    }
}
