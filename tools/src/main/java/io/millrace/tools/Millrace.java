package io.millrace.tools;

import io.millrace.tools.client.BalanceCommand;
import io.millrace.tools.client.ConfigsCommand;
import io.millrace.tools.client.ConsumeCommand;
import io.millrace.tools.client.GroupsCommand;
import io.millrace.tools.client.MoveCommand;
import io.millrace.tools.client.ProduceCommand;
import io.millrace.tools.client.TopicsCommand;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The one front door: the table of commands. Runs on the main thread, before any core exists. */
@Command(
        name = "./run.sh",
        description = "A Kafka-wire-compatible broker on a thread-per-core engine.",
        mixinStandardHelpOptions = true,
        version = "Millrace 0.1.0-SNAPSHOT")
public final class Millrace implements Runnable {
    private static final Map<String, Class<?>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("start", StartCommand.class);
        COMMANDS.put("inspect", InspectCommand.class);
        COMMANDS.put("simulate", SimulateCommand.class);
        COMMANDS.put("follow", FollowCommand.class);
        COMMANDS.put("stat", StatCommand.class);
        COMMANDS.put("doctor", DoctorCommand.class);
        COMMANDS.put("topics", TopicsCommand.class);
        COMMANDS.put("groups", GroupsCommand.class);
        COMMANDS.put("produce", ProduceCommand.class);
        COMMANDS.put("consume", ConsumeCommand.class);
        COMMANDS.put("configs", ConfigsCommand.class);
        COMMANDS.put("move", MoveCommand.class);
        COMMANDS.put("balance", BalanceCommand.class);
        COMMANDS.put("aot-train", AotTrainCommand.class);
    }

    private Millrace() {}

    public static void main(String[] args) {
        System.exit(execute(args));
    }

    /** Returns the exit code. */
    static int execute(String... args) {
        CommandLine commands = new CommandLine(new Millrace());
        // Reading the annotations of all commands takes longer than starting a broker.
        Class<?> only = args.length == 0 ? null : COMMANDS.get(args[0]);
        if (only == null) {
            COMMANDS.forEach(commands::addSubcommand);
        } else {
            commands.addSubcommand(args[0], only);
        }
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
