package io.millrace.engine.batch;

import static io.millrace.engine.batch.BatchFlyweight.LENGTH_AT;
import static io.millrace.engine.batch.BatchFlyweight.LENGTH_OVERHEAD_BYTES;
import static io.millrace.engine.batch.BatchFlyweight.MAGIC_AT;
import static io.millrace.engine.batch.BatchFlyweight.PREFIX_BYTES;
import static java.nio.ByteOrder.BIG_ENDIAN;

import io.millrace.engine.status.Outcome;
import org.agrona.DirectBuffer;

/** Whether bytes from a producer hold exactly one batch, judged by the frame alone: no more than two headers. */
final class BatchFrame {
    /** What the length field of the smallest frame of any format says. */
    private static final int LENGTH_MIN = 14;

    private static final int ABSENT = 0;
    private static final int CORRUPT = -1;

    private BatchFrame() {}

    /**
     * Refuses all but one whole batch of format 2. As in Apache Kafka, less than a whole further frame behind it is
     * ignored: only {@link BatchFlyweight#sizeInBytes} bytes are the batch.
     *
     * @param length bytes the producer sent for one partition; not positive for null or nothing
     */
    static Outcome check(final DirectBuffer buffer, final int offset, final int length) {
        final int size = sizeOfFrame(buffer, offset, length);
        if (size == CORRUPT) {
            return Outcome.CORRUPT_BATCH;
        }
        if (size == ABSENT || buffer.getByte(offset + MAGIC_AT) != BatchFlyweight.MAGIC_V2) {
            return Outcome.INVALID_RECORD;
        }
        final int second = sizeOfFrame(buffer, offset + size, length - size);
        if (second == CORRUPT) {
            return Outcome.CORRUPT_BATCH;
        }
        return second == ABSENT ? Outcome.OK : Outcome.INVALID_RECORD;
    }

    /** The size of the frame at {@code offset}, {@link #ABSENT} if none lies there whole, or {@link #CORRUPT}. */
    private static int sizeOfFrame(final DirectBuffer buffer, final int offset, final int available) {
        if (available < LENGTH_OVERHEAD_BYTES) {
            return ABSENT;
        }
        final int length = buffer.getInt(offset + LENGTH_AT, BIG_ENDIAN);
        if (length < LENGTH_MIN) {
            return CORRUPT;
        }
        if (available < PREFIX_BYTES) {
            return ABSENT;
        }
        final byte magic = buffer.getByte(offset + MAGIC_AT);
        if (magic < 0 || magic > BatchFlyweight.MAGIC_V2) {
            return CORRUPT;
        }
        return length > available - LENGTH_OVERHEAD_BYTES ? ABSENT : LENGTH_OVERHEAD_BYTES + length;
    }
}
