package io.millrace.net.kafka.produce;

import static io.millrace.net.kafka.node.Requests.add;
import static io.millrace.net.kafka.node.Requests.batch;
import static io.millrace.net.kafka.node.Requests.fetch;
import static io.millrace.net.kafka.node.Requests.partitions;
import static io.millrace.net.kafka.node.Requests.produce;
import static io.millrace.net.kafka.node.Requests.raw;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.node.Requests;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProduceHandlerTest {
    private static final int LEASES = 64;

    private final TestNode node = new TestNode(2, LEASES);
    private final TopicImage topic = node.createTopic("topic", 4, Map.of());
    private final TopicImage other = node.createTopic("other", 2, Map.of());
    private final TestClient client = node.connect(0);

    static IntStream versions() {
        return IntStream.rangeClosed(3, 13);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldAnswerForPartitionsOfAllCoresInTheOrderOfTheRequest(final int version) {
        for (int round = 0; round < 3; round++) {
            final ProduceRequestData request = produce(-1);
            add(request, version, topic, 3, batch("a"));
            add(request, version, topic, 0, batch("b", "c"));
            add(request, version, other, 1, batch("d"));
            add(request, version, topic, 9, batch("e"));
            final ProduceResponseData response = client.call(request, version, ProduceResponseData::new);
            final List<PartitionProduceResponse> answers = all(response);
            assertThat(answers).extracting(PartitionProduceResponse::index).containsExactly(3, 0, 9, 1);
            assertThat(answers).extracting(PartitionProduceResponse::errorCode).containsExactly(codes(0, 0, 3, 0));
            assertThat(answers)
                    .extracting(PartitionProduceResponse::baseOffset)
                    .containsExactly((long) round, 2L * round, -1L, (long) round);
            assertThat(answers.get(0).logStartOffset()).isEqualTo(version < 5 ? -1 : 0);
            assertThat(answers.get(0).logAppendTimeMs()).isEqualTo(-1);
        }
        assertThat(read(topic, 0)).containsExactly("b", "c", "b", "c", "b", "c");
        assertThat(read(other, 1)).containsExactly("d", "d", "d");
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldLeaveTopicsWithoutPartitionsOutOfTheAnswer(final int version) {
        final ProduceRequestData request = produce(-1);
        add(request, version, topic, 0, batch("a"));
        add(request, version, other, 0, batch("b"));
        request.topicData().stream().findFirst().orElseThrow().partitionData().clear();
        final ProduceResponseData response = client.call(request, version, ProduceResponseData::new);
        assertThat(response.responses()).hasSize(1);
        assertThat(all(response))
                .singleElement()
                .satisfies(answer -> assertThat(answer.errorCode()).isZero());
        assertThat(read(other, 0)).containsExactly("b");

        request.topicData().forEach(each -> each.partitionData().clear());
        assertThat(client.call(request, version, ProduceResponseData::new).responses())
                .isEmpty();
    }

    @Test
    void shouldLetProducesOverlapAndAnswerThemInOrder() {
        for (int i = 0; i < 50; i++) {
            client.send(add(produce(-1), 9, topic, i % 4, batch("v" + i)), 9);
        }
        for (int i = 0; i < 50; i++) {
            final PartitionProduceResponse answer =
                    all(client.receive(9, ProduceResponseData::new)).get(0);
            assertThat(answer.index()).isEqualTo(i % 4);
            assertThat(answer.baseOffset()).isEqualTo(i / 4);
        }
    }

    @Test
    void shouldSendMoreBatchesToOneCoreThanAMessageTakes() {
        final TopicImage wide = node.createTopic("wide", 1300, Map.of());
        final ProduceRequestData request = produce(-1);
        for (int i = 0; i < 1300; i++) {
            add(request, 12, wide, i, batch("v" + i));
        }
        final List<PartitionProduceResponse> answers = all(client.call(request, 12, ProduceResponseData::new));
        assertThat(answers).hasSize(1300).allMatch(answer -> answer.errorCode() == 0 && answer.baseOffset() == 0);
        assertThat(read(wide, 1299)).containsExactly("v1299");
    }

    @Test
    void shouldNotAnswerAcksZero() {
        client.send(add(produce(0), 9, topic, 0, batch("a")), 9);
        client.send(add(produce(1), 9, topic, 0, batch("b")), 9);
        client.send(add(produce(0), 9, topic, 1, batch("c")), 9);
        node.run(100);
        // The client counts what it has sent; only the second is answered.
        assertThat(read(topic, 0)).containsExactly("a", "b");
        assertThat(read(topic, 1)).containsExactly("c");
        assertThat(client.isClosed()).isFalse();
    }

    @Test
    void shouldCloseTheConnectionWhenAcksZeroFails() {
        client.send(add(produce(0), 9, topic, 77, batch("a")), 9);
        node.await(client::isClosed);
    }

    @Test
    void shouldRefuseOtherAcks() {
        for (final int acks : new int[] {2, -2, 100}) {
            assertThat(error(add(produce(acks), 9, topic, 0, batch("a")), 9)).isEqualTo(Errors.INVALID_REQUIRED_ACKS);
        }
    }

    @Test
    void shouldNameUnknownTopicsByVersion() {
        final ProduceRequestData byName = produce(-1);
        add(byName, 12, topic, 0, batch("a")).topicData().iterator().next().setName("nobody");
        assertThat(error(byName, 12)).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        final ProduceRequestData byId = produce(-1);
        add(byId, 13, topic, 0, batch("a")).topicData().iterator().next().setTopicId(new Uuid(1, 2));
        assertThat(error(byId, 13)).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    }

    @Test
    void shouldRefuseWhatIsNoBatch() {
        assertThat(error(add(produce(-1), 9, topic, 0, null), 9)).isEqualTo(Errors.INVALID_RECORD);
        assertThat(error(add(produce(-1), 9, topic, 0, raw(new byte[0])), 9)).isEqualTo(Errors.INVALID_RECORD);
        assertThat(error(add(produce(-1), 6, topic, 0, batch(Compression.zstd().build(), "a")), 6))
                .isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
        final byte[] flipped = Requests.bytes(batch("some value"));
        flipped[flipped.length - 1] ^= 1;
        assertThat(error(add(produce(-1), 9, topic, 0, raw(flipped)), 9)).isEqualTo(Errors.CORRUPT_MESSAGE);
        final byte[] transactional = Requests.bytes(batch("some value"));
        transactional[22] |= 0x10;
        assertThat(error(add(produce(-1), 9, topic, 0, raw(transactional)), 9))
                .isEqualTo(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        assertThat(read(topic, 0)).isEmpty();
    }

    @Test
    void shouldLetTheLaterOfTwoBatchesForOnePartitionCount() {
        final ProduceRequestData request = produce(-1);
        add(request, 9, topic, 1, batch("a"));
        add(request, 9, topic, 2, batch("b"));
        add(request, 9, topic, 1, batch("c", "d"));
        final List<PartitionProduceResponse> answers = all(client.call(request, 9, ProduceResponseData::new));
        assertThat(answers).extracting(PartitionProduceResponse::index).containsExactly(1, 2);
        assertThat(read(topic, 1)).containsExactly("c", "d");
    }

    @Test
    void shouldSendClientsOfACoresListenerToTheOwner() {
        final ListenerView view = ListenerView.ofCores("CORES", TestNode.NODE_ID, "host", 7000, 7001);
        final TestClient direct = node.connect(1, view);
        final ProduceRequestData request = produce(-1);
        add(request, 10, topic, 0, batch("a"));
        add(request, 10, topic, 1, batch("b"));
        final ProduceResponseData response = direct.call(request, 10, ProduceResponseData::new);
        final List<PartitionProduceResponse> answers = all(response);
        assertThat(answers.get(0).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(answers.get(0).currentLeader().leaderId()).isEqualTo(1025);
        assertThat(answers.get(1).errorCode()).isZero();
        assertThat(response.nodeEndpoints().find(1025).port()).isEqualTo(7000);
        assertThat(read(topic, 0)).isEmpty();
    }

    @Test
    void shouldTellTheTimeOfTheAppendWhereTheBrokerStamps() {
        final TopicImage stamped = node.createTopic("stamped", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        final PartitionProduceResponse answer = all(client.call(
                        add(produce(-1), 9, stamped, 0, batch("a")), 9, ProduceResponseData::new))
                .get(0);
        assertThat(answer.logAppendTimeMs()).isPositive();
    }

    private Errors error(final ProduceRequestData request, final int version) {
        final PartitionProduceResponse answer =
                all(client.call(request, version, ProduceResponseData::new)).get(0);
        assertThat(answer.baseOffset()).isEqualTo(-1);
        return Errors.forCode(answer.errorCode());
    }

    private List<String> read(final TopicImage from, final int partition) {
        final FetchResponseData response =
                node.connect(1).call(add(fetch(0, 0), 12, from, partition, 0), 12, FetchResponseData::new);
        final FetchResponseData.PartitionData data = partitions(response).get(0);
        assertThat(data.errorCode()).isZero();
        assertThat(((MemoryRecords) data.records()).batches()).allMatch(b -> {
            b.ensureValid();
            return true;
        });
        return Requests.values(data);
    }

    private static List<PartitionProduceResponse> all(final ProduceResponseData response) {
        final List<PartitionProduceResponse> all = new ArrayList<>();
        response.responses().forEach(answer -> all.addAll(answer.partitionResponses()));
        return all;
    }

    private static Short[] codes(final int... codes) {
        return IntStream.of(codes).mapToObj(code -> (short) code).toArray(Short[]::new);
    }
}
