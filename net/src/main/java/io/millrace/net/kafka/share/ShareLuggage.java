package io.millrace.net.kafka.share;

import java.util.List;

/** The share sessions that a connection takes along to another core. Handed over whole. */
public final class ShareLuggage {
    private final List<ShareSession> sessions;

    ShareLuggage(final List<ShareSession> sessions) {
        this.sessions = sessions;
    }

    List<ShareSession> sessions() {
        return sessions;
    }
}
