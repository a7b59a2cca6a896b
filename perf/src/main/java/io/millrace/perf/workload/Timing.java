package io.millrace.perf.workload;

/**
 * How long a workload runs.
 *
 * @param warmUpMs load that is not measured, the same for all servers
 * @param measureMs what is measured
 */
public record Timing(long warmUpMs, long measureMs) {
    Timing withWarmUpMs(final long ms) {
        return new Timing(ms, measureMs);
    }
}
