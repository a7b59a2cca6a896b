package io.millrace.engine.core;

import io.millrace.codec.core.AppendReplyDecoder;
import io.millrace.codec.core.AppendRequestEncoder;
import io.millrace.engine.coordinator.CoordinatorLog;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.producer.AppendFlags;
import io.millrace.engine.status.Outcome;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What the broker itself appends, to partitions of this core and of others: a message to the owner, by the same way as
 * from a connection, and a copy of the batch that is lent until the reply. Owned by the core's thread.
 */
public final class InternalAppends {
    private static final int BATCH_BYTES_KEPT = 64 * 1024;
    private static final int SMALL_BYTES_KEPT = 512;
    private static final long NO_GUARD = -1;
    private static final int BUFFERS_KEPT = 8;
    private static final int SMALL_BUFFERS_KEPT = 256;
    private static final int REPLY_BYTES = AppendReplyDecoder.BLOCK_LENGTH
            + AppendReplyDecoder.PartsDecoder.sbeHeaderSize()
            + AppendReplyDecoder.PartsDecoder.sbeBlockLength();

    private final Core core;
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[256]);
    private final AppendRequestEncoder append = new AppendRequestEncoder();
    private final AppendReplyDecoder appended = new AppendReplyDecoder();
    private final ArrayDeque<UnsafeBuffer> idle = new ArrayDeque<>();
    private final ArrayDeque<UnsafeBuffer> idleSmall = new ArrayDeque<>();

    public InternalAppends(final Core core) {
        this.core = core;
    }

    /**
     * Appends one batch, whose base offset and leader epoch are filled in; it is copied. Appends to one partition keep
     * their order. It is told once the batch is committed, as the topic's durability has it, or refused: NOT_OWNER if
     * the partition is no longer where the image says.
     */
    public void append(
            final PartitionImage partition,
            final DirectBuffer batch,
            final int offset,
            final int length,
            final CoordinatorLog.Appended done) {
        append(partition, batch, offset, length, AppendFlags.NONE, NO_GUARD, done);
    }

    /** The same, refused unless the log ends at the base offset. */
    void appendAt(
            final PartitionImage partition,
            final DirectBuffer batch,
            final int offset,
            final int length,
            final long baseOffset,
            final CoordinatorLog.Appended done) {
        append(partition, batch, offset, length, AppendFlags.NONE, baseOffset, done);
    }

    /**
     * Appends the marker that ends a transaction, likewise.
     *
     * @param bumpsEpochs whether the marker's epoch must be above that of the transaction's data, as from the second
     *     version of transactions on
     */
    public void appendMarker(
            final PartitionImage partition,
            final DirectBuffer batch,
            final int offset,
            final int length,
            final boolean bumpsEpochs,
            final CoordinatorLog.Appended done) {
        append(
                partition,
                batch,
                offset,
                length,
                bumpsEpochs ? AppendFlags.EPOCH_BUMPS : AppendFlags.NONE,
                NO_GUARD,
                done);
    }

    private void append(
            final PartitionImage partition,
            final DirectBuffer batch,
            final int offset,
            final int length,
            final int flags,
            final long guard,
            final CoordinatorLog.Appended done) {
        final UnsafeBuffer lent = take(length);
        lent.putBytes(0, batch, offset, length);
        final long correlation = core.requests()
                .correlation(
                        (token, templateId, body, at, bytes) -> {
                            give(lent);
                            appended.wrap(body, at, AppendReplyDecoder.BLOCK_LENGTH, AppendReplyDecoder.SCHEMA_VERSION);
                            final AppendReplyDecoder.PartsDecoder part =
                                    appended.parts().next();
                            done.onAppended(Outcome.of(part.outcome()), part.baseRecordOffset());
                        },
                        0);
        append.wrap(message, 0)
                .correlation(correlation)
                .partsCount(1)
                .next()
                .partitionKey(partition.partitionKey())
                .ownerEpoch(partition.leaderEpoch())
                .address(lent.addressOffset())
                .length(length)
                .flags((short) (AppendFlags.INTERNAL | flags))
                .guard(guard);
        core.requests()
                .send(
                        correlation,
                        partition.ownerCore(),
                        AppendRequestEncoder.TEMPLATE_ID,
                        message,
                        append.encodedLength(),
                        REPLY_BYTES);
    }

    private UnsafeBuffer take(final int length) {
        if (length > BATCH_BYTES_KEPT) {
            return new UnsafeBuffer(ByteBuffer.allocateDirect(length));
        }
        final boolean small = length <= SMALL_BYTES_KEPT;
        final UnsafeBuffer kept = (small ? idleSmall : idle).pollLast();
        final int bytes = small ? SMALL_BYTES_KEPT : BATCH_BYTES_KEPT;
        return kept == null ? new UnsafeBuffer(ByteBuffer.allocateDirect(bytes)) : kept;
    }

    private void give(final UnsafeBuffer buffer) {
        final int bytes = buffer.capacity();
        if (bytes == SMALL_BYTES_KEPT && idleSmall.size() < SMALL_BUFFERS_KEPT) {
            idleSmall.addLast(buffer);
        } else if (bytes == BATCH_BYTES_KEPT && idle.size() < BUFFERS_KEPT) {
            idle.addLast(buffer);
        } else {
            BufferUtil.free(buffer.byteBuffer());
        }
    }
}
