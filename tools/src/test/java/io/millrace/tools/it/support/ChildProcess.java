package io.millrace.tools.it.support;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/** A process that a test started, its output in files; never outlives the test's JVM. */
public final class ChildProcess implements AutoCloseable {
    private static final Set<ChildProcess> ALIVE = ConcurrentHashMap.newKeySet();
    private static final AtomicInteger COUNT = new AtomicInteger();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ALIVE.forEach(child -> child.process.destroyForcibly())));
    }

    private final String name;
    private final Process process;
    private final Path out;
    private final Path err;

    private ChildProcess(final String name, final Process process, final Path out, final Path err) {
        this.name = name;
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Output goes to files in the folder, which is the working directory too. */
    public static ChildProcess start(
            final String name, final Path folder, final Map<String, String> environment, final List<String> command) {
        final int number = COUNT.incrementAndGet();
        final Path out = folder.resolve(name + "." + number + ".out");
        final Path err = folder.resolve(name + "." + number + ".err");
        final ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        try {
            final ChildProcess child = new ChildProcess(name, builder.start(), out, err);
            ALIVE.add(child);
            return child;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public String out() {
        return read(out);
    }

    public String err() {
        return read(err);
    }

    /** What the process said so far on both streams. */
    public String output() {
        return out() + err();
    }

    /** The first line of either stream that holds the text, or the last lines if none does. */
    public String firstLine(final String text) {
        final String all = output();
        return all.lines().filter(line -> line.contains(text)).findFirst().orElseGet(() -> tail(all));
    }

    /** Waits for a line of standard output or standard error that begins so. */
    public String awaitLine(final String prefix, final Duration limit) {
        final long deadlineNs = System.nanoTime() + limit.toNanos();
        while (true) {
            final boolean alive = process.isAlive();
            final var line = output().lines().filter(l -> l.startsWith(prefix)).findFirst();
            if (line.isPresent()) {
                return line.get();
            }
            if (!alive) {
                throw new IllegalStateException(name + " ended with " + process.exitValue() + " before it said '"
                        + prefix + "':\n" + tail(output()));
            }
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException(
                        name + " did not say '" + prefix + "' in " + limit + ":\n" + tail(output()));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /** Tells what the process ended with, once it has. */
    ChildProcess onEnd(final IntConsumer told) {
        process.onExit().thenAccept(ended -> told.accept(ended.exitValue()));
        return this;
    }

    public int awaitExit(final Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                final String said = tail(output());
                kill();
                throw new IllegalStateException(name + " still ran after " + limit + ":\n" + said);
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        ALIVE.remove(this);
        return process.exitValue();
    }

    /** Writes all of standard input and closes it. */
    public ChildProcess feed(final String input) {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** SIGTERM; a JVM that went down in order says 0, or 143 if it leaves the signal to Java. */
    public void terminateCleanly(final Duration limit) {
        process.destroy();
        final int exitCode = awaitExit(limit);
        if (exitCode != 0 && exitCode != 143) {
            throw new IllegalStateException(name + " ended with " + exitCode + ":\n" + tail(output()));
        }
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
        boolean isInterrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (final InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        ALIVE.remove(this);
    }

    @Override
    public void close() {
        kill();
    }

    private static String read(final Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String tail(final String text) {
        final List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }
}
