package io.millrace.engine.producer;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.millrace.engine.batch.Crc32c;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The file beside a segment that holds a partition's producers as of the segment's first offset: Apache Kafka's format,
 * all big-endian, read by its tools, with an addition behind it that they do not look at.
 *
 * <pre>
 *   version int16 = 1 | crc int32, over all that follows | entry count int32
 *   entry:    producer id int64 | epoch int16 | last sequence int32 | last offset int64 | offset delta int32
 *             | timestamp int64 | coordinator epoch int32 | first offset of the open transaction int64
 *   addition: "MLPW" | for each entry: last seen int64 | older batch count int8
 *             | for each, oldest first: last sequence int32 | offset delta int32 | last offset int64 | timestamp int64
 * </pre>
 *
 * Kafka keeps the last batch only. A producer whose five batches were all stored but not acknowledged when the broker
 * went down retries the first of them; without the other four it would be told of a gap, give up its sequence, and
 * store them twice.
 */
public final class ProducerSnapshot {
    public static final short VERSION = 1;

    private static final int CRC_AT = 2;
    private static final int CRC_FROM = 6;
    private static final int ENTRIES_AT = 10;
    private static final int EPOCH = 8;
    private static final int LAST_SEQUENCE = 10;
    private static final int LAST_OFFSET = 14;
    private static final int OFFSET_DELTA = 22;
    private static final int TIMESTAMP = 26;
    private static final int COORDINATOR_EPOCH = 34;
    private static final int TXN_FIRST_OFFSET = 38;
    private static final int ENTRY_BYTES = 46;
    private static final int ADDITION_MAGIC = 0x4d4c5057;
    private static final int SEEN_BYTES = Long.BYTES + 1;
    private static final int BATCH_BYTES = 24;

    private final Crc32c crc32c;
    private DirectBuffer bytes;
    private int entryAt;
    private int entriesEnd;
    private int additionAt;
    private int end;

    private int currentAt;
    private int seenAt;

    public ProducerSnapshot(final Crc32c crc32c) {
        this.crc32c = crc32c;
    }

    /** Whether the bytes are a sound snapshot; if so, stands before the first entry. */
    public boolean wrap(final DirectBuffer buffer, final int offset, final int length) {
        bytes = buffer;
        if (length < ENTRIES_AT
                || buffer.getShort(offset, BIG_ENDIAN) != VERSION
                || buffer.getInt(offset + CRC_AT, BIG_ENDIAN)
                        != crc32c.compute(buffer, offset + CRC_FROM, length - CRC_FROM)) {
            return false;
        }
        final int count = buffer.getInt(offset + CRC_FROM, BIG_ENDIAN);
        if (count < 0 || count > (length - ENTRIES_AT) / ENTRY_BYTES) {
            return false;
        }
        entryAt = offset + ENTRIES_AT;
        entriesEnd = entryAt + count * ENTRY_BYTES;
        end = offset + length;
        final boolean hasAddition =
                end - entriesEnd >= Integer.BYTES && buffer.getInt(entriesEnd, BIG_ENDIAN) == ADDITION_MAGIC;
        additionAt = hasAddition ? entriesEnd + Integer.BYTES : end;
        return !hasAddition || isAdditionSound(count);
    }

    private boolean isAdditionSound(final int count) {
        int at = additionAt;
        for (int i = 0; i < count; i++) {
            if (end - at < SEEN_BYTES) {
                return false;
            }
            final int older = bytes.getByte(at + Long.BYTES);
            if (older < 0 || older >= ProducerEntries.WINDOW) {
                return false;
            }
            at += SEEN_BYTES + older * BATCH_BYTES;
        }
        return at == end;
    }

    /** Moves to the next entry; false after the last. */
    public boolean next() {
        if (entryAt == entriesEnd) {
            return false;
        }
        currentAt = entryAt;
        entryAt += ENTRY_BYTES;
        seenAt = additionAt;
        if (additionAt < end) {
            additionAt += SEEN_BYTES + bytes.getByte(additionAt + Long.BYTES) * BATCH_BYTES;
        }
        return true;
    }

    public long producerId() {
        return bytes.getLong(currentAt, BIG_ENDIAN);
    }

    public short epoch() {
        return bytes.getShort(currentAt + EPOCH, BIG_ENDIAN);
    }

    public int lastSequence() {
        return bytes.getInt(currentAt + LAST_SEQUENCE, BIG_ENDIAN);
    }

    /** Of the last record, or -1 if no batch is known. */
    public long lastOffset() {
        return bytes.getLong(currentAt + LAST_OFFSET, BIG_ENDIAN);
    }

    public int offsetDelta() {
        return bytes.getInt(currentAt + OFFSET_DELTA, BIG_ENDIAN);
    }

    public long timestampMs() {
        return bytes.getLong(currentAt + TIMESTAMP, BIG_ENDIAN);
    }

    public int coordinatorEpoch() {
        return bytes.getInt(currentAt + COORDINATOR_EPOCH, BIG_ENDIAN);
    }

    /** First offset of the open transaction, or -1. */
    public long txnFirstOffset() {
        return bytes.getLong(currentAt + TXN_FIRST_OFFSET, BIG_ENDIAN);
    }

    /** When the broker last heard of the producer; as far as Kafka's snapshots know, the last timestamp. */
    public long lastSeenMs() {
        return seenAt < end ? bytes.getLong(seenAt, BIG_ENDIAN) : timestampMs();
    }

    /** Batches known before the last one; none in Kafka's snapshots. */
    public int olderBatches() {
        return seenAt < end ? bytes.getByte(seenAt + Long.BYTES) : 0;
    }

    /** Fills a fresh slot with the current entry. */
    void copyTo(final ProducerEntries entries, final int slot) {
        entries.epoch(slot, epoch());
        entries.coordinatorEpoch(slot, coordinatorEpoch());
        entries.txnFirstOffset(slot, txnFirstOffset());
        entries.lastTimestampMs(slot, timestampMs());
        entries.lastSeenMs(slot, lastSeenMs());
        int at = seenAt + SEEN_BYTES;
        for (int i = 0; i < olderBatches(); i++) {
            entries.push(
                    slot,
                    bytes.getInt(at, BIG_ENDIAN),
                    bytes.getInt(at + 4, BIG_ENDIAN),
                    bytes.getLong(at + 8, BIG_ENDIAN),
                    bytes.getLong(at + 16, BIG_ENDIAN));
            at += BATCH_BYTES;
        }
        if (lastOffset() >= 0) {
            entries.push(slot, lastSequence(), offsetDelta(), lastOffset(), timestampMs());
        }
    }

    /** All used slots, in the order of slots. */
    static DirectBuffer encode(final ProducerEntries entries, final int count, final Crc32c crc32c) {
        final UnsafeBuffer out = new UnsafeBuffer(new byte[sizeOf(entries, count)]);
        out.putShort(0, VERSION, BIG_ENDIAN);
        out.putInt(CRC_FROM, count, BIG_ENDIAN);
        int at = ENTRIES_AT;
        for (int slot = 0; slot < entries.slots(); slot++) {
            at = entries.isUsed(slot) ? putEntry(out, at, entries, slot) : at;
        }
        out.putInt(at, ADDITION_MAGIC, BIG_ENDIAN);
        at += Integer.BYTES;
        for (int slot = 0; slot < entries.slots(); slot++) {
            at = entries.isUsed(slot) ? putSeen(out, at, entries, slot) : at;
        }
        out.putInt(CRC_AT, crc32c.compute(out, CRC_FROM, at - CRC_FROM), BIG_ENDIAN);
        return out;
    }

    private static int sizeOf(final ProducerEntries entries, final int count) {
        int older = 0;
        for (int slot = 0; slot < entries.slots(); slot++) {
            older += entries.isUsed(slot) ? Math.max(0, entries.batches(slot) - 1) : 0;
        }
        return ENTRIES_AT + count * (ENTRY_BYTES + SEEN_BYTES) + Integer.BYTES + older * BATCH_BYTES;
    }

    private static int putEntry(
            final MutableDirectBuffer out, final int at, final ProducerEntries entries, final int slot) {
        out.putLong(at, entries.producerId(slot), BIG_ENDIAN);
        out.putShort(at + EPOCH, entries.epoch(slot), BIG_ENDIAN);
        out.putInt(at + LAST_SEQUENCE, entries.lastSequence(slot), BIG_ENDIAN);
        out.putLong(at + LAST_OFFSET, entries.lastOffset(slot), BIG_ENDIAN);
        out.putInt(at + OFFSET_DELTA, entries.lastOffsetDelta(slot), BIG_ENDIAN);
        out.putLong(at + TIMESTAMP, entries.lastTimestampMs(slot), BIG_ENDIAN);
        out.putInt(at + COORDINATOR_EPOCH, entries.coordinatorEpoch(slot), BIG_ENDIAN);
        out.putLong(at + TXN_FIRST_OFFSET, entries.txnFirstOffset(slot), BIG_ENDIAN);
        return at + ENTRY_BYTES;
    }

    private static int putSeen(
            final MutableDirectBuffer out, final int from, final ProducerEntries entries, final int slot) {
        final int older = Math.max(0, entries.batches(slot) - 1);
        out.putLong(from, entries.lastSeenMs(slot), BIG_ENDIAN);
        out.putByte(from + Long.BYTES, (byte) older);
        int at = from + SEEN_BYTES;
        for (int i = 0; i < older; i++) {
            out.putInt(at, entries.batchLastSequence(slot, i), BIG_ENDIAN);
            out.putInt(at + 4, entries.batchOffsetDelta(slot, i), BIG_ENDIAN);
            out.putLong(at + 8, entries.batchLastOffset(slot, i), BIG_ENDIAN);
            out.putLong(at + 16, entries.batchTimestampMs(slot, i), BIG_ENDIAN);
            at += BATCH_BYTES;
        }
        return at;
    }
}
