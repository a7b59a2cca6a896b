package io.millrace.net.kafka.group;

import io.millrace.engine.coordinator.CoordinatorHost;
import io.millrace.engine.coordinator.CoordinatorMachine;
import io.millrace.engine.core.Core;
import io.millrace.net.kafka.coordinator.Answer;
import io.millrace.net.kafka.coordinator.CoordinatorWrites;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.internals.LogContext;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorResult;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.apache.kafka.coordinator.share.ShareCoordinatorRecordSerde;
import org.apache.kafka.coordinator.share.ShareCoordinatorShard;
import org.apache.kafka.timeline.SnapshotRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What share groups have done with the partitions whose state one partition of the internal topic keeps: Apache Kafka's
 * shard, as {@link GroupMachine} hosts the one of groups. Owned by the core's thread.
 */
final class ShareStateMachine implements CoordinatorMachine {
    private static final Logger LOG = LoggerFactory.getLogger(ShareStateMachine.class);
    private static final long BEGINNING = 0;

    private final ShareStates states;
    private final int partition;
    private final CoordinatorHost host;
    private final SnapshotRegistry snapshots;
    private final ShareCoordinatorShard shard;
    private final ShareCoordinatorRecordSerde serde = new ShareCoordinatorRecordSerde();
    private final CoordinatorWrites writes;
    private boolean serving;

    ShareStateMachine(final ShareStates states, final Core core, final int partition, final CoordinatorHost host) {
        this.states = states;
        this.partition = partition;
        this.host = host;
        final LogContext context = new LogContext("[share states " + partition + "] ");
        snapshots = new SnapshotRegistry(context);
        shard = states.newShard()
                .withLogContext(context)
                .withSnapshotRegistry(snapshots)
                .withTopicPartition(new TopicPartition(Topic.SHARE_GROUP_STATE_TOPIC_NAME, partition))
                .build();
        snapshots.idempotentCreateSnapshot(BEGINNING);
        writes = new CoordinatorWrites(core, host, states, states::batchBytesMax, snapshots::idempotentCreateSnapshot);
    }

    int partition() {
        return partition;
    }

    ShareCoordinatorShard shard() {
        return shard;
    }

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
                if (!each.isControlBatch()) {
                    replay(record);
                }
            }
        }
    }

    private void replay(final Record record) {
        try {
            shard.replay(
                    record.offset(),
                    CoordinatorWrites.NO_PRODUCER,
                    (short) CoordinatorWrites.NO_PRODUCER,
                    serde.deserialize(record.key(), record.value()));
        } catch (final Deserializer.UnknownRecordTypeException newer) {
            LOG.warn("{}: a record of an unknown type at offset {} is left alone", this, record.offset());
        }
    }

    @Override
    public void onActive(final long endOffset) {
        snapshots.idempotentCreateSnapshot(endOffset);
        snapshots.deleteSnapshotsUpTo(endOffset);
        serving = true;
        shard.onLoaded(states.topology());
    }

    /** Asks for something; answered when what it brought is committed, and what it rests on. */
    <R> void run(
            final String name,
            final Supplier<CoordinatorResult<R, CoordinatorRecord>> operation,
            final Answer<R> answer) {
        if (!serving) {
            answer.onError(Errors.NOT_COORDINATOR, null);
            return;
        }
        final CoordinatorResult<R, CoordinatorRecord> result;
        try {
            result = operation.get();
        } catch (final RuntimeException refused) {
            LOG.warn("{}: {} failed", this, name, refused);
            answer.onError(Errors.forException(refused), null);
            return;
        }
        final List<CoordinatorRecord> records = result.records();
        final byte[][] keys = new byte[records.size()][];
        final byte[][] values = new byte[records.size()][];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = serde.serializeKey(records.get(i));
            values[i] = serde.serializeValue(records.get(i));
            if (CoordinatorWrites.bytesOf(keys[i], values[i]) + CoordinatorWrites.BATCH_OVERHEAD
                    > states.batchBytesMax()) {
                // Nothing is replayed yet.
                answer.onError(Errors.RECORD_LIST_TOO_LARGE, null);
                return;
            }
        }
        try {
            for (int i = 0; i < keys.length; i++) {
                append(records.get(i), keys[i], values[i]);
            }
        } catch (final RuntimeException broken) {
            // Half of it may have been replayed: what the log says counts.
            LOG.error("{}: {} failed, the state is read anew", this, name, broken);
            answer.onError(Errors.forException(broken), null);
            host.reload();
            return;
        }
        writes.whenCommitted(
                () -> answer.onAnswer(result.response()), () -> answer.onError(Errors.NOT_COORDINATOR, null));
    }

    private void append(final CoordinatorRecord record, final byte[] key, final byte[] value) {
        writes.prepare(
                CoordinatorWrites.NO_PRODUCER,
                (short) CoordinatorWrites.NO_PRODUCER,
                CoordinatorWrites.bytesOf(key, value));
        shard.replay(writes.position(), CoordinatorWrites.NO_PRODUCER, (short) CoordinatorWrites.NO_PRODUCER, record);
        writes.add(key, value);
    }

    @Override
    public void onCommitted(final long position) {
        snapshots.deleteSnapshotsUpTo(position);
        writes.onCommitted(position);
    }

    @Override
    public void onResigned() {
        serving = false;
        writes.resign();
        shard.onUnloaded();
    }

    @Override
    public String toString() {
        return "share states of partition " + partition;
    }
}
