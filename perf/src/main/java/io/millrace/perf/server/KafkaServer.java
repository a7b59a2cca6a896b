package io.millrace.perf.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Apache Kafka as one combined KRaft node, with the JVM options of its own start script. */
final class KafkaServer extends ForkedServer {
    private static final String CLUSTER_ID = "bWlsbHJhY2UtcGVyZi1yZw";
    private static final Duration FORMAT_LIMIT = Duration.ofSeconds(60);

    private final String classPath;

    KafkaServer(final String classPath, final Path folder, final int port, final Map<String, String> settings) {
        super("kafka", folder, port);
        this.classPath = classPath;
        writeProperties(settings);
        ServerProcess.start(
                        folder, java("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", "server.properties"))
                .awaitSuccess(FORMAT_LIMIT);
    }

    private void writeProperties(final Map<String, String> settings) {
        final String listener = "PLAINTEXT://" + bootstrap();
        final Map<String, String> properties = new LinkedHashMap<>();
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", "1");
        properties.put("controller.quorum.voters", "1@127.0.0.1:" + (port() + 1));
        properties.put("listeners", listener + ",CONTROLLER://127.0.0.1:" + (port() + 1));
        properties.put("advertised.listeners", listener);
        properties.put("controller.listener.names", "CONTROLLER");
        properties.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
        properties.put("log.dirs", folder().resolve("data").toString());
        properties.put("offsets.topic.replication.factor", "1");
        properties.put("transaction.state.log.replication.factor", "1");
        properties.put("transaction.state.log.min.isr", "1");
        properties.putAll(settings);
        final StringBuilder text = new StringBuilder();
        properties.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        try {
            Files.writeString(folder().resolve("server.properties"), text);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The options are those of bin/kafka-server-start.sh and kafka-run-class.sh. */
    private List<String> java(final String mainClass, final String... arguments) {
        final List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Xms1g",
                "-server",
                "-XX:+UseG1GC",
                "-XX:MaxGCPauseMillis=20",
                "-XX:InitiatingHeapOccupancyPercent=35",
                "-XX:+ExplicitGCInvokesConcurrent",
                "-Djava.awt.headless=true",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                mainClass));
        command.addAll(List.of(arguments));
        return command;
    }

    @Override
    List<String> command() {
        return java("kafka.Kafka", "server.properties");
    }

    @Override
    String readySign() {
        return "Kafka Server started";
    }
}
