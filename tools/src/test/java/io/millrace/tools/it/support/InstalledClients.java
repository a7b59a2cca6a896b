package io.millrace.tools.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Clients that the tests run where the machine has them, and which versions it has. */
final class InstalledClients {
    /** How a client tells its version: the pattern's groups in what the command prints. */
    private record Client(List<String> command, Pattern version) {}

    private static final Map<String, Client> CLIENTS = clients();

    private InstalledClients() {}

    private static Map<String, Client> clients() {
        final Map<String, Client> clients = new LinkedHashMap<>();
        clients.put(
                "kcat (librdkafka)",
                new Client(List.of("kcat", "-V"), Pattern.compile("Version ([0-9.]+).*librdkafka ([0-9.]+)")));
        clients.put(
                "confluent-kafka for Python (librdkafka)",
                new Client(
                        python("import confluent_kafka as c; print(c.version()[0], c.libversion()[0])"),
                        Pattern.compile("([0-9.]+) ([0-9.]+)")));
        clients.put(
                "kafka-python",
                new Client(python("import kafka; print(kafka.__version__)"), Pattern.compile("([0-9.]+)")));
        clients.put(
                "Sarama",
                new Client(
                        List.of("dpkg-query", "-W", "-f", "${Version}", "golang-github-shopify-sarama-dev"),
                        Pattern.compile("^([0-9.]+)")));
        return clients;
    }

    private static List<String> python(final String program) {
        return List.of("/usr/bin/python3", "-c", program);
    }

    static Iterable<String> names() {
        return CLIENTS.keySet();
    }

    /** Such as {@code 1.7.1 (2.0.2)}, or empty where the machine does not have the client. */
    static String version(final String name) {
        final Client client = CLIENTS.get(name);
        final Path folder = Project.scratch("version");
        try {
            final Path out = folder.resolve("out");
            final int exitCode = new ProcessBuilder(client.command)
                    .redirectOutput(out.toFile())
                    .redirectErrorStream(true)
                    .start()
                    .waitFor();
            final Matcher matcher = client.version.matcher(Files.readString(out, StandardCharsets.UTF_8));
            if (exitCode != 0 || !matcher.find()) {
                return "";
            }
            return matcher.groupCount() == 1 ? matcher.group(1) : matcher.group(1) + " (" + matcher.group(2) + ")";
        } catch (final IOException notInstalled) {
            return "";
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        } finally {
            Project.discard(folder);
        }
    }
}
