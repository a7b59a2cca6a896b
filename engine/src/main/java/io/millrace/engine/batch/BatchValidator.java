package io.millrace.engine.batch;

import static io.millrace.engine.batch.BatchFlyweight.HEADER_BYTES;
import static io.millrace.engine.batch.BatchFlyweight.NO_TIMESTAMP;

import io.millrace.engine.status.Outcome;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntArrayList;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Judges what a producer sent for one partition and, where a topic stamps its records, stamps it. The checks come in
 * Apache Kafka's order, since the first that fails names the error. Allocates nothing, throws nothing. Compressed
 * records are not unpacked: where a topic wants that, it is done beside the core. Owned by one core's thread.
 */
public final class BatchValidator {
    private final Crc32c crc32c;
    private final UnsafeBuffer lent = new UnsafeBuffer(0, 0);
    private final BatchFlyweight batch = new BatchFlyweight();
    private final RecordJudge judge = new RecordJudge();
    private long appendTimeMs;
    private short sentAttributes;
    private long sentMaxTimestamp;
    private int sentCrc;

    public BatchValidator(final Crc32c crc32c) {
        this.crc32c = crc32c;
    }

    /** As the other, for memory that another core lent. */
    public Outcome validate(final long address, final int length, final BatchRules rules, final long nowMs) {
        return validate(address, length, rules, nowMs, false);
    }

    /**
     * As the other.
     *
     * @param internal whether the broker itself made the batch: then it may be a control batch, and needs no sequence
     */
    public Outcome validate(
            final long address, final int length, final BatchRules rules, final long nowMs, final boolean internal) {
        lent.wrap(address, Math.max(0, length));
        return validate(lent, 0, length, rules, nowMs, internal);
    }

    /**
     * OK: {@link #batch} is whole, sound, and ready to get its offset and leader epoch. Otherwise the bytes are as they
     * were.
     *
     * @param length what the producer sent; not positive for null or nothing
     */
    public Outcome validate(
            final DirectBuffer buffer, final int offset, final int length, final BatchRules rules, final long nowMs) {
        return validate(buffer, offset, length, rules, nowMs, false);
    }

    private Outcome validate(
            final DirectBuffer buffer,
            final int offset,
            final int length,
            final BatchRules rules,
            final long nowMs,
            final boolean internal) {
        judge.clear();
        appendTimeMs = NO_TIMESTAMP;
        Outcome outcome = BatchFrame.check(buffer, offset, length);
        if (outcome != Outcome.OK) {
            return outcome;
        }
        batch.wrap(buffer, offset, length);
        outcome = checkHeader(rules, internal);
        if (outcome != Outcome.OK) {
            return outcome;
        }
        outcome = batch.isCompressed() ? checkCompressed(rules, nowMs) : judge.judge(batch, rules, nowMs);
        if (outcome == Outcome.OK) {
            stamp(rules, nowMs);
        }
        return outcome;
    }

    /**
     * Puts the batch that was validated last back as the producer sent it, so that it can be validated again: a stamp of
     * ours would be taken for one of the producer's own.
     */
    public void restore() {
        batch.restore(sentAttributes, sentMaxTimestamp, sentCrc);
    }

    /** The batch that was validated last; valid until the next call. */
    public BatchFlyweight batch() {
        return batch;
    }

    /** Index in the batch of the first record that was refused, or -1 if no single record is to blame. */
    public int badRecord() {
        return judge.badRecord();
    }

    /** Indexes of the refused records, ascending, at most {@link RecordJudge#BAD_RECORDS_MAX}; not to be kept. */
    public IntArrayList badRecords() {
        return judge.badRecords();
    }

    /** The time stamped onto the batch, or -1 if the topic keeps its producers' timestamps. */
    public long appendTimeMs() {
        return appendTimeMs;
    }

    private Outcome checkHeader(final BatchRules rules, final boolean internal) {
        final int size = batch.sizeInBytes();
        if (batch.baseOffset() != 0) {
            return Outcome.INVALID_RECORD;
        }
        if (size > rules.bytesMax()) {
            return Outcome.BATCH_TOO_LARGE;
        }
        if (size < HEADER_BYTES || !batch.hasGoodCrc(crc32c)) {
            return Outcome.CORRUPT_BATCH;
        }
        if (batch.codec() == null) {
            return Outcome.UNKNOWN_CODEC;
        }
        final int count = batch.recordCount();
        if (count <= 0 || batch.lastOffsetDelta() != count - 1) {
            return Outcome.INVALID_RECORD;
        }
        if (!internal && (batch.isControl() || (batch.hasProducerId() && batch.baseSequence() < 0))) {
            return Outcome.INVALID_RECORD;
        }
        return Outcome.OK;
    }

    private Outcome checkCompressed(final BatchRules rules, final long nowMs) {
        if (!CodecMagic.fits(batch.codec(), batch.bytes(), HEADER_BYTES, batch.sizeInBytes())) {
            return Outcome.UNKNOWN_CODEC;
        }
        final Outcome outcome = judge.judgeHeader(batch, rules, nowMs);
        // Where its records will be looked at they count, not the header.
        return rules.coding().concerns(batch) ? Outcome.OK : outcome;
    }

    /** The log's time index and ListOffsets trust the header, so what it says of timestamps is made true here. */
    private void stamp(final BatchRules rules, final long nowMs) {
        sentAttributes = batch.attributes();
        sentMaxTimestamp = batch.maxTimestamp();
        sentCrc = batch.crc();
        if (rules.timestampType() == TimestampType.LOG_APPEND_TIME) {
            appendTimeMs = nowMs;
            batch.stampLogAppendTime(nowMs, crc32c);
        } else {
            batch.keepCreateTime(judge.maxTimestamp(), crc32c);
        }
    }
}
