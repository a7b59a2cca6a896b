package io.millrace.net.kafka.txn;

import io.millrace.engine.coordinator.CoordinatorHost;
import io.millrace.engine.coordinator.CoordinatorMachine;
import io.millrace.engine.core.Core;
import io.millrace.engine.core.Deadline;
import io.millrace.engine.status.PlantedBug;
import io.millrace.net.kafka.coordinator.Answer;
import io.millrace.net.kafka.coordinator.CoordinatorWrites;
import io.millrace.net.kafka.coordinator.MarkerSink;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.coordinator.transaction.TransactionLog;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.server.common.TransactionVersion;

/**
 * All transactional ids whose state one partition of the internal topic keeps. A change is prepared, appended, and takes
 * effect when it is committed; until then whoever asks for another is told to come again, or waits. Owned by the core's
 * thread. The states and who leads from one to the next are a table in docs/transactions.md.
 */
final class TransactionMachine implements CoordinatorMachine {
    /** How long a produce waits for the end of the transaction before. */
    private static final long PATIENCE_NS = 1_000_000_000;

    private static final short NO_EPOCH = RecordBatch.NO_PRODUCER_EPOCH;
    private static final long NO_ID = RecordBatch.NO_PRODUCER_ID;

    private final Transactions transactions;
    private final Core core;
    private final CoordinatorWrites writes;
    private final int coordinatorEpoch;
    private final Map<String, TransactionMetadata> byId = new TreeMap<>();
    private final Map<String, List<Waiter>> waiting = new HashMap<>();
    private final Deadline sweep = new Deadline() {
        @Override
        protected void onDeadline(final long nowNs, final long nowMs) {
            abortTimedOut(nowMs);
            expire(nowMs);
            armSweep();
        }
    };
    private boolean serving;

    TransactionMachine(
            final Transactions transactions, final Core core, final CoordinatorHost host, final int coordinatorEpoch) {
        this.transactions = transactions;
        this.core = core;
        this.coordinatorEpoch = coordinatorEpoch;
        writes = new CoordinatorWrites(core, host, transactions, transactions::batchBytesMax, end -> {});
    }

    // The log before

    @Override
    public void onReplay(final DirectBuffer batches, final int offset, final int length) {
        final ByteBuffer bytes = batches.byteBuffer()
                .duplicate()
                .limit(offset + length)
                .position(offset)
                .slice();
        for (final MutableRecordBatch batch :
                MemoryRecords.readableRecords(bytes).batches()) {
            if (!batch.isControlBatch() && !PlantedBug.TXN_STATE_NOT_LOADED.isPlanted()) {
                batch.forEach(this::replay);
            }
        }
    }

    private void replay(final Record record) {
        switch (TransactionLog.read(record.key(), record.value())) {
            case final TransactionLog.TxnRecord found -> byId.put(found.transactionId(), found.metadata());
            case final TransactionLog.TxnTombstone gone -> byId.remove(gone.transactionId());
            default -> {
                // What a later version has written is left alone, as by Apache Kafka.
            }
        }
    }

    @Override
    public void onActive(final long endOffset) {
        serving = true;
        for (final TransactionMetadata transaction : List.copyOf(byId.values())) {
            if (isEnding(transaction) && !PlantedBug.TXN_MARKERS_NOT_RESUMED.isPlanted()) {
                complete(transaction);
            }
        }
        armSweep();
    }

    private void armSweep() {
        if (serving) {
            core.deadlines().arm(sweep, core.nowNs() + transactions.abortIntervalMs() * 1_000_000L);
        }
    }

    // Beginning

    /** A producer's id and epoch for a transactional id; fences whoever had it before (KIP-360, KIP-890). */
    void initProducerId(final InitProducerIdRequestData request, final Answer<Ended> answer) {
        if (!serving) {
            answer.onError(Errors.NOT_COORDINATOR, null);
            return;
        }
        final String id = request.transactionalId();
        TransactionMetadata transaction = byId.get(id);
        if (transaction == null) {
            final long producerId = core.producerIds().take();
            if (producerId == NO_ID) {
                answer.onError(Errors.COORDINATOR_LOAD_IN_PROGRESS, null);
                return;
            }
            transaction = new TransactionMetadata(
                    id,
                    producerId,
                    NO_ID,
                    NO_ID,
                    NO_EPOCH,
                    NO_EPOCH,
                    request.transactionTimeoutMs(),
                    TransactionState.EMPTY,
                    new HashSet<>(),
                    -1,
                    core.nowMs(),
                    TransactionVersion.TV_0);
            byId.put(id, transaction);
        }
        final Optional<Ended> expected = request.producerId() == NO_ID
                ? Optional.empty()
                : Optional.of(new Ended(request.producerId(), request.producerEpoch()));
        if (transaction.pendingTransitionInProgress() || isEnding(transaction)) {
            answer.onError(Errors.CONCURRENT_TRANSACTIONS, null);
        } else if (expected.isPresent() && !mayContinue(transaction, expected.get())) {
            answer.onError(Errors.PRODUCER_FENCED, null);
        } else if (transaction.state() == TransactionState.ONGOING) {
            fence(transaction, answer);
        } else {
            bump(transaction, request.transactionTimeoutMs(), expected, answer);
        }
    }

    private static boolean mayContinue(final TransactionMetadata transaction, final Ended expected) {
        return transaction.producerEpoch() == NO_EPOCH
                || expected.producerId() == transaction.producerId()
                || expected.producerId() == transaction.prevProducerId()
                        && TransactionMetadata.isEpochExhausted(expected.producerEpoch());
    }

    private void bump(
            final TransactionMetadata transaction,
            final int timeoutMs,
            final Optional<Ended> expected,
            final Answer<Ended> answer) {
        final Optional<Short> epoch = expected.map(Ended::producerEpoch);
        final TxnTransitMetadata next;
        if (transaction.isProducerEpochExhausted()) {
            if (epoch.isPresent() && epoch.get() != transaction.producerEpoch()) {
                answerLate(transaction, epoch.get(), answer);
                return;
            }
            final long fresh = core.producerIds().take();
            if (fresh == NO_ID) {
                answer.onError(Errors.COORDINATOR_LOAD_IN_PROGRESS, null);
                return;
            }
            next = transaction.prepareProducerIdRotation(fresh, timeoutMs, core.nowMs(), expected.isPresent());
        } else if (PlantedBug.TXN_EPOCH_NOT_BUMPED.isPlanted() && transaction.producerEpoch() != NO_EPOCH) {
            answer.onAnswer(new Ended(transaction.producerId(), transaction.producerEpoch()));
            return;
        } else {
            try {
                next = transaction.prepareIncrementProducerEpoch(timeoutMs, epoch, core.nowMs());
            } catch (final ApiException fenced) {
                answer.onError(Errors.forException(fenced), null);
                return;
            }
        }
        change(transaction, next, () -> answer.onAnswer(new Ended(next.producerId(), next.producerEpoch())), answer);
    }

    /**
     * Someone with a former epoch of an id whose epochs are used up. Who had the one before, and was not told of the
     * last, gets that; whoever else is fenced. Apache Kafka answers UNKNOWN_SERVER_ERROR to both.
     */
    private static void answerLate(
            final TransactionMetadata transaction, final short epoch, final Answer<Ended> answer) {
        if (epoch >= 0 && epoch == transaction.lastProducerEpoch()) {
            answer.onAnswer(new Ended(transaction.producerId(), transaction.producerEpoch()));
        } else {
            answer.onError(Errors.PRODUCER_FENCED, null);
        }
    }

    /** Aborts what the former producer has left open; the new one comes again. */
    private void fence(final TransactionMetadata transaction, final Answer<Ended> answer) {
        final TxnTransitMetadata fenced = transaction.prepareFenceProducerEpoch();
        end(
                transaction.transactionalId(),
                fenced.producerId(),
                fenced.producerEpoch(),
                new End(false, false, TransactionVersion.TV_2),
                new Answer<>() {
                    @Override
                    public void onAnswer(final Ended ended) {
                        answer.onError(Errors.CONCURRENT_TRANSACTIONS, null);
                    }

                    @Override
                    public void onError(final Errors error, final String message) {
                        answer.onError(error, message);
                    }
                });
    }

    // Partitions

    /**
     * Adds partitions to a transaction, which begins with the first.
     *
     * @param patient whether to wait for the end of the transaction before, rather than to be told to come again
     */
    void addPartitions(
            final String id,
            final Ended producer,
            final Collection<TopicPartition> partitions,
            final TransactionVersion version,
            final boolean patient,
            final Answer<Void> answer) {
        final TransactionMetadata transaction = byId.get(id);
        if (!serving) {
            answer.onError(Errors.NOT_COORDINATOR, null);
        } else if (transaction != null && (transaction.pendingTransitionInProgress() || isEnding(transaction))) {
            // First of all: the producer may have a new id already, which counts when the end is written everywhere.
            if (patient) {
                waiting.computeIfAbsent(id, each -> new ArrayList<>())
                        .add(new Waiter(answer, () -> addPartitions(id, producer, partitions, version, true, answer)));
            } else {
                answer.onError(Errors.CONCURRENT_TRANSACTIONS, null);
            }
        } else if (whyNot(transaction, producer) != Errors.NONE) {
            answer.onError(whyNot(transaction, producer), null);
        } else if (transaction.state() == TransactionState.ONGOING
                && transaction.topicPartitions().containsAll(partitions)) {
            answer.onAnswer(null);
        } else {
            final TxnTransitMetadata next =
                    transaction.prepareAddPartitions(new HashSet<>(partitions), core.nowMs(), version);
            change(transaction, next, () -> answer.onAnswer(null), answer);
        }
    }

    /** Which partitions are part of the producer's transaction; the rest are TRANSACTION_ABORTABLE. */
    void verify(
            final String id,
            final Ended producer,
            final Collection<TopicPartition> partitions,
            final Answer<Map<TopicPartition, Errors>> answer) {
        final TransactionMetadata transaction = byId.get(id);
        final Errors error = serving ? whyNot(transaction, producer) : Errors.NOT_COORDINATOR;
        if (error != Errors.NONE) {
            answer.onError(error, null);
        } else if (isEnding(transaction)) {
            answer.onError(Errors.CONCURRENT_TRANSACTIONS, null);
        } else {
            final Map<TopicPartition, Errors> errors = new HashMap<>();
            final Set<TopicPartition> in = transaction.topicPartitions();
            partitions.forEach(
                    each -> errors.put(each, in.contains(each) ? Errors.NONE : Errors.TRANSACTION_ABORTABLE));
            answer.onAnswer(errors);
        }
    }

    private static Errors whyNot(final TransactionMetadata transaction, final Ended producer) {
        if (transaction == null || transaction.producerId() != producer.producerId()) {
            return Errors.INVALID_PRODUCER_ID_MAPPING;
        }
        return transaction.producerEpoch() == producer.producerEpoch() ? Errors.NONE : Errors.PRODUCER_FENCED;
    }

    // The end

    /** How a transaction is to end, and who says so. */
    record End(boolean commit, boolean fromClient, TransactionVersion version) {}

    /** Commits or aborts. Answered when that is decided for good; the markers follow. */
    void end(
            final String id,
            final long producerId,
            final short producerEpoch,
            final End end,
            final Answer<Ended> answer) {
        final TransactionMetadata transaction = byId.get(id);
        if (transaction == null || !serving) {
            answer.onError(serving ? Errors.INVALID_PRODUCER_ID_MAPPING : Errors.NOT_COORDINATOR, null);
            return;
        }
        final boolean fencing = isFencing(transaction);
        final boolean bumps = end.version().supportsEpochBump() && !fencing;
        final Retry retry = new Retry(transaction, bumps, producerId, producerEpoch);
        if (transaction.pendingTransitionInProgress() && !fencing) {
            answer.onError(Errors.CONCURRENT_TRANSACTIONS, null);
        } else if (transaction.producerId() != producerId && !retry.onOverflow()) {
            answer.onError(Errors.INVALID_PRODUCER_ID_MAPPING, null);
        } else if (!retry.isValidEpoch(end.fromClient()) || (bumps && end.commit() && hasLastEpoch(transaction))) {
            answer.onError(Errors.PRODUCER_FENCED, null);
        } else {
            decide(transaction, retry, fencing, end, answer);
        }
    }

    private void decide(
            final TransactionMetadata transaction,
            final Retry retry,
            final boolean fencing,
            final End end,
            final Answer<Ended> answer) {
        switch (transaction.state()) {
            case ONGOING -> prepare(transaction, fencing, end, answer);
            case PREPARE_COMMIT, PREPARE_ABORT ->
                answer.onError(
                        !retry.isRetry() || end.commit() == (transaction.state() == TransactionState.PREPARE_COMMIT)
                                ? Errors.CONCURRENT_TRANSACTIONS
                                : Errors.INVALID_TXN_STATE,
                        null);
            case COMPLETE_COMMIT, COMPLETE_ABORT -> {
                final boolean same = end.commit() == (transaction.state() == TransactionState.COMPLETE_COMMIT);
                if (same && (!retry.bumps() || retry.isRetry())) {
                    answer.onAnswer(new Ended(transaction.producerId(), transaction.producerEpoch()));
                } else {
                    abortNothing(transaction, retry, end, answer);
                }
            }
            case EMPTY -> abortNothing(transaction, retry, end, answer);
            default -> throw new IllegalStateException(transaction + " is in a state that is never kept");
        }
    }

    /** KIP-890: whoever aborts without having begun anything gets a new epoch all the same. */
    private void abortNothing(
            final TransactionMetadata transaction, final Retry retry, final End end, final Answer<Ended> answer) {
        if (retry.bumps() && !retry.isRetry() && !end.commit()) {
            prepare(transaction, false, end, answer);
        } else {
            answer.onError(Errors.INVALID_TXN_STATE, null);
        }
    }

    private void prepare(
            final TransactionMetadata transaction, final boolean fencing, final End end, final Answer<Ended> answer) {
        if (fencing) {
            // The end bumps the epoch, once; and where it cannot be now, whoever fenced comes again.
            transaction.pendingState(Optional.empty());
        }
        long nextProducerId = NO_ID;
        if (end.version().supportsEpochBump() && transaction.isProducerEpochExhausted()) {
            nextProducerId = core.producerIds().take();
            if (nextProducerId == NO_ID) {
                answer.onError(Errors.COORDINATOR_LOAD_IN_PROGRESS, null);
                return;
            }
        }
        final boolean noPartitions = transaction.state() != TransactionState.ONGOING;
        final TxnTransitMetadata next = transaction.prepareAbortOrCommit(
                end.commit() ? TransactionState.PREPARE_COMMIT : TransactionState.PREPARE_ABORT,
                end.version(),
                nextProducerId,
                core.nowMs(),
                noPartitions);
        change(
                transaction,
                next,
                () -> {
                    final TxnTransitMetadata completed = complete(transaction);
                    // What the producer goes on with: a new id where epochs are used up.
                    answer.onAnswer(new Ended(completed.producerId(), completed.producerEpoch()));
                },
                answer);
    }

    /** Writes the markers of a transaction whose end is decided, and then that it has ended. */
    private TxnTransitMetadata complete(final TransactionMetadata transaction) {
        final boolean commit = transaction.state() == TransactionState.PREPARE_COMMIT;
        final MarkerSink.Marker marker = new MarkerSink.Marker(
                transaction.producerId(),
                transaction.producerEpoch(),
                commit,
                coordinatorEpoch,
                transaction.clientTransactionVersion().supportsEpochBump());
        final TxnTransitMetadata next = transaction.prepareComplete(core.nowMs());
        new MarkerRound(transactions, transaction, marker, () -> serving, () -> completed(transaction, next)).begin();
        return next;
    }

    private void completed(final TransactionMetadata transaction, final TxnTransitMetadata next) {
        change(transaction, next, () -> {}, null);
    }

    // Upkeep

    private void abortTimedOut(final long nowMs) {
        for (final TransactionMetadata transaction : List.copyOf(byId.values())) {
            if (transaction.state() == TransactionState.ONGOING
                    && !transaction.pendingTransitionInProgress()
                    && transaction.txnStartTimestamp() + transaction.txnTimeoutMs() < nowMs) {
                fence(transaction, new Answer<>() {
                    @Override
                    public void onAnswer(final Ended ended) {}

                    @Override
                    public void onError(final Errors error, final String message) {}
                });
            }
        }
    }

    /** Forgets ids that nobody has used for long. */
    private void expire(final long nowMs) {
        for (final TransactionMetadata transaction : List.copyOf(byId.values())) {
            if (transaction.state().isExpirationAllowed()
                    && !transaction.pendingTransitionInProgress()
                    && transaction.txnLastUpdateTimestamp() + transactions.expirationMs() <= nowMs) {
                transaction.prepareDead();
                writes.add(TransactionLog.keyToBytes(transaction.transactionalId()), null);
                writes.whenCommitted(
                        () -> {
                            byId.remove(transaction.transactionalId(), transaction);
                            goOn(transaction.transactionalId());
                        },
                        () -> {});
            }
        }
    }

    // What it tells

    TransactionMetadata find(final String id) {
        return byId.get(id);
    }

    Collection<TransactionMetadata> all() {
        return byId.values();
    }

    // What it writes

    private void change(
            final TransactionMetadata transaction,
            final TxnTransitMetadata next,
            final Runnable done,
            final Answer<?> answer) {
        writes.add(
                TransactionLog.keyToBytes(transaction.transactionalId()),
                TransactionLog.valueToBytes(next, TransactionVersion.TV_2));
        if (PlantedBug.TXN_END_NOT_AWAITED.isPlanted()) {
            transaction.completeTransitionTo(next);
            done.run();
            wake(transaction);
            return;
        }
        writes.whenCommitted(
                () -> {
                    transaction.completeTransitionTo(next);
                    done.run();
                    wake(transaction);
                },
                () -> {
                    if (answer != null) {
                        answer.onError(Errors.NOT_COORDINATOR, null);
                    }
                });
    }

    /** Lets those go on who waited for the transaction to have ended. */
    private void wake(final TransactionMetadata transaction) {
        if (!transaction.pendingTransitionInProgress() && !isEnding(transaction)) {
            goOn(transaction.transactionalId());
        }
    }

    private void goOn(final String id) {
        final List<Waiter> woken = waiting.remove(id);
        if (woken != null) {
            woken.forEach(Waiter::goOn);
        }
    }

    /** Someone who waits for a transaction to have ended, for a while. */
    private final class Waiter {
        private final Answer<?> answer;
        private final Runnable again;
        private boolean over;

        Waiter(final Answer<?> answer, final Runnable again) {
            this.answer = answer;
            this.again = again;
            transactions.afterNs(PATIENCE_NS, () -> end(Errors.CONCURRENT_TRANSACTIONS));
        }

        void goOn() {
            if (!over) {
                over = true;
                again.run();
            }
        }

        void end(final Errors error) {
            if (!over) {
                over = true;
                answer.onError(error, null);
            }
        }
    }

    private static boolean isEnding(final TransactionMetadata transaction) {
        return transaction.state() == TransactionState.PREPARE_COMMIT
                || transaction.state() == TransactionState.PREPARE_ABORT;
    }

    /** No end can be told from the one before any more: only a log that was written elsewhere brings one so far. */
    private static boolean hasLastEpoch(final TransactionMetadata transaction) {
        return transaction.state() == TransactionState.ONGOING && transaction.producerEpoch() == Short.MAX_VALUE;
    }

    private static boolean isFencing(final TransactionMetadata transaction) {
        return transaction.pendingState().equals(Optional.of(TransactionState.PREPARE_EPOCH_FENCE));
    }

    @Override
    public void onCommitted(final long position) {
        writes.onCommitted(position);
    }

    @Override
    public void onResigned() {
        serving = false;
        core.deadlines().disarm(sweep);
        writes.resign();
        final List<List<Waiter>> ended = List.copyOf(waiting.values());
        waiting.clear();
        byId.clear();
        ended.forEach(each -> each.forEach(waiter -> waiter.end(Errors.NOT_COORDINATOR)));
    }
}
