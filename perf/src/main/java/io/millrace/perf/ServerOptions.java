package io.millrace.perf;

import io.millrace.perf.server.Durability;
import io.millrace.perf.server.Server;
import io.millrace.perf.server.Servers;
import io.millrace.perf.server.Servers.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which broker a load goes to: one of the rig's own, or one that runs already. */
final class ServerOptions {
    private static final String FRONT_DOOR = "millrace.perf.front-door";
    private static final int ANSWER_LIMIT_MS = 10_000;

    @Option(
            names = "--server",
            description = "The broker to start: millrace, millrace_core or kafka (default: millrace).")
    private Kind kind;

    @Option(
            names = "--durability",
            description = "What an ack is worth: os or fsync (default: os, in the page cache, as Apache Kafka has it).")
    private Durability durability;

    @Option(
            names = "--bootstrap",
            paramLabel = "<host:port>",
            description = "A broker that runs already, in place of one that is started here.")
    private String bootstrap;

    @Option(
            names = "--scratch",
            paramLabel = "<folder>",
            description = "Where the broker's data lies while it runs (default: the project's target).")
    private Path scratch;

    /** Null if the broker is one of the rig's own. */
    String bootstrap() {
        return bootstrap;
    }

    Kind kind() {
        return kind == null ? Kind.MILLRACE : kind;
    }

    Durability durability() {
        return durability == null ? Durability.OS : durability;
    }

    void validate(final CommandLine command) {
        if (bootstrap != null && (kind != null || durability != null || scratch != null)) {
            throw new ParameterException(
                    command,
                    "--bootstrap names a broker that runs already: --server, --durability and --scratch are for one "
                            + "that is started here");
        }
        if (kind == Kind.NULL) {
            throw new ParameterException(command, "--server null keeps nothing, so there is nothing to read");
        }
        if (kind == Kind.DISK) {
            throw new ParameterException(command, "--server disk is no server: only compare knows what to do with it");
        }
        if (bootstrap != null && !bootstrap.matches("[^:,\\s]+:\\d{1,5}(,[^:,\\s]+:\\d{1,5})*")) {
            throw new ParameterException(command, "--bootstrap wants host:port, not '" + bootstrap + "'");
        }
    }

    /** A broker of the rig's own, with an empty data directory; it does not run yet. */
    Server make(final Map<String, String> settings) throws IOException {
        final Path folder = scratch == null ? target().resolve("data") : scratch.toAbsolutePath();
        return new Servers(frontDoor(), Files.createDirectories(folder)).make(kind(), durability(), settings);
    }

    /** Fails in one line where nobody is, before many clients do in many. */
    void awaitAnswer() throws InterruptedException {
        if (Arrays.stream(bootstrap.split(",")).noneMatch(ServerOptions::listens)) {
            throw new IllegalStateException("nothing listens at " + bootstrap);
        }
        final Map<String, Object> properties = Map.of(
                "bootstrap.servers",
                bootstrap,
                "default.api.timeout.ms",
                ANSWER_LIMIT_MS,
                "request.timeout.ms",
                ANSWER_LIMIT_MS / 2);
        try (Admin admin = Admin.create(properties)) {
            final List<?> nodes = List.copyOf(admin.describeCluster().nodes().get());
            if (nodes.isEmpty()) {
                throw new IllegalStateException("no broker answers at " + bootstrap);
            }
        } catch (final ExecutionException | KafkaException e) {
            throw new IllegalStateException("no broker answers at " + bootstrap + ": " + e.getMessage(), e);
        }
    }

    /** Asked before a Kafka client is, which would warn of every attempt. */
    private static boolean listens(final String address) {
        final int colon = address.lastIndexOf(':');
        final int port = Integer.parseInt(address.substring(colon + 1));
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.substring(0, colon), port), ANSWER_LIMIT_MS);
            return true;
        } catch (final IOException | IllegalArgumentException e) {
            return false;
        }
    }

    /** The file that was asked for, or one with a name of its own in the project's target; its folder is made. */
    Path resultFile(final Path wanted, final String name) throws IOException {
        final String server = bootstrap == null ? kind().label() : "bootstrap";
        final Path file = wanted == null ? target().resolve(name + "-" + server + ".json") : wanted.toAbsolutePath();
        Files.createDirectories(file.getParent());
        return file;
    }

    private static Path frontDoor() {
        return Path.of(System.getProperty(FRONT_DOOR));
    }

    private static Path target() {
        return frontDoor().resolveSibling("target").resolve("perf");
    }
}
