package io.millrace.tools.it.compat;

import java.util.List;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.protocol.ApiMessage;

/** Transactions asked for what is odd: by producers that have none, out of order, with epochs that are not theirs. */
final class TransactionScripts {
    private static final short FIND_VERSION = 4;
    private static final short INIT_VERSION = 4;
    private static final short BATCHED_SINCE = 4;

    private TransactionScripts() {}

    private static void awaitCoordinators(final Twins twins) {
        for (final byte type : new byte[] {0, 1}) {
            twins.learn(
                    "coordinator",
                    FIND_VERSION,
                    FindCoordinatorResponseData.class,
                    party -> new FindCoordinatorRequestData().setKeyType(type).setCoordinatorKeys(List.of("any")),
                    found -> found.coordinators().get(0).nodeId());
        }
        twins.askUntilEqual(
                "loaded",
                (short) 0,
                party -> new DescribeTransactionsRequestData().setTransactionalIds(List.of("any")));
    }

    /** A transactional id of both brokers, each with its own producer id. */
    private static String begin(final Twins twins, final String kind) {
        awaitCoordinators(twins);
        final String id = kind + "-v" + twins.version();
        twins.learn(
                id,
                INIT_VERSION,
                InitProducerIdResponseData.class,
                party -> init(id, 60_000),
                begun -> begun.errorCode() == 0 ? begun.producerId() + 1 : 0);
        return id;
    }

    private static long producerOf(final Party party, final String id) {
        return party.number(id) - 1;
    }

    private static InitProducerIdRequestData init(final String id, final int timeoutMs) {
        return new InitProducerIdRequestData().setTransactionalId(id).setTransactionTimeoutMs(timeoutMs);
    }

    static void initProducerId(final Twins twins) {
        final String id = begin(twins, "init");
        twins.ask("again", party -> init(id, 60_000));
        twins.ask("no timeout", party -> init(id, 0));
        twins.ask("a negative timeout", party -> init(id, -1));
        twins.ask("too long a timeout", party -> init(id, 1_000_000_000));
        twins.ask("an empty id", party -> init("", 60_000));
        if (twins.version() >= 3) {
            twins.ask(
                    "another's producer",
                    party -> init(id, 60_000).setProducerId(123_456).setProducerEpoch((short) 0));
            twins.ask(
                    "an epoch of none",
                    party -> init(id, 60_000).setProducerId(1).setProducerEpoch((short) -1));
            twins.ask(
                    "an old epoch",
                    party -> init(id, 60_000)
                            .setProducerId(producerOf(party, id))
                            .setProducerEpoch((short) 77));
        }
    }

    static void addPartitions(final Twins twins) {
        final String id = begin(twins, "add");
        twins.topic("add-to-" + id, 2);
        final String topic = "add-to-" + id;
        twins.ask("one", party -> add(twins, id, producerOf(party, id), 0, topic, 0));
        twins.ask("again", party -> add(twins, id, producerOf(party, id), 0, topic, 0));
        twins.ask("partition 9", party -> add(twins, id, producerOf(party, id), 0, topic, 9));
        twins.ask("unknown topic", party -> add(twins, id, producerOf(party, id), 0, "nobody-made-this", 0));
        twins.ask("wrong epoch", party -> add(twins, id, producerOf(party, id), 5, topic, 0));
        twins.ask("wrong producer", party -> add(twins, id, 999_999, 0, topic, 0));
        twins.ask("unknown id", party -> add(twins, "nobody", 1, 0, topic, 0));
        twins.ask("an empty id", party -> add(twins, "", 1, 0, topic, 0));
    }

    private static ApiMessage add(
            final Twins twins,
            final String id,
            final long producerId,
            final int epoch,
            final String topic,
            final int partition) {
        final AddPartitionsToTxnTopicCollection topics = new AddPartitionsToTxnTopicCollection();
        topics.add(new AddPartitionsToTxnTopic().setName(topic).setPartitions(List.of(partition)));
        final AddPartitionsToTxnRequestData request = new AddPartitionsToTxnRequestData();
        if (twins.version() < BATCHED_SINCE) {
            return request.setV3AndBelowTransactionalId(id)
                    .setV3AndBelowProducerId(producerId)
                    .setV3AndBelowProducerEpoch((short) epoch)
                    .setV3AndBelowTopics(topics);
        }
        request.transactions()
                .add(new AddPartitionsToTxnTransaction()
                        .setTransactionalId(id)
                        .setProducerId(producerId)
                        .setProducerEpoch((short) epoch)
                        .setTopics(topics));
        return request;
    }

    static void addOffsets(final Twins twins) {
        final String id = begin(twins, "offsets");
        twins.ask("one", party -> addOffsets(id, producerOf(party, id), 0, "g"));
        twins.ask("wrong epoch", party -> addOffsets(id, producerOf(party, id), 9, "g"));
        twins.ask("unknown id", party -> addOffsets("nobody", 1, 0, "g"));
        twins.ask("an empty id", party -> addOffsets("", 1, 0, "g"));
    }

    private static ApiMessage addOffsets(final String id, final long producerId, final int epoch, final String group) {
        return new AddOffsetsToTxnRequestData()
                .setTransactionalId(id)
                .setProducerId(producerId)
                .setProducerEpoch((short) epoch)
                .setGroupId(group);
    }

    static void end(final Twins twins) {
        final String id = begin(twins, "end");
        twins.ask("commits nothing", party -> end(id, producerOf(party, id), 0, true));
        twins.ask("wrong epoch", party -> end(id, producerOf(party, id), 9, true));
        twins.ask("wrong producer", party -> end(id, 999_999, 0, true));
        twins.ask("unknown id", party -> end("nobody", 1, 0, true));
        twins.ask("an empty id", party -> end("", 1, 0, true));
        twins.ask("aborts nothing", party -> end(id, producerOf(party, id), 0, false));
    }

    private static ApiMessage end(final String id, final long producerId, final int epoch, final boolean commit) {
        return new EndTxnRequestData()
                .setTransactionalId(id)
                .setProducerId(producerId)
                .setProducerEpoch((short) epoch)
                .setCommitted(commit);
    }

    static void offsetCommit(final Twins twins) {
        final String id = begin(twins, "commit");
        final String topic = "commit-in-" + id;
        twins.topic(topic, 1);
        twins.ask("not begun", party -> commit(twins, party, id, producerOf(party, id), 0, topic, 0));
        twins.ask("partition 9", party -> commit(twins, party, id, producerOf(party, id), 0, topic, 9));
        twins.ask("wrong epoch", party -> commit(twins, party, id, producerOf(party, id), 9, topic, 0));
        twins.ask("unknown id", party -> commit(twins, party, "nobody", 1, 0, topic, 0));
        twins.ask("unknown topic", party -> commit(twins, party, id, producerOf(party, id), 0, "nobody-made-this", 0));
    }

    private static ApiMessage commit(
            final Twins twins,
            final Party party,
            final String id,
            final long producerId,
            final int epoch,
            final String topic,
            final int partition) {
        final TxnOffsetCommitRequestTopic asked = new TxnOffsetCommitRequestTopic()
                .setPartitions(List.of(new TxnOffsetCommitRequestPartition()
                        .setPartitionIndex(partition)
                        .setCommittedOffset(3)));
        if (twins.version() >= 6) {
            asked.setTopicId(party.topicId(topic));
        } else {
            asked.setName(topic);
        }
        return new TxnOffsetCommitRequestData()
                .setTransactionalId(id)
                .setGroupId("g-" + id)
                .setProducerId(producerId)
                .setProducerEpoch((short) epoch)
                .setTopics(List.of(asked));
    }

    static void writeMarkers(final Twins twins) {
        twins.topic("markers-v" + twins.version(), 1);
        twins.ask("none", party -> new WriteTxnMarkersRequestData());
        for (final int partition : new int[] {0, 9}) {
            twins.ask("partition " + partition, party -> marker("markers-v" + twins.version(), partition));
        }
        twins.ask("unknown topic", party -> marker("nobody-made-this", 0));
    }

    private static ApiMessage marker(final String topic, final int partition) {
        final WriteTxnMarkersRequestData request = new WriteTxnMarkersRequestData();
        request.markers()
                .add(new WritableTxnMarker()
                        .setProducerId(5_000)
                        .setProducerEpoch((short) 1)
                        .setTransactionResult(false)
                        .setTopics(List.of(
                                new WritableTxnMarkerTopic().setName(topic).setPartitionIndexes(List.of(partition)))));
        return request;
    }

    static void describe(final Twins twins) {
        final String id = begin(twins, "describe");
        final DescribeTransactionsRequestData request = new DescribeTransactionsRequestData();
        twins.ask("one", party -> request.duplicate().setTransactionalIds(List.of(id)));
        twins.ask("unknown", party -> request.duplicate().setTransactionalIds(List.of("nobody")));
        twins.ask("empty", party -> request.duplicate().setTransactionalIds(List.of("")));
        twins.ask("none", party -> request.duplicate());
    }

    static void list(final Twins twins) {
        awaitCoordinators(twins);
        twins.ask(
                "in a state that is none",
                party -> new ListTransactionsRequestData().setStateFilters(List.of("Nonsense", "Dead")));
        twins.ask(
                "of no such producer",
                party -> new ListTransactionsRequestData().setProducerIdFilters(List.of(777_777L)));
        if (twins.version() >= 2) {
            twins.ask("a bad pattern", party -> new ListTransactionsRequestData().setTransactionalIdPattern("["));
            twins.ask("a pattern", party -> new ListTransactionsRequestData().setTransactionalIdPattern("no.*such"));
        }
    }

    static void describeProducers(final Twins twins) {
        twins.topic("producers", 1);
        twins.ask("none", party -> new DescribeProducersRequestData());
        for (final int partition : new int[] {0, 7}) {
            twins.ask("partition " + partition, party -> producers("producers", partition));
        }
        twins.ask("unknown topic", party -> producers("nobody-made-this", 0));
    }

    private static ApiMessage producers(final String topic, final int partition) {
        final DescribeProducersRequestData request = new DescribeProducersRequestData();
        request.topics().add(new TopicRequest().setName(topic).setPartitionIndexes(List.of(partition)));
        return request;
    }
}
