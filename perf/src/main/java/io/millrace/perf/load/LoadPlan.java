package io.millrace.perf.load;

/**
 * One run of a profile.
 *
 * @param server what its figures are shown under
 * @param durability what an ack is worth, or "as configured" where the broker is another's
 * @param seconds what is measured; the profile's own unless the run is a short form
 * @param warmUpSeconds load that is not measured
 * @param valueBytes bytes of a value
 * @param p95Ms the bar
 * @param seed of what chaos does
 */
public record LoadPlan(
        Profile profile,
        String server,
        String durability,
        int seconds,
        int warmUpSeconds,
        int valueBytes,
        double p95Ms,
        boolean chaos,
        long seed) {}
