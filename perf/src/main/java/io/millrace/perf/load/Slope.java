package io.millrace.perf.load;

import java.util.List;

/**
 * How fast something grows, with an estimate of its noise: a line laid through the means of blocks of samples by least
 * squares. What lies close together in time is alike (a sawtooth, a garbage collection), so samples are no independent
 * witnesses; blocks nearly are.
 *
 * @param perHour growth an hour
 * @param noisePerHour the standard error of that
 * @param hours what the samples span
 */
record Slope(double perHour, double noisePerHour, double hours) {
    private static final int BLOCKS = 20;
    private static final int BLOCKS_MIN = 4;

    /** One-sided, 99 in 100: noise alone passes for growth in one run of a hundred. */
    private static final double CERTAIN = 2.33;

    /** One reading. */
    record Sample(double hour, double value) {}

    /** Null where there are too few samples to tell growth from noise. */
    static Slope of(final List<Sample> samples) {
        final int blocks = Math.min(BLOCKS, samples.size() / 2);
        if (blocks < BLOCKS_MIN) {
            return null;
        }
        final double[] x = new double[blocks];
        final double[] y = new double[blocks];
        for (int i = 0; i < blocks; i++) {
            final List<Sample> block = samples.subList(i * samples.size() / blocks, (i + 1) * samples.size() / blocks);
            x[i] = block.stream().mapToDouble(Sample::hour).average().orElseThrow();
            y[i] = block.stream().mapToDouble(Sample::value).average().orElseThrow();
        }
        return fit(x, y, samples.getLast().hour() - samples.getFirst().hour());
    }

    private static Slope fit(final double[] x, final double[] y, final double hours) {
        final double meanX = mean(x);
        final double meanY = mean(y);
        double xx = 0;
        double xy = 0;
        for (int i = 0; i < x.length; i++) {
            xx += (x[i] - meanX) * (x[i] - meanX);
            xy += (x[i] - meanX) * (y[i] - meanY);
        }
        final double slope = xy / xx;
        double rest = 0;
        for (int i = 0; i < x.length; i++) {
            final double off = y[i] - meanY - slope * (x[i] - meanX);
            rest += off * off;
        }
        return new Slope(slope, Math.sqrt(rest / (x.length - 2) / xx), hours);
    }

    private static double mean(final double[] values) {
        double sum = 0;
        for (final double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    /** What it grew in the time that was looked at, as far as that is certain. */
    double certainGrowth() {
        return (perHour - CERTAIN * noisePerHour) * hours;
    }

    /**
     * Whether it grows faster than allowed. A run of less than an hour may grow by what is allowed for an hour: it can
     * tell a fast leak only.
     */
    boolean exceeds(final double allowedPerHour) {
        return certainGrowth() > allowedPerHour * Math.max(1, hours);
    }
}
