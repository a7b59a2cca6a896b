package io.millrace.engine.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.settings.Settings;
import io.millrace.engine.status.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A partition's move in the metadata: its epoch is reserved, it takes effect, and its entry follows. */
class MoveCommandsTest {
    private final ControllerFixture node = new ControllerFixture(2);
    private final List<String> heard = new ArrayList<>();
    private PartitionImage partition;
    private long key;

    @BeforeEach
    void createATopic() {
        node.create("a", 1);
        partition = node.image.topic("a").partition(0);
        key = partition.partitionKey();
        node.machine.listener(new MetadataListener() {
            @Override
            public void onPartitionPlaced(final TopicImage topic, final PartitionImage placed, final int previousCore) {
                heard.add(previousCore + " to " + placed.ownerCore() + " with " + placed.leaderEpoch());
            }
        });
    }

    @Test
    void shouldMoveNothingWhoseEpochIsNotReserved() {
        assertThat(node.moveUncommitted(key, 1, 0).outcome()).isEqualTo(Outcome.INVALID_REQUEST);
        assertThat(node.reserve(key, 1).outcome()).isEqualTo(Outcome.INVALID_REQUEST);
        assertThat(node.reserve(key, 0).outcome()).isEqualTo(Outcome.OK);
        assertThat(node.moveUncommitted(key, 2, 0).outcome()).isEqualTo(Outcome.INVALID_REQUEST);
        assertThat(node.moveUncommitted(key, 0, 0).outcome()).isEqualTo(Outcome.INVALID_REQUEST);
        assertThat(node.moveUncommitted(key, 1, 0).outcome()).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldReserveAnEpochOnce() {
        node.reserve(key, 0);
        final int entries = node.log.entries.size();
        assertThat(node.reserve(key, 0).outcome()).isEqualTo(Outcome.OK);
        assertThat(node.log.entries).hasSize(entries);
    }

    @Test
    void shouldChangeNothingMoreWhenTheEntryComes() {
        node.reserve(key, 0);
        node.moveUncommitted(key, 1, 0);
        node.applyAhead();
        assertThat(partition.ownerCore()).isEqualTo(1);
        final long version = node.image.version();
        node.commit();
        assertThat(heard).containsExactly("0 to 1 with 1");
        assertThat(node.image.version()).isEqualTo(version + 1);
        assertThat(partition.leaderEpoch()).isEqualTo(1);
    }

    @Test
    void shouldRefuseAMoveOfATopicThatIsBeingDeleted() {
        node.reserve(key, 0);
        node.delete("a");
        assertThat(node.moveUncommitted(key, 1, 0).outcome()).isEqualTo(Outcome.UNKNOWN_PARTITION);
        assertThat(node.reserve(key, 0).outcome()).isEqualTo(Outcome.UNKNOWN_PARTITION);
    }

    /** The disk was full: the entry is lost, but the move is in effect. */
    @Test
    void shouldProposeAMoveAgainWhoseEntryWasLost() {
        node.reserve(key, 0);
        node.moveUncommitted(key, 1, 0);
        node.applyAhead();
        node.log.dropPending();
        node.controller.onRefused(node.image.version() + 1);
        assertThat(node.moveUncommitted(key, 1, 0).outcome()).isEqualTo(Outcome.OK);
        node.applyAhead();
        node.commit();
        assertThat(heard).containsExactly("0 to 1 with 1");
        assertThat(replayed().partition(key).ownerCore()).isEqualTo(1);
        assertThat(replayed().partition(key).leaderEpoch()).isEqualTo(1);
    }

    /** A crash, or a move that was given up after its epoch was reserved: nobody who has had that epoch is left. */
    @Test
    void shouldPassAReservedEpochAtAStart() {
        node.reserve(key, 0);
        final MetadataImage replayed = replayed();
        assertThat(replayed.partition(key).leaderEpoch()).isEqualTo(2);
        assertThat(replayed.partition(key).ownerCore()).isZero();
    }

    @Test
    void shouldKeepAReservationInASnapshot() {
        node.reserve(key, 0);
        final MetadataStateMachine machine = loadedFromASnapshot();
        final MetadataImage loaded = machine.image();
        assertThat(loaded.partition(key).leaderEpoch()).isZero();
        machine.passReservedEpochs();
        assertThat(loaded.partition(key).leaderEpoch()).isEqualTo(2);
    }

    /** As a log is cut back while a move is in effect, and its entry still on its way. */
    @Test
    void shouldKeepAMoveInASnapshotThatIsAheadOfItsEntry() {
        node.reserve(key, 0);
        node.moveUncommitted(key, 1, 0);
        node.applyAhead();
        final MetadataStateMachine machine = loadedFromASnapshot();
        node.commit();
        final byte[] entry = node.log.entries.getLast();
        machine.apply(node.log.entries.size(), new UnsafeBuffer(entry), 0, entry.length);
        machine.passReservedEpochs();
        assertIsMoved(machine.image());
        assertThat(machine.image().version()).isEqualTo(node.image.version());
    }

    @Test
    void shouldKeepAMoveInASnapshotWhoseEntryWasLost() {
        node.reserve(key, 0);
        node.moveUncommitted(key, 1, 0);
        node.applyAhead();
        final MetadataStateMachine machine = loadedFromASnapshot();
        node.log.dropPending();
        node.controller.onRefused(node.image.version() + 1);
        machine.passReservedEpochs();
        assertIsMoved(machine.image());
        assertThat(machine.image().version()).isEqualTo(node.image.version());
    }

    private void assertIsMoved(final MetadataImage loaded) {
        assertThat(loaded.partition(key).ownerCore()).isEqualTo(1);
        assertThat(loaded.partition(key).leaderEpoch()).isEqualTo(1);
    }

    private MetadataStateMachine loadedFromASnapshot() {
        final MetadataSnapshot snapshot = new MetadataSnapshot();
        final int length = snapshot.encode(node.image);
        final MetadataStateMachine machine =
                new MetadataStateMachine(new MetadataImage(ControllerFixture.NODE, Settings.defaults()));
        machine.load(node.image.version(), snapshot.buffer(), 0, length);
        return machine;
    }

    private MetadataImage replayed() {
        final MetadataImage image = new MetadataImage(ControllerFixture.NODE, Settings.defaults());
        final MetadataStateMachine machine = new MetadataStateMachine(image);
        for (int i = 0; i < node.log.entries.size(); i++) {
            final byte[] entry = node.log.entries.get(i);
            machine.apply(i + 1, new UnsafeBuffer(entry), 0, entry.length);
        }
        machine.passReservedEpochs();
        return image;
    }
}
