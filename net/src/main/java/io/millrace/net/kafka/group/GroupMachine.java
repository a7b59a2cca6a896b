package io.millrace.net.kafka.group;

import io.millrace.engine.coordinator.CoordinatorHost;
import io.millrace.engine.coordinator.CoordinatorMachine;
import io.millrace.engine.core.Core;
import io.millrace.net.kafka.coordinator.Answer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
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
    private static final int BATCH_BYTES = 16 * 1024;
    /** A record's frame besides its key and value, at most. */
    private static final int RECORD_OVERHEAD = 32;

    private static final int BATCH_OVERHEAD = 64;
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

    private record Parked(long position, Runnable release, Runnable fail) {}

    private final Groups groups;
    private final int partition;
    private final CoordinatorHost host;
    private final Core core;
    private final GroupTimers timers;
    private final GroupTasks tasks;
    private final SnapshotRegistry snapshots;
    private final GroupCoordinatorShard shard;
    private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
    private final ArrayDeque<Parked> parked = new ArrayDeque<>();
    private final Set<CompletableFuture<?>> waiting = new LinkedHashSet<>();
    private final UnsafeBuffer batchView = new UnsafeBuffer(0, 0);
    private ByteBuffer batchBuffer = ByteBuffer.allocate(BATCH_BYTES);
    private MemoryRecordsBuilder batch;
    private int batchRecords;
    private boolean flushAsked;
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
    }

    GroupCoordinatorShard shard() {
        return shard;
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
            for (final Record record : each) {
                replay(each, record);
            }
        }
    }

    private void replay(final RecordBatch in, final Record record) {
        if (in.isControlBatch()) {
            final ControlRecordType type = ControlRecordType.parse(record.key());
            if (type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT) {
                final boolean commit = type == ControlRecordType.COMMIT;
                shard.replayEndTransactionMarker(
                        in.producerId(),
                        in.producerEpoch(),
                        commit ? TransactionResult.COMMIT : TransactionResult.ABORT);
            }
            return;
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
            append(result);
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
        final long position = host.written() + batchRecords;
        final Runnable release = () -> {
            end(result, null);
            answer.onAnswer(result.response());
        };
        if (position <= host.committed()) {
            release.run();
        } else {
            parked.addLast(new Parked(position, release, () -> {
                end(result, Errors.NOT_COORDINATOR.exception());
                answer.onError(Errors.NOT_COORDINATOR, null);
            }));
        }
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

    private void append(final CoordinatorResult<?, CoordinatorRecord> result) {
        final List<CoordinatorRecord> records = result.records();
        if (records.isEmpty()) {
            return;
        }
        final int size = records.size();
        final byte[][] keys = new byte[size][];
        final byte[][] values = new byte[size][];
        long bytes = BATCH_OVERHEAD;
        for (int i = 0; i < size; i++) {
            keys[i] = serde.serializeKey(records.get(i));
            values[i] = serde.serializeValue(records.get(i));
            final int record = keys[i].length + (values[i] == null ? 0 : values[i].length) + RECORD_OVERHEAD;
            if (record + BATCH_OVERHEAD > groups.batchBytesMax()) {
                throw new RecordTooLargeException("A record of " + record + " bytes is larger than a batch may be.");
            }
            bytes += record;
        }
        if (result.isAtomic() && bytes > groups.batchBytesMax()) {
            throw new RecordTooLargeException("The records to be written take " + bytes + " bytes: at most "
                    + groups.batchBytesMax() + " can be written at once.");
        }
        if (result.isAtomic() && bytes + batchBytes() > groups.batchBytesMax()) {
            flush();
        }
        for (int i = 0; i < size; i++) {
            add(result.replayRecords() ? records.get(i) : null, keys[i], values[i]);
        }
        if (!flushAsked) {
            flushAsked = true;
            groups.later(this::flush);
        }
    }

    private int batchBytes() {
        return batch == null ? 0 : batch.estimatedSizeInBytes();
    }

    private void add(final CoordinatorRecord replayed, final byte[] key, final byte[] value) {
        final int bytes = key.length + (value == null ? 0 : value.length) + RECORD_OVERHEAD;
        if (batchBytes() + bytes > groups.batchBytesMax()) {
            flush();
        }
        if (replayed != null) {
            shard.replay(
                    host.written() + batchRecords, RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH, replayed);
        }
        if (batch == null) {
            batch = MemoryRecords.builder(
                    batchBuffer.clear(),
                    RecordBatch.CURRENT_MAGIC_VALUE,
                    Compression.NONE,
                    TimestampType.CREATE_TIME,
                    0,
                    RecordBatch.NO_TIMESTAMP);
        }
        batch.append(core.nowMs(), key, value);
        batchRecords++;
    }

    /** Hands the records gathered so far to the log, as one batch. */
    private void flush() {
        flushAsked = false;
        if (batch == null || !serving) {
            return;
        }
        final ByteBuffer bytes = batch.build().buffer();
        batchView.wrap(bytes, bytes.position(), bytes.remaining());
        final int records = batchRecords;
        if (bytes.capacity() > batchBuffer.capacity()) {
            batchBuffer = bytes;
        }
        batch = null;
        batchRecords = 0;
        snapshots.idempotentCreateSnapshot(host.append(batchView, 0, batchView.capacity(), records));
    }

    @Override
    public void onCommitted(final long position) {
        snapshots.deleteSnapshotsUpTo(position);
        while (!parked.isEmpty() && parked.peekFirst().position() <= position) {
            parked.pollFirst().release().run();
        }
    }

    @Override
    public void onResigned() {
        serving = false;
        timers.cancelAll();
        tasks.cancelAll();
        while (!parked.isEmpty()) {
            parked.pollFirst().fail().run();
        }
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
