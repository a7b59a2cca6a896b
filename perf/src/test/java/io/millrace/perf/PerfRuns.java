package io.millrace.perf;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.perf.server.Durability;
import io.millrace.perf.server.Server;
import io.millrace.perf.server.Servers;
import io.millrace.perf.server.Servers.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Runs the rig's commands against the broker that ./run.sh built. */
final class PerfRuns {
    private static final Path FRONT_DOOR = frontDoor();

    private PerfRuns() {}

    /** A broker of two cores for a test's own use; it does not run yet. */
    static Server twoCores(final Path folder) {
        assumeBuilt();
        return new Servers(FRONT_DOOR, folder).make(Kind.MILLRACE, Durability.OS, Map.of("millrace.cores", "2"));
    }

    /** Returns the exit code. */
    static int run(final String... arguments) {
        assumeBuilt();
        System.setProperty("millrace.perf.front-door", FRONT_DOOR.toString());
        return Perf.execute(arguments);
    }

    private static void assumeBuilt() {
        assumeTrue(
                Files.isDirectory(FRONT_DOOR.resolveSibling("target/run/current")),
                "no broker was built: ./run.sh test builds one");
    }

    private static Path frontDoor() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("run.sh"))) {
                return at.resolve("run.sh");
            }
        }
        throw new IllegalStateException("no run.sh above " + Path.of("").toAbsolutePath());
    }
}
