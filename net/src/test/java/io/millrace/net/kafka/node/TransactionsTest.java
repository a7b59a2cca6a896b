package io.millrace.net.kafka.node;

import static io.millrace.net.kafka.node.Requests.add;
import static io.millrace.net.kafka.node.Requests.fetch;
import static io.millrace.net.kafka.node.Requests.partitions;
import static io.millrace.net.kafka.node.Requests.produce;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.core.InternalAppends;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.status.Outcome;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.api.TransactionGate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transactions on the way of the data, over two cores; a coordinator is played by who answers at the gate. */
class TransactionsTest {
    private static final int VERSION = 12;
    private static final byte COMMITTED = 1;

    private final TestNode node = new TestNode(2, 64);
    private final TopicImage topic = node.createTopic("topic", 2, Map.of());
    private final TestClient client = node.connect(0);
    private final Coordinator coordinator = new Coordinator();
    private final InternalAppends appends = new InternalAppends(node.core(0));

    /** Answers what it was told to, when it is told to. */
    private static final class Coordinator implements TransactionGate {
        private final List<String> asked = new ArrayList<>();
        private final Map<TopicPartition, Errors> errors = new HashMap<>();
        private final List<Consumer<Map<TopicPartition, Errors>>> waiting = new ArrayList<>();
        private boolean holds;

        @Override
        public void admit(
                final RequestHeader header,
                final String transactionalId,
                final long producerId,
                final short producerEpoch,
                final List<TopicPartition> partitions,
                final boolean addPartitions,
                final Consumer<Map<TopicPartition, Errors>> told) {
            asked.add(transactionalId
                    + ' '
                    + producerId
                    + '/'
                    + producerEpoch
                    + ' '
                    + partitions
                    + ' '
                    + (addPartitions ? "add" : "verify"));
            if (holds) {
                waiting.add(told);
            } else {
                told.accept(errors);
            }
        }

        void answerFirst() {
            waiting.removeFirst().accept(errors);
        }

        void answer() {
            holds = false;
            waiting.forEach(each -> each.accept(errors));
            waiting.clear();
        }
    }

    @BeforeEach
    void guard() {
        node.gate(coordinator);
    }

    @Test
    void shouldAskOnceForEachPartitionOfATransaction() {
        final ProduceRequestData both = transactional("id");
        add(both, VERSION, topic, 0, batch(7, 0, 0, "a"));
        add(both, VERSION, topic, 1, batch(7, 0, 0, "b"));
        assertThat(errors(both, VERSION)).containsExactly(Errors.NONE, Errors.NONE);
        assertThat(produceTo(0, 7, 0, 1, "c")).isEqualTo(Errors.NONE);
        assertThat(produceTo(1, 7, 0, 1, "d")).isEqualTo(Errors.NONE);
        assertThat(coordinator.asked).containsExactly("id 7/0 [topic-0, topic-1] add");
        assertThat(read(0, false)).containsExactly("a", "c");
        assertThat(read(1, false)).containsExactly("b", "d");
        assertThat(read(0, true)).isEmpty();
    }

    @Test
    void shouldLeaveItToOlderClientsToAddPartitions() {
        final ProduceRequestData request = add(transactional("id"), 11, topic, 0, batch(7, 0, 0, "a"));
        assertThat(errors(request, 11)).containsExactly(Errors.NONE);
        assertThat(coordinator.asked).containsExactly("id 7/0 [topic-0] verify");
    }

    @Test
    void shouldWriteOnlyWhatWasAdmitted() {
        coordinator.errors.put(new TopicPartition("topic", 1), Errors.INVALID_TXN_STATE);
        final ProduceRequestData both = transactional("id");
        add(both, VERSION, topic, 0, batch(7, 0, 0, "a"));
        add(both, VERSION, topic, 1, batch(7, 0, 0, "b"));
        assertThat(errors(both, VERSION)).containsExactly(Errors.NONE, Errors.INVALID_TXN_STATE);
        assertThat(read(0, false)).containsExactly("a");
        assertThat(read(1, false)).isEmpty();
    }

    @Test
    void shouldTellTheCoordinatorsErrorsInTheProducersWords() {
        final Map<Errors, List<Errors>> told = Map.of(
                Errors.PRODUCER_FENCED, List.of(Errors.INVALID_PRODUCER_EPOCH, Errors.INVALID_PRODUCER_EPOCH),
                Errors.TRANSACTION_ABORTABLE, List.of(Errors.INVALID_TXN_STATE, Errors.TRANSACTION_ABORTABLE),
                Errors.CONCURRENT_TRANSACTIONS, List.of(Errors.NOT_ENOUGH_REPLICAS, Errors.CONCURRENT_TRANSACTIONS),
                Errors.NOT_COORDINATOR, List.of(Errors.NOT_ENOUGH_REPLICAS, Errors.NOT_ENOUGH_REPLICAS),
                Errors.INVALID_PRODUCER_ID_MAPPING,
                        List.of(Errors.INVALID_PRODUCER_ID_MAPPING, Errors.INVALID_PRODUCER_ID_MAPPING));
        told.forEach((error, expected) -> {
            coordinator.errors.put(new TopicPartition("topic", 0), error);
            assertThat(errors(add(transactional("id"), 10, topic, 0, batch(7, 0, 0, "a")), 10))
                    .containsExactly(expected.get(0));
            assertThat(errors(add(transactional("id"), 12, topic, 0, batch(7, 0, 0, "a")), 12))
                    .containsExactly(expected.get(1));
        });
        assertThat(read(0, false)).isEmpty();
    }

    @Test
    void shouldNotReopenATransactionThatEndsWhileItIsVerified() {
        coordinator.holds = true;
        client.send(add(transactional("id"), VERSION, topic, 1, batch(7, 0, 0, "late")), VERSION);
        node.await(() -> !coordinator.waiting.isEmpty());
        end(1, 7, 1, false);
        coordinator.answer();
        assertThat(receive(VERSION)).containsExactly(Errors.INVALID_PRODUCER_EPOCH);

        coordinator.holds = true;
        client.send(add(transactional("id"), 11, topic, 1, batch(8, 0, 0, "late")), 11);
        node.await(() -> !coordinator.waiting.isEmpty());
        end(1, 8, 0, false);
        coordinator.answer();
        assertThat(receive(11)).containsExactly(Errors.INVALID_TXN_STATE);
        assertThat(read(1, false)).isEmpty();
    }

    @Test
    void shouldAnswerInTimeIfTheCoordinatorDoesNot() {
        coordinator.holds = true;
        client.send(add(transactional("id").setTimeoutMs(2_000), VERSION, topic, 1, batch(7, 0, 0, "a")), VERSION);
        assertThat(receive(VERSION)).containsExactly(Errors.REQUEST_TIMED_OUT);
        assertThat(node.connections(0).pool().usedBytes()).isPositive();
        coordinator.answer();
        node.run(10);
        assertThat(node.connections(0).pool().usedBytes()).isZero();
        assertThat(read(1, false)).isEmpty();
        assertThat(produceTo(1, 7, 0, 0, "a")).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldVerifyTheRequestsOfAProducerInTheirOrder() {
        final ProduceRequestData both = transactional("id");
        add(both, VERSION, topic, 0, batch(7, 0, 0, "a"));
        add(both, VERSION, topic, 1, batch(7, 0, 0, "b"));
        node.holdCore(1);
        client.send(both, VERSION);
        for (int sequence = 1; sequence < 20; sequence++) {
            client.send(add(transactional("id"), VERSION, topic, 0, batch(7, 0, sequence, "c" + sequence)), VERSION);
        }
        node.run(100);
        assertThat(coordinator.asked).isEmpty();
        node.holdCore(-1);
        assertThat(receive(VERSION)).containsExactly(Errors.NONE, Errors.NONE);
        for (int sequence = 1; sequence < 20; sequence++) {
            assertThat(receive(VERSION)).as("sequence %d", sequence).containsExactly(Errors.NONE);
        }
        assertThat(read(0, false)).hasSize(20).startsWith("a", "c1", "c2").endsWith("c19");
        assertThat(read(1, false)).containsExactly("b");
        node.run(10);
        assertThat(node.connections(0).pool().usedBytes()).isZero();
    }

    @Test
    void shouldLetNoRequestOvertakeOneThatIsBeingVerified() {
        final TopicImage third = node.createTopic("third", 2, Map.of());
        final ProduceRequestData first = transactional("id");
        add(first, VERSION, topic, 0, batch(7, 0, 0, "a"));
        add(first, VERSION, topic, 1, batch(7, 0, 0, "b"));
        final ProduceRequestData second = transactional("id");
        add(second, VERSION, topic, 0, batch(7, 0, 1, "c"));
        add(second, VERSION, third, 0, batch(7, 0, 0, "d"));
        coordinator.holds = true;
        client.send(first, VERSION);
        client.send(second, VERSION);
        node.await(() -> !coordinator.waiting.isEmpty());
        coordinator.answerFirst();
        node.await(() -> coordinator.asked.size() == 2);
        for (int sequence = 2; sequence < 9; sequence++) {
            client.send(add(transactional("id"), VERSION, topic, 0, batch(7, 0, sequence, "e" + sequence)), VERSION);
        }
        node.run(100);
        coordinator.answer();
        for (int i = 0; i < 9; i++) {
            assertThat(receive(VERSION)).as("answer %d", i).containsOnly(Errors.NONE);
        }
        assertThat(read(0, false)).containsExactly("a", "c", "e2", "e3", "e4", "e5", "e6", "e7", "e8");
        node.run(10);
        assertThat(node.connections(0).pool().usedBytes()).isZero();
    }

    @Test
    void shouldOutliveRequestsThatAreRefusedAsSoonAsTheOneBeforeTimesOut() {
        coordinator.holds = true;
        final TestClient slow = node.connect(0);
        slow.send(add(transactional("x").setTimeoutMs(9_000), VERSION, topic, 0, batch(6, 0, 0, "x")), VERSION);
        node.await(() -> coordinator.asked.size() == 1);
        client.send(add(transactional("id").setTimeoutMs(2_000), VERSION, topic, 1, batch(7, 0, 0, "a")), VERSION);
        client.send(add(transactional("id").setTimeoutMs(8_000), VERSION, topic, 1, batch(7, 0, 1, "b")), VERSION);
        node.await(() -> coordinator.asked.size() == 2);
        coordinator.answerFirst();
        assertThat(errors(slow.receive(VERSION, ProduceResponseData::new))).containsExactly(Errors.NONE);
        coordinator.holds = false;
        coordinator.errors.put(new TopicPartition("topic", 1), Errors.INVALID_TXN_STATE);
        assertThat(receive(VERSION)).containsExactly(Errors.REQUEST_TIMED_OUT);
        assertThat(receive(VERSION)).containsExactly(Errors.INVALID_TXN_STATE);
        coordinator.answer();
        node.run(10);
        assertThat(node.connections(0).pool().usedBytes()).isZero();
    }

    @Test
    void shouldAnswerInTimeWhoWaitsBehindARequestThatIsNotVerified() {
        coordinator.holds = true;
        client.send(add(transactional("id").setTimeoutMs(2_000), VERSION, topic, 1, batch(7, 0, 0, "a")), VERSION);
        client.send(add(transactional("id").setTimeoutMs(2_000), VERSION, topic, 1, batch(7, 0, 1, "b")), VERSION);
        final TestClient other = node.connect(0);
        other.send(add(transactional("other"), VERSION, topic, 1, batch(8, 0, 0, "c")), VERSION);
        assertThat(receive(VERSION)).containsExactly(Errors.REQUEST_TIMED_OUT);
        assertThat(receive(VERSION)).containsExactly(Errors.REQUEST_TIMED_OUT);
        assertThat(coordinator.asked).containsExactly("id 7/0 [topic-1] add", "other 8/0 [topic-1] add");
        coordinator.answer();
        assertThat(errors(other.receive(VERSION, ProduceResponseData::new))).containsExactly(Errors.NONE);
        node.run(10);
        assertThat(node.connections(0).pool().usedBytes()).isZero();
        assertThat(read(1, false)).containsExactly("c");
        assertThat(produceTo(1, 7, 0, 0, "a")).isEqualTo(Errors.NONE);
        assertThat(produceTo(1, 7, 0, 1, "b")).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldRefuseWhatIsNoOnesTransaction() {
        final ProduceRequestData mixed = transactional("id");
        add(mixed, VERSION, topic, 0, batch(7, 0, 0, "a"));
        add(mixed, VERSION, topic, 1, batch(8, 0, 0, "a"));
        assertThat(errors(mixed, VERSION))
                .containsExactly(Errors.INVALID_PRODUCER_ID_MAPPING, Errors.INVALID_PRODUCER_ID_MAPPING);
        assertThat(errors(add(transactional(null), VERSION, topic, 0, batch(7, 0, 0, "a")), VERSION))
                .containsExactly(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        assertThat(errors(add(transactional("id"), VERSION, topic, 0, Requests.batch("plain")), VERSION))
                .containsExactly(Errors.NONE);
        assertThat(coordinator.asked).isEmpty();
    }

    @Test
    void shouldTellReadersOfWhatIsCommittedHowFarAndWhatWasAborted() {
        produceTo(1, 7, 0, 0, "aborted");
        produceTo(1, 8, 0, 0, "committed");
        assertThat(fetchOf(1, 0, true, 0).lastStableOffset()).isZero();
        end(1, 7, 1, false);
        produceTo(1, 9, 0, 0, "open");
        PartitionData data = fetchOf(1, 0, true, 0);
        assertThat(data.highWatermark()).isEqualTo(4);
        assertThat(data.lastStableOffset()).isEqualTo(1);
        assertThat(Requests.values(data)).containsExactly("aborted");
        assertThat(data.abortedTransactions())
                .containsExactly(new AbortedTransaction().setProducerId(7).setFirstOffset(0));
        end(1, 8, 1, true);
        data = fetchOf(1, 0, true, 0);
        assertThat(data.lastStableOffset()).isEqualTo(3);
        assertThat(data.abortedTransactions()).hasSize(1);
        assertThat(read(1, true)).containsExactly("aborted", "committed");
        assertThat(fetchOf(1, 1, true, 0).abortedTransactions()).hasSize(1);
        assertThat(fetchOf(1, 3, true, 0).abortedTransactions()).isEmpty();

        data = fetchOf(1, 0, false, 0);
        assertThat(data.abortedTransactions()).isNull();
        assertThat(data.lastStableOffset()).isEqualTo(3);
        assertThat(read(1, false)).containsExactly("aborted", "committed", "open");
    }

    @Test
    void shouldWakeAReaderOfWhatIsCommittedOnceSomethingIs() {
        produceTo(1, 7, 0, 0, "a");
        client.send(fetchRequest(1, 0, true, 20_000), 12);
        node.run(50);
        produceTo(node.connect(1), 1, 7, 0, 1, "b");
        node.run(50);
        assertThat(client.hasAnswer()).isFalse();
        final long before = node.nowMs();
        end(1, 7, 1, true);
        final PartitionData data =
                partitions(client.receive(12, FetchResponseData::new)).getFirst();
        assertThat(node.nowMs() - before).isLessThan(100);
        assertThat(data.lastStableOffset()).isEqualTo(3);
        assertThat(values(data)).containsExactly("a", "b");
    }

    @Test
    void shouldListTheLastStableOffset() {
        produceTo(1, 7, 0, 0, "a");
        assertThat(latest(COMMITTED)).isZero();
        assertThat(latest((byte) 0)).isEqualTo(1);
        end(1, 7, 1, true);
        assertThat(latest(COMMITTED)).isEqualTo(2);
    }

    @Test
    void shouldDescribeProducersOnEveryCore() {
        produceTo(0, 7, 3, 0, "a");
        produceTo(1, 8, 0, 0, "b");
        end(1, 8, 1, true);
        final DescribeProducersRequestData request = new DescribeProducersRequestData();
        request.topics()
                .add(new DescribeProducersRequestData.TopicRequest()
                        .setName("topic")
                        .setPartitionIndexes(List.of(0, 1, 2)));
        final List<DescribeProducersResponseData.PartitionResponse> answers = client.call(
                        request, 0, DescribeProducersResponseData::new)
                .topics()
                .getFirst()
                .partitions();
        assertThat(answers.get(0).activeProducers())
                .containsExactly(new ProducerState()
                        .setProducerId(7)
                        .setProducerEpoch(3)
                        .setLastSequence(0)
                        .setLastTimestamp(1000)
                        .setCoordinatorEpoch(-1)
                        .setCurrentTxnStartOffset(0));
        assertThat(answers.get(1).activeProducers())
                .containsExactly(new ProducerState()
                        .setProducerId(8)
                        .setProducerEpoch(1)
                        .setLastSequence(-1)
                        .setLastTimestamp(2000)
                        .setCoordinatorEpoch(5)
                        .setCurrentTxnStartOffset(-1));
        assertThat(Errors.forCode(answers.get(2).errorCode())).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    private static ProduceRequestData transactional(final String id) {
        return produce(-1).setTransactionalId(id);
    }

    private static MemoryRecords batch(final long producerId, final int epoch, final int sequence, final String value) {
        return MemoryRecords.withTransactionalRecords(
                0L,
                Compression.NONE,
                producerId,
                (short) epoch,
                sequence,
                -1,
                new SimpleRecord(1000, value.getBytes(StandardCharsets.UTF_8)));
    }

    private Errors produceTo(
            final int partition, final long producerId, final int epoch, final int sequence, final String value) {
        return produceTo(client, partition, producerId, epoch, sequence, value);
    }

    private Errors produceTo(
            final TestClient by,
            final int partition,
            final long producerId,
            final int epoch,
            final int sequence,
            final String value) {
        by.send(
                add(transactional("id"), VERSION, topic, partition, batch(producerId, epoch, sequence, value)),
                VERSION);
        return errors(by.receive(VERSION, ProduceResponseData::new)).getFirst();
    }

    private List<Errors> errors(final ProduceRequestData request, final int version) {
        client.send(request, version);
        return receive(version);
    }

    private List<Errors> receive(final int version) {
        return errors(client.receive(version, ProduceResponseData::new));
    }

    private static List<Errors> errors(final ProduceResponseData response) {
        return response.responses().stream()
                .flatMap(answer -> answer.partitionResponses().stream())
                .map(PartitionProduceResponse::errorCode)
                .map(Errors::forCode)
                .toList();
    }

    /** Writes a marker as a coordinator does. */
    private void end(final int partition, final long producerId, final int epoch, final boolean commit) {
        final ControlRecordType type = commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        final byte[] marker = Requests.bytes(MemoryRecords.withEndTransactionMarker(
                0, 2000, -1, producerId, (short) epoch, new EndTransactionMarker(type, 5)));
        final Outcome[] outcome = new Outcome[1];
        appends.append(
                topic.partition(partition),
                new UnsafeBuffer(marker),
                0,
                marker.length,
                (result, offset) -> outcome[0] = result);
        node.await(() -> outcome[0] != null);
        assertThat(outcome[0]).isEqualTo(Outcome.OK);
    }

    private FetchRequestData fetchRequest(
            final int partition, final long offset, final boolean committed, final int maxWaitMs) {
        return add(fetch(maxWaitMs, 1).setIsolationLevel(committed ? COMMITTED : 0), 12, topic, partition, offset);
    }

    private PartitionData fetchOf(
            final int partition, final long offset, final boolean committed, final int maxWaitMs) {
        return partitions(
                        client.call(fetchRequest(partition, offset, committed, maxWaitMs), 12, FetchResponseData::new))
                .getFirst();
    }

    private List<String> read(final int partition, final boolean committed) {
        return values(fetchOf(partition, 0, committed, 0));
    }

    /** Without markers. */
    private static List<String> values(final PartitionData data) {
        final List<String> values = new ArrayList<>();
        ((MemoryRecords) data.records()).batches().forEach(batch -> {
            if (!batch.isControlBatch()) {
                for (final Record record : batch) {
                    values.add(StandardCharsets.UTF_8.decode(record.value()).toString());
                }
            }
        });
        return values;
    }

    private long latest(final byte isolation) {
        final ListOffsetsRequestData request =
                new ListOffsetsRequestData().setReplicaId(-1).setIsolationLevel(isolation);
        request.topics()
                .add(new ListOffsetsRequestData.ListOffsetsTopic()
                        .setName("topic")
                        .setPartitions(List.of(new ListOffsetsRequestData.ListOffsetsPartition()
                                .setPartitionIndex(1)
                                .setTimestamp(-1))));
        return client.call(request, 7, ListOffsetsResponseData::new)
                .topics()
                .getFirst()
                .partitions()
                .getFirst()
                .offset();
    }
}
