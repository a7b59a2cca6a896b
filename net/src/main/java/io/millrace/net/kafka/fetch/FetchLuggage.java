package io.millrace.net.kafka.fetch;

import java.util.List;

/** The fetch sessions that a connection takes along to another core. Handed over whole. */
public final class FetchLuggage {
    private final List<FetchSession> sessions;

    FetchLuggage(final List<FetchSession> sessions) {
        this.sessions = sessions;
    }

    List<FetchSession> sessions() {
        return sessions;
    }
}
