package io.millrace.tools.it.support;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Millrace, started as users start it. */
public final class MillraceBroker implements BrokerUnderTest {
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);

    private final Path folder;
    private final Path dataDir;
    private final int port;
    private BrokerOptions options;
    private ChildProcess process;

    private MillraceBroker(final Path folder, final int port, final BrokerOptions options) {
        this(folder, folder.resolve("data"), port, options);
    }

    private MillraceBroker(final Path folder, final Path dataDir, final int port, final BrokerOptions options) {
        this.folder = folder;
        this.dataDir = dataDir;
        this.port = port;
        this.options = options;
    }

    public static MillraceBroker launch(final BrokerOptions options) {
        final MillraceBroker broker = new MillraceBroker(Project.scratch("millrace"), Ports.free(4), options);
        broker.start();
        return broker;
    }

    /** With listeners of its own in the settings, the first of them on the port given. */
    public static MillraceBroker launchWithListeners(final BrokerOptions options, final int port) {
        final MillraceBroker broker = new MillraceBroker(Project.scratch("millrace"), port, options);
        broker.start();
        return broker;
    }

    /** With its data in a given directory, which stays when the broker is closed. */
    public static MillraceBroker launchIn(final Path dataDir, final BrokerOptions options) {
        final MillraceBroker broker = new MillraceBroker(Project.scratch("millrace"), dataDir, Ports.free(4), options);
        broker.start();
        return broker;
    }

    /** A child process of the command line with these arguments, whatever becomes of it. */
    public static ChildProcess command(
            final Path folder, final Map<String, String> environment, final List<String> arguments) {
        final Map<String, String> merged = new LinkedHashMap<>();
        if (isBuilt()) {
            merged.put("MILLRACE_SKIP_BUILD", "1");
        }
        merged.putAll(environment);
        return ChildProcess.start("millrace", folder, merged, commandLine(arguments));
    }

    /** The same, not started yet, its streams the test's own. */
    public static ProcessBuilder builder(final Path folder, final List<String> arguments) {
        final ProcessBuilder builder = new ProcessBuilder(commandLine(arguments)).directory(folder.toFile());
        if (isBuilt()) {
            builder.environment().put("MILLRACE_SKIP_BUILD", "1");
        }
        return builder;
    }

    private static List<String> commandLine(final List<String> arguments) {
        final List<String> command = new ArrayList<>();
        if (isBuilt()) {
            command.add(Project.HOME.resolve("run.sh").toString());
        } else {
            command.addAll(classPathCommand());
        }
        command.addAll(arguments);
        return command;
    }

    /** True where run.sh has something to start; else the classes that this test runs with are started. */
    public static boolean isBuilt() {
        return System.getenv("MILLRACE_SKIP_BUILD") != null
                && Files.isDirectory(Project.HOME.resolve("target/run/current"));
    }

    private static List<String> classPathCommand() {
        final StringBuilder classPath = new StringBuilder();
        for (final String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!entry.contains("junit") && !entry.contains("surefire")) {
                classPath.append(classPath.isEmpty() ? "" : File.pathSeparator).append(entry);
            }
        }
        final List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-ea:io.millrace...",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=16g",
                "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(List.of(Project.property("jvm.opens").split(" ")));
        command.addAll(List.of("-cp", classPath.toString(), "io.millrace.tools.Millrace"));
        return command;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Path dataDir() {
        return dataDir;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public boolean isMillrace() {
        return true;
    }

    @Override
    public BrokerOptions options() {
        return options;
    }

    @Override
    public void start(final BrokerOptions newOptions) {
        if (process != null && process.isAlive()) {
            throw new IllegalStateException("still running");
        }
        options = newOptions;
        process = command(folder, Map.of(), arguments());
        process.awaitLine("Millrace ready", READY_WITHIN);
    }

    private List<String> arguments() {
        final List<String> arguments = new ArrayList<>(
                List.of("start", "--data-dir", dataDir().toString(), "--durability", options.durability()));
        if (!options.settings().containsKey("listeners")) {
            arguments.addAll(List.of("--port", Integer.toString(port), "--advertise", options.advertise()));
        }
        if (options.cores() > 0) {
            arguments.addAll(List.of("--cores", Integer.toString(options.cores())));
        }
        options.settings().forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
        return arguments;
    }

    @Override
    public void stop() {
        process.terminateCleanly(STOPPED_WITHIN);
    }

    @Override
    public void kill() {
        process.kill();
    }

    @Override
    public String output() {
        return process.output();
    }

    @Override
    public void close() {
        if (process != null) {
            process.kill();
        }
        Project.discard(folder);
    }
}
