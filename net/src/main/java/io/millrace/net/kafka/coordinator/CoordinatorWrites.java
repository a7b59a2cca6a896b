package io.millrace.net.kafka.coordinator;

import io.millrace.engine.coordinator.CoordinatorHost;
import io.millrace.engine.core.Core;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.IntSupplier;
import java.util.function.LongConsumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * What one coordinator writes, and who waits for it: records are gathered, those of a duty cycle leave as one batch, and
 * whoever waits is told when all that was written before is committed. Owned by the core's thread.
 */
public final class CoordinatorWrites {
    /** A batch's frame, and that of a record besides its key and value, at most. */
    public static final int BATCH_OVERHEAD = 64;

    /** The id, and the epoch, of no producer. */
    public static final int NO_PRODUCER = -1;

    private static final int RECORD_OVERHEAD = 32;
    private static final int BATCH_BYTES = 16 * 1024;

    private record Parked(long position, Runnable committed, Runnable resigned) {}

    private final Core core;
    private final CoordinatorHost host;
    private final Coordinators<?> coordinators;
    private final IntSupplier batchBytesMax;
    private final LongConsumer onWritten;
    private final ArrayDeque<Parked> parked = new ArrayDeque<>();
    private final UnsafeBuffer batchView = new UnsafeBuffer(0, 0);
    private ByteBuffer batchBuffer = ByteBuffer.allocate(BATCH_BYTES);
    private MemoryRecordsBuilder batch;
    private long batchProducer;
    private short batchEpoch;
    private int batchRecords;
    private boolean flushAsked;
    private boolean resigned;

    /**
     * @param batchBytesMax the largest batch that the topic takes, in bytes
     * @param onWritten     told the first offset behind each batch that was handed to the log
     */
    public CoordinatorWrites(
            final Core core,
            final CoordinatorHost host,
            final Coordinators<?> coordinators,
            final IntSupplier batchBytesMax,
            final LongConsumer onWritten) {
        this.core = core;
        this.host = host;
        this.coordinators = coordinators;
        this.batchBytesMax = batchBytesMax;
        this.onWritten = onWritten;
    }

    /** The offset that the next record will have. */
    public long position() {
        return host.written() + batchRecords;
    }

    /** Makes room for so many bytes in the batch of a producer, or of none: what does not fit with them leaves first. */
    public void prepare(final long producerId, final short producerEpoch, final long bytes) {
        if (batch != null
                && (batchProducer != producerId
                        || batchEpoch != producerEpoch
                        || bytes + batch.estimatedSizeInBytes() > batchBytesMax.getAsInt())) {
            flush();
        }
    }

    /** Adds a record of no transaction; a null value is a tombstone. */
    public void add(final byte[] key, final byte[] value) {
        add(RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH, key, value);
    }

    /** Adds a record of a producer's transaction, or of none where there is no producer id. */
    public void add(final long producerId, final short producerEpoch, final byte[] key, final byte[] value) {
        prepare(producerId, producerEpoch, bytesOf(key, value));
        if (batch == null) {
            batchProducer = producerId;
            batchEpoch = producerEpoch;
            batch = MemoryRecords.builder(
                    batchBuffer.clear(),
                    RecordBatch.CURRENT_MAGIC_VALUE,
                    Compression.NONE,
                    TimestampType.CREATE_TIME,
                    0,
                    RecordBatch.NO_TIMESTAMP,
                    producerId,
                    producerEpoch,
                    // As Apache Kafka's coordinators: nobody looks at it, but a producer's batch has one.
                    producerId == RecordBatch.NO_PRODUCER_ID ? RecordBatch.NO_SEQUENCE : 0,
                    producerId != RecordBatch.NO_PRODUCER_ID,
                    RecordBatch.NO_PARTITION_LEADER_EPOCH);
        }
        batch.append(core.nowMs(), key, value);
        batchRecords++;
        if (!flushAsked) {
            flushAsked = true;
            coordinators.later(() -> {
                flushAsked = false;
                flush();
            });
        }
    }

    /** What a record takes in a batch, at most. */
    public static int bytesOf(final byte[] key, final byte[] value) {
        return key.length + (value == null ? 0 : value.length) + RECORD_OVERHEAD;
    }

    /** Hands the records gathered so far to the log, as one batch. */
    public void flush() {
        if (batch == null || resigned) {
            return;
        }
        final ByteBuffer bytes = batch.build().buffer();
        if (bytes.capacity() > batchBuffer.capacity()) {
            batchBuffer = bytes;
        }
        batch = null;
        final int records = batchRecords;
        batchRecords = 0;
        appendBatch(bytes, records);
    }

    /** Appends a batch made elsewhere, behind all that was gathered. */
    public void append(final ByteBuffer bytes, final int records) {
        flush();
        appendBatch(bytes, records);
    }

    private void appendBatch(final ByteBuffer bytes, final int records) {
        batchView.wrap(bytes, bytes.position(), bytes.remaining());
        onWritten.accept(host.append(batchView, 0, batchView.capacity(), records));
    }

    /** Runs one of the two once everything written so far is committed, or will not be by this machine; at once if so. */
    public void whenCommitted(final Runnable committed, final Runnable notAnyMore) {
        final long position = position();
        if (resigned) {
            notAnyMore.run();
        } else if (position <= host.committed()) {
            committed.run();
        } else {
            parked.addLast(new Parked(position, committed, notAnyMore));
        }
    }

    /** Everything below the position is committed. */
    public void onCommitted(final long position) {
        while (!parked.isEmpty() && parked.peekFirst().position() <= position) {
            parked.pollFirst().committed().run();
        }
    }

    /** Nothing is written any more; who waits is told. */
    public void resign() {
        resigned = true;
        while (!parked.isEmpty()) {
            parked.pollFirst().resigned().run();
        }
    }
}
