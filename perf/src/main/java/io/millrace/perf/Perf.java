package io.millrace.perf;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The door to what measures Millrace. */
@Command(
        name = "./run.sh perf",
        description = "Measures Millrace, beside Apache Kafka wherever a figure would mean nothing alone.",
        mixinStandardHelpOptions = true,
        subcommands = {
            CompareCommand.class,
            LoadCommand.class,
            MovesCommand.class,
            SoakCommand.class,
            BenchCommand.class,
            StatCommand.class,
            QuotasCommand.class
        })
public final class Perf implements Runnable {
    private Perf() {}

    public static void main(final String[] arguments) {
        System.exit(execute(arguments));
    }

    /** Returns the exit code. */
    static int execute(final String... arguments) {
        final CommandLine commands = new CommandLine(new Perf());
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.setParameterExceptionHandler(Perf::explain);
        commands.setExecutionExceptionHandler(Perf::explain);
        return commands.execute(arguments);
    }

    /** One line for a mistake on the command line: the whole usage would bury it. */
    private static int explain(final ParameterException mistake, final String[] arguments) {
        final CommandLine command = mistake.getCommandLine();
        command.getErr()
                .println("millrace: " + mistake.getMessage() + " (see "
                        + command.getCommandSpec().qualifiedName() + " --help)");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** What the rig itself says about a run that cannot be is a line too; anything else is worth its trace. */
    private static int explain(final Exception failure, final CommandLine command, final ParseResult parsed)
            throws Exception {
        if (!(failure instanceof IllegalStateException)) {
            throw failure;
        }
        command.getErr().println("millrace: " + failure.getMessage());
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
