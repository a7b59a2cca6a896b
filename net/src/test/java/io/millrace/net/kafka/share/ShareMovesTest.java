package io.millrace.net.kafka.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.kafka.node.TestNode;
import java.util.List;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a share group's members notice when a partition goes to another core. */
class ShareMovesTest {
    private static final String GROUP = "group";
    private static final String OTHER_GROUP = "other";

    private final TestNode node = new TestNode(2, 64);
    private final PartitionMover mover = new PartitionMover(node);
    private TopicImage topic;

    @BeforeEach
    void createTopic() {
        topic = ShareClient.topicOf(node, GROUP);
        ShareClient.write(node, topic, "v0", "v1", "v2", "v3", "v4");
    }

    private ShareClient member(final int core, final String name) {
        return new ShareClient(node, core, topic, GROUP, name);
    }

    private static Errors said(final ShareClient member) {
        final List<PartitionData> told = ShareClient.partitions(member.answer());
        return told.isEmpty() ? Errors.NONE : Errors.forCode(told.getFirst().acknowledgeErrorCode());
    }

    private static void assertDelivered(final List<AcquiredRecords> acquired, final int deliveries) {
        assertThat(acquired)
                .singleElement()
                .satisfies(records -> assertThat(records.deliveryCount()).isEqualTo((short) deliveries));
    }

    @Test
    void shouldLeaveRecordsWithTheirMember() {
        for (int core = 0; core < 2; core++) {
            final ShareClient holder = member(core, "holder-" + core);
            assertThat(holder.fetch(1000)).hasSize(1);
            mover.move("topic", 1);
            assertThat(member(0, "b").fetch(100)).as("locked").isEmpty();
            mover.move("topic", 0);
            assertThat(member(1, "c").fetch(100)).as("locked").isEmpty();
            holder.ask(100, 1, ShareClient.accept(core * 5L, core * 5L + 4));
            assertThat(said(holder)).isEqualTo(Errors.NONE);
            assertThat(member(0, "d").fetch(100)).as("done").isEmpty();
            ShareClient.write(node, topic, "w0", "w1", "w2", "w3", "w4");
        }
    }

    @Test
    void shouldCountDeliveriesOnAcrossMoves() {
        ShareClient.set(node, GROUP, "share.record.lock.duration.ms", "15000");
        assertDelivered(member(0, "a").fetch(1000), 1);
        mover.move("topic", 1);
        node.run(15_100);
        assertDelivered(member(0, "b").fetch(1000), 2);
    }

    @Test
    void shouldNotNoticeAMoveThatBeginsAtAnyMoment() {
        int core = 0;
        for (int steps = 0; steps < 120; steps += 3) {
            final ShareClient member = member(steps % 2, "member-" + steps);
            member.ask(1000, 1);
            for (int i = 0; i < steps; i++) {
                node.step();
            }
            core = 1 - core;
            mover.move("topic", core);
            final List<AcquiredRecords> acquired = ShareClient.acquired(member.answer());
            assertThat(acquired).as("after %d steps", steps).hasSize(1);
            mover.begin("topic", 1 - core);
            for (int i = 0; i < steps; i++) {
                node.step();
            }
            core = 1 - core;
            member.ask(
                    100,
                    1,
                    ShareClient.accept(
                            acquired.getFirst().firstOffset(),
                            acquired.getFirst().lastOffset()));
            assertThat(said(member)).as("after %d steps", steps).isEqualTo(Errors.NONE);
            mover.end();
            ShareClient.write(node, topic, "w" + steps);
        }
    }

    @Test
    void shouldServeWhoWaitsAcrossAMove() {
        final ShareClient first = member(0, "a");
        assertThat(first.fetch(1000)).hasSize(1);
        final ShareClient waiting = member(1, "b");
        final ShareClient counting = member(1, "c");
        waiting.ask(20_000, 1);
        counting.ask(20_000, 100);
        node.run(100);
        mover.move("topic", 1);
        node.run(1000);
        assertThat(waiting.hasAnswer()).isFalse();
        assertThat(counting.hasAnswer()).isFalse();
        ShareClient.write(node, topic, "w");
        assertThat(ShareClient.acquired(waiting.answer())).hasSize(1);
        ShareClient.write(node, topic, "x".repeat(100));
        assertThat(ShareClient.acquired(counting.answer())).hasSize(1);
    }

    @Test
    void shouldGiveBackWhatASessionHeldThatEndsMeanwhile() {
        int core = 0;
        for (int steps = 0; steps < 60; steps++) {
            final ShareClient leaving = member(steps % 2, "leaving-" + steps);
            assertThat(leaving.fetch(1000)).hasSize(1);
            core = 1 - core;
            mover.begin("topic", core);
            for (int i = 0; i < steps; i++) {
                node.step();
            }
            leaving.hangUp();
            mover.end();
            final ShareClient next = member(0, "next-" + steps);
            final List<AcquiredRecords> again = next.fetch(1000);
            assertThat(again).as("after %d steps", steps).hasSize(1);
            next.ask(
                    100,
                    1,
                    ShareClient.accept(
                            again.getFirst().firstOffset(), again.getFirst().lastOffset()));
            assertThat(said(next)).isEqualTo(Errors.NONE);
            ShareClient.write(node, topic, "w" + steps);
        }
    }

    @Test
    void shouldFreeWhatAMemberHoldsThatComesToTheCore() {
        final ShareClient ofCore = new ShareClient(node, node.connect(0, PartitionMover.PER_CORE), topic, GROUP, "a");
        assertDelivered(ofCore.fetch(1000), 1);
        ofCore.ask(10_000, 1);
        node.run(50);
        mover.move("topic", 1);
        final PartitionData told = ShareClient.partitions(ofCore.answer()).getFirst();
        assertThat(Errors.forCode(told.errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(told.currentLeader().leaderId()).isEqualTo(PartitionMover.FIRST_CORE + 1);
        assertDelivered(member(0, "b").fetch(1000), 2);
    }

    @Test
    void shouldKeepGroupsApart() {
        ShareClient.begin(node, topic, OTHER_GROUP);
        ShareClient.set(node, OTHER_GROUP, "share.auto.offset.reset", "earliest");
        final ShareClient one = member(0, "a");
        final ShareClient other = new ShareClient(node, 0, topic, OTHER_GROUP, "a");
        assertThat(one.fetch(1000)).hasSize(1);
        assertThat(other.fetch(1000)).hasSize(1);
        mover.move("topic", 1);
        one.ask(100, 1, ShareClient.accept(0, 4));
        assertThat(said(one)).isEqualTo(Errors.NONE);
        other.hangUp();
        assertDelivered(new ShareClient(node, 1, topic, OTHER_GROUP, "b").fetch(1000), 2);
        assertThat(member(1, "b").fetch(100)).isEmpty();
    }

    @Test
    void shouldBeginAnewWhatAnOperatorSetBackMeanwhile() {
        assertThat(member(0, "a").fetch(1000)).hasSize(1);
        for (int steps = 0; steps < 40; steps += 2) {
            mover.begin("topic", steps % 4 == 0 ? 1 : 0);
            for (int i = 0; i < steps; i++) {
                node.step();
            }
            ShareClient.begin(node, topic, GROUP, steps + 1);
            mover.end();
            assertDelivered(member(0, "b-" + steps).fetch(1000), 1);
        }
    }
}
