package io.millrace.engine.journal;

import io.millrace.codec.journal.JournalBlockEncoder;
import io.millrace.codec.journal.JournalRecordDecoder;
import io.millrace.codec.journal.JournalRecordEncoder;
import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A block while it is filled and while it is written. Grows up to its bound, and never shrinks. */
final class JournalBlock {
    private static final int BYTES_MIN = 64 * 1024;

    private final int core;
    private final int bytesMax;
    private final Crc32c crc32c;
    private final JournalBlockEncoder head = new JournalBlockEncoder();
    private final JournalRecordEncoder record = new JournalRecordEncoder();
    private final JournalRecordDecoder staged = new JournalRecordDecoder();
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private final ArrayList<JournaledLog> members = new ArrayList<>();
    private int used = JournalFormat.BLOCK_HEAD_BYTES;
    private int records;

    JournalBlock(final int core, final int bytesMax, final Crc32c crc32c) {
        this.core = core;
        this.bytesMax = bytesMax;
        this.crc32c = crc32c;
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    boolean isEmpty() {
        return records == 0;
    }

    /** What it would take in a file now. */
    int bytes() {
        return JournalFormat.blockBytes(used);
    }

    /** Who has records in it. */
    ArrayList<JournaledLog> members() {
        return members;
    }

    /** False if there is no room. */
    boolean add(
            final long topicIdHigh,
            final long topicIdLow,
            final int partition,
            final long stableOffset,
            final DirectBuffer batch,
            final int length,
            final long baseOffset,
            final long nextOffset) {
        final int end = used + JournalFormat.recordBytes(length);
        if (length > bytesMax || end > bytesMax || end < 0) {
            return false;
        }
        if (end > buffer.capacity()) {
            grow(end);
        }
        final int batchAt = used + JournalFormat.RECORD_HEAD_BYTES;
        buffer.setMemory(used, JournalFormat.RECORD_HEAD_BYTES, (byte) 0);
        buffer.setMemory(end - Long.BYTES, Long.BYTES, (byte) 0);
        buffer.putBytes(batchAt, batch, 0, length);
        record.wrap(buffer, used)
                .batchCrc(crc32c.compute(buffer, batchAt, length))
                .batchBytes(length)
                .leaderEpoch(buffer.getInt(batchAt + BatchFlyweight.LEADER_EPOCH_AT, ByteOrder.BIG_ENDIAN))
                .topicIdHigh(topicIdHigh)
                .topicIdLow(topicIdLow)
                .partition(partition)
                .baseRecordOffset(baseOffset)
                .nextRecordOffset(nextOffset)
                .stableRecordOffset(stableOffset);
        used = end;
        records++;
        return true;
    }

    /** Where the record that is added next will lie. */
    int end() {
        return used;
    }

    /** The record there says that all below the offset is durable. */
    void proves(final int recordAt, final long stableOffset) {
        record.wrap(buffer, recordAt).stableRecordOffset(stableOffset);
    }

    /**
     * Ends it, once; returns how many bytes are to be written.
     *
     * @param oldest  no block below it is needed any more
     * @param durable this block and all below are on the disk
     */
    int seal(final long generation, final long sequence, final long oldest, final long durable) {
        final int bytes = bytes();
        if (bytes > buffer.capacity()) {
            grow(bytes);
        }
        buffer.setMemory(0, JournalFormat.BLOCK_HEAD_BYTES, (byte) 0);
        buffer.setMemory(used, bytes - used, (byte) 0);
        sealRecords(generation, (int) sequence);
        head.wrap(buffer, 0)
                .magic(JournalFormat.MAGIC)
                .core(core)
                .records(records)
                .generation(generation)
                .sequence(sequence)
                .blockBytes(bytes)
                .usedBytes(used)
                .oldestSequence(oldest)
                .durableSequence(durable)
                .formatVersion(JournalFormat.VERSION);
        head.headerCrc(headCrc(0, JournalFormat.BLOCK_HEAD_BYTES));
        return bytes;
    }

    /** Which file a block goes into, and so its generation, is known when the round begins, not when it is filled. */
    private void sealRecords(final long generation, final int sequence) {
        final long crossed = JournalFormat.crossed(generation);
        int at = JournalFormat.BLOCK_HEAD_BYTES;
        for (int i = 0; i < records; i++) {
            staged.wrap(buffer, at, JournalFormat.RECORD_HEAD_BYTES, 0);
            record.wrap(buffer, at).batchCrc(staged.batchCrc() ^ (int) crossed).sequence(sequence);
            record.headerCrc(headCrc(at, JournalFormat.RECORD_HEAD_BYTES) ^ (int) (crossed >>> 32));
            at += JournalFormat.recordBytes(staged.batchBytes());
        }
    }

    void clear() {
        used = JournalFormat.BLOCK_HEAD_BYTES;
        records = 0;
        members.clear();
    }

    private int headCrc(final int at, final int bytes) {
        return crc32c.compute(buffer, at + JournalFormat.CRC_BYTES, bytes - JournalFormat.CRC_BYTES);
    }

    private void grow(final int needed) {
        final int capacity = Math.min(bytesMax, Math.max(BYTES_MIN, Integer.highestOneBit(needed - 1) << 1));
        final ByteBuffer memory = ByteBuffer.allocateDirect(
                        Math.max(JournalFormat.blockBytes(needed), capacity) + JournalFormat.ALIGNMENT)
                .alignedSlice(JournalFormat.ALIGNMENT);
        memory.put(
                0,
                buffer.capacity() == 0 ? ByteBuffer.allocate(0) : buffer.byteBuffer(),
                0,
                buffer.capacity() == 0 ? 0 : used);
        buffer.wrap(memory);
    }
}
