package io.millrace.engine.core;

import io.millrace.codec.core.ReadReplyDecoder;
import io.millrace.codec.core.ReadRequestEncoder;
import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.coordinator.CoordinatorLog;
import io.millrace.engine.log.LogSlice;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.partition.Partition;
import io.millrace.engine.status.Outcome;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A partition of this core, read and written by the broker itself: the same messages as from a connection, by the same
 * way through the core's own ring. Unlike for a connection, what is damaged is not handed on, and a log whose end is
 * missing is not read at all: what it says may be out of date. Owned by the core's thread.
 */
public final class PartitionLog implements CoordinatorLog {
    private static final int READ_BYTES = 1024 * 1024;
    private static final int BATCH_BYTES_KEPT = 64 * 1024;
    private static final int NONE = -1;

    private final Core core;
    private final PartitionImage partition;
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[256]);
    private final ReadRequestEncoder read = new ReadRequestEncoder();
    private final ReadReplyDecoder found = new ReadReplyDecoder();
    private final InternalAppends appends;

    public PartitionLog(final Core core, final PartitionImage partition) {
        this.core = core;
        this.partition = partition;
        appends = new InternalAppends(core);
    }

    @Override
    public void append(
            final DirectBuffer batch, final int offset, final int length, final long baseOffset, final Appended done) {
        appends.appendAt(partition, batch, offset, length, baseOffset, done);
    }

    @Override
    public void load(final Replay replay) {
        new Loading(replay).ask(0);
    }

    /** One walk through the log, a slice at a time. */
    private final class Loading implements ReplyHandler {
        private final Replay replay;
        private UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(BATCH_BYTES_KEPT));
        private final BatchFlyweight batch = new BatchFlyweight();
        private final Crc32c crc32c = new Crc32c();
        private long next;

        Loading(final Replay replay) {
            this.replay = replay;
        }

        void ask(final long offset) {
            next = offset;
            final long correlation = core.requests().correlation(this, 0);
            read.wrap(message, 0)
                    .correlation(correlation)
                    .committed((short) 0)
                    .waits((short) 0)
                    .partsCount(1)
                    .next()
                    .partitionKey(partition.partitionKey())
                    .ownerEpoch(partition.leaderEpoch())
                    .clientEpoch(NONE)
                    .lastFetchedEpoch(NONE)
                    .fetchOffset(offset)
                    .bytesMax(READ_BYTES);
            core.requests()
                    .send(
                            correlation,
                            core.id(),
                            ReadRequestEncoder.TEMPLATE_ID,
                            message,
                            read.encodedLength(),
                            ReadReplyDecoder.BLOCK_LENGTH
                                    + ReadReplyDecoder.PartsDecoder.sbeHeaderSize()
                                    + ReadReplyDecoder.PartsDecoder.sbeBlockLength());
        }

        @Override
        public void onReply(
                final long token, final int templateId, final DirectBuffer body, final int at, final int length) {
            found.wrap(body, at, ReadReplyDecoder.BLOCK_LENGTH, ReadReplyDecoder.SCHEMA_VERSION);
            final ReadReplyDecoder.PartsDecoder part = found.parts().next();
            final Outcome outcome = Outcome.of(part.outcome());
            final long highWatermark = part.highWatermark();
            final long logStart = part.logStartOffset();
            if (part.leaseId() != NONE) {
                final LogSlice slice = core.leases(core.id()).receive(core.id(), part.leaseId());
                final Outcome copied = copy(slice);
                core.leases(core.id()).release(core.id(), slice);
                if (copied == Outcome.OK) {
                    ask(next);
                } else {
                    replay.onFailed(copied);
                }
            } else if (outcome == Outcome.OFFSET_OUT_OF_RANGE && next < logStart) {
                ask(logStart);
            } else if (outcome == Outcome.OK && next >= highWatermark) {
                if (isWhole()) {
                    replay.onEnd(highWatermark);
                } else {
                    replay.onFailed(Outcome.READ_ONLY);
                }
            } else {
                replay.onFailed(outcome == Outcome.OK ? Outcome.NOT_READY : outcome);
            }
        }

        private boolean isWhole() {
            final Partition here = core.partitions().partition(partition.partitionKey());
            return here == null || !here.isOpen() || !here.log().isReadOnly();
        }

        /** Hands on the slice's whole batches, if the file could be read and all of them are sound. */
        private Outcome copy(final LogSlice slice) {
            final int bytes = slice.length();
            if (buffer.capacity() < bytes) {
                buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes));
            }
            if (slice.read(0, buffer, 0, bytes) != bytes) {
                return Outcome.OFFLINE;
            }
            int whole = 0;
            while (whole + BatchFlyweight.HEADER_BYTES <= bytes) {
                batch.wrap(buffer, whole, bytes - whole);
                final int size = batch.sizeInBytes();
                if (size > bytes - whole) {
                    break;
                }
                if (size < BatchFlyweight.HEADER_BYTES || batch.lastOffset() < next || !batch.hasGoodCrc(crc32c)) {
                    return Outcome.CORRUPT_BATCH;
                }
                whole += size;
                next = batch.nextOffset();
            }
            replay.onBatches(buffer, 0, whole);
            return Outcome.OK;
        }
    }
}
