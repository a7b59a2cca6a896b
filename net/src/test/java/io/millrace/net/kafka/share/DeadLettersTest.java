package io.millrace.net.kafka.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.share.RecordState;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.net.kafka.node.Requests;
import io.millrace.net.kafka.node.TestNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData.ReadStateSummaryData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Dead letters of a share group's partition, from its state to the topic and back. */
class DeadLettersTest {
    private static final String GROUP = "group";
    private static final int FETCH_VERSION = 12;

    private final SimDiskImage image = new SimDiskImage();
    private final TestNode node = new TestNode(
            2,
            64,
            new SimTime(),
            (time, core) -> new SimDisk(image, time, SimDiskFaults.none(), new SeededEntropy(core)));
    private TopicImage topic;

    @BeforeEach
    void createTopic() {
        topic = ShareClient.topicOf(node, GROUP);
        ShareClient.set(node, GROUP, "errors.deadletterqueue.topic.name", "dlq.it");
        ShareClient.set(node, GROUP, "errors.deadletterqueue.copy.record.enable", "true");
        ShareClient.write(node, topic, "v0", "v1", "v2", "v3", "v4");
    }

    private TopicImage createLetters(final String... more) {
        final Map<String, String> configs = more.length == 0
                ? Map.of("errors.deadletterqueue.group.enable", "true")
                : Map.of("errors.deadletterqueue.group.enable", "true", more[0], more[1]);
        return node.createTopic("dlq.it", 2, configs);
    }

    private ShareClient member(final String name) {
        return new ShareClient(node, 0, topic, GROUP, name);
    }

    private void keepArchiving(final long first, final long last, final int deliveries) {
        assertThat(ShareClient.keep(
                        node,
                        topic,
                        GROUP,
                        ShareClient.batch(first, last, RecordState.ARCHIVING).setDeliveryCount((short) deliveries)))
                .isEqualTo(Errors.NONE);
    }

    /** Each record of the topic for letters: its value and which record it tells of, how often and why. */
    private List<String> letters() {
        final TopicImage letters = node.core(0).image().topic("dlq.it");
        final FetchResponseData answer = node.connect(0)
                .call(
                        Requests.add(Requests.fetch(0, 0), FETCH_VERSION, letters, 0, 0),
                        FETCH_VERSION,
                        FetchResponseData::new);
        final List<String> found = new ArrayList<>();
        for (final FetchResponseData.PartitionData partition : Requests.partitions(answer)) {
            for (final Record record : ((MemoryRecords) partition.records()).records()) {
                final String value = record.hasValue()
                        ? StandardCharsets.UTF_8.decode(record.value()).toString()
                        : null;
                found.add(value + " " + header(record, 2) + " x" + header(record, 4) + " " + header(record, 5));
            }
        }
        return found;
    }

    private static String header(final Record record, final int index) {
        final Header header = record.headers()[index];
        return new String(header.value(), StandardCharsets.UTF_8);
    }

    private long keptStart() {
        return node.connect(0)
                .call(
                        new ReadShareGroupStateSummaryRequestData()
                                .setGroupId(GROUP)
                                .setTopics(List.of(new ReadStateSummaryData()
                                        .setTopicId(ShareClient.id(topic))
                                        .setPartitions(
                                                List.of(new ReadShareGroupStateSummaryRequestData.PartitionData())))),
                        0,
                        ReadShareGroupStateSummaryResponseData::new)
                .results()
                .getFirst()
                .partitions()
                .getFirst()
                .startOffset();
    }

    @Test
    void shouldGoOnWithTheLettersOfAnEarlierLife() {
        createLetters();
        keepArchiving(0, 1, 5);
        keepArchiving(2, 2, 1);
        assertThat(member("a").fetch(1000))
                .singleElement()
                .satisfies(records -> assertThat(records.firstOffset()).isEqualTo(3));
        node.run(100);
        assertThat(letters())
                .containsExactly(
                        "v0 0 x5 Offset delivery count exceeded the threshold.",
                        "v1 1 x5 Offset delivery count exceeded the threshold.",
                        "v2 2 x1 Offset rejected by client.");
        assertThat(keptStart()).isEqualTo(3);
    }

    @Test
    void shouldHandOutRecordsWhileLettersCannotBeMade() {
        createLetters();
        final ShareClient member = member("a");
        assertThat(member.fetch(1000)).hasSize(1);
        node.holdHousekeeping(true);
        member.ask(100, 1, ShareClient.reject(0, 4));
        assertThat(ShareClient.acquired(member.answer())).isEmpty();
        ShareClient.write(node, topic, "v5");
        assertThat(member("b").fetch(1000)).hasSize(1);
        assertThat(keptStart()).isZero();
        node.holdHousekeeping(false);
        node.run(100);
        assertThat(letters()).hasSize(5);
        assertThat(keptStart()).isEqualTo(5);
    }

    @Test
    void shouldArchiveWithoutALetterWhatTheTopicRefuses() {
        createLetters("cleanup.policy", "compact");
        keepArchiving(0, 2, 1);
        assertThat(member("a").fetch(1000)).hasSize(1);
        node.run(1000);
        assertThat(letters()).isEmpty();
        assertThat(keptStart()).isEqualTo(3);
    }

    @Test
    void shouldNotCopyWhatIsTooLargeForTheTopic() {
        createLetters("max.message.bytes", "400");
        ShareClient.write(node, topic, "x".repeat(500), "v6");
        keepArchiving(3, 6, 1);
        assertThat(member("a").fetch(1000)).hasSize(1);
        node.run(1000);
        assertThat(letters())
                .extracting(letter -> letter.substring(0, 6))
                .as("each in a batch of its own")
                .containsExactly("v3 3 x", "v4 4 x", "null 5", "v6 6 x");
    }

    @Test
    void shouldCopyNoMoreAtATimeThanTheTopicTakes() {
        createLetters("max.message.bytes", "4000");
        for (int batch = 0; batch < 3; batch++) {
            ShareClient.write(node, topic, Compression.lz4().build(), texts(10, "x".repeat(300)));
        }
        ShareClient.write(node, topic, Compression.lz4().build(), texts(20, "y".repeat(300)));
        ShareClient.write(node, topic, Compression.NONE, "z");
        keepArchiving(0, 54, 1);
        assertThat(member("a").fetch(1000)).hasSize(1);
        node.run(1000);
        final List<String> letters = letters();
        assertThat(letters).hasSize(55);
        assertThat(letters.subList(5, 35)).allMatch(letter -> letter.startsWith("x".repeat(300)));
        assertThat(letters.subList(35, 55))
                .as("of a batch in parts")
                .allMatch(letter -> letter.startsWith("y".repeat(300)));
        assertThat(keptStart()).isEqualTo(55);
    }

    @Test
    void shouldTryAgainAFewTimesOnlyWhereTheDiskStaysFull() {
        createLetters();
        keepArchiving(0, 2, 1);
        image.capacity(0);
        assertThat(member("a").fetch(1000)).hasSize(1);
        node.run(20_000);
        image.capacity(Long.MAX_VALUE);
        node.run(20_000);
        assertThat(letters()).isEmpty();
    }

    @Test
    void shouldGiveUpManyOneAfterTheOther() {
        for (int i = 0; i < 40; i++) {
            final String group = "group-" + i;
            ShareClient.begin(node, topic, group);
            ShareClient.set(node, group, "share.auto.offset.reset", "earliest");
            ShareClient.set(node, group, "errors.deadletterqueue.topic.name", "dlq.none");
            assertThat(ShareClient.keep(
                            node,
                            topic,
                            group,
                            ShareClient.batch(0, 2, RecordState.ARCHIVING).setDeliveryCount((short) 1)))
                    .isEqualTo(Errors.NONE);
            assertThat(new ShareClient(node, 0, topic, group, "a").fetch(1000)).hasSize(1);
        }
        node.run(1000);
        assertThat(node.core(0).service(ShareHosts.class).deadLetters().isIdle())
                .isTrue();
    }

    @Test
    void shouldWriteLettersOnceThatWaitAcrossAMove() {
        createLetters();
        final PartitionMover mover = new PartitionMover(node);
        final ShareClient member = member("a");
        for (int i = 0; i < 5; i++) {
            final int first = 5 * i;
            final int behind = first + 5;
            assertThat(member.fetch(1000)).as("%d", i).hasSize(1);
            // Letters are on their way when the partition goes, sooner or later.
            node.holdHousekeeping(i == 3);
            member.ask(100, 1, ShareClient.reject(first, behind - 1));
            for (int step = 0; step < 10 * i; step++) {
                node.step();
            }
            mover.begin("topic", 1 - i % 2);
            node.run(200L * i);
            node.holdHousekeeping(false);
            mover.end();
            assertThat(ShareClient.acquired(member.answer())).isEmpty();
            assertThat(member.fetch(100)).isEmpty();
            assertThat(letters()).hasSize(behind).doesNotHaveDuplicates();
            assertThat(keptStart()).isEqualTo(behind);
            ShareClient.write(node, topic, "v0", "v1", "v2", "v3", "v4");
        }
    }

    @Test
    void shouldEndLettersThatHaveBegunWhereNoNewOnesMayBegin() {
        createLetters();
        keepArchiving(0, 1, 5);
        final UpdateFeaturesRequestData request = new UpdateFeaturesRequestData().setTimeoutMs(1000);
        request.featureUpdates()
                .add(new FeatureUpdateKey()
                        .setFeature("share.version")
                        .setMaxVersionLevel((short) 1)
                        .setUpgradeType((byte) 2));
        assertThat(node.connect(0)
                        .call(request, 1, UpdateFeaturesResponseData::new)
                        .errorCode())
                .isZero();
        final ShareClient member = member("a");
        assertThat(member.fetch(1000)).hasSize(1);
        member.ask(100, 1, ShareClient.reject(2, 4));
        assertThat(ShareClient.acquired(member.answer())).isEmpty();
        node.run(100);
        assertThat(letters()).hasSize(2);
        assertThat(keptStart()).isEqualTo(5);
    }

    private static String[] texts(final int count, final String text) {
        return Collections.nCopies(count, text).toArray(new String[0]);
    }

    @Test
    void shouldForgetLettersWithTheirTopic() {
        createLetters();
        node.holdHousekeeping(true);
        keepArchiving(0, 4, 1);
        member("a").fetch(100);
        node.deleteTopic("topic");
        node.holdHousekeeping(false);
        node.run(1000);
        assertThat(node.core(0).service(ShareHosts.class).deadLetters().isIdle())
                .isTrue();
    }
}
