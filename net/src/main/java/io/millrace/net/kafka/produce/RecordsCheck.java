package io.millrace.net.kafka.produce;

import static io.millrace.engine.batch.BatchFlyweight.ATTRIBUTES_AT;
import static io.millrace.engine.batch.BatchFlyweight.CODEC_MASK;
import static io.millrace.engine.batch.BatchFlyweight.HEADER_BYTES;
import static io.millrace.engine.batch.BatchFlyweight.LENGTH_AT;
import static io.millrace.engine.batch.BatchFlyweight.LENGTH_OVERHEAD_BYTES;
import static io.millrace.engine.batch.BatchFlyweight.MAGIC_AT;
import static io.millrace.engine.batch.BatchFlyweight.MAGIC_V2;
import static io.millrace.engine.batch.BatchFlyweight.PREFIX_BYTES;
import static io.millrace.engine.batch.BatchFlyweight.TRANSACTIONAL_FLAG;
import static java.nio.ByteOrder.BIG_ENDIAN;

import io.millrace.engine.batch.BatchCodec;
import org.agrona.DirectBuffer;
import org.apache.kafka.common.protocol.Errors;

/**
 * Whether a partition's records are framed as a Produce request may frame them: exactly one batch of format v2. What is
 * inside the batch is the owner's to check. Stateless.
 *
 * <p>Bytes after the batch that are too few for another one are passed over, as Apache Kafka does.
 */
final class RecordsCheck {
    private static final int ZSTD_SINCE = 7;
    /** The smallest length field of any format there ever was. */
    private static final int BATCH_LENGTH_MIN = 14;
    /** Beyond this the reference's arithmetic overflows, and so does its answer. */
    private static final int BATCH_LENGTH_MAX = Integer.MAX_VALUE - LENGTH_OVERHEAD_BYTES;

    private RecordsCheck() {}

    /**
     * Whether the bytes cannot be taken for batches at all; Apache Kafka then refuses the request as a whole.
     *
     * @return its error, or {@code NONE}, also if there is no whole batch
     */
    static Errors framing(final DirectBuffer buffer, final int offset, final int length) {
        if (length < LENGTH_OVERHEAD_BYTES) {
            return Errors.NONE;
        }
        final int batchLength = buffer.getInt(offset + LENGTH_AT, BIG_ENDIAN);
        if (batchLength < BATCH_LENGTH_MIN) {
            return Errors.CORRUPT_MESSAGE;
        }
        if (length < PREFIX_BYTES) {
            return Errors.NONE;
        }
        final byte magic = buffer.getByte(offset + MAGIC_AT);
        if (magic < 0 || magic > MAGIC_V2) {
            return Errors.CORRUPT_MESSAGE;
        }
        return batchLength > BATCH_LENGTH_MAX ? Errors.UNKNOWN_SERVER_ERROR : Errors.NONE;
    }

    /** In Kafka's words, what is wrong with bytes of which {@link #framing} says so; null if the error says it all. */
    static String complaint(final DirectBuffer buffer, final int offset, final Errors framing) {
        if (framing != Errors.CORRUPT_MESSAGE) {
            return null;
        }
        final int batchLength = buffer.getInt(offset + LENGTH_AT, BIG_ENDIAN);
        return batchLength < BATCH_LENGTH_MIN
                ? "Record size " + batchLength + " is less than the minimum record overhead (" + BATCH_LENGTH_MIN + ")"
                : "Invalid magic found in record: " + buffer.getByte(offset + MAGIC_AT);
    }

    /** Whether a whole batch of format v2 begins here and belongs to a transaction. */
    static boolean isTransactional(final DirectBuffer buffer, final int offset, final int length) {
        return hasBatch(buffer, offset, length)
                && buffer.getByte(offset + MAGIC_AT) == MAGIC_V2
                && batchBytes(buffer, offset) >= HEADER_BYTES
                && (buffer.getShort(offset + ATTRIBUTES_AT, BIG_ENDIAN) & TRANSACTIONAL_FLAG) != 0;
    }

    /** The error of this partition alone, or {@code NONE}. */
    static Errors check(final DirectBuffer buffer, final int offset, final int length, final int version) {
        if (!hasBatch(buffer, offset, length) || buffer.getByte(offset + MAGIC_AT) != MAGIC_V2) {
            return Errors.INVALID_RECORD;
        }
        final int bytes = batchBytes(buffer, offset);
        if (bytes < HEADER_BYTES) {
            return Errors.CORRUPT_MESSAGE;
        }
        if (version < ZSTD_SINCE) {
            final BatchCodec codec = BatchCodec.of(buffer.getShort(offset + ATTRIBUTES_AT, BIG_ENDIAN) & CODEC_MASK);
            if (codec == null || codec == BatchCodec.ZSTD) {
                return codec == null ? Errors.UNKNOWN_SERVER_ERROR : Errors.UNSUPPORTED_COMPRESSION_TYPE;
            }
        }
        final int next = offset + bytes;
        final int rest = length - bytes;
        final Errors framing = framing(buffer, next, rest);
        if (framing != Errors.NONE) {
            return framing;
        }
        return hasBatch(buffer, next, rest) ? Errors.INVALID_RECORD : Errors.NONE;
    }

    /** Size of the batch that {@link #check} has found to be whole. */
    static int batchBytes(final DirectBuffer buffer, final int offset) {
        return LENGTH_OVERHEAD_BYTES + buffer.getInt(offset + LENGTH_AT, BIG_ENDIAN);
    }

    private static boolean hasBatch(final DirectBuffer buffer, final int offset, final int length) {
        return length >= PREFIX_BYTES
                && buffer.getInt(offset + LENGTH_AT, BIG_ENDIAN) <= length - LENGTH_OVERHEAD_BYTES;
    }
}
