package io.millrace.perf.moves;

import io.millrace.perf.client.Topics;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;

/**
 * Moves partitions between two cores of a broker under load, one after the other, and takes the longest gap between acks of
 * the moved one, beside that of the window of time before in which nothing moved. In the end all is read back.
 */
public final class MovesRun {
    private static final int CORES_PER_NODE = 1024;
    private static final double NS_PER_MS = 1e6;
    private static final long LOOK_US = 200;
    private static final MovingLoad.Plan LOAD = new MovingLoad.Plan(8, 8, 2_000, 1_000);

    private final String bootstrap;
    private final int moves;
    private final long windowMs;
    private final long warmUpMs;

    /** @param windowMs length of each window, with a move and without */
    public MovesRun(final String bootstrap, final int moves, final long windowMs, final long warmUpMs) {
        this.bootstrap = bootstrap;
        this.moves = moves;
        this.windowMs = windowMs;
        this.warmUpMs = warmUpMs;
    }

    public MovesResult run(final PrintStream live) throws Exception {
        final String topic = "moves-" + UUID.randomUUID();
        final MovesResult result = new MovesResult();
        Topics.create(bootstrap, topic, LOAD.partitions() + 1);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
                MovingLoad load = new MovingLoad(bootstrap, topic, LOAD)) {
            final Mover mover = new Mover(admin, topic);
            load.start();
            TimeUnit.MILLISECONDS.sleep(warmUpMs);
            // Both ways once: what runs for the first time is not what is asked for.
            for (int partition = 0; partition <= LOAD.partitions(); partition++) {
                mover.move(partition, 0);
                mover.move(partition, 1);
            }
            for (int i = 0; i < moves; i++) {
                // Each second move is that of the partition with the fixed rate.
                final int partition = i % 2 == 0 ? LOAD.partitions() : i / 2 % LOAD.partitions();
                load.check();
                final MovesResult.Move move = one(load, mover, partition);
                result.add(move);
                live.println(String.format(Locale.ROOT, "move %2d  %s", i + 1, move));
            }
            load.close();
            load.check();
            live.println("reading back what was acknowledged");
            ReadBack.run(bootstrap, topic, load.books());
            Arrays.stream(load.books()).map(PartitionBook::balance).forEach(result::add);
        }
        Topics.delete(bootstrap, topic);
        return result;
    }

    private MovesResult.Move one(final MovingLoad load, final Mover mover, final int partition) throws Exception {
        final AckGaps gaps = load.gaps(partition);
        awaitAck(load, gaps);
        gaps.begin(System.nanoTime());
        TimeUnit.MILLISECONDS.sleep(windowMs);
        final double withoutMs = longestMs(load, gaps);
        final long fromNs = System.nanoTime();
        gaps.begin(fromNs);
        final int core = 1 - mover.coreOf(partition);
        mover.move(partition, core);
        final long tookNs = System.nanoTime() - fromNs;
        TimeUnit.NANOSECONDS.sleep(TimeUnit.MILLISECONDS.toNanos(windowMs) - tookNs);
        final double gapMs = longestMs(load, gaps);
        return new MovesResult.Move(partition == LOAD.partitions(), core, tookNs / NS_PER_MS, gapMs, withoutMs);
    }

    /** With all of a gap in which the window ends, so that none is the next window's. */
    private static double longestMs(final MovingLoad load, final AckGaps gaps) throws Exception {
        awaitAck(load, gaps);
        return gaps.longestNs() / NS_PER_MS;
    }

    private static void awaitAck(final MovingLoad load, final AckGaps gaps) throws Exception {
        for (final long before = gaps.acks(); gaps.acks() == before; ) {
            load.check();
            TimeUnit.MICROSECONDS.sleep(LOOK_US);
        }
    }

    /** Has partitions moved, and knows where they are. */
    private static final class Mover {
        private final int[] cores = new int[LOAD.partitions() + 1];
        private final Admin admin;
        private final String topic;
        private final int node;

        Mover(final Admin admin, final String topic) throws Exception {
            this.admin = admin;
            this.topic = topic;
            final List<Node> brokers =
                    List.copyOf(admin.describeCluster().nodes().get());
            // A listener for the node shows one id, its own; one for each core those of the cores.
            node = brokers.size() == 1
                    ? brokers.getFirst().id()
                    : brokers.getFirst().id() / CORES_PER_NODE;
        }

        int coreOf(final int partition) {
            return cores[partition];
        }

        void move(final int partition, final int core) throws Exception {
            final NewPartitionReassignment wish =
                    new NewPartitionReassignment(List.of(node * CORES_PER_NODE + core + 1));
            admin.alterPartitionReassignments(Map.of(new TopicPartition(topic, partition), Optional.of(wish)))
                    .all()
                    .get();
            cores[partition] = core;
        }
    }
}
