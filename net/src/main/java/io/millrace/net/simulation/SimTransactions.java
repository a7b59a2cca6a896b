package io.millrace.net.simulation;

import io.millrace.net.simulation.TxnBook.Txn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * What a client with a transactional id does on the wire, one transaction after the other, by the first or the second
 * version of the protocol (KIP-890), with everything repeated whose answer was lost.
 */
final class SimTransactions {
    private static final int NOWHERE = -1;
    private static final int EXPECTED_SINCE = 3;

    /** What is to happen in one transaction. */
    static final class Plan {
        private final Txn txn;
        private final TreeMap<Integer, Deque<List<String>>> batches = new TreeMap<>();
        private final String topic;
        private final SimOffsets offsets;
        private final boolean commit;

        /** @param offsets to be committed with it, or null */
        Plan(final Txn txn, final String topic, final SimOffsets offsets, final boolean commit) {
            this.txn = txn;
            this.topic = topic;
            this.offsets = offsets;
            this.commit = commit;
        }

        void write(final int partition, final List<String> records) {
            batches.computeIfAbsent(partition, key -> new ArrayDeque<>()).addLast(records);
        }
    }

    private final SimCaller caller;
    private final TxnBook book;
    private final String id;
    private final int timeoutMs;
    private final boolean second;
    private final Map<Integer, Integer> sequences = new TreeMap<>();
    private final Set<Integer> added = new HashSet<>();

    private int port = NOWHERE;
    private long producerId = -1;
    private short epoch = -1;
    /** Says which epoch it had when it asks for a new one (KIP-360). */
    private boolean tellsFormer;

    private boolean ready;
    private int underWay;
    private Plan plan;
    private boolean failed;
    private boolean asked;
    private boolean unsure;

    /** @param second whether by the second version of the protocol */
    SimTransactions(
            final SimCaller caller, final TxnBook book, final String id, final int timeoutMs, final boolean second) {
        this.caller = caller;
        this.book = book;
        this.id = id;
        this.timeoutMs = timeoutMs;
        this.second = second;
    }

    boolean isIdle() {
        return plan == null && underWay == 0;
    }

    /** Whether a transaction may begin. */
    boolean isReady() {
        return ready && isIdle();
    }

    void begin(final Plan next) {
        plan = next;
        failed = false;
        asked = false;
        unsure = false;
        added.clear();
        if (next.offsets != null) {
            next.offsets.begin();
        }
    }

    /** The process is gone, and another begins anew. */
    void crash() {
        underWay = 0;
        port = NOWHERE;
        restart(false);
        if (plan != null) {
            giveUp();
        }
    }

    private void restart(final boolean tells) {
        ready = false;
        tellsFormer = tells && producerId >= 0;
        sequences.clear();
    }

    /** Whatever is next, if nothing is under way. */
    int step() {
        if (underWay > 0) {
            return 0;
        }
        if (port == NOWHERE) {
            started(caller.findCoordinator(
                    SimCaller.TRANSACTION,
                    id,
                    found -> {
                        underWay--;
                        port = found;
                    },
                    this::onLost));
        } else if (!ready) {
            init();
        } else if (plan == null) {
            return 0;
        } else if (!failed && !second && added.size() < plan.batches.size()) {
            addPartitions();
        } else if (!failed && hasBatches()) {
            return produce();
        } else if (!failed && plan.offsets != null && !plan.offsets.isDone()) {
            plan.offsets.step(this);
        } else {
            end();
        }
        return 1;
    }

    private boolean hasBatches() {
        return plan.batches.values().stream().anyMatch(each -> !each.isEmpty());
    }

    private void onLost() {
        underWay--;
        port = NOWHERE;
    }

    // The producer

    private void init() {
        final int version = caller.version(tellsFormer ? EXPECTED_SINCE : 0, 5);
        final InitProducerIdRequestData request =
                new InitProducerIdRequestData().setTransactionalId(id).setTransactionTimeoutMs(timeoutMs);
        if (tellsFormer) {
            request.setProducerId(producerId).setProducerEpoch(epoch);
        }
        final long sentAt = book.now();
        send(port, ApiKeys.INIT_PRODUCER_ID, version, request, answer -> {
            final InitProducerIdResponseData response =
                    new InitProducerIdResponseData(SimCaller.body(answer), answer.version());
            final Errors error = Errors.forCode(response.errorCode());
            if (error == Errors.NONE) {
                producerId = response.producerId();
                epoch = response.producerEpoch();
                ready = true;
                book.onHolder(id, producerId, epoch, sentAt);
            } else if (tellsFormer && isFenced(error)) {
                tellsFormer = false;
            } else {
                again(error);
            }
        });
    }

    /** Comes again after a while if the error is one of those that pass. */
    private void again(final Errors error) {
        caller.world().onClientError(error);
        if (error != Errors.CONCURRENT_TRANSACTIONS) {
            if (!SimCaller.isTransient(error)) {
                throw new ViolationException(caller.name() + ": " + error + " for producer " + producerId
                        + " with epoch " + epoch + " in " + (plan == null ? "no transaction" : plan.txn));
            }
            port = NOWHERE;
        }
        caller.retryLater();
    }

    static boolean isFenced(final Errors error) {
        return error == Errors.PRODUCER_FENCED || error == Errors.INVALID_PRODUCER_EPOCH;
    }

    // The transaction

    private void addPartitions() {
        final AddPartitionsToTxnTopic topic = new AddPartitionsToTxnTopic()
                .setName(plan.topic)
                .setPartitions(new ArrayList<>(new TreeSet<>(plan.batches.keySet())));
        final AddPartitionsToTxnTopicCollection topics = new AddPartitionsToTxnTopicCollection();
        topics.add(topic);
        final AddPartitionsToTxnRequestData request = new AddPartitionsToTxnRequestData()
                .setV3AndBelowTransactionalId(id)
                .setV3AndBelowProducerId(producerId)
                .setV3AndBelowProducerEpoch(epoch)
                .setV3AndBelowTopics(topics);
        final long sentAt = book.now();
        send(port, ApiKeys.ADD_PARTITIONS_TO_TXN, caller.version(0, 3), request, answer -> {
            final AddPartitionsToTxnResponseData response =
                    new AddPartitionsToTxnResponseData(SimCaller.body(answer), answer.version());
            Errors error = Errors.NONE;
            for (final AddPartitionsToTxnTopicResult result : response.resultsByTopicV3AndBelow()) {
                for (final AddPartitionsToTxnPartitionResult each : result.resultsByPartition()) {
                    error = error == Errors.NONE ? Errors.forCode(each.partitionErrorCode()) : error;
                }
            }
            if (accepted(error, sentAt)) {
                added.addAll(plan.batches.keySet());
            }
        });
    }

    /** What every request of a transaction does with its error; true if there was none. */
    boolean accepted(final Errors error, final long sentAt) {
        if (error == Errors.NONE) {
            book.onAccepted(id, producerId, epoch, sentAt);
            return true;
        }
        if (isFenced(error)) {
            caller.world().onClientError(error);
            fenced();
        } else if (error == Errors.TRANSACTION_ABORTABLE || error == Errors.INVALID_TXN_STATE) {
            caller.world().onClientError(error);
            failed = true;
        } else {
            again(error);
        }
        return false;
    }

    /** What is left to do is to abort. */
    void fail() {
        failed = true;
    }

    private int produce() {
        int sent = 0;
        for (final Map.Entry<Integer, Deque<List<String>>> lane : plan.batches.entrySet()) {
            final int leader = caller.leaderPort(plan.topic, lane.getKey());
            if (!lane.getValue().isEmpty() && leader >= 0) {
                produce(leader, lane.getKey(), lane.getValue());
                sent++;
            }
        }
        if (sent == 0) {
            caller.retryLater();
        }
        return sent;
    }

    private void produce(final int leader, final int partition, final Deque<List<String>> lane) {
        final int version = second ? caller.version(12, 13) : caller.version(3, 11);
        final List<String> records = lane.peekFirst();
        final TopicProduceData data = new TopicProduceData();
        if (version >= 13) {
            data.setTopicId(caller.topic(plan.topic).topicId());
        } else {
            data.setName(plan.topic);
        }
        data.partitionData()
                .add(new PartitionProduceData()
                        .setIndex(partition)
                        .setRecords(encode(records, sequences.getOrDefault(partition, 0))));
        final ProduceRequestData request = new ProduceRequestData()
                .setTransactionalId(id)
                .setAcks((short) -1)
                .setTimeoutMs(30_000);
        request.topicData().add(data);
        final TopicPartition named = new TopicPartition(plan.topic, partition);
        records.forEach(each -> book.onRecord(plan.txn, named, each));
        final long sentAt = book.now();
        final Plan now = plan;
        send(leader, ApiKeys.PRODUCE, version, request, answer -> {
            final Errors error = Errors.forCode(new ProduceResponseData(SimCaller.body(answer), answer.version())
                    .responses()
                    .iterator()
                    .next()
                    .partitionResponses()
                    .getFirst()
                    .errorCode());
            // Another answer of the same transaction may have ended it.
            if (plan == now && accepted(error, sentAt)) {
                sequences.merge(partition, records.size(), Integer::sum);
                lane.removeFirst();
            }
        });
    }

    private MemoryRecords encode(final List<String> texts, final int sequence) {
        final SimpleRecord[] records = new SimpleRecord[texts.size()];
        for (int i = 0; i < records.length; i++) {
            final String key = TxnKeyBook.keyOf(texts.get(i));
            records[i] = new SimpleRecord(
                    caller.world().nowMs(),
                    key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                    texts.get(i).getBytes(StandardCharsets.UTF_8));
        }
        return MemoryRecords.withTransactionalRecords(Compression.NONE, producerId, epoch, sequence, records);
    }

    // Its end

    private void end() {
        final boolean commit = plan.commit && !failed;
        if (commit && !asked) {
            asked = true;
            book.onCommitAsked(plan.txn);
        }
        final EndTxnRequestData request = new EndTxnRequestData()
                .setTransactionalId(id)
                .setProducerId(producerId)
                .setProducerEpoch(epoch)
                .setCommitted(commit);
        final long sentAt = book.now();
        final boolean sent = caller.call(
                port,
                ApiKeys.END_TXN,
                second ? 5 : caller.version(0, 4),
                request,
                answer -> {
                    underWay--;
                    onEnded(commit, sentAt, new EndTxnResponseData(SimCaller.body(answer), answer.version()));
                },
                () -> {
                    unsure = true;
                    onLost();
                });
        started(sent);
    }

    private void onEnded(final boolean commit, final long sentAt, final EndTxnResponseData response) {
        final Errors error = Errors.forCode(response.errorCode());
        if (error == Errors.NONE) {
            book.onAccepted(id, producerId, epoch, sentAt);
            final Plan over = plan;
            plan = null;
            if (second) {
                if (response.producerId() == producerId && response.producerEpoch() <= epoch) {
                    throw new ViolationException(caller.name() + ": epoch " + epoch + " was followed by "
                            + response.producerEpoch() + " at the end of " + over.txn);
                }
                producerId = response.producerId();
                epoch = response.producerEpoch();
                sequences.clear();
            } else if (failed) {
                // Sequences of what was not taken are lost.
                restart(caller.entropy().nextInt(2) == 0);
            }
            if (commit) {
                book.onCommitted(over.txn);
            } else {
                book.onAborted(over.txn);
            }
            if (over.offsets != null) {
                over.offsets.onEnded(commit);
            }
        } else if (isFenced(error) || error == Errors.INVALID_TXN_STATE) {
            caller.world().onClientError(error);
            fenced();
        } else {
            unsure |= error != Errors.CONCURRENT_TRANSACTIONS;
            again(error);
        }
    }

    /** Somebody else has the id, or the time was over: begins anew. */
    private void fenced() {
        restart(caller.entropy().nextInt(2) == 0);
        if (asked && !unsure) {
            book.onAborted(plan.txn);
            asked = false;
        }
        giveUp();
        caller.retryLater();
    }

    private void giveUp() {
        final Plan over = plan;
        plan = null;
        book.onGivenUp(over.txn);
        if (over.offsets != null) {
            over.offsets.onGivenUp(over.txn.mayBeCommitted());
        }
    }

    // For the offsets

    boolean isSecond() {
        return second;
    }

    String id() {
        return id;
    }

    long producerId() {
        return producerId;
    }

    short epoch() {
        return epoch;
    }

    int port() {
        return port;
    }

    long now() {
        return book.now();
    }

    /** Sends a request, of which nothing is known if its answer is lost. */
    void send(
            final int to,
            final ApiKeys api,
            final int version,
            final ApiMessage request,
            final Consumer<SimSocket.Answer> answered) {
        final boolean sent = caller.call(
                to,
                api,
                version,
                request,
                answer -> {
                    underWay--;
                    answered.accept(answer);
                },
                this::onLost);
        started(sent);
    }

    private void started(final boolean sent) {
        if (sent) {
            underWay++;
        } else {
            port = NOWHERE;
        }
    }

    @Override
    public String toString() {
        return id + (ready ? " ready" : " not ready") + ", " + underWay + " under way, "
                + (plan == null
                        ? ""
                        : plan.txn + " batches " + plan.batches.keySet() + " added " + added
                                + (failed ? " failed" : ""))
                + " at " + port;
    }
}
