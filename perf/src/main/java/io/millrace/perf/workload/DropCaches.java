package io.millrace.perf.workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Makes a folder's files cold: writes them back and has the kernel forget their pages. Needs coreutils' dd. */
final class DropCaches {
    private DropCaches() {}

    static void of(final Path folder) throws IOException, InterruptedException {
        run(List.of("sync"));
        drop(files(folder));
    }

    private static List<Path> files(final Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private static void drop(final List<Path> files) throws IOException, InterruptedException {
        for (final Path file : files) {
            run(List.of("dd", "if=" + file, "iflag=nocache", "count=0", "status=none"));
        }
    }

    private static void run(final List<String> command) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(command).inheritIO().start();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + process.exitValue());
        }
    }
}
