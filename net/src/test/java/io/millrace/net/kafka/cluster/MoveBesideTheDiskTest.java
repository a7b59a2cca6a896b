package io.millrace.net.kafka.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.FileMetadataLog;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.partition.Partition;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** A partition goes from core 1 to core 2 while the disk of the metadata's core is slow, or full. */
class MoveBesideTheDiskTest {
    private static final int THIRD_CORE = 1027;
    private static final int FROM = 1;
    private static final int TO = 2;
    private static final long SLOW_NS = 300_000_000;
    private static final long MOVE_NS_MAX = 4 * SLOW_NS;
    private static final long PAUSE_NS_MAX = 5_000_000;

    private final SimTime time = new SimTime();
    private final SimDiskFaults metadataDisk = SimDiskFaults.none();
    private final SimDiskImage image = new SimDiskImage();
    private final TestNode node = new TestNode(
            3,
            64,
            time,
            (clock, core) -> new SimDisk(
                    image, clock, core == 0 ? metadataDisk : SimDiskFaults.none(), new SeededEntropy(core)));
    private final TestClient client = node.connect(0);

    private PartitionImage placed(final int core) {
        return node.core(core).image().topic("t").partition(1);
    }

    private boolean isServedBy(final int core) {
        final Partition partition =
                node.core(core).partitions().partition(placed(0).partitionKey());
        return partition != null && partition.isServing();
    }

    private void beginMove() {
        node.createTopic("t", 3, Map.of());
        client.send(
                new AlterPartitionReassignmentsRequestData()
                        .setTopics(List.of(new ReassignableTopic()
                                .setName("t")
                                .setPartitions(List.of(new ReassignablePartition()
                                        .setPartitionIndex(1)
                                        .setReplicas(List.of(THIRD_CORE)))))),
                1);
    }

    /** What the administrator is told of the move. */
    private Errors answer() {
        node.await(client::hasAnswer);
        return Errors.forCode(client.receive(1, AlterPartitionReassignmentsResponseData::new)
                .responses()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode());
    }

    private void assertMoved() {
        assertThat(answer()).isEqualTo(Errors.NONE);
        for (int core = 0; core < 3; core++) {
            assertThat(placed(core).ownerCore()).isEqualTo(TO);
            assertThat(placed(core).leaderEpoch()).isEqualTo(1);
        }
    }

    @Test
    void shouldNotPauseAPartitionForAsLongAsTheMetadataLogTakes() {
        node.createTopic("other", 1, Map.of());
        beginMove();
        metadataDisk.delays(SLOW_NS, SLOW_NS);
        final long version = node.core(TO).image().version();
        final long beganNs = time.nanoTime();
        node.await(() -> !isServedBy(FROM));
        final long suspendedNs = time.nanoTime();
        node.await(() -> isServedBy(TO));
        assertThat(time.nanoTime() - suspendedNs).isLessThan(PAUSE_NS_MAX);

        // Only what was reserved is in the log, and the answer waits until the move is.
        assertThat(node.core(TO).image().version()).isEqualTo(version + 1);
        assertThat(client.hasAnswer()).isFalse();
        assertMoved();
        assertThat(node.core(TO).image().version()).isEqualTo(version + 2);
        assertThat(time.nanoTime() - beganNs).isBetween(MOVE_NS_MAX / 2, 2 * MOVE_NS_MAX);
    }

    /** Clients that hear of the new leader go there at once, and it must know that it is. */
    @Test
    void shouldTellNobodyOfTheNewOwnerBeforeItKnows() {
        beginMove();
        node.await(() -> node.core(TO).partitions().partition(placed(0).partitionKey()) != null);
        metadataDisk.delays(SLOW_NS, SLOW_NS);
        node.holdCore(TO);
        node.run(100);
        assertThat(placed(0).ownerCore()).isEqualTo(FROM);
        assertThat(placed(FROM).ownerCore()).isEqualTo(FROM);
        node.holdCore(-1);
        node.await(() -> isServedBy(TO));
        assertMoved();
    }

    /** The move is in effect by then: it is written as soon as it can be. */
    @Test
    void shouldWriteAMoveOnceThereIsSpace() {
        beginMove();
        node.await(() -> !isServedBy(FROM));
        metadataDisk.fullAt(FileMetadataLog.FILE::equals);
        node.await(() -> isServedBy(TO));
        node.run(3_000);
        assertThat(client.hasAnswer()).isFalse();
        assertThat(isServedBy(TO)).isTrue();
        assertThat(node.core(FROM).partitions().partition(placed(0).partitionKey()))
                .isNull();
        metadataDisk.heal();
        assertMoved();
    }

    /** Nothing was promised: the partition stays where it is, and takes the same epoch with the next try. */
    @Test
    void shouldNotBeginAMoveWhoseEpochCannotBeReserved() {
        metadataDisk.delays(SLOW_NS, SLOW_NS);
        beginMove();
        metadataDisk.fullAt(FileMetadataLog.FILE::equals);
        assertThat(answer()).isNotEqualTo(Errors.NONE);
        assertThat(isServedBy(FROM)).isTrue();
        assertThat(placed(TO).leaderEpoch()).isZero();
    }
}
