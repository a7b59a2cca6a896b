package io.millrace.engine.partition;

import static io.millrace.engine.batch.BatchFlyweight.ATTRIBUTES_AT;
import static io.millrace.engine.batch.BatchFlyweight.CODEC_MASK;
import static io.millrace.engine.batch.BatchFlyweight.CRC_AT;
import static io.millrace.engine.batch.BatchFlyweight.HEADER_BYTES;
import static io.millrace.engine.batch.BatchFlyweight.LENGTH_AT;
import static io.millrace.engine.batch.BatchFlyweight.LENGTH_OVERHEAD_BYTES;
import static io.millrace.engine.batch.BatchFlyweight.LOG_APPEND_TIME_FLAG;
import static io.millrace.engine.batch.BatchFlyweight.MAX_TIMESTAMP_AT;
import static io.millrace.engine.batch.BatchFlyweight.TRANSACTIONAL_FLAG;
import static java.nio.ByteOrder.BIG_ENDIAN;

import io.millrace.engine.batch.BatchCodec;
import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.BatchRules;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.batch.RecordJudge;
import io.millrace.engine.batch.RecordNumbers;
import io.millrace.engine.batch.TimestampType;
import io.millrace.engine.port.Compressor;
import io.millrace.engine.port.Decompressor;
import io.millrace.engine.port.TooManyBytesException;
import io.millrace.engine.status.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Looks into one batch and packs it in its topic's codec, with Apache Kafka's answers: what has that codec already is
 * left as it is, unless its records are misnumbered. Runs on a housekeeping thread, on memory lent for the call; the
 * core looks at what came of it afterwards. Pooled.
 */
final class BatchRecoder {
    private final Decompressor decompressor;
    private final Compressor compressor;
    private final int unpackedBytesMax;
    private final RecordJudge judge = new RecordJudge();
    private final Crc32c crc32c = new Crc32c();
    private final BatchFlyweight source = new BatchFlyweight();
    private final UnsafeBuffer records = new UnsafeBuffer(0, 0);
    private int recordsFrom;
    private int recordsTo;
    private int badRecord;
    private ByteBuffer recoded;

    BatchRecoder(final Decompressor decompressor, final Compressor compressor, final int unpackedBytesMax) {
        this.decompressor = decompressor;
        this.compressor = compressor;
        this.unpackedBytesMax = unpackedBytesMax;
    }

    /** Takes a sound batch as its producer sent it; throws nothing. */
    Outcome recode(final long address, final int length, final BatchRules rules, final long nowMs) {
        badRecord = -1;
        recoded = null;
        source.wrap(address, length);
        try {
            unpack();
            final Outcome outcome = judge(rules, nowMs);
            return outcome == Outcome.OK ? pack(rules) : outcome;
        } catch (final TooManyBytesException tooMany) {
            return Outcome.BATCH_TOO_LARGE;
        } catch (final IOException unsound) {
            return Outcome.UNKNOWN_CODEC;
        } catch (final OutOfMemoryError shortage) {
            return Outcome.NOT_READY;
        } finally {
            records.wrap(0, 0);
        }
    }

    private void unpack() throws IOException {
        if (source.sizeInBytes() - HEADER_BYTES > unpackedBytesMax) {
            throw new TooManyBytesException(unpackedBytesMax);
        }
        if (source.isCompressed()) {
            final DirectBuffer unpacked = decompressor.decompress(
                    source.attributes() & CODEC_MASK,
                    source.bytes(),
                    HEADER_BYTES,
                    source.sizeInBytes() - HEADER_BYTES,
                    unpackedBytesMax);
            records.wrap(unpacked);
            recordsFrom = 0;
            recordsTo = unpacked.capacity();
        } else {
            records.wrap(source.bytes());
            recordsFrom = HEADER_BYTES;
            recordsTo = source.sizeInBytes();
        }
    }

    private Outcome judge(final BatchRules rules, final long nowMs) {
        final Outcome outcome = source.isCompressed()
                ? judge.judge(source, records, recordsFrom, recordsTo, rules, nowMs)
                : judge.judge(source, rules, nowMs);
        badRecord = judge.badRecord();
        return outcome;
    }

    private Outcome pack(final BatchRules rules) throws IOException {
        final BatchCodec target = rules.coding().codecFor(source);
        final boolean keepsTimes = rules.timestampType() == TimestampType.CREATE_TIME;
        if (judge.isMisnumbered()) {
            records.wrap(RecordNumbers.renumber(records, recordsFrom, recordsTo, source.recordCount()));
            recordsFrom = 0;
            recordsTo = records.capacity();
        } else if (target == source.codec()) {
            if (keepsTimes) {
                source.keepCreateTime(judge.maxTimestamp(), crc32c);
            }
            return Outcome.OK;
        }
        final int bytesMax = Math.min(rules.bytesMax() - HEADER_BYTES, unpackedBytesMax);
        if (target == BatchCodec.NONE) {
            build(target, records, recordsFrom, recordsTo - recordsFrom, bytesMax, keepsTimes);
        } else {
            final DirectBuffer packed = compressor.compress(
                    target.number(), rules.coding().level(), records, recordsFrom, recordsTo - recordsFrom, bytesMax);
            build(target, packed, 0, packed.capacity(), bytesMax, keepsTimes);
        }
        return Outcome.OK;
    }

    private void build(
            final BatchCodec codec,
            final DirectBuffer packed,
            final int from,
            final int length,
            final int bytesMax,
            final boolean keepsTimes)
            throws TooManyBytesException {
        if (length > bytesMax) {
            throw new TooManyBytesException(bytesMax);
        }
        recoded = ByteBuffer.allocateDirect(HEADER_BYTES + length);
        final UnsafeBuffer bytes = new UnsafeBuffer(recoded);
        bytes.putBytes(0, source.bytes(), 0, HEADER_BYTES);
        bytes.putBytes(HEADER_BYTES, packed, from, length);
        final int kept = source.attributes() & (LOG_APPEND_TIME_FLAG | TRANSACTIONAL_FLAG);
        bytes.putInt(LENGTH_AT, HEADER_BYTES + length - LENGTH_OVERHEAD_BYTES, BIG_ENDIAN);
        bytes.putShort(ATTRIBUTES_AT, (short) (kept | codec.number()), BIG_ENDIAN);
        if (keepsTimes) {
            bytes.putLong(MAX_TIMESTAMP_AT, judge.maxTimestamp(), BIG_ENDIAN);
        }
        bytes.putInt(CRC_AT, crc32c.compute(bytes, ATTRIBUTES_AT, HEADER_BYTES + length - ATTRIBUTES_AT), BIG_ENDIAN);
    }

    /** Index of the record for which the batch was refused, or -1. */
    int badRecord() {
        return badRecord;
    }

    /** The batch as it is to be stored, outside the heap and the caller's to free; null: as it was sent. */
    ByteBuffer recoded() {
        return recoded;
    }
}
