package io.millrace.net.simulation;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** From where on logs have lost what they held, as the broker has said at its starts: damage made them shorter. */
final class SimLosses {
    private final Wounds wounds;
    private final Map<TopicPartition, Long> from = new HashMap<>();

    SimLosses(final SimWorld world) {
        wounds = world.wounds();
        world.onShortened((partition, endOffset) -> from.merge(partition, endOffset, Math::min));
    }

    long from(final TopicPartition partition) {
        return from.getOrDefault(partition, Long.MAX_VALUE);
    }

    boolean any(final TopicPartition partition) {
        return from.containsKey(partition);
    }

    /** Whether what a coordinator knows from there may be out of date: it was cut, and goes on from there. */
    boolean isOutdated(final TopicPartition partition) {
        return any(partition) && !wounds.isReadOnly(partition);
    }

    /** Whether what lies there may be refused for good. */
    boolean isRefusable(final TopicPartition partition) {
        return any(partition) || wounds.isWounded(partition);
    }
}
