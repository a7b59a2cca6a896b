package io.millrace.net.simulation;

import java.util.Map;

/**
 * How a run ended.
 *
 * @param violation what promise was broken, or null
 * @param faults    how often each kind of fault struck
 * @param traceHash equal for equal runs, on any JVM
 */
public record SimResult(
        SimOptions options,
        long operations,
        long records,
        Map<String, Long> faults,
        long traceHash,
        Throwable violation) {
    public boolean isGood() {
        return violation == null;
    }

    /** Whether it found nothing but that something never came. */
    boolean isHang() {
        return violation instanceof final ViolationException broken && broken.isHang();
    }

    @Override
    public String toString() {
        return "seed " + options.seed() + ": " + options.steps() + " steps, " + operations + " operations, " + records
                + " records acknowledged, faults " + faults + ", trace " + Long.toHexString(traceHash);
    }
}
