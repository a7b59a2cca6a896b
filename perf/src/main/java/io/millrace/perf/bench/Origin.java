package io.millrace.perf.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;

/** What stands beside figures: when, on what, and of which sources; no name of a machine or of a folder on it. */
public final class Origin {
    private static final String UNKNOWN = "unknown";
    private static final int KB_PER_GB = 1 << 20;

    private Origin() {}

    /** @param project the folder whose commit is named */
    public static Baseline of(final Path project, final List<Measured> results) throws IOException {
        return new Baseline(LocalDate.now(ZoneOffset.UTC).toString(), commit(project), machine(), jdk(), results);
    }

    private static String machine() throws IOException {
        final int processors = Runtime.getRuntime().availableProcessors();
        final String model = valueIn(Path.of("/proc/cpuinfo"), "model name");
        final String kilobytes = valueIn(Path.of("/proc/meminfo"), "MemTotal").replaceAll("\\D", "");
        final String memory = kilobytes.isEmpty() ? "" : ", " + Long.parseLong(kilobytes) / KB_PER_GB + " GB";
        return processors + " × " + model + memory + ", " + System.getProperty("os.name") + ' '
                + System.getProperty("os.version") + ' ' + System.getProperty("os.arch");
    }

    private static String jdk() {
        return System.getProperty("java.vm.name") + ' ' + System.getProperty("java.runtime.version");
    }

    private static String valueIn(final Path file, final String key) throws IOException {
        if (!Files.isReadable(file)) {
            return UNKNOWN;
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(UNKNOWN);
        }
    }

    private static String commit(final Path project) throws IOException {
        final String head = git(project, "rev-parse", "--short=10", "HEAD");
        return head.isEmpty() || git(project, "status", "--porcelain").isEmpty() ? head : head + " with changes";
    }

    /** What git says; nothing where there is no git. */
    private static String git(final Path project, final String... arguments) throws IOException {
        final List<String> command = Stream.concat(Stream.of("git", "-C", project.toString()), Stream.of(arguments))
                .toList();
        final Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (final IOException absent) {
            return "";
        }
        try (var output = process.inputReader()) {
            return String.join("\n", output.lines().toList()).strip();
        }
    }
}
