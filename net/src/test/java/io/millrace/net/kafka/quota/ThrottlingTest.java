package io.millrace.net.kafka.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.ResourceType;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.kafka.node.Requests;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Clients that take more than they may wait; others do not. On two cores, and on virtual time. */
class ThrottlingTest {
    private static final int RATE = 20_000;
    private static final short PRODUCE = 9;
    private static final short FETCH = 12;

    private final TestNode node = new TestNode(2, 64);
    private final TestClient admin = node.connect(0).named("admin");
    private final TopicImage topic = node.createTopic("t", 2, Map.of());

    private void quota(final String clientId, final String key, final double value) {
        alter(clientId, new OpData().setKey(key).setValue(value));
    }

    private void alter(final String clientId, final OpData op) {
        final var answer = admin.call(alteration(clientId, op), 1, AlterClientQuotasResponseData::new);
        assertThat(answer.entries().getFirst().errorCode()).isEqualTo(Errors.NONE.code());
    }

    private static AlterClientQuotasRequestData alteration(final String clientId, final OpData op) {
        final List<EntityData> entity =
                List.of(new EntityData().setEntityType("client-id").setEntityName(clientId));
        return new AlterClientQuotasRequestData()
                .setEntries(List.of(new EntryData().setEntity(entity).setOps(List.of(op))));
    }

    private ProduceRequestData produce(final int partition, final int bytes) {
        return Requests.add(Requests.produce(-1), PRODUCE, topic, partition, Requests.batch("x".repeat(bytes)));
    }

    private FetchRequestData fetch(final int partition) {
        return Requests.add(Requests.fetch(0, 1), FETCH, topic, partition, 0);
    }

    @Test
    void shouldAlterAllOfOneRequestAtOnce() {
        final OpData op = new OpData().setKey("producer_byte_rate").setValue(RATE);
        final AlterClientQuotasRequestData request = alteration("a", op);
        final List<EntryData> entries = new ArrayList<>(request.entries());
        entries.addAll(alteration("b", op).entries());
        entries.addAll(alteration("", op).entries());
        entries.addAll(alteration("c", op).entries());
        node.run(100);
        final long before = node.core(1).image().version();
        final var answer = admin.call(request.setEntries(entries), 1, AlterClientQuotasResponseData::new);
        assertThat(answer.entries()).hasSize(4);
        assertThat(answer.entries()).filteredOn(each -> each.errorCode() != 0).hasSize(1);
        assertThat(node.core(1).image().version()).isEqualTo(before + 1);
        assertThat(node.core(1).image().resources(ResourceType.QUOTA)).hasSize(3);
    }

    @Test
    void shouldRefuseWhatDoesNotFitIntoAMessage() {
        final TestClient client = TestNode.withRings(8 * 1024, 2).connect(0);
        final OpData op = new OpData().setKey("producer_byte_rate").setValue(RATE);
        final List<EntryData> entries = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            entries.addAll(alteration("client" + i, op).entries());
        }
        final AlterClientQuotasRequestData request = new AlterClientQuotasRequestData().setEntries(entries);
        for (final boolean validateOnly : new boolean[] {true, false}) {
            request.setValidateOnly(validateOnly);
            final var answer = client.call(request, 1, AlterClientQuotasResponseData::new);
            assertThat(answer.entries())
                    .hasSize(100)
                    .allMatch(each -> each.errorCode() == Errors.POLICY_VIOLATION.code())
                    .allMatch(each -> each.errorMessage().endsWith(", alter fewer at a time."));
        }
        request.setEntries(entries.subList(0, 10));
        for (final boolean validateOnly : new boolean[] {true, false}) {
            request.setValidateOnly(validateOnly);
            final var answer = client.call(request, 1, AlterClientQuotasResponseData::new);
            assertThat(answer.entries()).hasSize(10).allMatch(each -> each.errorCode() == 0);
        }
    }

    @Test
    void shouldServeWhatExceedsAndThenHaveTheClientWait() {
        quota("greedy", "producer_byte_rate", RATE);
        final TestClient client = node.connect(1).named("greedy");
        final ProduceResponseData answer = client.call(produce(0, 5 * RATE), PRODUCE, ProduceResponseData::new);
        assertThat(answer.responses()
                        .iterator()
                        .next()
                        .partitionResponses()
                        .getFirst()
                        .errorCode())
                .isZero();
        assertThat(answer.throttleTimeMs()).isBetween(4_000, 5_000);
        client.send(produce(0, 10), PRODUCE);
        node.run(3_900);
        assertThat(client.hasAnswer()).isFalse();
        node.run(1_100);
        assertThat(client.hasAnswer()).isTrue();
    }

    @Test
    void shouldServeOthersMeanwhile() {
        quota("greedy", "producer_byte_rate", RATE);
        final TestClient greedy = node.connect(1).named("greedy");
        greedy.call(produce(0, 5 * RATE), PRODUCE, ProduceResponseData::new);
        for (int core = 0; core < 2; core++) {
            final TestClient modest = node.connect(core).named("modest");
            final long beganMs = node.nowMs();
            assertThat(modest.call(produce(0, 5 * RATE), PRODUCE, ProduceResponseData::new)
                            .throttleTimeMs())
                    .isZero();
            assertThat(node.nowMs() - beganMs).isLessThan(100);
        }
    }

    @Test
    void shouldKeepAClientOnSeveralCoresToItsRate() {
        quota("greedy", "producer_byte_rate", RATE);
        final List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(node.connect(i % 2).named("greedy"));
        }
        final long endMs = node.nowMs() + 60_000;
        clients.forEach(client -> client.send(produce(0, 1_000), PRODUCE));
        long produced = 0;
        while (node.nowMs() < endMs) {
            node.step();
            for (final TestClient client : clients) {
                if (client.hasAnswer()) {
                    client.skipAnswer();
                    client.send(produce(1, 1_000), PRODUCE);
                    produced += 1_000;
                }
            }
        }
        assertThat(produced).isBetween(54L * RATE, 66L * RATE);
    }

    @Test
    void shouldKeepAReaderToItsRate() {
        final TestClient writer = node.connect(0).named("writer");
        for (int i = 0; i < 50; i++) {
            writer.call(produce(0, 1_000), PRODUCE, ProduceResponseData::new);
        }
        quota("greedy", "consumer_byte_rate", RATE);
        final List<TestClient> clients =
                List.of(node.connect(0).named("greedy"), node.connect(1).named("greedy"));
        final long endMs = node.nowMs() + 60_000;
        clients.forEach(client -> client.send(fetch(0), FETCH));
        long read = 0;
        while (node.nowMs() < endMs) {
            node.step();
            for (final TestClient client : clients) {
                if (client.hasAnswer()) {
                    read += client.receive(FETCH, FetchResponseData::new).responses().stream()
                            .mapToInt(each ->
                                    each.partitions().getFirst().records().sizeInBytes())
                            .sum();
                    client.send(fetch(0), FETCH);
                }
            }
        }
        assertThat(read).isBetween(54L * RATE, 66L * RATE);
    }

    @Test
    void shouldAnswerNothingWhileTheLastAnswerIsNotPaidFor() {
        final TestClient writer = node.connect(0).named("writer");
        writer.call(produce(0, 5 * RATE), PRODUCE, ProduceResponseData::new);
        quota("greedy", "consumer_byte_rate", RATE);
        assertThat(node.connect(0)
                        .named("greedy")
                        .call(fetch(0), FETCH, FetchResponseData::new)
                        .responses())
                .hasSize(1);
        node.run(1);
        final TestClient other = node.connect(0).named("greedy");
        final FetchResponseData second = other.call(fetch(0), FETCH, FetchResponseData::new);
        assertThat(second.responses()).isEmpty();
        assertThat(second.errorCode()).isZero();
        assertThat(second.throttleTimeMs()).isBetween(4_000, 5_000);
        final FetchResponseData third = other.call(fetch(0), FETCH, FetchResponseData::new);
        assertThat(third.responses()).hasSize(1);
    }

    @Test
    void shouldChargeForAnswersWithoutNewsButNotForThoseThatTellToWait() {
        quota("reader", "consumer_byte_rate", 10);
        assertThat(readNothing().throttleTimeMs()).isZero();
        final int waitMs = readNothing().throttleTimeMs();
        assertThat(waitMs).isBetween(1_000, 20_000);
        assertThat(readNothing().throttleTimeMs()).isLessThanOrEqualTo(waitMs);
    }

    private FetchResponseData readNothing() {
        return node.connect(0).named("reader").call(fetch(0), FETCH, FetchResponseData::new);
    }

    @Test
    void shouldLetAClientGoOnWhenItsQuotaIsRemoved() {
        quota("greedy", "producer_byte_rate", 1);
        final TestClient client = node.connect(1).named("greedy");
        assertThat(client.call(produce(0, RATE), PRODUCE, ProduceResponseData::new)
                        .throttleTimeMs())
                .isGreaterThan(10_000_000);
        client.send(produce(0, RATE), PRODUCE);
        node.run(1_000);
        assertThat(client.hasAnswer()).isFalse();
        alter("greedy", new OpData().setKey("producer_byte_rate").setRemove(true));
        assertThat(client.receive(PRODUCE, ProduceResponseData::new).throttleTimeMs())
                .isZero();
        assertThat(node.core(1).quotas().accounts().isActive()).isFalse();
    }

    @Test
    void shouldHaveThoseWaitOnWhoStillHaveTo() {
        quota("greedy", "producer_byte_rate", RATE);
        quota("greedy", "controller_mutation_rate", 1);
        final TestClient writer = node.connect(1).named("greedy");
        writer.call(produce(0, 5 * RATE), PRODUCE, ProduceResponseData::new);
        writer.send(produce(0, 10), PRODUCE);
        final TestClient maker = node.connect(0).named("greedy");
        maker.send(request(topic("a", 15)), 5);
        node.await(maker::hasAnswer);
        maker.skipAnswer();
        maker.send(request(topic("b", 1)), 5);
        node.run(1_000);
        quota("other", "producer_byte_rate", RATE);
        quota("other", "controller_mutation_rate", 1);
        node.run(2_500);
        assertThat(writer.hasAnswer()).isFalse();
        assertThat(maker.hasAnswer()).isFalse();
        quota("greedy", "controller_mutation_rate", 2);
        node.run(100);
        assertThat(writer.hasAnswer()).isFalse();
        assertThat(maker.hasAnswer()).isTrue();
        node.run(1_500);
        assertThat(writer.hasAnswer()).isTrue();
    }

    /** Requests of one connection that come at once are served one after the other when that is over. */
    @Test
    void shouldServeNoMoreThanOneRequestAheadOfTheRate() {
        quota("greedy", "producer_byte_rate", RATE);
        final TestClient client = node.connect(1).named("greedy");
        for (int i = 0; i < 5; i++) {
            client.send(produce(0, RATE), PRODUCE);
        }
        node.run(500);
        assertThat(produced(0)).isEqualTo(1);
        node.run(1_000);
        assertThat(produced(0)).isEqualTo(2);
        node.run(4_000);
        assertThat(produced(0)).isEqualTo(5);
    }

    @Test
    void shouldNotChargeAFetchThatWaitedByAQuotaThatIsNoMore() {
        quota("greedy", "consumer_byte_rate", 1);
        final List<TestClient> clients =
                List.of(node.connect(0).named("greedy"), node.connect(1).named("greedy"));
        clients.forEach(client -> client.send(waitingFetch(), FETCH));
        node.run(20);
        alter("greedy", new OpData().setKey("consumer_byte_rate").setRemove(true));
        node.connect(0).named("writer").call(produce(0, RATE), PRODUCE, ProduceResponseData::new);
        for (final TestClient client : clients) {
            assertThat(client.receive(FETCH, FetchResponseData::new).throttleTimeMs())
                    .isZero();
        }
    }

    @Test
    void shouldChargeAFetchThatWaitedByTheQuotaThatIsSetNow() {
        quota("greedy", "consumer_byte_rate", 1);
        final TestClient client = node.connect(1).named("greedy");
        client.send(waitingFetch(), FETCH);
        node.run(20);
        quota("greedy", "consumer_byte_rate", RATE);
        node.connect(0).named("writer").call(produce(0, 5 * RATE), PRODUCE, ProduceResponseData::new);
        assertThat(client.receive(FETCH, FetchResponseData::new).throttleTimeMs())
                .isBetween(3_900, 5_000);
    }

    private FetchRequestData waitingFetch() {
        return Requests.add(Requests.fetch(10_000, 1), FETCH, topic, 0, 0);
    }

    @Test
    void shouldNotHoldAgainstAnAccountWhatItsPredecessorWasLent() {
        for (int i = 0; i < 6; i++) {
            shouldNotHoldItAgainst("g" + i);
        }
    }

    /** While the other core gets no turn, what it was asked stays unanswered until the quota is another one. */
    private void shouldNotHoldItAgainst(final String name) {
        quota(name, "producer_byte_rate", 1);
        node.connect(0).named(name).send(produce(0, 100), PRODUCE);
        node.holdCore(1);
        node.run(5);
        admin.send(alteration(name, new OpData().setKey("producer_byte_rate").setValue(RATE)), 1);
        node.run(50);
        final TestClient client = node.connect(0).named(name);
        client.call(produce(0, 10), PRODUCE, ProduceResponseData::new);
        node.holdCore(-1);
        admin.receive(1, AlterClientQuotasResponseData::new);
        assertThat(client.call(produce(0, 10), PRODUCE, ProduceResponseData::new)
                        .throttleTimeMs())
                .isZero();
    }

    @Test
    void shouldServeOthersWhenThrottledClientsHoldAllMemory() {
        quota("greedy", "controller_mutation_rate", 0.001);
        final List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            final TestClient client = node.connect(1).named("greedy");
            client.send(request(topic("t" + i, 1)), 5);
            for (int frame = 0; frame < 15; frame++) {
                client.send(produce(0, 15_000), PRODUCE);
            }
            clients.add(client);
        }
        node.run(60_000);
        final TestClient modest = node.connect(1).named("modest");
        for (int i = 0; i < 20; i++) {
            modest.send(produce(0, 100_000), PRODUCE);
            node.run(3_000);
            assertThat(modest.hasAnswer()).isTrue();
            modest.skipAnswer();
        }
    }

    @Test
    void shouldTakeInTheRestOfARequestOfAClientThatIsThrottled() {
        quota("greedy", "controller_mutation_rate", 0.001);
        final TestClient client = node.connect(1).named("greedy");
        client.send(request(topic("a", 12)), 5);
        final byte[] frame = client.encode(produce(0, 900_000), PRODUCE);
        client.send(Arrays.copyOf(frame, 500_000));
        node.await(client::hasAnswer);
        node.run(10);
        final long before = node.connections(1).counters().requests();
        client.send(Arrays.copyOfRange(frame, 500_000, frame.length));
        node.run(10);
        assertThat(node.connections(1).counters().requests()).isEqualTo(before + 1);
        client.send(produce(0, 900_000), PRODUCE);
        node.run(10);
        assertThat(node.connections(1).counters().requests()).isEqualTo(before + 1);
    }

    @Test
    void shouldNoticeThatAThrottledClientIsGone() {
        quota("greedy", "producer_byte_rate", 1);
        for (int core = 0; core < 2; core++) {
            final int before = node.connections(core).count();
            final TestClient client = node.connect(core).named("greedy");
            client.call(produce(0, RATE), PRODUCE, ProduceResponseData::new);
            client.hangUp();
            node.run(10);
            assertThat(node.connections(core).count()).isEqualTo(before);
        }
    }

    @Test
    void shouldCloseThrottledConnectionsOnWhichNothingMoves() {
        quota("greedy", "producer_byte_rate", 1);
        final TestClient client = node.connect(1).named("greedy");
        client.call(produce(0, RATE), PRODUCE, ProduceResponseData::new);
        client.send(produce(0, 10), PRODUCE);
        node.run(1);
        client.hangUp();
        assertThat(node.connections(1).count()).isEqualTo(1);
        node.run(620_000);
        assertThat(node.connections(1).count()).isZero();
    }

    @Test
    void shouldDoWhatAClientThatIsGoneHadSent() {
        quota("greedy", "producer_byte_rate", RATE);
        final TestClient client = node.connect(1).named("greedy");
        client.send(produce(0, 50 * RATE), PRODUCE);
        node.await(client::hasAnswer);
        final long before = produced(0);
        client.send(Requests.add(Requests.produce(0), PRODUCE, topic, 0, Requests.batch("last")), PRODUCE);
        node.run(10);
        client.hangUp();
        node.run(60_000);
        assertThat(produced(0)).isEqualTo(before + 1);
    }

    private long produced(final int partition) {
        final FetchRequestData request = Requests.add(Requests.fetch(0, 1), FETCH, topic, partition, 0);
        return Requests.partitions(admin.call(request, FETCH, FetchResponseData::new))
                .getFirst()
                .highWatermark();
    }

    private CreatableTopicResult create(final TestClient client, final int version, final String name) {
        return creation(client, version, name).topics().find(name);
    }

    private CreateTopicsResponseData creation(final TestClient client, final int version, final String name) {
        return creation(client, version, topic(name, 12));
    }

    private static CreatableTopic topic(final String name, final int partitions) {
        return new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short) 1);
    }

    private CreateTopicsResponseData creation(
            final TestClient client, final int version, final CreatableTopic... topics) {
        return client.call(request(topics), version, CreateTopicsResponseData::new);
    }

    private static CreateTopicsRequestData request(final CreatableTopic... topics) {
        final CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(1_000);
        List.of(topics).forEach(request.topics()::mustAdd);
        return request;
    }

    @Test
    void shouldRefuseChangesThatAreNotPaidFor() {
        quota("greedy", "controller_mutation_rate", 1);
        final TestClient client = node.connect(1).named("greedy");
        final CreateTopicsResponseData first = creation(client, 7, "a");
        assertThat(first.topics().find("a").errorCode()).isZero();
        assertThat(first.throttleTimeMs()).isZero();
        final CreateTopicsResponseData second = creation(client, 7, "b");
        assertThat(second.topics().find("b").errorCode()).isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED.code());
        assertThat(second.throttleTimeMs()).isBetween(900, 1_000);
        assertThat(create(client, 7, "b").errorCode()).isZero();
        assertThat(create(node.connect(1).named("modest"), 7, "c").errorCode()).isZero();
    }

    @Test
    void shouldHaveClientsOfOldWaitInsteadOfRefusingThem() {
        quota("greedy", "controller_mutation_rate", 1);
        final TestClient client = node.connect(0).named("greedy");
        assertThat(creation(client, 5, "a").throttleTimeMs()).isBetween(900, 1_000);
        final CreateTopicsResponseData second = creation(client, 5, "b");
        assertThat(second.topics().find("b").errorCode()).isZero();
        assertThat(second.throttleTimeMs()).isBetween(11_000, 13_000);
    }

    @Test
    void shouldNotHaveClientsPayForChangesThatFail() {
        quota("greedy", "controller_mutation_rate", 1);
        final TestClient client = node.connect(0).named("greedy");
        for (int version = 5; version <= 7; version++) {
            final CreateTopicsResponseData unnamed = creation(client, version, "not/a/name");
            assertThat(unnamed.topics().find("not/a/name").errorCode())
                    .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
            assertThat(unnamed.throttleTimeMs()).isZero();
            final CreateTopicsResponseData huge = creation(client, version, topic("huge", 2_000_000_000));
            assertThat(huge.topics().find("huge").errorCode()).isEqualTo(Errors.POLICY_VIOLATION.code());
            assertThat(huge.throttleTimeMs()).isZero();
        }
        final CreateTopicsResponseData both = creation(client, 7, topic("not/a/name", 1_000), topic("a", 12));
        assertThat(both.topics().find("a").errorCode()).isZero();
        assertThat(both.throttleTimeMs()).isZero();
    }

    @Test
    void shouldNotHaveClientsPayForPartitionsThatAreNotAdded() {
        quota("greedy", "controller_mutation_rate", 1);
        final TestClient client = node.connect(0).named("greedy");
        for (int version = 2; version <= 3; version++) {
            final CreatePartitionsResponseData huge = growth(client, version, 2_000_000_000);
            assertThat(huge.results().getFirst().errorCode()).isEqualTo(Errors.POLICY_VIOLATION.code());
            assertThat(huge.throttleTimeMs()).isZero();
        }
        assertThat(growth(client, 3, 14).results().getFirst().errorCode()).isZero();
        assertThat(growth(client, 3, 15).results().getFirst().errorCode())
                .isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED.code());
    }

    private static CreatePartitionsResponseData growth(final TestClient client, final int version, final int count) {
        final CreatePartitionsRequestData request = new CreatePartitionsRequestData().setTimeoutMs(1_000);
        request.topics()
                .mustAdd(
                        new CreatePartitionsTopic().setName("t").setCount(count).setAssignments(null));
        return client.call(request, version, CreatePartitionsResponseData::new);
    }
}
