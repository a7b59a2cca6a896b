package io.millrace.engine.journal;

import io.millrace.codec.journal.JournalBlockDecoder;
import io.millrace.codec.journal.JournalRecordDecoder;
import io.millrace.engine.batch.Crc32c;
import java.nio.ByteBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads one file of a journal: the blocks of its newest generation, record by record. Where a block's head should be and
 * is not sound, the scan looks for a later block of the generation and goes on there, and for records in between.
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

        /**
         * A sound head of a record, in the block told last or in one whose head is lost; its batch begins at the
         * position given.
         */
        void onRecord(long position, long sequence, JournalRecordDecoder record, boolean batchIsSound);

        /** Bytes that are not sound in the block told last. */
        void onUnsound(long position, String what);

        /** Where a block would begin is none: the journal's end, or a block whose head is lost. */
        void onGap(Gap gap);

        /** The file begins with a sound head of another version of the format: nothing else is read of it. */
        void onOtherVersion(int version);
    }

    /**
     * No block where one would follow.
     *
     * @param previousSequence of the block before it in the file, 0 if that opens the file, {@link #NONE} without one
     * @param nextSequence     of the next sound block of the generation, or {@link #NONE}: then it may be the end
     * @param recordsFound     told before, though no head of their block is sound
     */
    public record Gap(long position, boolean isBlank, long previousSequence, long nextSequence, int recordsFound) {}

    public static final long NONE = -1;
    private static final int STEP_BYTES = 1 << 20;

    private final Crc32c crc32c = new Crc32c();
    private final JournalBlockDecoder block = new JournalBlockDecoder();
    private final JournalRecordDecoder record = new JournalRecordDecoder();
    private UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(STEP_BYTES));
    private Source source;
    private Visitor visitor;
    private long size;
    private long generation;
    private long crossed;
    private long sequence;
    /** Near the sequences to come, to tell them by their lower halves. */
    private long nearSequence;

    public void run(final Source bytes, final long length, final Visitor told) {
        source = bytes;
        size = length;
        visitor = told;
        generation = NONE;
        sequence = NONE;
        long position = 0;
        if (isOtherVersion()) {
            visitor.onOtherVersion(block.formatVersion());
            return;
        }
        while (position >= 0 && size - position >= JournalFormat.ALIGNMENT) {
            if (isBlock(position)) {
                enter(block.generation());
                sequence = block.sequence();
                nearSequence = Math.max(sequence, block.durableSequence());
                position = walk(position);
            } else {
                position = skip(position);
            }
        }
    }

    private void enter(final long number) {
        generation = number;
        crossed = JournalFormat.crossed(number);
    }

    private boolean isOtherVersion() {
        final int bytes = JournalFormat.BLOCK_HEAD_BYTES;
        if (fill(0, bytes) < bytes) {
            return false;
        }
        block.wrap(buffer, 0, bytes, 0);
        return block.magic() == JournalFormat.MAGIC
                && block.formatVersion() != JournalFormat.VERSION
                && block.headerCrc() == headCrc(0, bytes);
    }

    /** The position of the next block of the generation, or -1. */
    private long skip(final long position) {
        final boolean isBlank = isBlank(position);
        final long previous = sequence;
        final long next = nextBlock(position);
        if (next >= 0) {
            enter(block.generation());
            nearSequence = block.sequence();
        }
        final long nextSequence = next < 0 ? NONE : block.sequence();
        final int found = generation < 0 ? 0 : recover(position, next < 0 ? size : next);
        visitor.onGap(new Gap(position, isBlank, previous, nextSequence, found));
        return next;
    }

    private long nextBlock(final long position) {
        for (long at = position + JournalFormat.ALIGNMENT; size - at >= JournalFormat.ALIGNMENT; ) {
            final int read = fill(at, STEP_BYTES);
            for (int i = 0; i + JournalFormat.BLOCK_HEAD_BYTES <= read; i += JournalFormat.ALIGNMENT) {
                if (isBlockAt(i, at + i)) {
                    return at + i;
                }
            }
            if (read < STEP_BYTES) {
                break;
            }
            at += read;
        }
        return -1;
    }

    /** Records of the generation between blocks that are sound; returns how many. */
    private int recover(final long from, final long to) {
        int found = 0;
        long start = from;
        int filled = 0;
        for (long at = from; to - at >= JournalFormat.RECORD_HEAD_BYTES; ) {
            if (at + JournalFormat.RECORD_HEAD_BYTES > start + filled) {
                start = at;
                filled = fill(at, STEP_BYTES);
                if (filled < JournalFormat.RECORD_HEAD_BYTES) {
                    break;
                }
            }
            if (!isRecordAt((int) (at - start), to - at)) {
                at += Long.BYTES;
                continue;
            }
            final int bytes = JournalFormat.RECORD_HEAD_BYTES + record.batchBytes();
            if (at + bytes > start + filled) {
                start = at;
                filled = fill(at, bytes);
                record.wrap(buffer, 0, JournalFormat.RECORD_HEAD_BYTES, 0);
            }
            final long batchAt = at + JournalFormat.RECORD_HEAD_BYTES;
            visitor.onRecord(
                    batchAt,
                    nearSequence + (record.sequence() - (int) nearSequence),
                    record,
                    filled >= bytes && isBatchSound((int) (batchAt - start)));
            found++;
            at += JournalFormat.recordBytes(record.batchBytes());
        }
        return found;
    }

    private boolean isBlank(final long position) {
        final int bytes = fill(position, JournalFormat.ALIGNMENT);
        for (int i = 0; i < bytes; i++) {
            if (buffer.getByte(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean isBlock(final long position) {
        return fill(position, JournalFormat.BLOCK_HEAD_BYTES) >= JournalFormat.BLOCK_HEAD_BYTES
                && isBlockAt(0, position);
    }

    private boolean isBlockAt(final int at, final long position) {
        block.wrap(buffer, at, JournalFormat.BLOCK_HEAD_BYTES, 0);
        return block.magic() == JournalFormat.MAGIC
                && block.headerCrc() == headCrc(at, JournalFormat.BLOCK_HEAD_BYTES)
                && block.formatVersion() == JournalFormat.VERSION
                && (generation < 0 || (block.generation() == generation && block.sequence() > sequence))
                && block.usedBytes() >= JournalFormat.BLOCK_HEAD_BYTES
                && block.blockBytes() == JournalFormat.blockBytes(block.usedBytes())
                && block.blockBytes() <= size - position;
    }

    private boolean isRecordAt(final int at, final long bytesMax) {
        record.wrap(buffer, at, JournalFormat.RECORD_HEAD_BYTES, 0);
        return record.batchBytes() > 0
                && record.batchBytes() <= bytesMax - JournalFormat.RECORD_HEAD_BYTES
                && record.headerCrc() == (headCrc(at, JournalFormat.RECORD_HEAD_BYTES) ^ (int) (crossed >>> 32));
    }

    /** The CRC-32C of the batch that is being told of, as it was when it was written. */
    public int batchCrc() {
        return record.batchCrc() ^ (int) crossed;
    }

    private boolean isBatchSound(final int at) {
        return batchCrc() == crc32c.compute(buffer, at, record.batchBytes());
    }

    private int headCrc(final int at, final int bytes) {
        return crc32c.compute(buffer, at + JournalFormat.CRC_BYTES, bytes - JournalFormat.CRC_BYTES);
    }

    /** Visits the block's records; returns where it ends. */
    private long walk(final long position) {
        final int bytes = block.blockBytes();
        final int used = block.usedBytes();
        final int records = block.records();
        visitor.onBlock(position, block);
        if (fill(position, bytes) < bytes) {
            visitor.onUnsound(position, "a block is cut short");
            return -1;
        }
        int seen = 0;
        boolean lost = false;
        for (int at = JournalFormat.BLOCK_HEAD_BYTES;
                seen < records && at + JournalFormat.RECORD_HEAD_BYTES <= used; ) {
            if (isRecordAt(at, used - at) && record.sequence() == (int) sequence) {
                seen++;
                final int batchAt = at + JournalFormat.RECORD_HEAD_BYTES;
                final boolean sound = isBatchSound(batchAt);
                if (!sound) {
                    visitor.onUnsound(position + at, "a record's batch is not sound");
                }
                visitor.onRecord(position + batchAt, sequence, record, sound);
                at += JournalFormat.recordBytes(record.batchBytes());
                lost = false;
            } else {
                if (!lost) {
                    visitor.onUnsound(position + at, "a record's head is not sound");
                    lost = true;
                }
                at += Long.BYTES;
            }
        }
        if (seen != records && !lost) {
            visitor.onUnsound(position, seen + " records, expected " + records);
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
