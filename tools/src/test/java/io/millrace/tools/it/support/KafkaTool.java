package io.millrace.tools.it.support;

import java.nio.file.Path;
import java.time.Duration;

/** Apache Kafka's command line tools, each run in a process of its own as its script would run it. */
public final class KafkaTool {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private KafkaTool() {}

    /** What a run said and how it ended. */
    public record Result(int exitCode, String out, String err) {
        public String output() {
            return out + err;
        }
    }

    public static Result run(final String mainClass, final String... arguments) {
        return runWith("", mainClass, arguments);
    }

    public static Result runWith(final String input, final String mainClass, final String... arguments) {
        final Path folder = Project.scratch("tool");
        try (ChildProcess tool = Programs.startMain(mainClass, folder, Artifacts.kafkaTools(), arguments)) {
            tool.feed(input);
            return new Result(tool.awaitExit(LIMIT), tool.out(), tool.err());
        } finally {
            Project.discard(folder);
        }
    }
}
