package io.millrace.perf.workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntToLongFunction;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Makes a folder's files cold: writes them back and has the kernel forget their pages. Needs coreutils' dd. */
final class DropCaches implements AutoCloseable {
    private static final String LOG = ".log";
    private static final long PERIOD_MS = TimeUnit.SECONDS.toMillis(1);

    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final Thread thread;

    private DropCaches(final List<Path> directories, final IntToLongFunction positions) {
        this.thread = Thread.ofPlatform().name("drop-caches").start(() -> keepCold(directories, positions));
    }

    static void of(final Path folder) throws IOException, InterruptedException {
        run(List.of("sync"));
        drop(files(folder));
    }

    /**
     * Keeps the segments of a topic cold until it is closed, all but the one that is being read and the next: whoever
     * reads them again and again finds the disk each time, and loses nothing that was read ahead for him.
     *
     * @param positions the offset at which each partition is being read
     */
    static DropCaches ofSegments(final Path folder, final String topic, final IntToLongFunction positions)
            throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return new DropCaches(
                    all.filter(each -> each.getFileName().toString().startsWith(topic + "-"))
                            .toList(),
                    positions);
        }
    }

    private void keepCold(final List<Path> directories, final IntToLongFunction positions) {
        try {
            while (!Thread.interrupted()) {
                for (final Path directory : directories) {
                    final String name = directory.getFileName().toString();
                    final int partition = Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
                    dropUnread(directory, () -> positions.applyAsLong(partition));
                }
                Thread.sleep(PERIOD_MS);
            }
        } catch (final IOException e) {
            failure.set(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void dropUnread(final Path directory, final LongSupplier position)
            throws IOException, InterruptedException {
        final List<Path> segments = files(directory).stream()
                .filter(file -> file.toString().endsWith(LOG))
                .sorted()
                .toList();
        for (int i = 0; i < segments.size(); i++) {
            final long at = position.getAsLong();
            final long from = baseOffset(segments.get(Math.max(0, i - 1)));
            final long to = i + 1 < segments.size() ? baseOffset(segments.get(i + 1)) : Long.MAX_VALUE;
            final boolean wrapsSoon = i == 0 && at >= baseOffset(segments.getLast());
            if ((at < from || at >= to) && !wrapsSoon) {
                drop(List.of(segments.get(i)));
            }
        }
    }

    private static long baseOffset(final Path segment) {
        return Long.parseLong(segment.getFileName().toString().replace(LOG, ""));
    }

    @Override
    public void close() throws Exception {
        thread.interrupt();
        thread.join();
        if (failure.get() != null) {
            throw failure.get();
        }
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
