package io.millrace.net.kafka.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.ConfigChange;
import io.millrace.engine.metadata.FileMetadataLog;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.engine.partition.Partition;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.engine.status.Outcome;
import io.millrace.net.kafka.node.TestNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.Test;

/** What else happens to partitions that are on core 2 while the metadata log, on a full disk, has them on core 1. */
class UnwrittenMoveTest {
    private static final int TO = 2;
    private static final int PARTITIONS = 12;
    private static final long SLOW_NS = 300_000_000;

    private final SimTime time = new SimTime();
    private final SimDiskFaults metadataDisk = SimDiskFaults.none();
    private final SimDiskImage image = new SimDiskImage();
    private final TestNode node = started(3, metadataDisk);
    private final Core host = node.core(0);
    private final ExpandableArrayBuffer command = new ExpandableArrayBuffer();

    private TestNode started(final int coreCount, final SimDiskFaults ofCoreZero) {
        return new TestNode(
                coreCount,
                64,
                time,
                (clock, core) -> new SimDisk(
                        image, clock, core == 0 ? ofCoreZero : SimDiskFaults.none(), new SeededEntropy(core)));
    }

    private TestNode restarted(final int coreCount) {
        image.kill(new SeededEntropy(5));
        return started(coreCount, SimDiskFaults.none());
    }

    private static PartitionImage placed(final TestNode by, final int core, final int partition) {
        return by.core(core).image().topic("t").partition(partition);
    }

    private static void assertOwned(
            final TestNode by, final int coreCount, final int partition, final int owner, final int epoch) {
        for (int core = 0; core < coreCount; core++) {
            final PartitionImage placed = placed(by, core, partition);
            assertThat(placed.ownerCore()).isEqualTo(owner);
            assertThat(placed.leaderEpoch()).isEqualTo(epoch);
            final Partition served = by.core(core).partitions().partition(placed.partitionKey());
            assertThat(served != null && served.isServing()).isEqualTo(core == owner);
        }
    }

    /** @return how it ended, once it has */
    private List<Outcome> move(final int partition, final int to) {
        final List<Outcome> ended = new ArrayList<>();
        host.moves().move(placed(node, 0, partition).partitionKey(), to, (outcome, message) -> ended.add(outcome));
        return ended;
    }

    private void moveUnwritten(final int partition) {
        final List<Outcome> ended = move(partition, TO);
        node.await(() -> placed(node, 0, partition).ownerCore() == TO);
        metadataDisk.fullFiles(FileMetadataLog.FILE::equals);
        node.await(() -> !ended.isEmpty());
        assertThat(ended).containsExactly(Outcome.METADATA_UNAVAILABLE);
        assertThat(host.moves().unwritten())
                .anyMatch(each ->
                        each.partitionKey() == placed(node, 0, partition).partitionKey());
    }

    private List<Outcome> send(final int length) {
        final List<Outcome> ended = new ArrayList<>();
        host.commands().send(command, 0, length, (outcome, first, second, message) -> ended.add(outcome));
        return ended;
    }

    @Test
    void shouldGiveAPartitionWhoseMoveWasNotWrittenToFewerCores() {
        node.createTopic("t", PARTITIONS, Map.of());
        moveUnwritten(1);
        metadataDisk.heal();
        moveUnwritten(4);
        final TestNode again = restarted(1);
        for (int i = 0; i < PARTITIONS; i++) {
            assertThat(placed(again, 0, i).ownerCore()).isZero();
        }
        assertThat(placed(again, 0, 1).leaderEpoch()).isEqualTo(3);
        assertThat(placed(restarted(3), 0, 1).leaderEpoch()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void shouldWriteAMoveAfterPartitionsWereAddedAndSettingsChanged() {
        node.createTopic("t", PARTITIONS, Map.of());
        moveUnwritten(1);
        metadataDisk.heal();
        final ConfigChange change = new ConfigChange(ConfigChange.Operation.SET, "max.message.bytes", "1000000");
        final List<Outcome> changed =
                send(MetadataCommands.alterConfig(command, 0, ResourceType.TOPIC, "t", List.of(change), false, false));
        node.await(() -> !changed.isEmpty());
        assertThat(changed).containsExactly(Outcome.OK);
        final List<Outcome> ended =
                send(MetadataCommands.createPartitions(command, 0, "t", PARTITIONS + 3, null, false));
        node.await(() -> !ended.isEmpty());
        assertThat(ended).containsExactly(Outcome.OK);
        assertThat(host.moves().mayWriteMore()).isTrue();
        node.await(() -> !host.moves().mayWriteMore());
        final TestNode again = restarted(3);
        assertOwned(again, 3, 1, TO, 1);
        assertThat(again.core(0).image().topic("t").partitionCount()).isEqualTo(PARTITIONS + 3);
    }

    /** The log had taken the deletion, so the move's entry was of nothing; then it could not write that either. */
    @Test
    void shouldWriteAMoveThoughItsTopicWasAboutToBeDeleted() {
        node.createTopic("t", PARTITIONS, Map.of());
        moveUnwritten(1);
        metadataDisk.delays(4 * SLOW_NS, 4 * SLOW_NS);
        final List<Outcome> deleted = send(MetadataCommands.deleteTopic(command, 0, "t"));
        node.await(() -> !deleted.isEmpty());
        assertThat(deleted).containsExactly(Outcome.METADATA_UNAVAILABLE);
        assertThat(host.moves().mayWriteMore()).isTrue();
        metadataDisk.heal();
        metadataDisk.delays(0, 1000);
        node.await(() -> !host.moves().mayWriteMore());
        assertOwned(restarted(3), 3, 1, TO, 1);
    }

    @Test
    void shouldForgetMovesOfATopicThatWasDeletedAndWriteOthers() {
        node.createTopic("t", PARTITIONS, Map.of());
        for (int i = 1; i < PARTITIONS; i += 3) {
            metadataDisk.heal();
            moveUnwritten(i);
        }
        metadataDisk.heal();
        final List<Outcome> deleted = send(MetadataCommands.deleteTopic(command, 0, "t"));
        node.await(() -> !deleted.isEmpty());
        assertThat(deleted).containsExactly(Outcome.OK);
        node.await(() -> !host.moves().mayWriteMore());
        assertThat(host.moves().unwritten()).isEmpty();
        assertThat(host.moves().isIdle()).isTrue();
    }
}
