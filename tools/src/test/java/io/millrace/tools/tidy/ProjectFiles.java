package io.millrace.tools.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The project's own files as they lie in the work tree: what is built, fetched or stored at run time is left out. */
final class ProjectFiles {
    private static final Set<String> NOT_OURS = Set.of("target", "data", ".git", ".idea", "node_modules");

    private ProjectFiles() {}

    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("run.sh"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException("no folder above the working directory holds run.sh");
            }
        }
        return folder;
    }

    static List<Path> java() {
        return all().filter(file -> file.toString().endsWith(".java")).toList();
    }

    static List<Path> text() {
        return all().filter(file -> file.toString()
                        .matches(".*(\\.(java|xml|md|sh|yml|yaml|properties|txt|json)|/\\.ci/\\w+|/\\.[a-z]+)"))
                .toList();
    }

    static String relative(Path file) {
        return root().relativize(file).toString().replace('\\', '/');
    }

    static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> all() {
        return below(root());
    }

    private static Stream<Path> below(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries
                    .sorted()
                    .filter(entry -> !NOT_OURS.contains(entry.getFileName().toString()))
                    .flatMap(entry -> Files.isDirectory(entry) ? below(entry) : Stream.of(entry))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
