package io.millrace.net.kafka.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.engine.status.Statistics;
import io.millrace.net.kafka.group.ShareStates;
import io.millrace.net.kafka.node.TestNode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What share partitions do besides handing out records: at a stop, at rest, while nothing is to be had. */
class ShareUpkeepTest {
    private static final String GROUP = "group";
    private static final int WATCHES_MAX = 4096;

    private final SimDiskImage image = new SimDiskImage();
    private final TestNode node = new TestNode(
            1,
            64,
            new SimTime(),
            (time, core) -> new SimDisk(image, time, SimDiskFaults.none(), new SeededEntropy(core)));
    private TopicImage topic;

    @BeforeEach
    void createTopic() {
        topic = ShareClient.topicOf(node, GROUP);
    }

    private ShareClient member(final String name) {
        return new ShareClient(node, 0, topic, GROUP, name);
    }

    private void write(final int count) {
        ShareClient.write(
                node, topic, IntStream.range(0, count).mapToObj(i -> "v" + i).toArray(String[]::new));
    }

    @Test
    void shouldEndWhereStateCanNoLongerBeKept() {
        ShareClient.set(node, GROUP, "share.record.lock.duration.ms", "15000");
        write(10);
        assertThat(member("a").fetch(1000)).hasSize(1);
        // From now on each write is refused at once, that of the records too whose time is over.
        node.core(0).service(ShareStates.class).stop();
        node.run(16_000);
        assertThat(member("b").fetch(100)).hasSize(1);
    }

    @Test
    void shouldRestWhileAllThatMayBeInFlightIs() {
        ShareClient.set(node, GROUP, "share.partition.max.record.locks", "100");
        IntStream.range(0, 15).forEach(i -> write(10));
        final ShareClient greedy = member("a");
        assertThat(greedy.fetch(1000)).isNotEmpty();
        greedy.fetch(10);
        // Nobody has read so far, since there is no room for more.
        write(10);
        final ShareClient waiting = member("b");
        waiting.ask(10_000, 1);
        node.run(100);
        final long beginMs = node.nowMs();
        for (int i = 0; i < 1000; i++) {
            node.step();
        }
        assertThat(waiting.hasAnswer()).isFalse();
        // A turn in which there is something to do takes a tenth of the time of one without.
        assertThat(node.nowMs() - beginMs).isGreaterThan(80);
    }

    @Test
    void shouldServeWhoWaitsWithoutAWatch() {
        final ShareHosts hosts = node.core(0).service(ShareHosts.class);
        hosts.watches(WATCHES_MAX);
        assertThat(hosts.mayWatch()).isFalse();
        final ShareClient waiting = member("a");
        waiting.ask(30_000, 1);
        node.run(100);
        hosts.watches(-1);
        assertThat(hosts.mayWatch()).as("none was added").isTrue();
        hosts.watches(1);
        write(1);
        node.run(2_500);
        assertThat(waiting.hasAnswer()).as("looked again").isTrue();
        assertThat(ShareClient.acquired(waiting.answer())).hasSize(1);
    }

    @Test
    void shouldEndWatchesThatNobodyWaitsFor() {
        final ShareHosts hosts = node.core(0).service(ShareHosts.class);
        hosts.watches(WATCHES_MAX - 1);
        assertThat(member("a").fetch(100)).isEmpty();
        assertThat(hosts.mayWatch()).as("the last one is out").isFalse();
        node.run(2_500);
        assertThat(hosts.mayWatch()).isTrue();
    }

    @Test
    void shouldBeginWhereItWouldHaveBegunBeforeItsRest() {
        ShareClient.set(node, GROUP, "share.auto.offset.reset", "latest");
        write(5);
        final ShareClient early = member("a");
        assertThat(early.fetch(100)).isEmpty();
        early.hangUp();
        node.run(125_000);
        write(1);
        assertThat(member("b").fetch(1000))
                .singleElement()
                .satisfies(records -> assertThat(records.firstOffset()).isEqualTo(5));
    }

    @Test
    void shouldKeepByItselfWhatCouldNotBeKept() {
        ShareClient.set(node, GROUP, "share.record.lock.duration.ms", "15000");
        write(10);
        assertThat(member("a").fetch(1000)).hasSize(1);
        image.capacity(0);
        node.run(16_000);
        assertThat(ShareClient.kept(node, topic, GROUP)).as("no room").isEmpty();
        image.capacity(Long.MAX_VALUE);
        node.run(12_000);
        assertThat(ShareClient.kept(node, topic, GROUP))
                .singleElement()
                .satisfies(batch -> assertThat(batch.deliveryCount()).isEqualTo((short) 1));
    }

    @Test
    void shouldCountWhatMembersGetAndSay() {
        ShareClient.set(node, GROUP, "share.record.lock.duration.ms", "15000");
        write(10);
        final ShareClient member = member("a");
        assertThat(member.fetch(1000)).hasSize(1);
        member.ask(10, 1, ShareClient.accept(0, 3), ShareClient.reject(4, 5));
        assertThat(ShareClient.acquired(member.answer())).isEmpty();
        assertThat(figure("share.acquired")).isEqualTo(10);
        assertThat(figure("share.accepted")).isEqualTo(4);
        assertThat(figure("share.rejected")).isEqualTo(2);
        assertThat(figure("share.expired")).isZero();
        node.run(15_100);
        assertThat(figure("share.expired")).isEqualTo(4);
    }

    private long figure(final String name) {
        final Statistics statistics = node.core(0).statistics();
        return Arrays.stream(statistics.names())
                .filter(each -> each.name().equals(name))
                .mapToLong(each -> statistics.slots()[each.firstSlot()])
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldRefuseAStateThatCannotBe() {
        write(10);
        assertThat(ShareClient.keep(node, topic, GROUP, ShareClient.batch(5, 3, 0)))
                .isEqualTo(Errors.NONE);
        final ShareClient member = member("a");
        member.ask(100, 1);
        final List<PartitionData> partitions = ShareClient.partitions(member.answer());
        assertThat(partitions)
                .singleElement()
                .satisfies(partition ->
                        assertThat(Errors.forCode(partition.errorCode())).isEqualTo(Errors.UNKNOWN_SERVER_ERROR));
    }
}
