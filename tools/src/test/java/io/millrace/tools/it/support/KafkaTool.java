package io.millrace.tools.it.support;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
        final List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                Artifacts.kafkaTools(),
                mainClass));
        command.addAll(List.of(arguments));
        try (ChildProcess tool = ChildProcess.start("tool", folder, Map.of(), command)) {
            tool.feed(input);
            return new Result(tool.awaitExit(LIMIT), tool.out(), tool.err());
        } finally {
            Project.discard(folder);
        }
    }
}
