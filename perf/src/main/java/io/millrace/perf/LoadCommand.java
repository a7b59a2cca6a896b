package io.millrace.perf;

import io.millrace.perf.load.LoadPlan;
import io.millrace.perf.load.LoadResult;
import io.millrace.perf.load.LoadRun;
import io.millrace.perf.load.Profile;
import io.millrace.perf.server.Server;
import io.millrace.perf.workload.Workload;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts a fixed load on one broker, judges it, and says so by its exit code. */
@Command(
        name = "load",
        description = {
            "Puts a fixed load on a broker and fails if it does not carry it.",
            "",
            "Producers send at a fixed rate whatever happens (idempotent, acks=all), consumers assign partitions, and the "
                    + "latency of each record is end to end, from the time at which it was meant to be sent. The load is "
                    + "never lowered: a run that does not reach its rate fails. So does one whose 95th percentile misses "
                    + "its bar, that loses or repeats a record, or whose clients see an error."
        },
        footer = {
            "",
            "Profiles:",
            "  quick      2 producers, 2 consumers,     200/s, p95 < 10 ms,  1 minute",
            "  standard   5 producers, 3 consumers,   2,500/s, p95 < 20 ms,  5 minutes",
            "  stress    20 producers, 10 consumers, 40,000/s, p95 < 50 ms, 10 minutes",
            "  endurance 10 producers, 5 consumers,  10,000/s, p95 < 30 ms, 30 minutes",
            "",
            "Exit code: 0 if the broker carried the load, 1 if it did not, 2 for a mistake on the command line."
        },
        mixinStandardHelpOptions = true)
final class LoadCommand implements Callable<Integer> {
    private static final int VALUE_BYTES_MIN = 160;
    private static final int VALUE_BYTES_MAX = 900_000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions servers;

    @Parameters(paramLabel = "<profile>", description = "One of ${COMPLETION-CANDIDATES}.")
    private Profile profile;

    @Option(
            names = "--chaos",
            description =
                    "Each second, end each client with a probability of 0.01 without a word and put another in its "
                            + "place; once, kill the broker (-9) and start it again. What was acknowledged must be there. The "
                            + "latency bar is judged outside the outage.")
    private boolean chaos;

    @Option(names = "--seed", defaultValue = "1", description = "Of what --chaos does (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--seconds", description = "A form of another length; the result says so.")
    private Integer seconds;

    @Option(names = "--warm-up", defaultValue = "10", description = "Seconds not measured (default: ${DEFAULT-VALUE}).")
    private int warmUpSeconds;

    @Option(names = "--p95-ms", paramLabel = "<ms>", description = "Another bar for the 95th percentile.")
    private Double p95Ms;

    @Option(
            names = "--value-bytes",
            paramLabel = "<n>",
            defaultValue = "500",
            description = "Size of a record's value (default: ${DEFAULT-VALUE}).")
    private int valueBytes;

    @Option(
            names = "--json",
            paramLabel = "<file>",
            description = "Where the result goes (default: target/perf/load-<profile>-<server>.json of the project).")
    private Path json;

    @Override
    public Integer call() throws Exception {
        validate();
        final LoadResult result;
        if (servers.bootstrap() != null) {
            servers.awaitAnswer();
            result = new LoadRun(plan("another's", "as configured"), servers.bootstrap(), Optional.empty())
                    .run(System.err);
        } else {
            try (Server server = servers.make(Map.of())) {
                server.start(Workload.START_LIMIT);
                result = new LoadRun(
                                plan(
                                        servers.kind().label(),
                                        servers.durability().label()),
                                server.bootstrap(),
                                Optional.of(server))
                        .run(System.err);
            }
        }
        final Path file = servers.resultFile(json, "load-" + profile);
        result.writeJson(file);
        result.print(System.out);
        System.out.println("all figures: " + file);
        return result.passed() ? 0 : 1;
    }

    private LoadPlan plan(final String server, final String durability) {
        return new LoadPlan(
                profile,
                server,
                durability,
                seconds == null ? profile.seconds() : seconds,
                warmUpSeconds,
                valueBytes,
                p95Ms == null ? profile.p95Ms() : p95Ms,
                chaos,
                seed);
    }

    private void validate() {
        check(seconds == null || seconds > 0, "--seconds has to be 1 at least");
        check(warmUpSeconds >= 0, "--warm-up cannot be below 0");
        check(p95Ms == null || p95Ms > 0, "--p95-ms has to be above 0");
        check(
                valueBytes >= VALUE_BYTES_MIN && valueBytes <= VALUE_BYTES_MAX,
                "--value-bytes has to be between " + VALUE_BYTES_MIN + " and " + VALUE_BYTES_MAX);
        check(
                !chaos || servers.bootstrap() == null,
                "--chaos kills the broker, so it needs one of its own: no --bootstrap");
        servers.validate(spec.commandLine());
    }

    private void check(final boolean holds, final String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }
}
