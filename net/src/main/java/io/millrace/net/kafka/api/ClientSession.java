package io.millrace.net.kafka.api;

import io.millrace.net.connection.Connection;

/** What a connection's client told about itself (KIP-511), for people who look at the broker. */
public record ClientSession(String softwareName, String softwareVersion) {
    static final ClientSession UNKNOWN = new ClientSession("unknown", "unknown");

    /** What is known of the connection's client. */
    public static ClientSession of(final Connection connection) {
        return connection.session() instanceof ClientSession session ? session : UNKNOWN;
    }
}
