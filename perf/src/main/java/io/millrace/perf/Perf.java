package io.millrace.perf;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The door to what measures Millrace. */
@Command(
        name = "perf",
        description = "Measures Millrace, beside Apache Kafka wherever a figure would mean nothing alone.",
        mixinStandardHelpOptions = true,
        subcommands = {CompareCommand.class, BenchCommand.class})
public final class Perf implements Runnable {
    private Perf() {}

    public static void main(final String[] arguments) {
        final CommandLine commands = new CommandLine(new Perf());
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        System.exit(commands.execute(arguments));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
