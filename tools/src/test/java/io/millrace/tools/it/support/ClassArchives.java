package io.millrace.tools.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Archives of the classes that the programs of a class path load, each made by the first program that ends by itself. A
 * tool starts with one in half the time. A JVM passes over an archive that does not fit its class path (JEP 350).
 */
final class ClassArchives {
    private static final Path FOLDER = Project.HOME.resolve("tools/target/it-artifacts/archives");
    private static final Set<Path> BEGUN = ConcurrentHashMap.newKeySet();

    private final Path archive;
    private final Path made;

    private ClassArchives(final Path archive, final Path made) {
        this.archive = archive;
        this.made = made;
    }

    static ClassArchives of(final String classPath) {
        final String name = UUID.nameUUIDFromBytes(classPath.getBytes(StandardCharsets.UTF_8)) + ".jsa";
        final Path archive = FOLDER.resolve(name);
        final boolean isMade = !Files.exists(archive) && BEGUN.add(archive);
        return new ClassArchives(
                archive,
                isMade ? FOLDER.resolve(name + "." + ProcessHandle.current().pid()) : null);
    }

    /** For the JVM's command line; it says nothing of archives. */
    List<String> options() {
        if (made == null) {
            return Files.exists(archive) ? List.of("-Xlog:disable", "-XX:SharedArchiveFile=" + archive) : List.of();
        }
        try {
            Files.createDirectories(FOLDER);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.of("-Xlog:disable", "-XX:ArchiveClassesAtExit=" + made);
    }

    /** To be called with what the program ended with: one that was killed leaves half an archive. */
    void ended(final int exitCode) {
        try {
            if (made != null && (exitCode == 0 || exitCode == 1) && Files.exists(made)) {
                Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
