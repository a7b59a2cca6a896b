package io.millrace.perf.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Millrace as a user starts it: by its front door, which becomes the broker's JVM. */
final class MillraceServer extends ForkedServer {
    private final Path frontDoor;
    private final Servers.Kind kind;
    private final Map<String, String> settings;

    MillraceServer(
            final Path frontDoor,
            final Servers.Kind kind,
            final Path folder,
            final int port,
            final Map<String, String> settings) {
        super(kind.label(), folder, port);
        this.frontDoor = frontDoor;
        this.kind = kind;
        this.settings = settings;
    }

    @Override
    List<String> command() {
        final List<String> command = new ArrayList<>(List.of(
                frontDoor.toString(),
                "start",
                "--port",
                Integer.toString(port()),
                "--data-dir",
                folder().resolve("data").toString(),
                "--advertise",
                kind == Servers.Kind.MILLRACE_CORE ? "core" : "node"));
        settings.forEach((key, value) -> {
            command.add("--set");
            command.add(key + "=" + value);
        });
        return command;
    }

    @Override
    String readySign() {
        return "Millrace ready";
    }
}
