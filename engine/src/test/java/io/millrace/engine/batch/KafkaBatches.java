package io.millrace.engine.batch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Batches as Apache Kafka's own client library writes them. */
public final class KafkaBatches {
    private static final int CRC_OFFSET = 17;
    private static final int LAST_OFFSET_DELTA_OFFSET = 23;
    private static final int MAX_TIMESTAMP_OFFSET = 35;
    private static final int RECORD_COUNT_OFFSET = 57;

    public long baseOffset;
    public CompressionType codec = CompressionType.NONE;
    public TimestampType timestampType = TimestampType.CREATE_TIME;
    public long logAppendTimeMs = RecordBatch.NO_TIMESTAMP;
    public long producerId = RecordBatch.NO_PRODUCER_ID;
    public short producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
    public int baseSequence = RecordBatch.NO_SEQUENCE;
    public boolean transactional;
    public boolean control;
    public int leaderEpoch = RecordBatch.NO_PARTITION_LEADER_EPOCH;

    public static KafkaBatches batch() {
        return new KafkaBatches();
    }

    public KafkaBatches at(final long offset) {
        baseOffset = offset;
        return this;
    }

    public KafkaBatches codec(final CompressionType type) {
        codec = type;
        return this;
    }

    public KafkaBatches producer(final long id, final int epoch, final int sequence) {
        producerId = id;
        producerEpoch = (short) epoch;
        baseSequence = sequence;
        return this;
    }

    public KafkaBatches transactional() {
        transactional = true;
        return this;
    }

    public KafkaBatches leaderEpoch(final int epoch) {
        leaderEpoch = epoch;
        return this;
    }

    /** As the broker stamps it. */
    public KafkaBatches stamped(final long nowMs) {
        timestampType = TimestampType.LOG_APPEND_TIME;
        logAppendTimeMs = nowMs;
        return this;
    }

    public byte[] of(final SimpleRecord... records) {
        final ByteBuffer out = ByteBuffer.allocate(64 * 1024);
        final MemoryRecordsBuilder builder = MemoryRecords.builder(
                out,
                RecordBatch.MAGIC_VALUE_V2,
                Compression.of(codec).build(),
                timestampType,
                baseOffset,
                logAppendTimeMs,
                producerId,
                producerEpoch,
                baseSequence,
                transactional,
                control,
                leaderEpoch);
        for (final SimpleRecord record : records) {
            builder.append(record);
        }
        return toBytes(builder.build().buffer());
    }

    /** {@code count} small records, a millisecond apart. */
    public byte[] count(final int count, final long timestampMs) {
        final SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            records[i] = record(timestampMs + i, "key-" + i, "value-" + i);
        }
        return of(records);
    }

    /** A batch whose header announces other records than it holds, with timestamps to match and a good CRC. */
    public static byte[] withRecordCount(final byte[] batch, final int records) {
        final ByteBuffer bytes = ByteBuffer.wrap(batch.clone());
        bytes.putInt(RECORD_COUNT_OFFSET, records);
        bytes.putInt(LAST_OFFSET_DELTA_OFFSET, records - 1);
        bytes.putLong(MAX_TIMESTAMP_OFFSET, bytes.getLong(MAX_TIMESTAMP_OFFSET) + records - 1);
        final CRC32C crc = new CRC32C();
        crc.update(bytes.array(), CRC_OFFSET + Integer.BYTES, batch.length - CRC_OFFSET - Integer.BYTES);
        return bytes.putInt(CRC_OFFSET, (int) crc.getValue()).array();
    }

    /** The end of a transaction. */
    public static byte[] marker(
            final long baseOffset,
            final long timestampMs,
            final long producerId,
            final int epoch,
            final int coordinatorEpoch,
            final boolean commit) {
        final ControlRecordType type = commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        return toBytes(MemoryRecords.withEndTransactionMarker(
                        baseOffset,
                        timestampMs,
                        RecordBatch.NO_PARTITION_LEADER_EPOCH,
                        producerId,
                        (short) epoch,
                        new EndTransactionMarker(type, coordinatorEpoch))
                .buffer());
    }

    public static SimpleRecord record(final long timestampMs, final String key, final String value) {
        return new SimpleRecord(timestampMs, utf8(key), utf8(value));
    }

    public static byte[] utf8(final String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    public static byte[] toBytes(final ByteBuffer buffer) {
        final byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /** Kafka's view of the bytes. */
    public static RecordBatch kafka(final byte[] bytes) {
        return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes))
                .batches()
                .iterator()
                .next();
    }

    /** Our view of the bytes. */
    public static BatchFlyweight ours(final byte[] bytes) {
        return new BatchFlyweight().wrap(new UnsafeBuffer(bytes), 0, bytes.length);
    }
}
