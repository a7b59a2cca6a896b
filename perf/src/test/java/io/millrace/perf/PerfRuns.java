package io.millrace.perf;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Runs the rig's commands against the broker that ./run.sh built. */
final class PerfRuns {
    private static final Path FRONT_DOOR = frontDoor();

    private PerfRuns() {}

    /** Returns the exit code. */
    static int run(final String... arguments) {
        assumeTrue(
                Files.isDirectory(FRONT_DOOR.resolveSibling("target/run/current")),
                "no broker was built: ./run.sh test builds one");
        System.setProperty("millrace.perf.front-door", FRONT_DOOR.toString());
        return Perf.execute(arguments);
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
