package io.millrace.net.simulation;

import io.millrace.engine.partition.Partition;
import java.util.HashMap;
import java.util.Map;

/** Remembers over all lives of a node who served a partition in which leader epoch: no epoch has two owners, or comes back. */
final class SimEpochs {
    private record Owner(int leaderEpoch, int core) {}

    private final Map<Long, Owner> byKey = new HashMap<>();

    void serves(final Partition partition, final int core) {
        final Owner now = new Owner(partition.leaderEpoch(), core);
        final Owner before = byKey.put(partition.key(), now);
        if (before == null || before.equals(now)) {
            return;
        }
        if (before.leaderEpoch >= now.leaderEpoch) {
            throw new ViolationException(partition + " is served by core " + core + " in epoch " + now.leaderEpoch
                    + ", after core " + before.core + " in epoch " + before.leaderEpoch);
        }
    }
}
