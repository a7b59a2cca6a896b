package io.millrace.engine.journal;

import io.millrace.codec.journal.JournalBlockDecoder;
import io.millrace.codec.journal.JournalRecordDecoder;
import io.millrace.engine.batch.Crc32c;
import java.nio.ByteBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads one file of a journal: the blocks of its newest generation, record by record. A block that is not sound ends
 * it, unless a later one of the same generation is: then it is damaged, and the scan goes on behind it.
 */
public final class JournalScan {
    /** Where the bytes come from. */
    @FunctionalInterface
    public interface Source {
        /** Reads as many bytes as there are, up to the length. */
        int read(long position, MutableDirectBuffer target, int length);
    }

    /** Told of what is found, in order. */
    public interface Visitor {
        /** A sound head of a block; sequence 0 opens the file. */
        void onBlock(long position, JournalBlockDecoder block);

        /** A sound head of a record in that block; its batch begins at the position given. */
        void onRecord(long position, JournalRecordDecoder record, boolean batchIsSound);

        /**
         * Bytes that are not sound, in the block told last or behind it; whether a crash, or an older generation, may
         * have left them there is for later blocks to say.
         *
         * @param hasRecords whether a record's sound head follows where a block's head is not
         */
        void onUnsound(long position, String what, boolean inBlock, boolean hasRecords);
    }

    private static final int STEP_BYTES = 1 << 20;

    private final Crc32c crc32c = new Crc32c();
    private final JournalBlockDecoder block = new JournalBlockDecoder();
    private final JournalRecordDecoder record = new JournalRecordDecoder();
    private UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(STEP_BYTES));
    private Source source;
    private Visitor visitor;
    private long size;
    private long generation;
    private long sequence;

    public void run(final Source bytes, final long length, final Visitor told) {
        source = bytes;
        size = length;
        visitor = told;
        generation = -1;
        sequence = -1;
        long position = 0;
        while (position >= 0 && size - position >= JournalFormat.ALIGNMENT) {
            if (isBlock(position)) {
                generation = block.generation();
                sequence = block.sequence();
                position = walk(position);
            } else {
                position = skip(position);
            }
        }
    }

    /** The position of the next block of the generation, or -1. */
    private long skip(final long position) {
        final boolean isBlank = isBlank(position);
        final boolean hasRecords = hasRecords(position);
        for (long at = position + JournalFormat.ALIGNMENT; size - at >= JournalFormat.ALIGNMENT; ) {
            final int read = fill(at, STEP_BYTES);
            for (int i = 0; i + JournalFormat.BLOCK_HEAD_BYTES <= read; i += JournalFormat.ALIGNMENT) {
                if (isBlockAt(i, at + i)) {
                    visitor.onUnsound(position, "a block's head is not sound", false, hasRecords);
                    return at + i;
                }
            }
            if (read < STEP_BYTES) {
                break;
            }
            at += read;
        }
        if (!isBlank) {
            visitor.onUnsound(position, "a block's head is not sound", false, hasRecords);
        }
        return -1;
    }

    private boolean isBlank(final long position) {
        final int bytes = fill(position, JournalFormat.BLOCK_HEAD_BYTES);
        for (int i = 0; i < bytes; i++) {
            if (buffer.getByte(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** An older block's head would be sound, and of another generation. */
    private boolean hasRecords(final long position) {
        final int wanted = JournalFormat.BLOCK_HEAD_BYTES + JournalFormat.RECORD_HEAD_BYTES;
        return fill(position, wanted) >= wanted
                && !hasSoundHead(0, JournalFormat.BLOCK_HEAD_BYTES)
                && hasSoundHead(JournalFormat.BLOCK_HEAD_BYTES, JournalFormat.RECORD_HEAD_BYTES);
    }

    private boolean isBlock(final long position) {
        return fill(position, JournalFormat.BLOCK_HEAD_BYTES) >= JournalFormat.BLOCK_HEAD_BYTES
                && isBlockAt(0, position);
    }

    private boolean isBlockAt(final int at, final long position) {
        block.wrap(buffer, at, JournalFormat.BLOCK_HEAD_BYTES, 0);
        return block.magic() == JournalFormat.MAGIC
                && hasSoundHead(at, JournalFormat.BLOCK_HEAD_BYTES)
                && (generation < 0 || (block.generation() == generation && block.sequence() > sequence))
                && block.usedBytes() >= JournalFormat.BLOCK_HEAD_BYTES
                && block.blockBytes() == JournalFormat.blockBytes(block.usedBytes())
                && block.blockBytes() <= size - position;
    }

    private boolean hasSoundHead(final int at, final int bytes) {
        return buffer.getInt(at)
                == crc32c.compute(buffer, at + JournalFormat.CRC_BYTES, bytes - JournalFormat.CRC_BYTES);
    }

    /** Visits the block's records; returns where it ends. */
    private long walk(final long position) {
        final int bytes = block.blockBytes();
        final int used = block.usedBytes();
        final int records = block.records();
        visitor.onBlock(position, block);
        if (fill(position, bytes) < bytes) {
            visitor.onUnsound(position, "a block is cut short", true, false);
            return -1;
        }
        int seen = 0;
        boolean lost = false;
        for (int at = JournalFormat.BLOCK_HEAD_BYTES;
                seen < records && at + JournalFormat.RECORD_HEAD_BYTES <= used; ) {
            record.wrap(buffer, at, JournalFormat.RECORD_HEAD_BYTES, 0);
            final int batchBytes = record.batchBytes();
            final int batchAt = at + JournalFormat.RECORD_HEAD_BYTES;
            if (batchBytes > 0 && batchBytes <= used - batchAt && hasSoundHead(at, JournalFormat.RECORD_HEAD_BYTES)) {
                seen++;
                final boolean sound = record.batchCrc() == crc32c.compute(buffer, batchAt, batchBytes);
                if (!sound) {
                    visitor.onUnsound(position + at, "a record's batch is not sound", true, false);
                }
                visitor.onRecord(position + batchAt, record, sound);
                at += JournalFormat.recordBytes(batchBytes);
                lost = false;
            } else {
                if (!lost) {
                    visitor.onUnsound(position + at, "a record's head is not sound", true, false);
                    lost = true;
                }
                at += Long.BYTES;
            }
        }
        if (seen != records && !lost) {
            visitor.onUnsound(position, seen + " records, expected " + records, true, false);
        }
        return position + bytes;
    }

    /** Has the range at the buffer's begin; returns how much of it there is. */
    private int fill(final long position, final int bytes) {
        final int wanted = (int) Math.min(bytes, size - position);
        if (buffer.capacity() < wanted) {
            buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(wanted));
        }
        return source.read(position, buffer, wanted);
    }
}
