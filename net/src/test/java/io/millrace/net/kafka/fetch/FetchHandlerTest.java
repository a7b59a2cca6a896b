package io.millrace.net.kafka.fetch;

import static io.millrace.net.kafka.node.Requests.add;
import static io.millrace.net.kafka.node.Requests.batch;
import static io.millrace.net.kafka.node.Requests.bytes;
import static io.millrace.net.kafka.node.Requests.fetch;
import static io.millrace.net.kafka.node.Requests.partitions;
import static io.millrace.net.kafka.node.Requests.produce;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.node.Requests;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FetchHandlerTest {
    private static final int VERSION = 12;

    private final TestNode node = new TestNode(2, 64);
    private final TopicImage topic = node.createTopic("topic", 4, Map.of());
    private final TestClient producer = node.connect(1);
    private final TestClient client = node.connect(0);

    static IntStream versions() {
        return IntStream.rangeClosed(4, 18);
    }

    @AfterEach
    void shouldHaveAllSlicesBack() {
        node.run(5);
        assertThat(node.lent()).isZero();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldReadPartitionsOfAllCoresInTheOrderOfTheRequest(final int version) {
        produceTo(topic, 0, "a", "b");
        produceTo(topic, 0, "c");
        produceTo(topic, 3, "d".repeat(30_000));
        final FetchRequestData request = fetch(0, 0);
        add(request, version, topic, 3, 0);
        add(request, version, topic, 1, 0);
        add(request, version, topic, 0, 2);
        add(request, version, topic, 2, 5);
        final List<PartitionData> answers = partitions(client.call(request, version, FetchResponseData::new));
        assertThat(answers).extracting(PartitionData::partitionIndex).containsExactly(3, 1, 0, 2);
        assertThat(answers).extracting(PartitionData::highWatermark).containsExactly(1L, 0L, 3L, -1L);
        assertThat(answers).extracting(PartitionData::lastStableOffset).containsExactly(1L, 0L, 3L, -1L);
        assertThat(answers.get(3).errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
        assertThat(Requests.values(answers.get(0))).containsExactly("d".repeat(30_000));
        assertThat(Requests.values(answers.get(1))).isEmpty();
        assertThat(Requests.values(answers.get(2))).containsExactly("c");
        assertThat(client.fileBytes()).isGreaterThan(30_000);
    }

    @Test
    void shouldWakeOnAProduceAtOnce() {
        for (final int partition : new int[] {0, 1}) {
            final long offset = 0;
            final FetchRequestData request = fetch(60_000, 1);
            add(request, VERSION, topic, 0, partition == 0 ? offset : 1);
            add(request, VERSION, topic, 1, offset);
            client.send(request, VERSION);
            node.run(100);
            assertThat(client.hasAnswer()).isFalse();
            final long before = node.nowMs();
            produceTo(topic, partition, "news");
            final List<PartitionData> answers = partitions(client.receive(VERSION, FetchResponseData::new));
            assertThat(node.nowMs() - before).isLessThan(20);
            assertThat(Requests.values(answers.get(partition))).containsExactly("news");
            assertThat(Requests.values(answers.get(1 - partition))).isEmpty();
        }
    }

    @Test
    void shouldNameEveryPartitionWhenTheWaitEnds() {
        final FetchRequestData request = fetch(300, 1);
        for (int i = 0; i < 4; i++) {
            add(request, VERSION, topic, i, 0);
        }
        final long before = node.nowMs();
        final List<PartitionData> answers = partitions(client.call(request, VERSION, FetchResponseData::new));
        assertThat(node.nowMs() - before).isBetween(295L, 320L);
        assertThat(answers).hasSize(4).allMatch(answer -> answer.errorCode() == 0 && answer.highWatermark() == 0);
    }

    @Test
    void shouldWaitForAsMuchAsTheClientWants() {
        final int batchBytes = bytes(batch("x".repeat(1000))).length;
        final FetchRequestData request = fetch(60_000, 4 * batchBytes);
        add(request, VERSION, topic, 0, 0);
        add(request, VERSION, topic, 1, 0);
        client.send(request, VERSION);
        for (int i = 0; i < 3; i++) {
            produceTo(topic, i % 2, "x".repeat(1000));
            node.run(50);
            assertThat(client.hasAnswer()).isFalse();
        }
        produceTo(topic, 0, "x".repeat(1000));
        final List<PartitionData> answers = partitions(client.receive(VERSION, FetchResponseData::new));
        assertThat(Requests.values(answers.get(0))).hasSize(3);
        assertThat(Requests.values(answers.get(1))).hasSize(1);
    }

    @Test
    void shouldKeepAnswersInOrderBehindOneThatWaits() {
        client.send(add(fetch(60_000, 1), VERSION, topic, 0, 0), VERSION);
        client.send(add(fetch(0, 0), VERSION, topic, 1, 0), VERSION);
        client.send(add(produce(-1), 9, topic, 0, batch("own")), 9);
        node.run(200);
        assertThat(client.hasAnswer()).isFalse();
        produceTo(topic, 0, "news");
        assertThat(Requests.values(partitions(client.receive(VERSION, FetchResponseData::new))
                        .get(0)))
                .containsExactly("news");
        assertThat(partitions(client.receive(VERSION, FetchResponseData::new))).hasSize(1);
        client.receive(9, ProduceResponseData::new);
    }

    @Test
    void shouldAnswerWhoWaitsWhenTheNodeStops() {
        final FetchRequestData request = fetch(60_000, 100_000);
        add(request, VERSION, topic, 0, 0);
        add(request, VERSION, topic, 1, 0);
        produceTo(topic, 1, "too little");
        client.send(request, VERSION);
        node.run(50);
        assertThat(client.hasAnswer()).isFalse();
        final long beganMs = node.nowMs();
        node.endWaits();
        final List<PartitionData> answers = partitions(client.receive(VERSION, FetchResponseData::new));
        assertThat(Requests.values(answers.get(1))).containsExactly("too little");
        assertThat(node.nowMs() - beganMs).isLessThan(50);
        assertThat(node.connections(0).isDrained()).isTrue();
    }

    @Test
    void shouldForgetAWaitWhoseClientIsGone() {
        final FetchRequestData request = fetch(60_000, 1);
        add(request, VERSION, topic, 0, 0);
        add(request, VERSION, topic, 1, 0);
        client.send(request, VERSION);
        node.run(50);
        client.hangUp();
        node.await(() -> node.connections(0).count() == 0);
        node.run(50);
        assertThat(node.connections(0).running()).isZero();
        produceTo(topic, 0, "nobody waits");
    }

    @Test
    void shouldTellAWaiterThatItsTopicIsGone() {
        final TopicImage doomed = node.createTopic("doomed", 2, Map.of());
        final FetchRequestData request = fetch(60_000, 1);
        add(request, 13, doomed, 1, 0);
        client.send(request, 13);
        node.run(50);
        node.deleteTopic("doomed");
        final List<PartitionData> answers = partitions(client.receive(13, FetchResponseData::new));
        assertThat(answers.get(0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
    }

    @Test
    void shouldReadEverythingThoughThereAreFewLeases() {
        final TestNode poor = new TestNode(2, 2);
        final TopicImage wide = poor.createTopic("wide", 20, Map.of());
        final TestClient rich = poor.connect(0);
        final FetchRequestData request = fetch(1000, 1).setSessionEpoch(0);
        for (int i = 0; i < 20; i++) {
            rich.call(add(produce(-1), 9, wide, i, batch("v" + i)), 9, ProduceResponseData::new);
            add(request, VERSION, wide, i, 0);
        }
        FetchResponseData response = rich.call(request, VERSION, FetchResponseData::new);
        int seen = 0;
        for (int epoch = 1; seen < 20; epoch++) {
            assertThat(epoch).isLessThan(30);
            final FetchRequestData next =
                    fetch(1000, 1).setSessionId(response.sessionId()).setSessionEpoch(epoch);
            for (final PartitionData data : partitions(response)) {
                if (!Requests.values(data).isEmpty()) {
                    assertThat(Requests.values(data)).containsExactly("v" + data.partitionIndex());
                    add(next, VERSION, wide, data.partitionIndex(), 1);
                    seen++;
                }
            }
            response = rich.call(next, VERSION, FetchResponseData::new);
        }
        poor.run(5);
        assertThat(poor.lent()).isZero();
    }

    @Test
    void shouldLeaveLeasesForOthersWhileSomeDoNotRead() {
        final int partitions = 60;
        final TestNode small = new TestNode(1, 64);
        final TopicImage wide = small.createTopic("wide", partitions, Map.of());
        final TestClient good = small.connect(0);
        final FetchRequestData request = fetch(0, 1);
        for (int i = 0; i < partitions; i++) {
            good.call(add(produce(-1), 9, wide, i, batch("x".repeat(20_000))), 9, ProduceResponseData::new);
            add(request, VERSION, wide, i, 0);
        }
        for (int i = 0; i < 4; i++) {
            final TestClient slow = small.connect(0);
            slow.stall();
            slow.send(request, VERSION);
            small.run(200);
        }
        assertThat(small.lent()).isBetween(8, 56);

        final List<PartitionData> answers = partitions(good.call(request, VERSION, FetchResponseData::new));
        assertThat(answers).hasSize(partitions);
        // One on the last lease of the share, the others copied.
        assertThat(answers.stream().filter(data -> Requests.values(data).size() == 1))
                .hasSize(4);
        assertThat(answers).allMatch(data -> data.errorCode() == 0 && data.highWatermark() == 1);
    }

    @Test
    void shouldAnswerWithinItsLimits() {
        final int bytes = bytes(batch("x".repeat(1000))).length;
        for (int i = 0; i < 12; i++) {
            produceTo(topic, i % 4, "x".repeat(1000));
        }
        final FetchRequestData request = fetch(0, 0).setMaxBytes(5 * bytes);
        for (int i = 0; i < 4; i++) {
            add(request, VERSION, topic, i, 0);
        }
        assertThat(sizes(client.call(request, VERSION, FetchResponseData::new)))
                .containsExactly(3 * bytes, 2 * bytes, 0, 0);
        request.setMaxBytes(1);
        assertThat(sizes(client.call(request, VERSION, FetchResponseData::new))).containsExactly(bytes, 0, 0, 0);
        request.setMaxBytes(50_000_000);
        request.topics().forEach(wanted -> wanted.partitions().get(0).setPartitionMaxBytes(bytes + 1));
        assertThat(sizes(client.call(request, VERSION, FetchResponseData::new)))
                .containsExactly(bytes + 1, bytes + 1, bytes + 1, bytes + 1);
    }

    @Test
    void shouldAnswerAnUnknownPartitionBesideAKnownOne() {
        produceTo(topic, 0, "a");
        final FetchRequestData request = fetch(0, 0);
        add(request, 13, topic, 0, 0);
        add(request, 13, topic, 11, 0);
        add(request, 13, topic, 1, 0).topics().get(2).setTopicId(new Uuid(5, 5));
        final List<PartitionData> answers = partitions(client.call(request, 13, FetchResponseData::new));
        assertThat(answers)
                .extracting(PartitionData::errorCode)
                .containsExactly((short) 0, Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), Errors.UNKNOWN_TOPIC_ID.code());
    }

    @Test
    void shouldFenceEpochs() {
        produceTo(topic, 0, "a");
        final FetchRequestData request = add(fetch(60_000, 1), VERSION, topic, 0, 0);
        request.topics().get(0).partitions().get(0).setCurrentLeaderEpoch(99);
        final PartitionData answer = partitions(client.call(request, VERSION, FetchResponseData::new))
                .get(0);
        assertThat(answer.errorCode()).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
        assertThat(answer.highWatermark()).isEqualTo(-1);
        request.topics().get(0).partitions().get(0).setCurrentLeaderEpoch(-2);
        assertThat(error(request, VERSION)).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldNotKnowWhereToGoOnAfterAnEpochThatNeverWas() {
        produceTo(topic, 0, "a");
        final FetchRequestData request = add(fetch(60_000, 1), VERSION, topic, 0, 1);
        request.topics().get(0).partitions().get(0).setLastFetchedEpoch(50);
        assertThat(error(request, VERSION)).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void shouldTellReadersOfCommittedDataThatNothingWasAborted() {
        final FetchRequestData request = add(fetch(0, 0), VERSION, topic, 0, 0);
        assertThat(partitions(client.call(request, VERSION, FetchResponseData::new))
                        .get(0)
                        .abortedTransactions())
                .isNull();
        request.setIsolationLevel((byte) 1);
        assertThat(partitions(client.call(request, VERSION, FetchResponseData::new))
                        .get(0)
                        .abortedTransactions())
                .isEmpty();
    }

    @Test
    void shouldRefuseReplicasAndLimitsBelowZero() {
        final FetchRequestData replica = add(fetch(60_000, 1), 14, topic, 0, 0).setReplicaId(3);
        assertThat(error(replica, 14)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(error(add(fetch(60_000, 1), 14, topic, 0, 0).setMaxBytes(-1), 14))
                .isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    }

    @Test
    void shouldSendClientsOfACoresListenerToTheOwner() {
        final ListenerView view = ListenerView.ofCores("CORES", TestNode.NODE_ID, "host", 7000, 7001);
        final FetchRequestData request = fetch(60_000, 1);
        add(request, 16, topic, 0, 0);
        add(request, 16, topic, 1, 0);
        final FetchResponseData response = node.connect(0, view).call(request, 16, FetchResponseData::new);
        final List<PartitionData> answers = partitions(response);
        assertThat(answers.get(0).errorCode()).isZero();
        assertThat(answers.get(1).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(answers.get(1).currentLeader().leaderId()).isEqualTo(1026);
        assertThat(response.nodeEndpoints().find(1026).port()).isEqualTo(7001);
    }

    private Errors error(final FetchRequestData request, final int version) {
        return Errors.forCode(partitions(client.call(request, version, FetchResponseData::new))
                .get(0)
                .errorCode());
    }

    private void produceTo(final TopicImage to, final int partition, final String... values) {
        final ProduceResponseData response =
                producer.call(add(produce(-1), 9, to, partition, batch(values)), 9, ProduceResponseData::new);
        assertThat(response.responses()
                        .iterator()
                        .next()
                        .partitionResponses()
                        .get(0)
                        .errorCode())
                .isZero();
    }

    private static List<Integer> sizes(final FetchResponseData response) {
        return partitions(response).stream()
                .map(data -> ((MemoryRecords) data.records()).sizeInBytes())
                .toList();
    }
}
