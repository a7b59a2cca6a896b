package io.millrace.tools.client;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;

/** Has a broker move partitions between its cores, by the ids that cores have as brokers, whatever the listener shows. */
final class CoreMoves {
    private static final int CORES_PER_NODE = 1024;

    private final Cluster cluster;
    private final int node;

    CoreMoves(final Cluster cluster) {
        this.cluster = cluster;
        node = nodeOf(cluster.get(cluster.admin().describeCluster().nodes()));
    }

    /** A node listener shows one broker by the node's own id, a listener for each core one with an id beyond 1024 each. */
    private static int nodeOf(final Iterable<Node> brokers) {
        int node = -1;
        for (final Node broker : brokers) {
            final int id = broker.id() > CORES_PER_NODE ? (broker.id() - 1) / CORES_PER_NODE : broker.id();
            if (node >= 0 && id != node) {
                throw new CommandFailure("there are several nodes: expected one that serves this listener alone");
            }
            node = id;
        }
        return node;
    }

    /** Ends once the partition lives there. */
    void move(final TopicPartition partition, final int core) {
        final int id = node * CORES_PER_NODE + core + 1;
        final NewPartitionReassignment target = new NewPartitionReassignment(List.of(id));
        cluster.get(
                "cannot move " + partition + " to core " + core + ": ",
                cluster.admin()
                        .alterPartitionReassignments(Map.of(partition, Optional.of(target)))
                        .values()
                        .get(partition));
    }
}
