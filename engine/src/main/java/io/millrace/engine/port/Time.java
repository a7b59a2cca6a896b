package io.millrace.engine.port;

/** The two clocks. Read once per duty cycle by {@code Core}; everyone below takes {@code nowNs} or {@code nowMs}. */
public interface Time {
    /** Monotonic time in nanoseconds, for deadlines and durations only. */
    long nanoTime();

    /** Wall-clock time in milliseconds since the epoch, for record timestamps and retention. */
    long epochMs();
}
