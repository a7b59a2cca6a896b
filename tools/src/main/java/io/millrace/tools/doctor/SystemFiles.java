package io.millrace.tools.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * The kernel's files, below a root: {@code /}, or a folder that holds a prepared {@code proc} and {@code sys}. What is
 * not there, or may not be read, is empty: many a file depends on the kernel's version, its configuration, the container.
 */
final class SystemFiles {
    private static final int TEXT_BYTES_MAX = 1 << 20;

    private final Path root;

    SystemFiles(final Path root) {
        this.root = root;
    }

    Path root() {
        return root;
    }

    boolean exists(final String path) {
        return Files.exists(root.resolve(path));
    }

    String text(final String path) {
        return text(root.resolve(path));
    }

    /** Asks for much at once: a number below {@code proc/sys} is given to the first read, as far as that reaches. */
    static String text(final Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            return new String(stream.readNBytes(TEXT_BYTES_MAX), StandardCharsets.UTF_8).strip();
        } catch (final IOException unreadable) {
            return "";
        }
    }

    /** −1 if there is none. */
    long number(final String path) {
        return parse(text(path));
    }

    static long parse(final String text) {
        return text.matches("-?[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }

    String unzipped(final String path) {
        try (GZIPInputStream stream = new GZIPInputStream(Files.newInputStream(root.resolve(path)))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (final IOException unreadable) {
            return "";
        }
    }

    List<String> names(final String folder) {
        return names(root.resolve(folder));
    }

    /** In rising order. */
    static List<String> names(final Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (final IOException unreadable) {
            return List.of();
        }
    }

    /** Where a path really leads; null if nowhere. */
    Path real(final String path) {
        try {
            return root.resolve(path).toRealPath();
        } catch (final IOException absent) {
            return null;
        }
    }

    /** The first entry of that name in a device's folder, or in those of the devices that it is part of; else null. */
    static Path nearest(final Path device, final String name) {
        for (Path at = device; at != null && !at.endsWith("sys"); at = at.getParent()) {
            if (Files.exists(at.resolve(name))) {
                return at.resolve(name);
            }
        }
        return null;
    }
}
