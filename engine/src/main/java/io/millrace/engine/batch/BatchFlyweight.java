package io.millrace.engine.batch;

import static java.nio.ByteOrder.BIG_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One Kafka record batch (format v2), looked at where it lies. Nothing here validates: {@link BatchValidator} and the
 * log's recovery decide whether the bytes are a batch. Owned by one thread.
 *
 * <pre>
 *   0               8       12      16  17      21   23      27              35              43              51   53      57      61
 *  +---------------+-------+-------+---+-------+----+-------+---------------+---------------+---------------+----+-------+-------+---
 *  |  base offset  |length |leader |mag|  crc  |attr| last  |     base      |      max      |   producer    |prod| base  |record | records
 *  |               |       | epoch |ic |       |    | delta |   timestamp   |   timestamp   |      id       |epch| seq.  | count | ...
 *  +---------------+-------+-------+---+-------+----+-------+---------------+---------------+---------------+----+-------+-------+---
 *                          |<-- length counts from here to the end            |<- crc covers attributes to the end
 *
 *  attr:  15 ... 7 | 6 delete horizon | 5 control | 4 transactional | 3 LogAppendTime | 2..0 codec
 * </pre>
 *
 * All fields are big-endian. The fields before the CRC's range may be rewritten freely, so a good CRC says nothing
 * about the offset. Source: https://kafka.apache.org/documentation/#recordbatch.
 */
public final class BatchFlyweight {
    public static final int BASE_OFFSET_AT = 0;
    public static final int LENGTH_AT = 8;
    public static final int LEADER_EPOCH_AT = 12;
    public static final int MAGIC_AT = 16;
    public static final int CRC_AT = 17;
    public static final int ATTRIBUTES_AT = 21;
    public static final int LAST_OFFSET_DELTA_AT = 23;
    public static final int BASE_TIMESTAMP_AT = 27;
    public static final int MAX_TIMESTAMP_AT = 35;
    public static final int PRODUCER_ID_AT = 43;
    public static final int PRODUCER_EPOCH_AT = 51;
    public static final int BASE_SEQUENCE_AT = 53;
    public static final int RECORD_COUNT_AT = 57;
    /** Where the records begin: the size of the smallest batch. */
    public static final int HEADER_BYTES = 61;
    /** What precedes the bytes that the length field counts. */
    public static final int LENGTH_OVERHEAD_BYTES = 12;
    /** The bytes needed to know a batch's format and size. */
    public static final int PREFIX_BYTES = 17;

    public static final byte MAGIC_V2 = 2;
    public static final long NO_PRODUCER_ID = -1;
    public static final short NO_PRODUCER_EPOCH = -1;
    public static final int NO_SEQUENCE = -1;
    public static final long NO_TIMESTAMP = -1;

    public static final int CODEC_MASK = 0x07;
    public static final int LOG_APPEND_TIME_FLAG = 0x08;
    public static final int TRANSACTIONAL_FLAG = 0x10;
    public static final int CONTROL_FLAG = 0x20;
    public static final int DELETE_HORIZON_FLAG = 0x40;

    private final UnsafeBuffer bytes = new UnsafeBuffer(0, 0);

    /** Looks at the bytes from {@code offset} on; {@code available} may reach beyond the batch. */
    public BatchFlyweight wrap(final DirectBuffer buffer, final int offset, final int available) {
        bytes.wrap(buffer, offset, available);
        return this;
    }

    /** Looks at native memory. */
    public BatchFlyweight wrap(final long address, final int available) {
        bytes.wrap(address, available);
        return this;
    }

    /** Bytes that were wrapped; a whole batch lies there only if this is at least {@link #sizeInBytes}. */
    public int available() {
        return bytes.capacity();
    }

    /** The bytes that were wrapped, the batch at index 0. Valid until the next wrap. */
    public UnsafeBuffer bytes() {
        return bytes;
    }

    public long baseOffset() {
        return bytes.getLong(BASE_OFFSET_AT, BIG_ENDIAN);
    }

    public void baseOffset(final long offset) {
        bytes.putLong(BASE_OFFSET_AT, offset, BIG_ENDIAN);
    }

    /** The length field: the batch's bytes without its first twelve. */
    public int batchLength() {
        return bytes.getInt(LENGTH_AT, BIG_ENDIAN);
    }

    public int sizeInBytes() {
        return LENGTH_OVERHEAD_BYTES + batchLength();
    }

    public int partitionLeaderEpoch() {
        return bytes.getInt(LEADER_EPOCH_AT, BIG_ENDIAN);
    }

    public void partitionLeaderEpoch(final int epoch) {
        bytes.putInt(LEADER_EPOCH_AT, epoch, BIG_ENDIAN);
    }

    public byte magic() {
        return bytes.getByte(MAGIC_AT);
    }

    /** The checksum as stored. */
    public int crc() {
        return bytes.getInt(CRC_AT, BIG_ENDIAN);
    }

    /** The checksum as it should be. The batch must lie here whole and be no shorter than its header. */
    public int computeCrc(final Crc32c crc32c) {
        return crc32c.compute(bytes, ATTRIBUTES_AT, sizeInBytes() - ATTRIBUTES_AT);
    }

    public boolean hasGoodCrc(final Crc32c crc32c) {
        return crc() == computeCrc(crc32c);
    }

    public short attributes() {
        return bytes.getShort(ATTRIBUTES_AT, BIG_ENDIAN);
    }

    /** The codec, or null if the attributes name none that exists. */
    public BatchCodec codec() {
        return BatchCodec.of(attributes() & CODEC_MASK);
    }

    public boolean isCompressed() {
        return (attributes() & CODEC_MASK) != 0;
    }

    public TimestampType timestampType() {
        return (attributes() & LOG_APPEND_TIME_FLAG) == 0 ? TimestampType.CREATE_TIME : TimestampType.LOG_APPEND_TIME;
    }

    public boolean isTransactional() {
        return (attributes() & TRANSACTIONAL_FLAG) != 0;
    }

    public boolean isControl() {
        return (attributes() & CONTROL_FLAG) != 0;
    }

    /** Whether {@link #baseTimestamp} holds the time from which a cleaner may drop this batch. */
    public boolean hasDeleteHorizon() {
        return (attributes() & DELETE_HORIZON_FLAG) != 0;
    }

    public int lastOffsetDelta() {
        return bytes.getInt(LAST_OFFSET_DELTA_AT, BIG_ENDIAN);
    }

    public long lastOffset() {
        return baseOffset() + lastOffsetDelta();
    }

    /** The offset of whatever comes after this batch. */
    public long nextOffset() {
        return lastOffset() + 1;
    }

    public long baseTimestamp() {
        return bytes.getLong(BASE_TIMESTAMP_AT, BIG_ENDIAN);
    }

    public long maxTimestamp() {
        return bytes.getLong(MAX_TIMESTAMP_AT, BIG_ENDIAN);
    }

    public long producerId() {
        return bytes.getLong(PRODUCER_ID_AT, BIG_ENDIAN);
    }

    public boolean hasProducerId() {
        return producerId() > NO_PRODUCER_ID;
    }

    public short producerEpoch() {
        return bytes.getShort(PRODUCER_EPOCH_AT, BIG_ENDIAN);
    }

    public int baseSequence() {
        return bytes.getInt(BASE_SEQUENCE_AT, BIG_ENDIAN);
    }

    /** Sequence of the last record; counts on from 0 after 2^31-1. */
    public int lastSequence() {
        final int base = baseSequence();
        return base == NO_SEQUENCE ? NO_SEQUENCE : Sequences.plus(base, lastOffsetDelta());
    }

    public int recordCount() {
        return bytes.getInt(RECORD_COUNT_AT, BIG_ENDIAN);
    }

    /** Marks the batch as stamped by the broker at {@code nowMs}; renews the CRC if that changed anything. */
    public void stampLogAppendTime(final long nowMs, final Crc32c crc32c) {
        timestamps(attributes() | LOG_APPEND_TIME_FLAG, nowMs, crc32c);
    }

    /** Marks the timestamps as the producer's, the largest being given; renews the CRC if that changed anything. */
    public void keepCreateTime(final long maxTimestampMs, final Crc32c crc32c) {
        timestamps(attributes() & ~LOG_APPEND_TIME_FLAG, maxTimestampMs, crc32c);
    }

    /** Takes a stamp and an offset away again. */
    void restore(final short attributes, final long maxTimestampMs, final int crc) {
        bytes.putLong(BASE_OFFSET_AT, 0, BIG_ENDIAN);
        bytes.putInt(CRC_AT, crc, BIG_ENDIAN);
        bytes.putShort(ATTRIBUTES_AT, attributes, BIG_ENDIAN);
        bytes.putLong(MAX_TIMESTAMP_AT, maxTimestampMs, BIG_ENDIAN);
    }

    private void timestamps(final int attributes, final long maxTimestampMs, final Crc32c crc32c) {
        if (attributes() != attributes || maxTimestamp() != maxTimestampMs) {
            bytes.putShort(ATTRIBUTES_AT, (short) attributes, BIG_ENDIAN);
            bytes.putLong(MAX_TIMESTAMP_AT, maxTimestampMs, BIG_ENDIAN);
            bytes.putInt(CRC_AT, computeCrc(crc32c), BIG_ENDIAN);
        }
    }

    @Override
    public String toString() {
        if (available() < HEADER_BYTES) {
            return "Batch{" + available() + " bytes}";
        }
        return "Batch{offsets=" + baseOffset() + ".." + lastOffset() + ", bytes=" + sizeInBytes() + ", epoch="
                + partitionLeaderEpoch() + ", magic=" + magic() + ", codec=" + codec() + ", records=" + recordCount()
                + ", producer=" + producerId() + '/' + producerEpoch() + '/' + baseSequence() + '}';
    }
}
