package io.millrace.perf.stat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What a tool said that ran beside a broker and has ended.
 *
 * @param said both of its outputs
 */
public record ChildRun(int exitCode, String said) {
    private static final long LIMIT_SECONDS_MIN = 60;

    /** A tool that runs. */
    public static final class Running {
        private final Process process;
        private final Path output;

        private Running(final Process process, final Path output) {
            this.process = process;
            this.output = output;
        }

        /** Waits for its end, and ends it if that does not come. */
        public ChildRun await(final long seconds) throws InterruptedException {
            try {
                if (!process.waitFor(LIMIT_SECONDS_MIN + seconds, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                }
                final String said = Files.readString(output);
                Files.delete(output);
                return new ChildRun(process.exitValue(), said);
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                process.destroyForcibly();
            }
        }
    }

    /** Where a tool is found, as a shell would. */
    public static Optional<Path> find(final String tool) {
        final String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        for (final String folder : path.split(":")) {
            final Path file = Path.of(folder, tool);
            if (Files.isExecutable(file) && !Files.isDirectory(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    public static Running start(final List<String> command) {
        try {
            final Path output = Files.createTempFile("millrace-perf", ".txt");
            final ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            // Tools write numbers as the reader's country does.
            builder.environment().put("LC_ALL", "C");
            return new Running(builder.start(), output);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static ChildRun run(final List<String> command) throws InterruptedException {
        return start(command).await(0);
    }

    /** Its first line that is not empty, for a message. */
    public String firstLine() {
        return said.lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .orElse("it said nothing")
                .strip();
    }
}
