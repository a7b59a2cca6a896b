package io.millrace.perf.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A program under measurement: its output in a file, never outliving the rig. */
final class ServerProcess {
    private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroyForcibly)));
    }

    private final Process process;
    private final Path output;

    private ServerProcess(final Process process, final Path output) {
        this.process = process;
        this.output = output;
    }

    static ServerProcess start(final Path folder, final List<String> command) {
        return start(folder, command, Map.of());
    }

    /** @param environment what the program finds in its environment besides the rig's own */
    static ServerProcess start(final Path folder, final List<String> command, final Map<String, String> environment) {
        final Path output = folder.resolve("output");
        final ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // What the rig itself was started with is not the server's.
        builder.environment().keySet().removeIf(name -> name.startsWith("MILLRACE_"));
        builder.environment().put("MILLRACE_SKIP_BUILD", "1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        try {
            final Process process = builder.start();
            ALIVE.add(process);
            return new ServerProcess(process, output);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the output holds the text. Looks every 2 ms, which is the resolution of start-up figures. */
    ServerProcess awaitOutput(final String text, final Duration limit) {
        final long deadlineNs = System.nanoTime() + limit.toNanos();
        while (!said().contains(text)) {
            if (!process.isAlive()) {
                throw new IllegalStateException("the server ended before it said '" + text + "':\n" + said());
            }
            if (System.nanoTime() > deadlineNs) {
                kill();
                throw new IllegalStateException("the server did not say '" + text + "' in " + limit + ":\n" + said());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
        return this;
    }

    /** Waits for its orderly end, as of a tool. */
    void awaitSuccess(final Duration limit) {
        awaitEnd(limit);
        if (process.exitValue() != 0) {
            throw new IllegalStateException("ended with " + process.exitValue() + ":\n" + said());
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void stop() {
        process.destroy();
        awaitEnd(STOP_LIMIT);
    }

    void kill() {
        process.destroyForcibly();
        awaitEnd(STOP_LIMIT);
    }

    private void awaitEnd(final Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("still running after " + limit + ":\n" + said());
            }
        } catch (final InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        ALIVE.remove(process);
    }

    String said() {
        try {
            return Files.readString(output);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
