package io.millrace.perf.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the servers have in common: a folder, a port, a process that comes and goes. */
abstract class ForkedServer implements Server {
    private final String name;
    private final Path folder;
    private final int port;
    private final Map<String, String> environment = new HashMap<>();
    private ServerProcess process;

    ForkedServer(final String name, final Path folder, final int port) {
        this.name = name;
        this.folder = folder;
        this.port = port;
    }

    /** The command that becomes the server. */
    abstract List<String> command();

    /** What its output holds once it is ready. */
    abstract String readySign();

    Path folder() {
        return folder;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Path dataFolder() {
        return folder;
    }

    @Override
    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void start(final Duration limit) {
        if (process != null && process.isAlive()) {
            throw new IllegalStateException(name + " is running");
        }
        process = ServerProcess.start(folder, command(), environment);
        process.awaitOutput(readySign(), limit);
    }

    @Override
    public void trackNativeMemory() {
        addJavaOption("-XX:NativeMemoryTracking=summary");
    }

    @Override
    public void keepFramePointers() {
        addJavaOption("-XX:+PreserveFramePointer");
    }

    private void addJavaOption(final String option) {
        environment.merge("JDK_JAVA_OPTIONS", option, (given, further) -> given + " " + further);
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public void stop() {
        process.stop();
    }

    @Override
    public void kill() {
        process.kill();
    }

    @Override
    public ProcessUsage usage() {
        return ProcessUsage.of(process.pid());
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            process.kill();
        }
        remove(folder);
    }

    private static void remove(final Path folder) {
        try (var entries = Files.walk(folder)) {
            for (final Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
