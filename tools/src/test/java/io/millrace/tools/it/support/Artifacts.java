package io.millrace.tools.it.support;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;

/**
 * Class paths of test-only software, resolved by Maven when a test first asks. What cannot be resolved, offline say,
 * skips the test with the reason.
 */
public final class Artifacts {
    private static final Map<String, Resolved> RESOLVED = new ConcurrentHashMap<>();

    private Artifacts() {}

    private record Resolved(String classPath, String reason) {}

    public static String kafkaBroker() {
        return classPath("kafka-broker", Map.of());
    }

    public static String kafkaTools() {
        return classPath("kafka-tools", Map.of());
    }

    public static String kafkaStreams() {
        return classPath("kafka-streams", Map.of());
    }

    /** The distributed worker with its file connectors, and MirrorMaker 2. */
    public static String kafkaConnect() {
        return classPath("kafka-connect", Map.of());
    }

    public static String springKafka() {
        return classPath("spring-kafka", Map.of("spring.kafka.version", Project.property("spring.kafka.version")));
    }

    public static String oldClient(final String version) {
        return classPath("old-client", Map.of("old.client.version", version));
    }

    private static String classPath(final String pom, final Map<String, String> properties) {
        final String key = pom + String.join("-", properties.values());
        final Resolved resolved = RESOLVED.computeIfAbsent(key, ignored -> resolve(pom, key, properties));
        Assumptions.assumeTrue(resolved.reason == null, () -> "skipped: " + resolved.reason);
        return resolved.classPath;
    }

    private static Resolved resolve(final String pom, final String key, final Map<String, String> properties) {
        final Path folder = Project.HOME.resolve("tools/target/it-artifacts").resolve(key);
        try {
            Files.createDirectories(folder);
            try (FileChannel channel = FileChannel.open(
                            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock ignored = channel.lock()) {
                return resolveLocked(pom, key, folder, properties);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Resolved resolveLocked(
            final String pom, final String key, final Path folder, final Map<String, String> properties)
            throws IOException {
        final Path pomFile = folder.resolve("pom.xml");
        try (InputStream in = Artifacts.class.getResourceAsStream("/it/" + pom + ".xml")) {
            Files.copy(in, pomFile, StandardCopyOption.REPLACE_EXISTING);
        }
        final Path output = folder.resolve("classpath");
        final String known = knownClassPath(pomFile, output);
        if (known != null) {
            return new Resolved(known, null);
        }
        String said = "";
        for (final String mode : List.of("--offline", "--batch-mode")) {
            try (ChildProcess maven =
                    ChildProcess.start("mvn-" + key, folder, environment(), command(mode, properties))) {
                if (maven.awaitExit(Duration.ofMinutes(4)) == 0 && allExist(output)) {
                    return new Resolved(Files.readString(output).trim(), null);
                }
                said = maven.firstLine("[ERROR]");
            } catch (final UncheckedIOException e) {
                said = e.getMessage();
            }
        }
        return new Resolved(null, "Maven could not resolve " + key + ": " + said);
    }

    private static String knownClassPath(final Path pomFile, final Path output) throws IOException {
        final Path versions = Project.HOME.resolve("pom.xml");
        final boolean fresh = Files.exists(output)
                && Files.getLastModifiedTime(output).compareTo(Files.getLastModifiedTime(versions)) > 0;
        return fresh && Files.exists(pomFile) && allExist(output)
                ? Files.readString(output).trim()
                : null;
    }

    private static boolean allExist(final Path classPathFile) throws IOException {
        if (!Files.exists(classPathFile)) {
            return false;
        }
        for (final String jar : Files.readString(classPathFile).trim().split(File.pathSeparator)) {
            if (!Files.exists(Path.of(jar))) {
                return false;
            }
        }
        return true;
    }

    private static Map<String, String> environment() {
        return Map.of("JAVA_HOME", System.getProperty("java.home"));
    }

    private static List<String> command(final String mode, final Map<String, String> properties) {
        final List<String> command = new ArrayList<>(List.of("mvn", "--batch-mode", mode));
        for (final String name : List.of("kafka.version", "kafka.tools.version", "kafka.slf4j.version")) {
            command.add("-D" + name + "=" + Project.property(name));
        }
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.add("-Dmdep.outputFile=classpath");
        command.add("org.apache.maven.plugins:maven-dependency-plugin:"
                + Project.property("maven-dependency-plugin.version") + ":build-classpath");
        return command;
    }
}
