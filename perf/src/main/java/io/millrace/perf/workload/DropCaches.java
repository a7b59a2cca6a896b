package io.millrace.perf.workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** Makes a folder's files cold: writes them back and has the kernel forget their pages. Needs coreutils' dd. */
final class DropCaches implements AutoCloseable {
    private static final long PERIOD_MS = TimeUnit.SECONDS.toMillis(1);

    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final Thread thread;

    /** Keeps them cold until it is closed: whoever reads them again and again finds the disk each time. */
    private DropCaches(final List<Path> files) {
        this.thread = Thread.ofPlatform().name("drop-caches").start(() -> keepCold(files));
    }

    static void of(final Path folder) throws IOException, InterruptedException {
        run(List.of("sync"));
        drop(files(folder));
    }

    /** The logs of a topic, from now on and until what it returns is closed. */
    static DropCaches ofLogs(final Path folder, final String topic) throws IOException {
        return new DropCaches(files(folder).stream()
                .filter(file -> file.toString().endsWith(".log"))
                .filter(file -> file.getParent().getFileName().toString().startsWith(topic + "-"))
                .toList());
    }

    private void keepCold(final List<Path> files) {
        try {
            while (!Thread.interrupted()) {
                drop(files);
                Thread.sleep(PERIOD_MS);
            }
        } catch (final IOException e) {
            failure.set(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
