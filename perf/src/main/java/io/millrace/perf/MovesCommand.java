package io.millrace.perf;

import io.millrace.perf.moves.MovesResult;
import io.millrace.perf.moves.MovesRun;
import io.millrace.perf.server.Server;
import io.millrace.perf.workload.Workload;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Moves partitions between cores under load, and takes how long their acks pause. */
@Command(
        name = "moves",
        description = {
            "Moves partitions back and forth between two cores under load, and fails if acks of the moved one pause, or if "
                    + "anything that was acknowledged is not read back.",
            "",
            "One producer has 64 records under way all the time, 8 for each of 8 partitions; another sends 2,000 a second "
                    + "to one more partition (idempotent, acks=all). Every second move is of that one. Beside the longest gap "
                    + "between two acks of the partition stands that of a window as long, right before, in which nothing "
                    + "moved.",
            "",
            "A gap that reaches the bar counts against the move, unless gaps like it come without moves too: of the windows of "
                    + "the same load, those without a move that had one that reached the bar and half its length have to be at "
                    + "least half as many as those with a move that had one of its length. In the end each partition is read from its beginning: "
                    + "every acknowledged record has to be at its offset, none twice or behind a later one."
        },
        footer = {
            "",
            "Exit code: 0 if no gap counts against a move and all is read back, 1 if not, 2 for a mistake on the command line."
        },
        mixinStandardHelpOptions = true)
final class MovesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions servers;

    @Option(names = "--moves", defaultValue = "20", paramLabel = "<n>", description = "Default: ${DEFAULT-VALUE}.")
    private int moves;

    @Option(
            names = "--window-ms",
            defaultValue = "1000",
            paramLabel = "<ms>",
            description = "Length of each window, with a move and without (default: ${DEFAULT-VALUE}).")
    private long windowMs;

    @Option(
            names = "--warm-up",
            defaultValue = "10",
            description = "Seconds of load before the first move (default: ${DEFAULT-VALUE}).")
    private int warmUpSeconds;

    @Option(
            names = "--bar-ms",
            defaultValue = "50",
            paramLabel = "<ms>",
            description = "No gap may be that long (default: ${DEFAULT-VALUE}).")
    private double barMs;

    @Option(
            names = "--json",
            paramLabel = "<file>",
            description = "Where the result goes (default: target/perf/moves-<server>.json of the project).")
    private Path json;

    @Override
    public Integer call() throws Exception {
        servers.validate(spec.commandLine());
        if (moves < 1 || windowMs < 1 || warmUpSeconds < 0 || !(barMs > 0)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--moves and --window-ms have to be 1 at least, --warm-up cannot be below 0, --bar-ms has to be above 0");
        }
        final MovesResult result;
        if (servers.bootstrap() != null) {
            servers.awaitAnswer();
            result = run(servers.bootstrap());
        } else {
            try (Server server = servers.make(Map.of("millrace.cores", "2"))) {
                server.start(Workload.START_LIMIT);
                result = run(server.bootstrap());
            }
        }
        final Path file = servers.resultFile(json, "moves");
        result.writeJson(file, barMs);
        result.print(System.out, barMs);
        System.out.println("all figures: " + file);
        return result.passes(barMs) ? 0 : 1;
    }

    private MovesResult run(final String bootstrap) throws Exception {
        return new MovesRun(bootstrap, moves, windowMs, warmUpSeconds * 1_000L).run(System.err);
    }
}
