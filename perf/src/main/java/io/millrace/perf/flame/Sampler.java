package io.millrace.perf.flame;

/** Looks again and again what a process's threads are doing while they run. */
public interface Sampler {
    /** @throws IllegalStateException saying why it cannot */
    Samples sample(long pid, int seconds) throws Exception;
}
