package io.millrace.perf.report;

import java.util.EnumMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What one run of a workload against one server came to. */
public final class Figures {
    private static final double NS_PER_MS = 1e6;

    private final Map<Metric, Double> values = new EnumMap<>(Metric.class);

    public Figures put(final Metric metric, final double value) {
        values.put(metric, value);
        return this;
    }

    /** Takes the percentiles of latencies in ns. */
    public Figures putLatencies(final Histogram latenciesNs) {
        put(Metric.P50, latenciesNs.getValueAtPercentile(50) / NS_PER_MS);
        put(Metric.P90, latenciesNs.getValueAtPercentile(90) / NS_PER_MS);
        put(Metric.P99, latenciesNs.getValueAtPercentile(99) / NS_PER_MS);
        put(Metric.P999, latenciesNs.getValueAtPercentile(99.9) / NS_PER_MS);
        return put(Metric.P9999, latenciesNs.getValueAtPercentile(99.99) / NS_PER_MS);
    }

    /** In the order in which metrics are declared. */
    public Map<Metric, Double> values() {
        return values;
    }
}
