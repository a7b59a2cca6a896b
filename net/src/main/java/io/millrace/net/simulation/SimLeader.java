package io.millrace.net.simulation;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.log.LogConfig;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.replication.FeedFacts;
import io.millrace.engine.replication.FeedHandler;
import io.millrace.engine.replication.FeedSource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** A leader that a copy is made of: batches in memory, and now and then another leader, which never had the last ones. */
final class SimLeader implements FeedSource {
    private static final int READ_BYTES_MAX = 4_000;
    private static final LogConfig CONFIG =
            LogConfig.DEFAULT.withSegmentBytes(3_000).withIndex(1 << 20, 300);

    private final Entropy entropy;
    private final List<BatchFlyweight> batches = new ArrayList<>();
    private int epoch = 1;
    private long generation;
    private int wantedEpoch = -1;
    private long wantedOffset = -1;

    SimLeader(final Entropy entropy) {
        this.entropy = entropy;
    }

    long endOffset() {
        return batches.isEmpty() ? 0 : batches.getLast().nextOffset();
    }

    void append() {
        final SimpleRecord[] records = new SimpleRecord[1 + entropy.nextInt(4)];
        for (int i = 0; i < records.length; i++) {
            final byte[] value = new byte[1 + entropy.nextInt(200)];
            Arrays.fill(value, (byte) entropy.nextInt(256));
            records[i] = new SimpleRecord(1_000L + i, null, value);
        }
        final ByteBuffer bytes =
                MemoryRecords.withRecords(Compression.NONE, records).buffer();
        final BatchFlyweight batch = new BatchFlyweight().wrap(new UnsafeBuffer(bytes), 0, bytes.remaining());
        batch.baseOffset(endOffset());
        batch.partitionLeaderEpoch(epoch);
        batches.add(batch);
    }

    /** Another leader takes over, without some of the last batches. */
    void takeOver() {
        for (int i = entropy.nextInt(Math.min(batches.size(), 8) + 1); i > 0; i--) {
            batches.removeLast();
        }
        epoch++;
        generation++;
        wantedEpoch = -1;
        wantedOffset = -1;
    }

    /** The whole log. */
    byte[] bytes() {
        return bytes(0, Integer.MAX_VALUE);
    }

    private byte[] bytes(final long fromOffset, final int bytesMax) {
        final List<BatchFlyweight> wanted = new ArrayList<>();
        int length = 0;
        for (final BatchFlyweight batch : batches) {
            if (batch.lastOffset() < fromOffset) {
                continue;
            }
            if (!wanted.isEmpty() && length + batch.sizeInBytes() > bytesMax) {
                break;
            }
            wanted.add(batch);
            length += batch.sizeInBytes();
        }
        final byte[] bytes = new byte[length];
        int at = 0;
        for (final BatchFlyweight batch : wanted) {
            batch.bytes().getBytes(0, bytes, at, batch.sizeInBytes());
            at += batch.sizeInBytes();
        }
        return bytes;
    }

    @Override
    public FeedFacts facts() {
        return new FeedFacts(0x1234, 0x5678, 0, CONFIG);
    }

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public void askEpochEnd(final int asked) {
        wantedEpoch = asked;
    }

    @Override
    public void read(final long offset, final int bytesMax) {
        wantedOffset = offset;
    }

    @Override
    public int poll(final FeedHandler handler, final long nowNs) {
        if (wantedEpoch >= 0) {
            answerEpoch(handler);
            return 1;
        }
        if (wantedOffset < 0) {
            return 0;
        }
        final long offset = wantedOffset;
        wantedOffset = -1;
        if (offset > endOffset()) {
            handler.onOutOfRange();
        } else {
            final byte[] bytes = bytes(offset, READ_BYTES_MAX);
            handler.onBatches(new UnsafeBuffer(bytes), 0, bytes.length, 0, endOffset());
        }
        return 1;
    }

    private void answerEpoch(final FeedHandler handler) {
        int floor = -1;
        long end = -1;
        for (final BatchFlyweight batch : batches) {
            if (batch.partitionLeaderEpoch() <= wantedEpoch) {
                floor = batch.partitionLeaderEpoch();
                end = batch.nextOffset();
            }
        }
        wantedEpoch = -1;
        handler.onEpochEnd(floor, end);
    }
}
