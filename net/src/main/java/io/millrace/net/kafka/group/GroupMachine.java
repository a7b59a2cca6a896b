package io.millrace.net.kafka.group;

import io.millrace.engine.coordinator.CoordinatorHost;
import io.millrace.engine.coordinator.CoordinatorMachine;
import io.millrace.engine.core.Core;
import io.millrace.engine.status.PlantedBug;
import io.millrace.net.kafka.coordinator.Answer;
import io.millrace.net.kafka.coordinator.CoordinatorWrites;
import io.millrace.net.kafka.coordinator.MarkerSink;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.internals.LogContext;
import org.apache.kafka.coordinator.common.runtime.CoordinatorOperationExceptionHelper;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorResult;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorShard;
import org.apache.kafka.timeline.SnapshotRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All groups whose state one partition of the internal topic keeps: Apache Kafka's shard, which turns a request into
 * records and a response, around which this class puts what the shard asks of its host. Records are replayed at once
 * and gathered; what a duty cycle gathered is one batch; a response leaves when all that it may rest on is committed.
 * Owned by the core's thread.
 */
final class GroupMachine implements CoordinatorMachine {
    private static final Logger LOG = LoggerFactory.getLogger(GroupMachine.class);

    /** Timeline epoch of an empty log, of which there must be a snapshot too. */
    private static final long BEGINNING = 0;

    /** Asks the shard; what it throws is an answer too. */
    @FunctionalInterface
    interface Operation<R> {
        CoordinatorResult<R, CoordinatorRecord> run() throws KafkaException;
    }

    /** Asks the shard for what is committed. */
    @FunctionalInterface
    interface Query<R> {
        R run(GroupCoordinatorShard shard, long committed) throws KafkaException;
    }

    private final Groups groups;
    private final int partition;
    private final CoordinatorHost host;
    private final Core core;
    private final GroupTimers timers;
    private final GroupTasks tasks;
    private final SnapshotRegistry snapshots;
    private final GroupCoordinatorShard shard;
    private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
    private final CoordinatorWrites writes;
    private final Map<Long, Short> openTransactions = new HashMap<>();
    private final Map<Long, Object> guards = new HashMap<>();
    private final Set<CompletableFuture<?>> waiting = new LinkedHashSet<>();
    private boolean serving;

    GroupMachine(final Groups groups, final Core core, final int partition, final CoordinatorHost host) {
        this.groups = groups;
        this.partition = partition;
        this.core = core;
        this.host = host;
        timers = new GroupTimers(core, this);
        tasks = new GroupTasks(groups, this);
        final LogContext context = new LogContext("[groups " + partition + "] ");
        snapshots = new SnapshotRegistry(context);
        shard = groups.newShard()
                .withLogContext(context)
                .withSnapshotRegistry(snapshots)
                .withTimer(timers)
                .withExecutor(tasks)
                .withTopicPartition(new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, partition))
                .build();
        snapshots.idempotentCreateSnapshot(BEGINNING);
        writes = new CoordinatorWrites(core, host, groups, groups::batchBytesMax, snapshots::idempotentCreateSnapshot);
    }

    GroupCoordinatorShard shard() {
        return shard;
    }

    Groups groups() {
        return groups;
    }

    boolean isServing() {
        return serving;
    }

    // The log before

    @Override
    public void onReplay(final DirectBuffer batches, final int offset, final int length) {
        final ByteBuffer bytes = batches.byteBuffer()
                .duplicate()
                .limit(offset + length)
                .position(offset)
                .slice();
        for (final MutableRecordBatch each :
                MemoryRecords.readableRecords(bytes).batches()) {
            if (PlantedBug.GROUP_STATE_NOT_LOADED.isPlanted()) {
                continue;
            }
            for (final Record record : each) {
                replay(each, record);
            }
        }
    }

    private void replay(final RecordBatch in, final Record record) {
        if (in.isControlBatch()) {
            final ControlRecordType type = ControlRecordType.parse(record.key());
            if (type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT) {
                ended(in.producerId(), in.producerEpoch(), type == ControlRecordType.COMMIT);
            }
            return;
        }
        if (PlantedBug.GROUP_DELETIONS_FORGOTTEN.isPlanted() && !record.hasValue()) {
            return;
        }
        if (in.isTransactional() && !PlantedBug.GROUP_TXN_OFFSETS_FORGOTTEN.isPlanted()) {
            openTransactions.put(in.producerId(), in.producerEpoch());
        }
        try {
            shard.replay(
                    record.offset(),
                    in.producerId(),
                    in.producerEpoch(),
                    serde.deserialize(record.key(), record.value()));
        } catch (final Deserializer.UnknownRecordTypeException newer) {
            // As Apache Kafka: what a later version has written is left alone.
            LOG.warn("{}: a record of an unknown type at offset {} is left alone", this, record.offset());
        }
    }

    @Override
    public void onActive(final long endOffset) {
        snapshots.idempotentCreateSnapshot(endOffset);
        snapshots.deleteSnapshotsUpTo(endOffset);
        serving = true;
        shard.onLoaded(groups.topology());
    }

    // Requests

    /** Asks for a change; answered when what it brought is committed. */
    <R> void write(final String name, final Operation<R> operation, final Answer<R> answer) {
        write(name, RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH, operation, answer);
    }

    /** The same within a producer's transaction: it counts when the transaction's marker has come. */
    private <R> void write(
            final String name,
            final long producerId,
            final short producerEpoch,
            final Operation<R> operation,
            final Answer<R> answer) {
        if (!serving) {
            answer.onError(Errors.NOT_COORDINATOR, null);
            return;
        }
        final CoordinatorResult<R, CoordinatorRecord> result;
        try {
            result = operation.run();
        } catch (final RuntimeException refused) {
            fail(name, refused, answer);
            return;
        }
        try {
            append(result, producerId, producerEpoch);
        } catch (final RecordTooLargeException tooLarge) {
            end(result, tooLarge);
            fail(name, tooLarge, answer);
            return;
        } catch (final RuntimeException broken) {
            // Half of it may have been replayed: what the log says counts.
            LOG.error("{}: {} failed, the groups are read anew", this, name, broken);
            end(result, broken);
            fail(name, broken, answer);
            host.reload();
            return;
        }
        park(result, answer);
    }

    /**
     * Answers once the shard completes the future, if it is not this machine's end that does; a duty cycle later, since
     * futures swallow what is thrown where they complete.
     */
    <R> void awaits(final CompletableFuture<R> future, final Answer<R> answer) {
        waiting.add(future);
        future.whenComplete((response, failure) -> {
            waiting.remove(future);
            groups.later(() -> {
                if (failure == null) {
                    answer.onAnswer(response);
                } else {
                    fail("group", failure, answer);
                }
            });
        });
    }

    /** For a request whose answer the shard gives through a future: only its failure ends it from here. */
    <R, V> Answer<V> failing(final CompletableFuture<R> future) {
        return new Answer<>() {
            @Override
            public void onAnswer(final V nothing) {
                // The future tells.
            }

            @Override
            public void onError(final Errors error, final String message) {
                future.completeExceptionally(error.exception(message));
            }
        };
    }

    /**
     * Offsets that count when their producer's transaction commits. The first of a transaction has to be admitted by its
     * coordinator; if the transaction ends meanwhile, it is too late.
     */
    void commitInTransaction(
            final GroupClient client,
            final TxnOffsetCommitRequestData request,
            final Admission admission,
            final Answer<TxnOffsetCommitResponseData> answer) {
        if (PlantedBug.GROUP_GENERATION_UNCHECKED.isPlanted()) {
            request.setMemberId("").setGenerationIdOrMemberEpoch(-1);
        }
        final long producerId = request.producerId();
        final short producerEpoch = request.producerEpoch();
        final Operation<TxnOffsetCommitResponseData> operation = () -> shard.commitTransactionalOffset(client, request);
        if (Short.valueOf(producerEpoch).equals(openTransactions.get(producerId))) {
            write("txn-commit-offset", producerId, producerEpoch, operation, answer);
            return;
        }
        // Stays until a marker takes it away; all that ask for one transaction share it.
        final Object guard = guards.computeIfAbsent(producerId, each -> new Object());
        admission.admit(partition, error -> {
            final boolean inTime = Objects.equals(guards.get(producerId), guard);
            if (error != Errors.NONE) {
                guards.remove(producerId, guard);
                answer.onError(error, null);
            } else if (!inTime) {
                answer.onError(Errors.INVALID_TXN_STATE, null);
            } else {
                write("txn-commit-offset", producerId, producerEpoch, operation, answer);
            }
        });
    }

    /** Asks a transaction's coordinator whether offsets may be part of it. */
    @FunctionalInterface
    interface Admission {
        void admit(int partition, Consumer<Errors> told);
    }

    /** Ends a producer's transaction here. */
    void mark(final MarkerSink.Marker marker, final Answer<Void> answer) {
        if (!serving) {
            answer.onError(Errors.NOT_COORDINATOR, null);
            return;
        }
        final Short open = openTransactions.get(marker.producerId());
        if (open == null) {
            // Nothing was committed within the transaction, or its marker is here already.
            guards.remove(marker.producerId());
            writes.whenCommitted(() -> answer.onAnswer(null), () -> answer.onError(Errors.NOT_COORDINATOR, null));
            return;
        }
        if (open > marker.producerEpoch()) {
            answer.onError(Errors.INVALID_PRODUCER_EPOCH, null);
            return;
        }
        writes.flush();
        ended(marker.producerId(), marker.producerEpoch(), marker.commit());
        writes.append(marker.toBatch(core.nowMs()), 1);
        writes.whenCommitted(() -> answer.onAnswer(null), () -> answer.onError(Errors.NOT_COORDINATOR, null));
    }

    private void ended(final long producerId, final short producerEpoch, final boolean commit) {
        guards.remove(producerId);
        openTransactions.remove(producerId);
        shard.replayEndTransactionMarker(
                producerId, producerEpoch, commit ? TransactionResult.COMMIT : TransactionResult.ABORT);
    }

    /** Committed offsets; stable ones wait for what is under way. */
    void offsets(
            final OffsetFetchRequestGroup group,
            final boolean requireStable,
            final Answer<OffsetFetchResponseGroup> answer) {
        if (requireStable) {
            write(
                    "fetch-offsets",
                    () -> new CoordinatorResult<>(List.of(), shard.fetchOffsets(group, Long.MAX_VALUE)),
                    answer);
        } else {
            read("fetch-offsets", (asked, committed) -> asked.fetchOffsets(group, committed), answer);
        }
    }

    /** Asks for what is committed; answered at once. */
    <R> void read(final String name, final Query<R> query, final Answer<R> answer) {
        final R response;
        try {
            response = query.run(shard, host.committed());
        } catch (final RuntimeException refused) {
            fail(name, refused, answer);
            return;
        }
        answer.onAnswer(response);
    }

    private static <R> void fail(final String name, final Throwable refused, final Answer<R> answer) {
        CoordinatorOperationExceptionHelper.handleOperationException(
                name,
                "",
                refused,
                (error, message) -> {
                    answer.onError(error, message);
                    return null;
                },
                LOG);
    }

    private <R> void park(final CoordinatorResult<R, CoordinatorRecord> result, final Answer<R> answer) {
        if (PlantedBug.GROUP_ANSWERS_NOT_AWAITED.isPlanted()) {
            end(result, null);
            answer.onAnswer(result.response());
            return;
        }
        writes.whenCommitted(
                () -> {
                    end(result, null);
                    answer.onAnswer(result.response());
                },
                () -> {
                    end(result, Errors.NOT_COORDINATOR.exception());
                    answer.onError(Errors.NOT_COORDINATOR, null);
                });
    }

    private static <R> void end(final CoordinatorResult<R, CoordinatorRecord> result, final Throwable failure) {
        if (result.appendFuture() == null) {
            return;
        }
        if (failure == null) {
            result.appendFuture().complete(null);
        } else {
            result.appendFuture().completeExceptionally(failure);
        }
    }

    // What it brings

    private void append(
            final CoordinatorResult<?, CoordinatorRecord> result, final long producerId, final short producerEpoch) {
        if (PlantedBug.GROUP_TXN_OFFSETS_AT_ONCE.isPlanted() && producerId != RecordBatch.NO_PRODUCER_ID) {
            append(result, RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH);
            return;
        }
        final List<CoordinatorRecord> records = result.records();
        final int size = records.size();
        final byte[][] keys = new byte[size][];
        final byte[][] values = new byte[size][];
        final int bytesMax = groups.batchBytesMax();
        long bytes = CoordinatorWrites.BATCH_OVERHEAD;
        for (int i = 0; i < size; i++) {
            keys[i] = serde.serializeKey(records.get(i));
            values[i] = serde.serializeValue(records.get(i));
            final int record = CoordinatorWrites.bytesOf(keys[i], values[i]);
            if (record + CoordinatorWrites.BATCH_OVERHEAD > bytesMax) {
                throw new RecordTooLargeException("A record of " + record + " bytes is larger than a batch may be.");
            }
            bytes += record;
        }
        if (result.isAtomic() && bytes > bytesMax) {
            throw new RecordTooLargeException("The records to be written take " + bytes + " bytes: at most " + bytesMax
                    + " can be written at once.");
        }
        if (result.isAtomic()) {
            writes.prepare(producerId, producerEpoch, bytes);
        }
        if (producerId != RecordBatch.NO_PRODUCER_ID && size > 0) {
            openTransactions.put(producerId, producerEpoch);
        }
        for (int i = 0; i < size; i++) {
            writes.prepare(producerId, producerEpoch, CoordinatorWrites.bytesOf(keys[i], values[i]));
            if (result.replayRecords()) {
                shard.replay(writes.position(), producerId, producerEpoch, records.get(i));
            }
            writes.add(producerId, producerEpoch, keys[i], values[i]);
        }
    }

    @Override
    public void onCommitted(final long position) {
        snapshots.deleteSnapshotsUpTo(position);
        writes.onCommitted(position);
    }

    @Override
    public void onResigned() {
        serving = false;
        timers.cancelAll();
        tasks.cancelAll();
        writes.resign();
        shard.onUnloaded();
        while (!waiting.isEmpty()) {
            waiting.iterator().next().completeExceptionally(Errors.NOT_COORDINATOR.exception());
        }
    }

    @Override
    public String toString() {
        return "groups of partition " + partition;
    }
}
