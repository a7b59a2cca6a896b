package io.millrace.perf.workload;

import io.millrace.perf.report.Figures;
import io.millrace.perf.server.Durability;
import io.millrace.perf.server.Server;
import io.millrace.perf.server.Servers.Kind;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** One load, run against one server at a time, the same for all kinds of servers. */
public interface Workload {
    /** A server that is not ready by then fails the run. */
    Duration START_LIMIT = Duration.ofSeconds(120);

    /** As it is written on the command line. */
    String name();

    /** What it does, in a line: sizes, clients, acks. */
    String description();

    default Durability durability() {
        return Durability.OS;
    }

    /** Settings of the server, by Kafka's names. */
    default Map<String, String> settings() {
        return Map.of();
    }

    /** Kinds of servers that it makes sense for. */
    default Set<Kind> kinds() {
        return EnumSet.allOf(Kind.class);
    }

    /** Whether the server is started before the run, or by the workload itself. */
    default boolean wantsRunningServer() {
        return true;
    }

    /** Whether the server that runs at its beginning runs until its end, so that somebody may look on. */
    default boolean keepsServer() {
        return wantsRunningServer();
    }

    /** Runs it once; the server's data is the server's own and goes with it. */
    Figures run(Server server, Timing timing) throws Exception;
}
