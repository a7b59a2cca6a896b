package io.millrace.net.kafka.api;

import io.millrace.engine.status.Tally;
import io.millrace.net.connection.Connection;

/** What a connection's client told about itself (KIP-511), for people who look at the broker. */
public record ClientSession(String softwareName, String softwareVersion, Tally open) {
    static final ClientSession UNKNOWN = new ClientSession("unknown", "unknown", null);

    /** The connection has ended: one client of this software less. */
    public void gone() {
        if (open != null) {
            open.add(-1);
        }
    }

    /** What is known of the connection's client. */
    public static ClientSession of(final Connection connection) {
        return connection.session() instanceof ClientSession session ? session : UNKNOWN;
    }
}
