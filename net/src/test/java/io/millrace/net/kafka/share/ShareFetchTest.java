package io.millrace.net.kafka.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.kafka.node.Requests;
import io.millrace.net.kafka.node.TestNode;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a fetch of a share group's member is answered, and with what. */
class ShareFetchTest {
    private static final String GROUP = "group";
    private static final String TEXT = "x".repeat(100);

    private final TestNode node = new TestNode(2, 64);
    private TopicImage topic;

    @BeforeEach
    void createTopic() {
        topic = ShareClient.topicOf(node, GROUP);
    }

    private ShareClient member(final int core, final String name) {
        return new ShareClient(node, core, topic, GROUP, name);
    }

    @Test
    void shouldWaitForAsManyBytesAsAreWanted() {
        final ShareClient member = member(1, "a");
        ShareClient.write(node, topic, TEXT);
        member.ask(5_000, 400);
        node.run(200);
        assertThat(member.hasAnswer()).isFalse();
        ShareClient.write(node, topic, TEXT);
        node.run(200);
        assertThat(member.hasAnswer()).isFalse();
        ShareClient.write(node, topic, TEXT);
        node.run(200);
        assertThat(member.hasAnswer()).isTrue();
        assertThat(ShareClient.acquired(member.answer()))
                .first()
                .satisfies(records -> assertThat(records.firstOffset()).isZero());
        assertThat(node.lent()).isLessThanOrEqualTo(1);
    }

    @Test
    void shouldWaitForOthersThanThoseInError() {
        final ShareClient member = member(1, "a");
        member.add(7);
        member.ask(5_000, 1);
        node.run(200);
        assertThat(member.hasAnswer()).isFalse();
        ShareClient.write(node, topic, TEXT);
        node.run(200);
        assertThat(ShareClient.partitions(member.answer()))
                .hasSize(2)
                .anySatisfy(partition -> assertThat(partition.acquiredRecords()).hasSize(1))
                .anySatisfy(partition ->
                        assertThat(Errors.forCode(partition.errorCode())).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION));
        member.ask(1_000, 10_000);
        node.run(800);
        assertThat(member.hasAnswer()).as("whoever counts waits too").isFalse();
        node.run(300);
        assertThat(ShareClient.partitions(member.answer())).hasSize(1);
    }

    @Test
    void shouldNotKeepTheCoresBusyForAPartitionInError() {
        ShareClient.write(node, topic, TEXT);
        assertThat(ShareClient.keep(node, topic, GROUP, ShareClient.batch(5, 3, 0)))
                .isEqualTo(Errors.NONE);
        final ShareClient member = member(1, "a");
        member.ask(10_000, 1);
        assertThat(ShareClient.partitions(member.answer()))
                .as("nothing to wait for")
                .hasSize(1);
    }

    @Test
    void shouldAnswerWithLessWhenTheTimeIsOver() {
        final ShareClient member = member(1, "a");
        ShareClient.write(node, topic, TEXT);
        member.ask(500, 10_000);
        node.run(400);
        assertThat(member.hasAnswer()).isFalse();
        node.run(200);
        assertThat(ShareClient.acquired(member.answer())).hasSize(1);
    }

    @Test
    void shouldNotKeepTheCoresBusyWhileThereIsTooLittle() {
        final ShareClient member = member(1, "a");
        ShareClient.write(node, topic, TEXT);
        member.ask(10_000, 10_000);
        member(0, "b").ask(10_000, 20_000);
        node.run(100);
        final long beginMs = node.nowMs();
        for (int i = 0; i < 1000; i++) {
            node.step();
        }
        assertThat(node.nowMs() - beginMs).isGreaterThan(80);
    }

    @Test
    void shouldReadWhatIsNotDecidedOnceAGroupMay() {
        ShareClient.set(node, GROUP, "share.isolation.level", "read_committed");
        writeUndecided();
        final ShareClient member = member(0, "a");
        member.ask(20_000, 1);
        node.run(300);
        assertThat(member.hasAnswer()).isFalse();
        ShareClient.set(node, GROUP, "share.isolation.level", "read_uncommitted");
        node.run(100);
        assertThat(member.hasAnswer()).as("at once").isTrue();
        assertThat(ShareClient.acquired(member.answer())).hasSize(1);
    }

    private void writeUndecided() {
        final int version = 9;
        final MemoryRecords records = MemoryRecords.withTransactionalRecords(
                Compression.NONE, 7, (short) 0, 0, new SimpleRecord(1000, TEXT.getBytes()));
        node.gate((header, id, producer, epoch, partitions, adds, told) -> told.accept(Map.of()));
        final ProduceResponseData answer = node.connect(0)
                .call(
                        Requests.add(Requests.produce(-1).setTransactionalId("t"), version, topic, 0, records),
                        version,
                        ProduceResponseData::new);
        assertThat(Errors.forCode(answer.responses()
                        .iterator()
                        .next()
                        .partitionResponses()
                        .getFirst()
                        .errorCode()))
                .isEqualTo(Errors.NONE);
    }

    @Test
    void shouldHaveMembersPayForWhatTheyFetch() {
        setRate(1_000);
        final ShareClient member = member(0, "a");
        ShareClient.write(node, topic, "x".repeat(5_000));
        member.ask(1_000, 1);
        final ShareFetchResponseData first = member.answer();
        assertThat(first.throttleTimeMs()).isBetween(4_500, 5_500);
        assertThat(ShareClient.acquired(first)).hasSize(1);
        ShareClient.write(node, topic, TEXT);
        final ShareClient fellow = member(0, "b");
        fellow.ask(1_000, 1);
        final ShareFetchResponseData empty = fellow.answer();
        assertThat(empty.throttleTimeMs()).isBetween(4_500, 5_500);
        assertThat(ShareClient.acquired(empty)).isEmpty();
        final ShareClient third = member(0, "c");
        third.ask(1_000, 1);
        assertThat(third.answer().throttleTimeMs())
                .as("to be told so is free")
                .isLessThanOrEqualTo(empty.throttleTimeMs());
        fellow.ask(1_000, 1);
        assertThat(ShareClient.acquired(fellow.answer())).hasSize(1);
    }

    private void setRate(final double bytesPerSecond) {
        final EntityData all = new EntityData().setEntityType("client-id").setEntityName("test");
        final OpData rate = new OpData().setKey("consumer_byte_rate").setValue(bytesPerSecond);
        final AlterClientQuotasRequestData request = new AlterClientQuotasRequestData()
                .setEntries(List.of(new EntryData().setEntity(List.of(all)).setOps(List.of(rate))));
        node.connect(0).named("admin").call(request, 1, AlterClientQuotasResponseData::new);
    }

    @Test
    void shouldCountSessionsOfAllCoresTogether() {
        final ShareSessionCounts counts = new ShareSessionCounts(2);
        final ShareSessions first = new ShareSessions(0, 2, counts);
        final ShareSessions second = new ShareSessions(1, 2, counts);
        for (int i = 0; i < 3; i++) {
            assertThat(first.create(new ShareSession.Key(GROUP, "m" + i), 1, false, 4))
                    .isNotNull();
        }
        final ShareSession last = second.create(new ShareSession.Key(GROUP, "m3"), 2, false, 4);
        assertThat(last).isNotNull();
        assertThat(second.create(new ShareSession.Key(GROUP, "m4"), 2, false, 4))
                .isNull();
        assertThat(first.create(new ShareSession.Key(GROUP, "m0"), 1, false, 4))
                .as("its own anew")
                .isNotNull();
        second.remove(last);
        assertThat(first.create(new ShareSession.Key(GROUP, "m4"), 1, false, 4)).isNotNull();
    }
}
