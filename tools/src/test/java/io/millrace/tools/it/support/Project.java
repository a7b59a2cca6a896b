package io.millrace.tools.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where the project lies, which versions its root pom names, and where tests may write. */
public final class Project {
    public static final Path HOME = find();

    private static final AtomicInteger SCRATCHES = new AtomicInteger();
    private static final boolean KEEP = Boolean.getBoolean("millrace.it.keep");

    private Project() {}

    private static Path find() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("run.sh")) && Files.exists(at.resolve("pom.xml"))) {
                return at;
            }
        }
        throw new IllegalStateException("the tests run inside the project's folder, found no run.sh above "
                + Path.of("").toAbsolutePath());
    }

    /** The value of a property of the root pom, where every version stands. */
    public static String property(final String name) {
        try {
            final Pattern pattern = Pattern.compile("<" + Pattern.quote(name) + ">([^<]+)<");
            final Matcher matcher = pattern.matcher(Files.readString(HOME.resolve("pom.xml")));
            if (!matcher.find()) {
                throw new IllegalStateException("the root pom has no property " + name);
            }
            return matcher.group(1).trim();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A fresh folder under target, so that what a failed test left behind can be looked at. */
    public static Path scratch(final String name) {
        try {
            final Path parent = HOME.resolve("tools/target/it");
            Files.createDirectories(parent);
            final Path made =
                    parent.resolve(name + "-" + ProcessHandle.current().pid() + "-" + SCRATCHES.incrementAndGet());
            deleteTree(made);
            return Files.createDirectory(made);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a scratch folder, unless -Dmillrace.it.keep=true asks to keep them all. */
    public static void discard(final Path scratch) {
        if (!KEEP) {
            deleteTree(scratch);
        }
    }

    public static void deleteTree(final Path root) {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            paths.sorted(Comparator.reverseOrder()).forEach(path -> {
                if (!path.toFile().delete() && Files.exists(path)) {
                    throw new IllegalStateException("cannot delete " + path);
                }
            });
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
