package io.millrace.net.kafka.fetch;

import static io.millrace.net.kafka.node.Requests.add;
import static io.millrace.net.kafka.node.Requests.batch;
import static io.millrace.net.kafka.node.Requests.fetch;
import static io.millrace.net.kafka.node.Requests.partitions;
import static io.millrace.net.kafka.node.Requests.produce;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.status.Statistic;
import io.millrace.engine.status.Statistics;
import io.millrace.net.kafka.node.Requests;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Incremental sessions (KIP-227) as a client sees them. */
class SessionFetchTest {
    private final TestNode node = new TestNode(2, 64);
    private final TopicImage topic = node.createTopic("topic", 4, Map.of());
    private final TestClient client = node.connect(0);
    private final TestClient producer = node.connect(1);

    @AfterEach
    void shouldHaveAllSlicesBack() {
        node.run(5);
        assertThat(node.lent()).isZero();
    }

    /** Messages between cores so far. */
    private long hops() {
        long sum = 0;
        for (int core = 0; core < 2; core++) {
            final Statistics statistics = node.core(core).statistics();
            for (final Statistic statistic : statistics.names()) {
                sum += statistic.name().equals("messages.hops") ? statistics.slots()[statistic.firstSlot()] : 0;
            }
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 11, 12, 13, 18})
    void shouldTellOnlyWhatChanges(final int version) {
        final FetchRequestData first = fetch(0, 0).setSessionEpoch(0);
        for (int i = 0; i < 4; i++) {
            add(first, version, topic, i, 0);
        }
        final FetchResponseData opened = ask(first, version);
        assertThat(opened.sessionId()).isPositive();
        assertThat(partitions(opened)).hasSize(4);
        final int id = opened.sessionId();

        assertThat(ask(in(id, 1), version).responses()).isEmpty();
        produceTo(2, "a");
        assertThat(indexes(ask(in(id, 2), version))).containsExactly(2);
        assertThat(indexes(ask(in(id, 3), version))).containsExactly(2);
        assertThat(ask(add(in(id, 4), version, topic, 2, 1), version).responses())
                .isEmpty();
        produceTo(1, "b");
        produceTo(3, "c");
        final FetchRequestData forgets = in(id, 5);
        final ForgottenTopic forgotten = new ForgottenTopic().setPartitions(List.of(1));
        forgets.forgottenTopicsData()
                .add(
                        version >= 13
                                ? forgotten.setTopicId(new Uuid(topic.idHigh(), topic.idLow()))
                                : forgotten.setTopic("topic"));
        final FetchResponseData left = ask(forgets, version);
        assertThat(left.sessionId()).isEqualTo(id);
        assertThat(indexes(left)).containsExactly(3);
    }

    @Test
    void shouldWaitInASessionForItsPartitions() {
        final int id = open(13, 0, 1);
        client.send(in(id, 1).setMaxWaitMs(60_000).setMinBytes(1), 13);
        node.run(100);
        assertThat(client.hasAnswer()).isFalse();
        produceTo(1, "news");
        final FetchResponseData response = client.receive(13, FetchResponseData::new);
        assertThat(indexes(response)).containsExactly(1);
        assertThat(Requests.values(partitions(response).get(0))).containsExactly("news");
    }

    @Test
    void shouldAskAnotherCoreButOnceWhereItsSessionHadToWait() {
        final int id = open(13, 0, 1);
        for (int epoch = 1; epoch <= 3; epoch++) {
            client.send(add(in(id, epoch).setMaxWaitMs(60_000).setMinBytes(1), 13, topic, 1, epoch - 1), 13);
            node.run(100);
            final long before = hops();
            produceTo(1, "news");
            final FetchResponseData response = client.receive(13, FetchResponseData::new);
            assertThat(Requests.values(partitions(response).get(0))).containsExactly("news");
            // The producer is on the core that owns the partition, which tells what it has: no question, one answer.
            assertThat(hops() - before).as("epoch %d", epoch).isEqualTo(1);
        }
    }

    @Test
    void shouldTellAnErrorAtOnceInASessionThatHadToWait() {
        final int id = open(13, 0, 1);
        client.send(in(id, 1).setMaxWaitMs(50).setMinBytes(1), 13);
        client.receive(13, FetchResponseData::new);
        final FetchRequestData request = add(in(id, 2).setMaxWaitMs(60_000).setMinBytes(1), 13, topic, 1, 0);
        request.topics().get(0).partitions().get(0).setPartitionMaxBytes(-1);
        final long before = node.nowMs();
        final FetchResponseData response = ask(request, 13);
        assertThat(partitions(response).get(0).errorCode()).isEqualTo(Errors.UNKNOWN_SERVER_ERROR.code());
        assertThat(node.nowMs() - before).isLessThan(100);
    }

    @Test
    void shouldEndAWaitInASessionWhoseTopicIsDeleted() {
        final int id = open(13, 0, 1);
        for (int epoch = 1; epoch <= 2; epoch++) {
            client.send(add(in(id, epoch).setMaxWaitMs(60_000).setMinBytes(1), 13, topic, 1, epoch - 1), 13);
            node.run(100);
            if (epoch == 1) {
                produceTo(1, "news");
                client.receive(13, FetchResponseData::new);
            }
        }
        node.deleteTopic("topic");
        final FetchResponseData response = client.receive(13, FetchResponseData::new);
        assertThat(partitions(response)).allMatch(answer -> answer.errorCode() == Errors.UNKNOWN_TOPIC_ID.code());
    }

    @Test
    void shouldServePartitionsInTurnWhenNotAllFit() {
        for (int i = 0; i < 4; i++) {
            produceTo(i, "x".repeat(1000));
        }
        final int id = open(12, 0, 1, 2, 3);
        // All had bytes in the first answer; from now on only one fits.
        final StringBuilder turns = new StringBuilder();
        for (int epoch = 1; epoch <= 8; epoch++) {
            final List<PartitionData> answers = partitions(ask(in(id, epoch).setMaxBytes(1), 12));
            assertThat(answers).hasSize(1);
            turns.append(answers.get(0).partitionIndex());
        }
        assertThat(turns).hasToString("01230123");
    }

    @Test
    void shouldInsistOnTheEpoch() {
        final int id = open(13, 0);
        assertThat(ask(in(id, 2), 13).errorCode()).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
        assertThat(ask(in(id, 1), 13).errorCode()).isZero();
        final FetchResponseData repeated = ask(in(id, 1), 13);
        assertThat(repeated.errorCode()).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
        assertThat(repeated.sessionId()).isZero();
        assertThat(ask(in(id, 2), 13).errorCode()).isZero();
    }

    @Test
    void shouldNotKnowSessionsOfOthersOrOfThePast() {
        final int id = open(13, 0);
        assertThat(node.connect(1).call(in(id, 1), 13, FetchResponseData::new).errorCode())
                .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
        assertThat(ask(in(id, -1), 13).sessionId()).isZero();
        assertThat(ask(in(id, 1), 13).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
        assertThat(ask(in(0, 5), 13).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
    }

    @Test
    void shouldReplaceASessionByANewOne() {
        final int id = open(13, 0);
        final FetchRequestData again = add(in(id, 0), 13, topic, 1, 0);
        final FetchResponseData response = ask(again, 13);
        assertThat(response.sessionId()).isPositive().isNotEqualTo(id);
        assertThat(ask(in(id, 1), 13).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
        assertThat(ask(in(response.sessionId(), 1), 13).errorCode()).isZero();
    }

    @Test
    void shouldNotMixNamesAndIds() {
        assertThat(ask(in(open(13, 0), 1), 12).errorCode()).isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR.code());
        assertThat(ask(in(open(12, 0), 1), 13).errorCode()).isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR.code());
    }

    @Test
    void shouldSeeATopicThatIsMadeWhileTheSessionKnowsItsName() {
        final FetchRequestData first = add(fetch(0, 0).setSessionEpoch(0), 12, topic, 0, 0);
        first.topics().get(0).setTopic("later");
        final FetchResponseData opened = ask(first, 12);
        assertThat(partitions(opened).get(0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        node.createTopic("later", 1, Map.of());
        final PartitionData answer =
                partitions(ask(in(opened.sessionId(), 1), 12)).get(0);
        assertThat(answer.errorCode()).isZero();
        assertThat(answer.highWatermark()).isZero();
    }

    @Test
    void shouldCloseASessionThatHasNothingLeft() {
        final int id = open(12, 0);
        final FetchRequestData forgets = in(id, 1);
        forgets.forgottenTopicsData().add(new ForgottenTopic().setTopic("topic").setPartitions(List.of(0)));
        final FetchResponseData response = ask(forgets, 12);
        assertThat(response.errorCode()).isZero();
        assertThat(response.sessionId()).isZero();
        assertThat(ask(in(id, 2), 12).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
    }

    @Test
    void shouldSurviveTheEndOfASessionThatIsInUse() {
        final int id = open(13, 0, 1);
        client.send(in(id, 1).setMaxWaitMs(1000).setMinBytes(1), 13);
        node.run(50);
        final TestClient intruder = node.connect(0);
        assertThat(intruder.call(in(id, 2), 13, FetchResponseData::new).errorCode())
                .isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
        intruder.call(in(id, -1), 13, FetchResponseData::new);
        produceTo(0, "news");
        assertThat(indexes(client.receive(13, FetchResponseData::new))).containsExactly(0);
        assertThat(ask(in(id, 2), 13).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
    }

    private int open(final int version, final int... partitions) {
        final FetchRequestData request = fetch(0, 0).setSessionEpoch(0);
        for (final int partition : partitions) {
            add(request, version, topic, partition, 0);
        }
        return ask(request, version).sessionId();
    }

    private static FetchRequestData in(final int session, final int epoch) {
        return fetch(0, 0).setSessionId(session).setSessionEpoch(epoch);
    }

    private FetchResponseData ask(final FetchRequestData request, final int version) {
        return client.call(request, version, FetchResponseData::new);
    }

    private void produceTo(final int partition, final String value) {
        producer.call(add(produce(-1), 9, topic, partition, batch(value)), 9, ProduceResponseData::new);
    }

    private static List<Integer> indexes(final FetchResponseData response) {
        return partitions(response).stream().map(PartitionData::partitionIndex).toList();
    }
}
