package io.millrace.tools.client;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Which broker, and how to talk to it: the same options for each of these commands, before or behind its verb. */
final class ClientOptions {
    static final String BOOTSTRAP = "127.0.0.1:9092";
    private static final int TIMEOUT_SECONDS_MAX = 3600;

    @Option(
            names = {"-b", "--bootstrap", "--bootstrap-server"},
            paramLabel = "HOST:PORT",
            scope = ScopeType.INHERIT,
            order = 100,
            description = "Any broker of the cluster, or several with commas (default: " + BOOTSTRAP + ").")
    private String bootstrap = BOOTSTRAP;

    @Option(
            names = "--timeout",
            paramLabel = "S",
            scope = ScopeType.INHERIT,
            order = 101,
            description = "Seconds to wait for an answer (default: 10).")
    private int timeoutSeconds = 10;

    @Option(
            names = "--client-config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            order = 102,
            description = "Settings of Kafka's clients, for TLS and SASL, one key=value a line.")
    private Path clientConfig;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            order = 103,
            description = "Show what Kafka's client logs, on standard error.")
    private boolean verbose;

    boolean isVerbose() {
        return verbose;
    }

    /** @throws IllegalArgumentException for options that mean nothing */
    Bootstrap bootstrap() {
        if (timeoutSeconds < 1 || timeoutSeconds > TIMEOUT_SECONDS_MAX) {
            throw new IllegalArgumentException(
                    "--timeout " + timeoutSeconds + ": expected 1 to " + TIMEOUT_SECONDS_MAX + " seconds");
        }
        return new Bootstrap(bootstrap, timeoutSeconds);
    }

    /** What every kind of client is given. */
    Map<String, Object> settings() {
        final int timeoutMs = timeoutSeconds * 1000;
        final Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("client.id", "millrace-tools");
        settings.put("request.timeout.ms", timeoutMs);
        settings.put("default.api.timeout.ms", timeoutMs);
        // Nobody reads these of a process that lives for a moment.
        settings.put("metric.reporters", "");
        settings.put("enable.metrics.push", "false");
        settings.put("reconnect.backoff.max.ms", "500");
        readFile().forEach((key, value) -> settings.put(key.toString(), value));
        return settings;
    }

    private Properties readFile() {
        final Properties properties = new Properties();
        if (clientConfig != null) {
            try (Reader reader = Files.newBufferedReader(clientConfig, StandardCharsets.UTF_8)) {
                properties.load(reader);
            } catch (final IOException | IllegalArgumentException unreadable) {
                throw new CommandFailure(
                        "--client-config " + clientConfig + ": expected a file of key=value lines that can be read ("
                                + unreadable.getClass().getSimpleName() + ")",
                        unreadable);
            }
            // A file made for a server or another tool may name brokers too; the option says which are meant.
            properties.remove("bootstrap.servers");
        }
        return properties;
    }
}
