package io.millrace.perf;

import io.millrace.perf.load.SoakRun;
import io.millrace.perf.server.Server;
import io.millrace.perf.workload.Workload;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Lets clients of all kinds use one broker for hours. */
@Command(
        name = "soak",
        description = {
            "Has clients of all kinds use a broker for hours, 30,000 records a second in sum, and looks for what is lost, "
                    + "what stalls and what grows.",
            "",
            "Producers are idempotent ones and ones with acks=1, with each codec; consumers read the tail and old data; "
                    + "topics come and go; kcat takes part where it is installed; every 5 s some client leaves, half of "
                    + "them without a word, and another comes. Retention keeps the disk below 3 GB."
        },
        footer = {
            "",
            "It fails on a lost record, an error, a wait of more than 10 s for an acknowledgement, a rate that is not "
                    + "reached, and on growth after ten minutes (a third of a run of less than half an hour): more than 16 MB "
                    + "resident, 8 MB direct, 8 descriptors or 2 threads an hour, beyond what may be noise.",
            "",
            "Exit code: 0 if it held, 1 if it did not, 2 for a mistake on the command line."
        },
        mixinStandardHelpOptions = true)
final class SoakCommand implements Callable<Integer> {
    private static final double HOURS_MAX = 1_000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions servers;

    @Option(names = "--hours", required = true, paramLabel = "<n>", description = "How long; fractions are fine.")
    private double hours;

    @Option(names = "--seed", defaultValue = "1", description = "Of who leaves when (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--json",
            paramLabel = "<file>",
            description = "Where the result goes (default: target/perf/soak-<server>.json of the project).")
    private Path json;

    @Override
    public Integer call() throws Exception {
        if (!(hours > 0 && hours <= HOURS_MAX)) {
            throw new ParameterException(spec.commandLine(), "--hours has to be above 0, and 1000 at most");
        }
        servers.validate(spec.commandLine());
        if (servers.bootstrap() != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "a soak looks into the broker's process, so it needs one of its own: no --bootstrap");
        }
        final boolean held;
        final Path file = servers.resultFile(json, "soak");
        try (Server server = servers.make(SoakRun.SETTINGS)) {
            server.trackNativeMemory();
            server.start(Workload.START_LIMIT);
            final SoakRun run = new SoakRun(server, hours, seed);
            held = run.run(System.err, System.out);
            run.writeJson(file);
        }
        System.out.println("all figures: " + file);
        return held ? 0 : 1;
    }
}
