package io.millrace.perf.report;

import io.millrace.perf.server.Servers.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** All runs of one workload, by server: medians, spread, ratios. */
public final class Comparison {
    /**
     * @param median the middle run
     * @param least the smallest of all runs
     * @param most the largest of all runs
     * @param runs how many there were
     */
    public record Spread(double median, double least, double most, int runs) {}

    private final String workload;
    private final String description;
    private final String durability;
    private final Map<Kind, List<Figures>> runs = new EnumMap<>(Kind.class);

    public Comparison(final String workload, final String description, final String durability) {
        this.workload = workload;
        this.description = description;
        this.durability = durability;
    }

    public String workload() {
        return workload;
    }

    public String description() {
        return description;
    }

    /** What an ack was worth in all runs. */
    public String durability() {
        return durability;
    }

    public void add(final Kind kind, final Figures figures) {
        runs.computeIfAbsent(kind, ignored -> new ArrayList<>()).add(figures);
    }

    public List<Kind> kinds() {
        return List.copyOf(runs.keySet());
    }

    /** The metrics that any run has, in the order of their declaration. */
    public List<Metric> metrics() {
        final TreeSet<Metric> metrics = new TreeSet<>();
        runs.values()
                .forEach(all -> all.forEach(run -> metrics.addAll(run.values().keySet())));
        return List.copyOf(metrics);
    }

    /** Null if no run of that server has the metric. */
    public Spread spread(final Kind kind, final Metric metric) {
        final double[] values = runs.getOrDefault(kind, List.of()).stream()
                .filter(run -> run.values().containsKey(metric))
                .mapToDouble(run -> run.values().get(metric))
                .sorted()
                .toArray();
        if (values.length == 0) {
            return null;
        }
        final double median = (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
        return new Spread(median, values[0], values[values.length - 1], values.length);
    }

    /**
     * The median of one server over that of Apache Kafka, or NaN if one is missing. Above 1 is more, whether that is
     * better or not.
     */
    public double ratio(final Kind kind, final Metric metric) {
        final Spread own = spread(kind, metric);
        final Spread reference = spread(Kind.KAFKA, metric);
        return own == null || reference == null || reference.median == 0 ? Double.NaN : own.median / reference.median;
    }

    @Override
    public String toString() {
        return workload + Arrays.toString(runs.keySet().toArray());
    }
}
