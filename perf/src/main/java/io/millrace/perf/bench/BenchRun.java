package io.millrace.perf.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs benchmarks with settings that never change, so that two runs may be compared, and short, so that they are. */
public final class BenchRun {
    private static final int FORKS = 2;
    private static final int WARM_UPS = 5;
    private static final TimeValue WARM_UP = TimeValue.milliseconds(300);
    private static final int MEASUREMENTS = 5;
    private static final TimeValue MEASUREMENT = TimeValue.milliseconds(200);
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private BenchRun() {}

    /** @param patterns regular expressions, any of which a benchmark's name has to contain; none for all */
    public static List<Measured> run(final Collection<String> patterns) {
        final ChainedOptionsBuilder options = new OptionsBuilder()
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS)
                .forks(FORKS)
                .warmupIterations(WARM_UPS)
                .warmupTime(WARM_UP)
                .measurementIterations(MEASUREMENTS)
                .measurementTime(MEASUREMENT)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        patterns.forEach(options::include);
        try {
            final List<Measured> measured = new ArrayList<>();
            for (final RunResult result : new Runner(options.build()).run()) {
                measured.add(measured(result));
            }
            measured.sort(Comparator.comparing(Measured::benchmark));
            return measured;
        } catch (final RunnerException failure) {
            throw new IllegalStateException("the benchmarks could not be run: " + failure.getMessage(), failure);
        }
    }

    private static Measured measured(final RunResult result) {
        final Result<?> time = result.getPrimaryResult();
        final double[] allocated = allocated(result);
        final double typical = median(allocated);
        final double[] deviations =
                Arrays.stream(allocated).map(each -> Math.abs(each - typical)).toArray();
        return new Measured(
                nameOf(result.getParams()),
                rounded(time.getScore()),
                rounded(time.getScoreError()),
                rounded(typical),
                rounded(median(deviations)));
    }

    /** By iteration. */
    private static double[] allocated(final RunResult result) {
        final List<Double> values = new ArrayList<>();
        for (final BenchmarkResult fork : result.getBenchmarkResults()) {
            for (final IterationResult iteration : fork.getIterationResults()) {
                final Result<?> allocated = iteration.getSecondaryResults().get(ALLOCATED);
                if (allocated == null) {
                    throw new IllegalStateException("JMH told nothing of " + ALLOCATED);
                }
                values.add(allocated.getScore());
            }
        }
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** What a benchmark's end, or a late compilation, allocates in one iteration is not what a call allocates. */
    private static double median(final double[] values) {
        final double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** For example {@code Append.append 1x100B}. */
    private static String nameOf(final BenchmarkParams params) {
        final String[] path = params.getBenchmark().split("\\.", -1);
        final String type = path[path.length - 2].replaceFirst("Benchmark$", "");
        final String values = params.getParamsKeys().stream()
                .sorted()
                .map(key -> " " + params.getParam(key))
                .collect(Collectors.joining());
        return type + '.' + path[path.length - 1] + values;
    }

    /** More digits would only make two baselines hard to read side by side. JSON knows no NaN. */
    private static double rounded(final double value) {
        return Double.isNaN(value) ? 0 : Math.round(value * 1_000) / 1_000.0;
    }
}
