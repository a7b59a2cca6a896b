package io.millrace.net.kafka.api;

import io.millrace.engine.metadata.PartitionImage;
import io.millrace.net.kafka.wire.NodeEndpoints;

/** Who leads a partition, in the terms of the listener that the client came through. */
public final class LeaderHints {
    /** No hint. */
    public static final int NONE = -1;

    private LeaderHints() {}

    /**
     * Whether clients of this listener should come here for the partition: on a listener for each core only its owner
     * answers, so that clients find the way that needs no hop.
     */
    public static boolean isServedHere(
            final ListenerView listener, final PartitionImage partition, final int node, final int core) {
        return partition.ownerNode() == node && (!listener.isPerCore() || partition.ownerCore() == core);
    }

    /** The leader's advertised id; its endpoint is added to the nodes if the listener shows it. */
    public static int leaderId(final ListenerView listener, final PartitionImage partition, final NodeEndpoints nodes) {
        if (partition == null) {
            return NONE;
        }
        final int id = listener.brokerId(partition.ownerNode(), partition.ownerCore());
        for (int i = 0; i < listener.brokerCount(); i++) {
            if (listener.idAt(i) == id) {
                nodes.add(id, listener.hostAt(i), listener.portAt(i));
            }
        }
        return id;
    }
}
