package io.millrace.net.kafka.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.core.UnwrittenMoves;
import io.millrace.engine.metadata.FileMetadataLog;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.partition.Partition;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingPartitionReassignment;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingTopicReassignment;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
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
    private static final long AT_ONCE_NS_MAX = 500_000_000;
    /** More than are under way at a time. */
    private static final int MOVES = 6;

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

    private static boolean isServedBy(final TestNode by, final int core, final int number) {
        final Partition partition = by.core(core)
                .partitions()
                .partition(by.core(core).image().topic("t").partition(number).partitionKey());
        return partition != null && partition.isServing();
    }

    private boolean isServedBy(final int core) {
        return isServedBy(node, core, 1);
    }

    private void beginMove() {
        node.createTopic("t", 3, Map.of());
        move(1);
    }

    private void move(final int partition) {
        send(partition, List.of(THIRD_CORE));
    }

    /** @param replicas null to cancel */
    private void send(final int partition, final List<Integer> replicas) {
        client.send(
                new AlterPartitionReassignmentsRequestData()
                        .setTopics(List.of(new ReassignableTopic()
                                .setName("t")
                                .setPartitions(List.of(new ReassignablePartition()
                                        .setPartitionIndex(partition)
                                        .setReplicas(replicas))))),
                1);
    }

    private ReassignablePartitionResponse receive() {
        node.await(client::hasAnswer);
        return client.receive(1, AlterPartitionReassignmentsResponseData::new)
                .responses()
                .getFirst()
                .partitions()
                .getFirst();
    }

    /** The move is in effect before its entry is refused, and it is so that everybody is told. */
    private void beginMoveThatCannotBeWritten() {
        beginMove();
        node.await(() -> !isServedBy(FROM));
        metadataDisk.fullFiles(FileMetadataLog.FILE::equals);
        node.await(() -> isServedBy(TO));
    }

    private void assertTold(final ReassignablePartitionResponse answer) {
        assertThat(answer.errorCode()).isEqualTo(Errors.NOT_CONTROLLER.code());
        assertThat(answer.errorMessage())
                .startsWith("It is on core 2, but the disk is full")
                .contains("written", "a start before may find it on core 1 again");
    }

    private void assertMoved() {
        assertThat(receive().errorCode()).isEqualTo(Errors.NONE.code());
        assertPlaced();
    }

    private void assertPlaced() {
        for (int core = 0; core < 3; core++) {
            assertThat(placed(core).ownerCore()).isEqualTo(TO);
            assertThat(placed(core).leaderEpoch()).isEqualTo(1);
        }
    }

    /** What a start finds after the process was killed now. */
    private TestNode restarted() {
        image.kill(new SeededEntropy(5));
        return new TestNode(
                3, 64, time, (clock, core) -> new SimDisk(image, clock, SimDiskFaults.none(), new SeededEntropy(core)));
    }

    private static void assertOwned(final TestNode by, final int owner, final int epoch) {
        for (int core = 0; core < 3; core++) {
            final PartitionImage placed = by.core(core).image().topic("t").partition(1);
            assertThat(placed.ownerCore()).isEqualTo(owner);
            assertThat(placed.leaderEpoch()).isEqualTo(epoch);
            assertThat(isServedBy(by, core, 1)).isEqualTo(core == owner);
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
        beginMoveThatCannotBeWritten();
        final long version = node.core(TO).image().version();
        node.run(3_000);
        assertTold(receive());
        assertThat(isServedBy(TO)).isTrue();
        assertThat(node.core(FROM).partitions().partition(placed(0).partitionKey()))
                .isNull();
        assertThat(node.core(TO).image().version()).isEqualTo(version);
        metadataDisk.heal();
        node.await(() -> node.core(TO).image().version() > version);
        assertPlaced();
        assertOwned(restarted(), TO, 1);
    }

    @Test
    void shouldTellAtOnceThatAMoveCannotBeWritten() {
        final long beganNs = time.nanoTime();
        beginMoveThatCannotBeWritten();
        assertTold(receive());
        assertThat(time.nanoTime() - beganNs).isLessThan(AT_ONCE_NS_MAX);

        // Whoever asks later too, for that core or another, and who wants to cancel it.
        move(1);
        assertTold(receive());
        send(1, List.of(THIRD_CORE - 1));
        assertTold(receive());
        send(1, null);
        final ReassignablePartitionResponse cancelled = receive();
        assertThat(cancelled.errorCode()).isEqualTo(Errors.NO_REASSIGNMENT_IN_PROGRESS.code());
        assertThat(cancelled.errorMessage()).startsWith("The move cannot be cancelled any more. It is on core 2");
        assertPlaced();
    }

    @Test
    void shouldLogOnceThatAMoveIsNotWrittenAndOnceThatItIs() {
        beginMoveThatCannotBeWritten();
        node.run(5_000);
        final Queue<UnwrittenMoves.News> news = node.core(0).moves().news();
        final UnwrittenMoves.News bad = news.remove();
        assertThat(bad.isGood()).isFalse();
        assertThat(bad.text()).startsWith("t-1: It is on core 2, but the disk is full");
        assertThat(news.peek()).isNull();
        metadataDisk.heal();
        node.run(5_000);
        assertThat(news.remove()).isEqualTo(new UnwrittenMoves.News("t-1: its move to core 2 is written now.", true));
        assertThat(news.peek()).isNull();
        assertThat(node.core(0).moves().unwritten()).isEmpty();
        assertThat(node.core(0).moves().mayWriteMore()).isFalse();
    }

    /** As many moves as ever: those that cannot be written keep none of the few that are done at a time. */
    @Test
    void shouldGoOnMovingAfterMovesThatCouldNotBeWritten() {
        node.createTopic("t", 3 * MOVES, Map.of());
        for (int i = 0; i < MOVES; i++) {
            final int partition = 3 * i + 1;
            move(partition);
            node.await(() -> !isServedBy(node, FROM, partition));
            metadataDisk.fullFiles(FileMetadataLog.FILE::equals);
            assertTold(receive());
            metadataDisk.heal(); // before the entry is tried again
        }
        assertThat(node.core(0).moves().unwritten()).hasSizeGreaterThan(1);
        move(0);
        assertThat(receive().errorCode()).isEqualTo(Errors.NONE.code());
        node.await(() -> !node.core(0).moves().mayWriteMore());
        for (int i = 0; i < MOVES; i++) {
            assertThat(isServedBy(node, TO, 3 * i + 1)).isTrue();
        }
    }

    /** Brokers are cores there, and they say what is so. */
    @Test
    void shouldShowWhereAMoveIsThatCannotBeWritten() {
        beginMoveThatCannotBeWritten();
        assertTold(receive());
        final TestClient cores = node.connect(0, ListenerView.ofCores("CORES", TestNode.NODE_ID, "here", 9092, 9093));
        final MetadataResponsePartition described = cores.call(
                        new MetadataRequestData().setTopics(List.of(new MetadataRequestTopic().setName("t"))),
                        9,
                        MetadataResponseData::new)
                .topics()
                .find("t")
                .partitions()
                .get(1);
        assertThat(described.leaderId()).isEqualTo(THIRD_CORE);
        assertThat(described.leaderEpoch()).isEqualTo(1);
        final OngoingPartitionReassignment listed =
                listed(cores).getFirst().partitions().getFirst();
        assertThat(listed.replicas()).containsExactly(THIRD_CORE);
        assertThat(listed.addingReplicas()).isEmpty();
        assertThat(listed.removingReplicas()).containsExactly(THIRD_CORE - 1);
        metadataDisk.heal();
        node.await(() -> !node.core(0).moves().mayWriteMore());
        assertThat(listed(cores)).isEmpty();
    }

    private static List<OngoingTopicReassignment> listed(final TestClient cores) {
        return cores.call(
                        new ListPartitionReassignmentsRequestData().setTimeoutMs(1000),
                        0,
                        ListPartitionReassignmentsResponseData::new)
                .topics();
    }

    /** The log knows nothing of the move but that there may have been one: nobody has had the next epoch. */
    @Test
    void shouldFindAMoveThatWasNotWrittenWhereItWasBefore() {
        beginMoveThatCannotBeWritten();
        assertTold(receive());
        assertOwned(restarted(), FROM, 2);
    }

    @Test
    void shouldTryOnceMoreToWriteAMoveBeforeAnOrderlyStop() {
        beginMoveThatCannotBeWritten();
        assertTold(receive());
        metadataDisk.heal();
        node.core(0).moves().stop();
        assertThat(node.core(0).moves().isIdle()).isFalse();
        node.await(() -> node.core(0).moves().isIdle());
        assertOwned(restarted(), TO, 1);
    }

    /** No space will help: nothing is tried again, and an orderly stop waits for nothing. */
    @Test
    void shouldNotTryAgainToWriteAMoveOnALogThatHasFailed() {
        beginMove();
        node.await(() -> !isServedBy(FROM));
        metadataDisk.mediaErrors(0, 1_000_000, 0);
        final ReassignablePartitionResponse answer = receive();
        assertThat(answer.errorCode()).isEqualTo(Errors.NOT_CONTROLLER.code());
        assertThat(answer.errorMessage())
                .isEqualTo(
                        "It is on core 2, but the metadata log has failed and the move could not be written: a start may"
                                + " find it on core 1 again.");
        metadataDisk.heal();
        assertThat(node.core(0).moves().unwritten()).hasSize(1);
        assertThat(node.core(0).moves().mayWriteMore()).isFalse();
        assertThat(node.core(0).moves().isIdle()).isTrue();
        node.core(0).moves().stop();
        node.await(() -> node.core(0).moves().isIdle());
        assertThat(isServedBy(TO)).isTrue();
    }

    /** Nothing was promised: the partition stays where it is, and takes the same epoch with the next try. */
    @Test
    void shouldNotBeginAMoveWhoseEpochCannotBeReserved() {
        metadataDisk.delays(SLOW_NS, SLOW_NS);
        beginMove();
        metadataDisk.fullFiles(FileMetadataLog.FILE::equals);
        assertThat(receive().errorCode()).isNotEqualTo(Errors.NONE.code());
        assertThat(isServedBy(FROM)).isTrue();
        assertThat(placed(TO).leaderEpoch()).isZero();
    }
}
