package io.millrace.engine.port;

/**
 * The two clocks. Read by {@code Core} once per duty cycle; everyone below takes {@code nowNs} or {@code nowMs}, but for
 * what is measured for the statistics.
 */
public interface Time {
    /** Monotonic time in nanoseconds, for deadlines and durations only. */
    long nanoTime();

    /** Wall-clock time in milliseconds since the epoch, for record timestamps and retention. */
    long epochMs();

    /** What the calling thread has had of its processor, in nanoseconds: a system call, for what is measured now and then. */
    default long threadCpuNs() {
        return nanoTime();
    }
}
