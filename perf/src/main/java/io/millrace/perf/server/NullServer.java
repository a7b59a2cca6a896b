package io.millrace.perf.server;

import java.nio.file.Path;
import java.util.List;

/** The null broker in a JVM of its own: what it costs is the client's ceiling, not a broker's. */
final class NullServer extends ForkedServer {
    NullServer(final Path folder, final int port) {
        super("null", folder, port);
    }

    @Override
    List<String> command() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:MaxDirectMemorySize=2g",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "io.millrace.perf.server.NullBroker",
                Integer.toString(port()));
    }

    @Override
    String readySign() {
        return "null broker ready";
    }
}
