package io.millrace.tools.it.support;

import io.millrace.tools.it.support.KafkaTool.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Our small commands through the front door, against one broker. */
public final class Commands implements AutoCloseable {
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(60);

    private final String bootstrap;
    private final Path folder = Project.scratch("commands");

    public Commands(final String bootstrap) {
        this.bootstrap = bootstrap;
    }

    /** What it says, and with which code it ends. */
    public Result run(final String... arguments) {
        return feed("", arguments);
    }

    /** The same with something on standard input. */
    public Result feed(final String input, final String... arguments) {
        try (ChildProcess child = start(arguments)) {
            child.feed(input);
            return new Result(child.awaitExit(ENDS_WITHIN), child.out(), child.err());
        }
    }

    /** Standard output of a command that succeeds. */
    public String out(final String... arguments) {
        return succeeded(run(arguments)).out();
    }

    /** The same of one that knows no broker's address. */
    public String outAlone(final String... arguments) {
        try (ChildProcess child = MillraceBroker.command(folder, Map.of(), List.of(arguments))) {
            return succeeded(new Result(child.awaitExit(ENDS_WITHIN), child.out(), child.err()))
                    .out();
        }
    }

    /** By the option's other name, that of Apache Kafka's tools. */
    public ChildProcess start(final String... arguments) {
        final List<String> command = new ArrayList<>(List.of(arguments));
        command.addAll(List.of("--bootstrap-server", bootstrap));
        return MillraceBroker.command(folder, Map.of(), command);
    }

    /** For a test that holds the streams itself. */
    public ProcessBuilder builder(final String... arguments) {
        final List<String> command = new ArrayList<>(List.of(arguments));
        command.addAll(List.of("--bootstrap", bootstrap));
        return MillraceBroker.builder(folder, command);
    }

    public static Result succeeded(final Result result) {
        if (result.exitCode() != 0) {
            throw new AssertionError("ended with " + result.exitCode() + ": " + result.output());
        }
        return result;
    }

    @Override
    public void close() {
        Project.discard(folder);
    }
}
