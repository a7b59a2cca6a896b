package io.millrace.tools.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Apache Kafka as one combined KRaft node: the reference that answers are compared with. */
public final class ApacheKafkaBroker implements BrokerUnderTest {
    private static final String CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qk";

    private final Path folder;
    private final int port;
    private final String classPath;
    private BrokerOptions options;
    private ChildProcess process;

    private ApacheKafkaBroker(final Path folder, final int port, final String classPath, final BrokerOptions options) {
        this.folder = folder;
        this.port = port;
        this.classPath = classPath;
        this.options = options;
    }

    public static ApacheKafkaBroker launch(final BrokerOptions options) {
        final String classPath = Artifacts.kafkaBroker();
        final ApacheKafkaBroker broker =
                new ApacheKafkaBroker(Project.scratch("kafka"), Ports.free(2), classPath, options);
        broker.writeProperties();
        broker.format();
        broker.start();
        return broker;
    }

    private void writeProperties() {
        final Map<String, String> properties = new LinkedHashMap<>();
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", "1");
        properties.put("controller.quorum.voters", "1@127.0.0.1:" + (port + 1));
        properties.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + (port + 1));
        properties.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        properties.put("controller.listener.names", "CONTROLLER");
        properties.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
        properties.put("log.dirs", dataDir().toString());
        properties.put("offsets.topic.replication.factor", "1");
        properties.put("transaction.state.log.replication.factor", "1");
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("share.coordinator.state.topic.replication.factor", "1");
        properties.put("share.coordinator.state.topic.min.isr", "1");
        properties.putAll(options.settings());
        final StringBuilder text = new StringBuilder();
        properties.forEach((key, value) -> {
            if (!key.startsWith("millrace.")) {
                text.append(key).append('=').append(value).append('\n');
            }
        });
        try {
            Files.writeString(folder.resolve("server.properties"), text);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void format() {
        final ClassArchives archive = ClassArchives.of(classPath);
        final List<String> command =
                java(archive, "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", "server.properties");
        try (ChildProcess tool =
                ChildProcess.start("format", folder, Map.of(), command).onEnd(archive::ended)) {
            if (tool.awaitExit(Duration.ofSeconds(60)) != 0) {
                throw new IllegalStateException(tool.output());
            }
        }
    }

    /** What lives for a minute is not worth the second compiler. */
    private List<String> java(final ClassArchives archive, final String mainClass, final String... arguments) {
        final List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                mainClass));
        command.addAll(1, archive.options());
        command.addAll(List.of(arguments));
        return command;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Path dataDir() {
        return folder.resolve("data");
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public boolean isMillrace() {
        return false;
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
        writeProperties();
        process = ChildProcess.start(
                "kafka", folder, Map.of(), java(ClassArchives.of(classPath), "kafka.Kafka", "server.properties"));
        process.awaitLine(
                "[main] INFO kafka.server.KafkaRaftServer - [KafkaRaftServer nodeId=1] Kafka Server started",
                Duration.ofSeconds(90));
    }

    @Override
    public void stop() {
        process.terminateCleanly(Duration.ofSeconds(60));
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
