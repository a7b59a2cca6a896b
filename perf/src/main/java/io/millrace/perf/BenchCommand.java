package io.millrace.perf;

import io.millrace.perf.bench.Baseline;
import io.millrace.perf.bench.BenchRun;
import io.millrace.perf.bench.Change;
import io.millrace.perf.bench.ChangeTable;
import io.millrace.perf.bench.Measured;
import io.millrace.perf.bench.Origin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** The benchmarks: with JMH's own options, or all with fixed settings beside a baseline. */
@Command(
        name = "bench",
        description = {
            "Runs the JMH benchmarks; takes JMH's own options and patterns (-h shows them).",
            "",
            "With --save or --compare they run with fixed short settings instead, two to three minutes in all, and what "
                    + "they allocate is measured too. A machine that does something else meanwhile spoils both."
        },
        footer = {
            "",
            "Exit code of --compare: 1 if a benchmark takes more than 1.5 times as long as in the baseline, or "
                    + "allocates a byte more."
        })
final class BenchCommand implements Callable<Integer> {
    private static final String FRONT_DOOR = "millrace.perf.front-door";

    @Spec
    private CommandSpec spec;

    @Option(names = "--save", description = "Run all and keep the results as the baseline.")
    private boolean save;

    @Option(
            names = "--compare",
            description = "Run all, or those that match a pattern, and show how they changed since the baseline.")
    private boolean compare;

    @Option(names = "--file", paramLabel = "<file>", description = "The baseline (default: perf/baseline.json).")
    private Path file;

    @Unmatched
    private final List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        if (arguments.contains("--help")) {
            spec.commandLine().usage(System.out);
            return 0;
        }
        if (!save && !compare) {
            org.openjdk.jmh.Main.main(arguments.toArray(String[]::new));
            return 0;
        }
        if (arguments.stream().anyMatch(argument -> argument.startsWith("-"))) {
            throw new ParameterException(
                    spec.commandLine(), "the settings of --save and --compare are fixed: expected patterns only");
        }
        if (save && compare) {
            throw new ParameterException(spec.commandLine(), "--save and --compare: expected one of them");
        }
        if (save && !arguments.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--save keeps all benchmarks: expected no pattern");
        }
        final Path project = Path.of(System.getProperty(FRONT_DOOR, "run.sh"))
                .toAbsolutePath()
                .getParent();
        final Path baseline = file == null ? project.resolve("perf/baseline.json") : file;
        return save ? save(project, baseline) : compare(project, baseline);
    }

    private static int save(final Path project, final Path baseline) throws IOException {
        final Baseline made = Origin.of(project, BenchRun.run(List.of()));
        made.write(baseline);
        ChangeTable.write(System.out, Change.between(List.of(), made.results()));
        System.out.println(made.origin());
        return CommandLine.ExitCode.OK;
    }

    private int compare(final Path project, final Path file) throws IOException {
        final Baseline then = Baseline.read(file);
        final List<Measured> results = BenchRun.run(arguments);
        if (results.isEmpty()) {
            throw new IllegalStateException("no benchmark matches " + String.join(" ", arguments));
        }
        final Baseline now = Origin.of(project, results);
        final List<Change> changes = Change.between(then.results(), results).stream()
                .filter(change -> arguments.isEmpty() || change.now() != null)
                .toList();
        ChangeTable.write(System.out, changes);
        System.out.println("baseline: " + then.origin());
        System.out.println("now:      " + now.origin());
        if (!then.isOfSameMachine(now)) {
            System.out.println("Not the same machine or JDK: the times say little; what is allocated counts.");
        }
        final long failed =
                changes.stream().filter(change -> change.verdict().fails()).count();
        return failed == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}
