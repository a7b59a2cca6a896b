package io.millrace.net.connection;

import io.millrace.engine.core.Deadline;
import io.millrace.engine.status.PlantedBug;

/** Until when a connection is muted. Owned by the connection's core. */
final class Muting extends Deadline {
    private final Connection connection;
    long untilNs;

    Muting(final Connection connection) {
        this.connection = connection;
    }

    @Override
    protected void onDeadline(final long nowNs, final long nowMs) {
        if (!PlantedBug.QUOTA_MUTE_KEPT.isPlanted()) {
            connection.unmute(nowNs);
        }
    }
}
