package io.millrace.tools;

import io.millrace.tools.client.ConfigsCommand;
import io.millrace.tools.client.ConsumeCommand;
import io.millrace.tools.client.GroupsCommand;
import io.millrace.tools.client.ProduceCommand;
import io.millrace.tools.client.TopicsCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The one front door: the table of commands. Runs on the main thread, before any core exists. */
@Command(
        name = "./run.sh",
        description = "A Kafka-wire-compatible broker on a thread-per-core engine.",
        mixinStandardHelpOptions = true,
        version = "Millrace 0.1.0-SNAPSHOT",
        subcommands = {
            StartCommand.class,
            InspectCommand.class,
            SimulateCommand.class,
            FollowCommand.class,
            StatCommand.class,
            DoctorCommand.class,
            TopicsCommand.class,
            GroupsCommand.class,
            ProduceCommand.class,
            ConsumeCommand.class,
            ConfigsCommand.class,
            AotTrainCommand.class,
        })
public final class Millrace implements Runnable {
    private Millrace() {}

    public static void main(String[] args) {
        System.exit(execute(args));
    }

    /** Returns the exit code. */
    static int execute(String... args) {
        CommandLine commands = new CommandLine(new Millrace());
        commands.setParameterExceptionHandler(Millrace::explain);
        return commands.execute(args);
    }

    /** One line for a mistake on the command line: the whole usage would bury it. */
    private static int explain(ParameterException mistake, String[] args) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("millrace: " + mistake.getMessage() + " (see "
                + command.getCommandSpec().qualifiedName() + " --help)");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
