package io.millrace.net.kafka.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.core.InternalAppends;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.engine.status.Outcome;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.coordinator.transaction.TransactionLog;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.server.common.TransactionVersion;
import org.junit.jupiter.api.Test;

/** Producers whose epochs come to an end: 32766 is the last that one works with, 32767 the one that fences it. */
class UsedUpEpochsTest {
    private static final String ID = "id";
    private static final long FORMER = 77;
    private static final short LAST = Short.MAX_VALUE - 1;
    private static final int INIT_VERSION = 5;
    private static final int BUMPING = 5;
    private static final int TIMEOUT_MS = 60_000;

    private final SimDiskImage image = new SimDiskImage();
    private TestNode node = newNode();
    private TestClient client;

    private record Producer(long id, int epoch, Errors error) {}

    private TestNode newNode() {
        return new TestNode(
                1,
                16,
                new SimTime(),
                (time, core) -> new SimDisk(image, time, SimDiskFaults.none(), new SeededEntropy(1)));
    }

    /** A broker finds a producer that has come so far in its log. */
    private void come(final int epoch) {
        node.createTopic("topic", 1, Map.of());
        final TopicImage log =
                node.createTopic(Topic.TRANSACTION_STATE_TOPIC_NAME, 1, Map.of("cleanup.policy", "compact"));
        final TransactionMetadata so = new TransactionMetadata(
                ID,
                FORMER,
                -1,
                -1,
                (short) epoch,
                (short) -1,
                TIMEOUT_MS,
                TransactionState.EMPTY,
                new HashSet<>(),
                -1,
                node.nowMs(),
                TransactionVersion.TV_2);
        final byte[] batch = Requests.bytes(MemoryRecords.withRecords(
                Compression.NONE,
                new SimpleRecord(
                        node.nowMs(),
                        TransactionLog.keyToBytes(ID),
                        TransactionLog.valueToBytes(so.prepareNoTransit(), TransactionVersion.TV_2))));
        final Outcome[] outcome = new Outcome[1];
        new InternalAppends(node.core(0))
                .append(
                        log.partition(0),
                        new UnsafeBuffer(batch),
                        0,
                        batch.length,
                        (result, offset) -> outcome[0] = result);
        node.await(() -> outcome[0] != null);
        assertThat(outcome[0]).isEqualTo(Outcome.OK);
        restart();
    }

    private void restart() {
        image.kill(new SeededEntropy(2));
        node = newNode();
        client = node.connect(0);
        node.run(50);
    }

    @Test
    void shouldGoOnWithANewIdWhereATransactionUsesTheLastEpochUp() {
        come(LAST);
        addPartition(FORMER, LAST);
        final Producer next = end(FORMER, LAST, true);
        assertThat(next.error).isEqualTo(Errors.NONE);
        assertThat(next.id).isNotEqualTo(FORMER);
        assertThat(next.epoch).isZero();
        node.run(50);
        assertThat(end(FORMER, LAST, true)).as("said again").isEqualTo(next);
        assertThat(end(FORMER, LAST, false).error).isEqualTo(Errors.INVALID_TXN_STATE);
        restart();
        assertThat(end(FORMER, LAST, true)).as("said again after a restart").isEqualTo(next);
        addPartition(next.id, 0);
        assertThat(end(next.id, 0, true)).isEqualTo(new Producer(next.id, 1, Errors.NONE));
    }

    @Test
    void shouldGoOnWithANewIdAfterARestartInTheMiddle() {
        come(LAST);
        addPartition(FORMER, LAST);
        final Producer next = end(FORMER, LAST, true);
        // The markers are perhaps not written yet.
        restart();
        assertThat(end(FORMER, LAST, true)).isEqualTo(next);
        assertThat(init(-1, -1)).isEqualTo(new Producer(next.id, 1, Errors.NONE));
    }

    @Test
    void shouldFenceAProducerThatHasTheLastEpoch() {
        come(LAST);
        addPartition(FORMER, LAST);
        assertThat(init(-1, -1).error).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        node.run(50);
        final Producer next = init(-1, -1);
        assertThat(next.error).isEqualTo(Errors.NONE);
        assertThat(next.id).isNotEqualTo(FORMER);
        assertThat(end(FORMER, LAST, false).error).isIn(Errors.INVALID_PRODUCER_ID_MAPPING, Errors.PRODUCER_FENCED);
        addPartition(next.id, next.epoch);
        assertThat(end(next.id, next.epoch, true).error).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldGoOnAfterATimeOutWithTheLastEpoch() {
        come(LAST);
        addPartition(FORMER, LAST);
        node.run(2 * TIMEOUT_MS);
        final Producer next = end(FORMER, LAST, false);
        assertThat(next.error).isEqualTo(Errors.NONE);
        assertThat(next.id).isNotEqualTo(FORMER);
        addPartition(next.id, next.epoch);
        assertThat(end(next.id, next.epoch, true).error).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldFenceLaterWhereThereIsNoIdToGoOnWithYet() {
        come(LAST);
        addPartition(FORMER, LAST);
        long taken = 0;
        while (taken >= 0) {
            taken = node.core(0).producerIds().take();
        }
        assertThat(init(-1, -1).error).isIn(Errors.CONCURRENT_TRANSACTIONS, Errors.COORDINATOR_LOAD_IN_PROGRESS);
        node.run(5_000);
        Producer next = init(-1, -1);
        for (int tries = 0; tries < 100 && next.error == Errors.CONCURRENT_TRANSACTIONS; tries++) {
            node.run(50);
            next = init(-1, -1);
        }
        assertThat(next.error).isEqualTo(Errors.NONE);
        assertThat(next.id).isNotEqualTo(FORMER);
    }

    @Test
    void shouldBumpTheEpochOnceWhereATransactionIsAbortedForItsProducer() {
        come(5);
        addPartition(FORMER, 5);
        node.run(2 * TIMEOUT_MS);
        assertThat(end(FORMER, 5, true).error).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(end(FORMER, 5, false)).isEqualTo(new Producer(FORMER, 6, Errors.NONE));
        addPartition(FORMER, 6);
        assertThat(init(-1, -1).error).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        node.run(50);
        assertThat(init(-1, -1)).isEqualTo(new Producer(FORMER, 8, Errors.NONE));
        assertThat(end(FORMER, 7, false).error).isEqualTo(Errors.PRODUCER_FENCED);
    }

    @Test
    void shouldGiveANewIdToWhoBeginsAnew() {
        come(LAST - 1);
        assertThat(init(-1, -1)).isEqualTo(new Producer(FORMER, LAST, Errors.NONE));
        final Producer next = init(-1, -1);
        assertThat(next.error).isEqualTo(Errors.NONE);
        assertThat(next.id).isNotEqualTo(FORMER);
        assertThat(next.epoch).isZero();
        assertThat(init(FORMER, 3).error).isEqualTo(Errors.PRODUCER_FENCED);
    }

    @Test
    void shouldTellAProducerItsNewIdAgain() {
        come(LAST);
        final Producer next = init(FORMER, LAST);
        assertThat(next.error).isEqualTo(Errors.NONE);
        assertThat(next.id).isNotEqualTo(FORMER);
        assertThat(init(FORMER, LAST)).isEqualTo(next);
    }

    @Test
    void shouldTellAProducerItsLastEpochAgainAndFenceOthers() {
        come(LAST - 1);
        final Producer last = new Producer(FORMER, LAST, Errors.NONE);
        assertThat(init(FORMER, LAST - 1)).isEqualTo(last);
        assertThat(init(FORMER, LAST - 1)).as("said again").isEqualTo(last);
        assertThat(init(FORMER, 3).error).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(init(FORMER, LAST).id).isNotIn(FORMER, -1L);
    }

    @Test
    void shouldOutliveAProducerWithTheEpochThatFences() {
        come(Short.MAX_VALUE);
        addPartition(FORMER, Short.MAX_VALUE);
        assertThat(end(FORMER, Short.MAX_VALUE, true).error).isEqualTo(Errors.PRODUCER_FENCED);
        final Producer next = end(FORMER, Short.MAX_VALUE, false);
        assertThat(next.error).isEqualTo(Errors.NONE);
        assertThat(next.id).isNotEqualTo(FORMER);
        node.run(50);
        assertThat(end(FORMER, Short.MAX_VALUE, false)).as("said again").isEqualTo(next);
        addPartition(next.id, next.epoch);
        assertThat(end(next.id, next.epoch, true).error).isEqualTo(Errors.NONE);
    }

    private Producer init(final long formerId, final int formerEpoch) {
        final InitProducerIdResponseData answer = client.call(
                new InitProducerIdRequestData()
                        .setTransactionalId(ID)
                        .setTransactionTimeoutMs(TIMEOUT_MS)
                        .setProducerId(formerId)
                        .setProducerEpoch((short) formerEpoch),
                INIT_VERSION,
                InitProducerIdResponseData::new);
        return new Producer(answer.producerId(), answer.producerEpoch(), Errors.forCode(answer.errorCode()));
    }

    private void addPartition(final long producerId, final int epoch) {
        final AddPartitionsToTxnTopicCollection topics = new AddPartitionsToTxnTopicCollection();
        topics.add(new AddPartitionsToTxnTopic().setName("topic").setPartitions(List.of(0)));
        Errors error = Errors.CONCURRENT_TRANSACTIONS;
        for (int tries = 0; tries < 100 && error == Errors.CONCURRENT_TRANSACTIONS; tries++) {
            node.run(1);
            error = Errors.forCode(client.call(
                            new AddPartitionsToTxnRequestData()
                                    .setV3AndBelowTransactionalId(ID)
                                    .setV3AndBelowProducerId(producerId)
                                    .setV3AndBelowProducerEpoch((short) epoch)
                                    .setV3AndBelowTopics(topics),
                            3,
                            AddPartitionsToTxnResponseData::new)
                    .resultsByTopicV3AndBelow()
                    .iterator()
                    .next()
                    .resultsByPartition()
                    .iterator()
                    .next()
                    .partitionErrorCode());
        }
        assertThat(error).isEqualTo(Errors.NONE);
    }

    private Producer end(final long producerId, final int epoch, final boolean commit) {
        Producer told;
        int tries = 0;
        do {
            node.run(1);
            final EndTxnResponseData answer = client.call(
                    new EndTxnRequestData()
                            .setTransactionalId(ID)
                            .setProducerId(producerId)
                            .setProducerEpoch((short) epoch)
                            .setCommitted(commit),
                    BUMPING,
                    EndTxnResponseData::new);
            told = new Producer(answer.producerId(), answer.producerEpoch(), Errors.forCode(answer.errorCode()));
        } while (told.error == Errors.CONCURRENT_TRANSACTIONS && tries++ < 100);
        return told;
    }
}
