package io.millrace.net.kafka.api;

import io.millrace.engine.status.Statistic.Unit;
import io.millrace.engine.status.Statistics;
import io.millrace.engine.status.Tally;
import io.millrace.net.connection.Connection;
import java.util.HashMap;
import java.util.Map;

/** Counts one core's open connections by what their clients say they are. Owned by the core's thread. */
final class ClientSoftware {
    /** Whoever makes up a name for each connection fills no memory. */
    private static final int NAMES_MAX = 32;

    private static final String OTHERS = "others";

    private final Map<String, Tally> byName = new HashMap<>();
    private final Statistics statistics;

    ClientSoftware(final Statistics statistics) {
        this.statistics = statistics;
    }

    /** A client has told what it is; it may do so again. */
    void tell(final Connection connection, final String name, final String version) {
        ClientSession.of(connection).gone();
        final String both = name + " " + version;
        final boolean isRoom = byName.size() < NAMES_MAX || byName.containsKey(both);
        final Tally open = byName.computeIfAbsent(
                isRoom ? both : OTHERS, label -> statistics.gauge("clients." + label, Unit.COUNT));
        open.increment();
        connection.session(new ClientSession(name, version, open));
    }
}
