package io.millrace.engine.port;

/**
 * Where heavy or blocking library calls run (decompression, recompression), never on a core. In the simulation the
 * work runs on the one thread there is, after a delay drawn from the seed.
 */
public interface Housekeeping {
    /**
     * Runs {@code work} elsewhere, then {@code done} on the submitting core's thread within a duty cycle. Works
     * submitted by one core finish in the order of their submission.
     *
     * @return false if too much is waiting: try again in a later duty cycle
     */
    boolean submit(Runnable work, Runnable done);
}
