package io.millrace.net.kafka.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.net.kafka.node.TestNode;
import java.util.Map;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A partition goes on, and back, before what belongs to a share group could follow it. */
class ShareMovesBackTest {
    private static final String GROUP = "group";
    private static final int COORDINATOR = 3;
    private static final int MEMBERS = 0;

    private static final long SLOW_NS = 200_000_000;

    private final SimDiskFaults coordinatorDisk = SimDiskFaults.none();
    private final SimDiskImage image = new SimDiskImage();
    private final TestNode node = new TestNode(
            4,
            64,
            new SimTime(),
            (time, core) -> new SimDisk(
                    image,
                    time,
                    core == COORDINATOR ? coordinatorDisk : SimDiskFaults.none(),
                    new SeededEntropy(core)));
    private final PartitionMover mover = new PartitionMover(node);
    private TopicImage topic;
    private ShareClient holder;

    @BeforeEach
    void createTopic() {
        topic = node.createTopic("topic", 1, Map.of());
        node.createTopic(Topic.SHARE_GROUP_STATE_TOPIC_NAME, 1, Map.of("retention.ms", "-1"));
        mover.move(Topic.SHARE_GROUP_STATE_TOPIC_NAME, COORDINATOR);
        node.run(50);
        ShareClient.begin(node, topic, GROUP);
        ShareClient.set(node, GROUP, "share.auto.offset.reset", "earliest");
        ShareClient.write(node, topic, "v0", "v1", "v2", "v3", "v4");
        holder = member("holder");
        assertThat(holder.fetch(1000)).hasSize(1);
    }

    private ShareClient member(final String name) {
        return new ShareClient(node, MEMBERS, topic, GROUP, name);
    }

    /** While what the holder says of the first two records is on its way to the state's coordinator. */
    private void moveThrough(final int... cores) {
        coordinatorDisk.delays(SLOW_NS, SLOW_NS);
        holder.ask(100, 1, ShareClient.accept(0, 1));
        node.run(1);
        for (final int core : cores) {
            mover.move("topic", core);
        }
        assertThat(holder.hasAnswer()).isFalse();
        coordinatorDisk.delays(0, 0);
        assertThat(ShareClient.partitions(holder.answer()))
                .allSatisfy(each -> assertThat(each.acknowledgeErrorCode()).isZero());
        node.run(10);
    }

    private void assertThatTheRestIsStillTheHolders() {
        assertThat(member("second").fetch(100)).as("locked").isEmpty();
        holder.ask(100, 1, ShareClient.accept(2, 4));
        assertThat(ShareClient.partitions(holder.answer()))
                .allSatisfy(each -> assertThat(each.acknowledgeErrorCode()).isZero());
        ShareClient.write(node, topic, "w");
        assertThat(member("third").fetch(1000))
                .singleElement()
                .extracting(AcquiredRecords::firstOffset, AcquiredRecords::deliveryCount)
                .containsExactly(5L, (short) 1);
    }

    @Test
    void shouldFollowAPartitionThatComesBack() {
        moveThrough(1, 0);
        assertThatTheRestIsStillTheHolders();
    }

    @Test
    void shouldFollowAPartitionThatGoesOnAndComesBack() {
        moveThrough(1, 2, 1);
        assertThatTheRestIsStillTheHolders();
        assertThat(node.core(2)
                        .service(ShareHosts.class)
                        .moves()
                        .isAwaited(topic.partition(0).partitionKey()))
                .isFalse();
    }

    @Test
    void shouldFollowAPartitionToAndFro() {
        moveThrough(1, 0, 1, 2, 0, 1, 0);
        assertThatTheRestIsStillTheHolders();
    }
}
