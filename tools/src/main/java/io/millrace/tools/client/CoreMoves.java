package io.millrace.tools.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.AlterPartitionReassignmentsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotControllerException;

/** Has a broker move partitions between its cores, by the ids that cores have as brokers, whatever the listener shows. */
final class CoreMoves {
    private static final int CORES_PER_NODE = 1024;
    /** Much more than twice what a broker waits for a move to end. */
    private static final int TIMEOUT_MS = 60_000;
    /** A broker that answers sooner says how the move ended; later, perhaps only that it goes on. */
    private static final long TRUE_NS_MAX = 14_000_000_000L;

    private static final long PATIENCE_NS = 60_000_000_000L;

    private final Cluster cluster;
    private final int node;
    private final int coresShown;

    CoreMoves(final Cluster cluster) {
        this.cluster = cluster;
        final List<Integer> ids = new ArrayList<>();
        for (final Node broker : cluster.get(cluster.admin().describeCluster().nodes())) {
            ids.add(broker.id());
        }
        node = nodeOf(ids);
        coresShown = ids.size();
    }

    /**
     * A listener for the node shows one broker, by the node's own id, however large that is; a listener for each core shows
     * several, {@code node × 1024 + core + 1}. If it shows one alone, the node has but one core, and nothing can be moved.
     */
    static int nodeOf(final List<Integer> brokers) {
        if (brokers.size() == 1) {
            return brokers.getFirst();
        }
        int node = -1;
        for (final int broker : brokers) {
            final int each = Math.floorDiv(broker - 1, CORES_PER_NODE);
            if (each < 0 || (node >= 0 && each != node)) {
                throw new CommandFailure("there are several nodes: expected one that serves this listener alone");
            }
            node = each;
        }
        return node;
    }

    /** The id by which the node's core is known. */
    static int brokerId(final int node, final int core) {
        return node * CORES_PER_NODE + core + 1;
    }

    /** What is known to be wrong without a question: where one broker is shown, only it knows how many cores it has. */
    static String mistake(final int coresShown, final int core) {
        return coresShown > 1 && core >= coresShown
                ? "there is no core " + core + ", expected 0 to " + (coresShown - 1)
                : null;
    }

    /** Ends once the partition lives there. */
    void move(final TopicPartition partition, final int core) {
        final String what = "cannot move " + partition + " to core " + core + ": ";
        final String mistake = mistake(coresShown, core);
        if (mistake != null) {
            throw new CommandFailure(what + mistake);
        }
        final Map<TopicPartition, Optional<NewPartitionReassignment>> wish =
                Map.of(partition, Optional.of(new NewPartitionReassignment(List.of(brokerId(node, core)))));
        final AlterPartitionReassignmentsOptions options =
                new AlterPartitionReassignmentsOptions().timeoutMs(TIMEOUT_MS);
        final boolean isThere;
        try {
            isThere = untilTrue(
                    () -> cluster.get(
                            what,
                            cluster.admin()
                                    .alterPartitionReassignments(wish, options)
                                    .values()
                                    .get(partition)),
                    System::nanoTime);
        } catch (final CommandFailure failure) {
            throw unwritten(partition, core, failure);
        }
        if (!isThere) {
            throw new CommandFailure(what + "it is still on its way, or waits behind others; ask again later");
        }
    }

    /** Where the broker cannot write the move down, it may be in effect all the same, and the broker says whether. */
    static CommandFailure unwritten(final TopicPartition partition, final int core, final CommandFailure failure) {
        return failure.getCause() instanceof NotControllerException refused
                ? new CommandFailure(
                        "the move of " + partition + " to core " + core + " is not written: " + Failures.plain(refused),
                        refused)
                : failure;
    }

    /**
     * Asks until an answer comes so soon that it tells how the move has ended: who asks for what is under way already waits
     * for its end, and for what has happened is answered at once. False when patience is over.
     *
     * @param ask ends with an exception where the move failed
     */
    static boolean untilTrue(final Runnable ask, final LongSupplier clock) {
        final long beganNs = clock.getAsLong();
        while (true) {
            final long askedNs = clock.getAsLong();
            ask.run();
            final long nowNs = clock.getAsLong();
            if (nowNs - askedNs < TRUE_NS_MAX) {
                return true;
            }
            if (nowNs - beganNs >= PATIENCE_NS) {
                return false;
            }
        }
    }
}
