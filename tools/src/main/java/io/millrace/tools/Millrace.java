package io.millrace.tools;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The one front door: the table of commands. Runs on the main thread, before any core exists. */
@Command(
        name = "millrace",
        description = "A Kafka-wire-compatible broker on a thread-per-core engine.",
        mixinStandardHelpOptions = true,
        version = "Millrace 0.1.0-SNAPSHOT",
        subcommands = {
            StartCommand.class,
            InspectCommand.class,
            SimulateCommand.class,
            FollowCommand.class,
        })
public final class Millrace implements Runnable {
    private Millrace() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Millrace()).execute(args));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
