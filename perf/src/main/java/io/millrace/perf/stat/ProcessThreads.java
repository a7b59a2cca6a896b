package io.millrace.perf.stat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All threads of a process at one moment, by their ids.
 *
 * @param names as the kernel has them: the first 15 bytes
 */
record ProcessThreads(Map<Integer, String> names, Map<Integer, ThreadUsage> usages) {
    private static final Pattern CORE = Pattern.compile("core-(\\d+)");

    static ProcessThreads read(final long pid) {
        final Map<Integer, String> names = new TreeMap<>();
        final Map<Integer, ThreadUsage> usages = new TreeMap<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (final Path task : tasks) {
                final int id = Integer.parseInt(task.getFileName().toString());
                try {
                    final ThreadUsage usage = ThreadUsage.read(task);
                    names.put(id, Files.readString(task.resolve("comm")).strip());
                    usages.put(id, usage);
                } catch (final IOException ended) {
                    // Between the listing and the look at it: it is not among the living any more.
                    usages.remove(id);
                }
            }
        } catch (final IOException gone) {
            throw new UncheckedIOException(gone);
        }
        return new ProcessThreads(names, usages);
    }

    /** What each thread that lives now added since then; one that was not there yet with all it has. */
    Map<Integer, ThreadUsage> since(final ProcessThreads before) {
        final Map<Integer, ThreadUsage> added = new TreeMap<>();
        usages.forEach((id, usage) -> added.put(id, usage.since(before.usages.getOrDefault(id, ThreadUsage.NONE))));
        return added;
    }

    /** The number of the core whose thread has this name, or -1. */
    static int coreOf(final String name) {
        final Matcher core = CORE.matcher(name);
        return core.matches() ? Integer.parseInt(core.group(1)) : -1;
    }
}
