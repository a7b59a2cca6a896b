package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.TimestampType;
import org.agrona.DirectBuffer;

/**
 * Finds the first record at or after a timestamp in a batch's unpacked records.
 *
 * <pre>
 *  +---------+-----+-----------------+--------------+-- key, value, headers
 *  | length  |attr | timestamp delta | offset delta |   ...
 *  | varint  |  1  | varlong         | varint       |
 *  +---------+-----+-----------------+--------------+--        varints are zigzag
 * </pre>
 */
final class RecordTimestamps {
    private static final int VARINT_BYTES_MAX = 10;

    /** The record found, or -1. */
    long offset;

    long timestampMs;
    private int cursor;
    private int end;
    private boolean malformed;

    /** False if the bytes are no records: a client wrote them, whose mistake costs nobody an exception. */
    boolean find(
            final BatchFlyweight batch,
            final DirectBuffer records,
            final int from,
            final int to,
            final long wantedMs,
            final long startOffset) {
        offset = -1;
        malformed = false;
        cursor = from;
        end = to;
        final boolean stamped = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
        for (int i = 0; i < batch.recordCount(); i++) {
            final long length = varlong(records);
            if (malformed || length < 1 || length > end - cursor) {
                return false;
            }
            final int next = cursor + (int) length;
            cursor++;
            final long recordMs = varlong(records) + batch.baseTimestamp();
            final long recordOffset = varlong(records) + batch.baseOffset();
            if (malformed || cursor > next) {
                return false;
            }
            final long effectiveMs = stamped ? batch.maxTimestamp() : recordMs;
            if (effectiveMs >= wantedMs && recordOffset >= startOffset) {
                offset = recordOffset;
                timestampMs = effectiveMs;
                return true;
            }
            cursor = next;
        }
        return true;
    }

    private long varlong(final DirectBuffer records) {
        long value = 0;
        for (int i = 0; i < VARINT_BYTES_MAX && cursor < end; i++) {
            final byte next = records.getByte(cursor++);
            value |= (long) (next & 0x7F) << (7 * i);
            if (next >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        malformed = true;
        return 0;
    }
}
