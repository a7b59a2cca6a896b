package io.millrace.perf.server;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/** Apache Kafka's broker, resolved by Maven from its repository when it is first compared with, and kept. */
final class KafkaClassPath {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Path folder;

    KafkaClassPath(final Path folder) {
        this.folder = folder;
    }

    /**
     * @return the class path of the version that Millrace was built against
     * @throws IllegalStateException with what Maven said, if it cannot be resolved
     */
    String get() {
        try {
            Files.createDirectories(folder);
            final Properties versions = versions();
            final Path kept = folder.resolve("kafka-" + versions.getProperty("kafka.version") + ".classpath");
            if (!isComplete(kept)) {
                System.err.println("perf: resolving Apache Kafka " + versions.getProperty("kafka.version") + " …");
                resolve(versions, kept);
            }
            return Files.readString(kept).trim();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Properties versions() throws IOException {
        final Properties versions = new Properties();
        try (InputStream in = KafkaClassPath.class.getResourceAsStream("/perf/versions.properties")) {
            versions.load(in);
        }
        return versions;
    }

    private static boolean isComplete(final Path kept) throws IOException {
        return Files.exists(kept)
                && Stream.of(Files.readString(kept).trim().split(File.pathSeparator))
                        .allMatch(jar -> Files.exists(Path.of(jar)));
    }

    private void resolve(final Properties versions, final Path kept) throws IOException {
        try (InputStream pom = KafkaClassPath.class.getResourceAsStream("/perf/kafka-broker.xml")) {
            Files.copy(pom, folder.resolve("pom.xml"), StandardCopyOption.REPLACE_EXISTING);
        }
        final Stream<String> properties =
                versions.stringPropertyNames().stream().sorted().map(name -> "-D" + name + "=" + versions.get(name));
        final List<String> command = Stream.of(
                        Stream.of("mvn", "--batch-mode", "--no-transfer-progress"),
                        properties,
                        Stream.of(
                                "-Dmdep.outputFile=" + kept,
                                "org.apache.maven.plugins:maven-dependency-plugin:"
                                        + versions.getProperty("maven-dependency-plugin.version")
                                        + ":build-classpath"))
                .flatMap(part -> part)
                .toList();
        ServerProcess.start(folder, command).awaitSuccess(LIMIT);
    }
}
