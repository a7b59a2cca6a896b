package io.millrace.engine.log;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Entries of one size, big-endian as in an index file, in chunks of a core's index memory. */
final class IndexEntries {
    private static final UnsafeBuffer[] NONE = {};

    private final IndexMemory memory;
    private final int entryBytes;
    private final int entriesPerChunk;
    private UnsafeBuffer[] chunks = NONE;
    private int chunkCount;
    private int count;

    IndexEntries(final IndexMemory memory, final int entryBytes) {
        this.memory = memory;
        this.entryBytes = entryBytes;
        entriesPerChunk = IndexMemory.CHUNK_BYTES / entryBytes;
    }

    int count() {
        return count;
    }

    /** Adds an entry of zeros and returns its number. */
    int add() {
        if (count == chunkCount * entriesPerChunk) {
            if (chunkCount == chunks.length) {
                chunks = Arrays.copyOf(chunks, Math.max(2, chunkCount * 2));
            }
            chunks[chunkCount++] = memory.acquire();
        }
        return count++;
    }

    /** Adds all entries of an index file. */
    void addAll(final DirectBuffer bytes, final int entries) {
        for (int i = 0; i < entries; i++) {
            final int entry = add();
            bytes.getBytes(i * entryBytes, chunk(entry), at(entry), entryBytes);
        }
    }

    int getInt(final int entry, final int field) {
        return chunk(entry).getInt(at(entry) + field, BIG_ENDIAN);
    }

    long getLong(final int entry, final int field) {
        return chunk(entry).getLong(at(entry) + field, BIG_ENDIAN);
    }

    void putInt(final int entry, final int field, final int value) {
        chunk(entry).putInt(at(entry) + field, value, BIG_ENDIAN);
    }

    void putLong(final int entry, final int field, final long value) {
        chunk(entry).putLong(at(entry) + field, value, BIG_ENDIAN);
    }

    void truncateToCount(final int newCount) {
        count = Math.min(count, newCount);
        while (chunkCount > 0 && (chunkCount - 1) * entriesPerChunk >= count) {
            memory.release(chunks[--chunkCount]);
            chunks[chunkCount] = null;
        }
    }

    int entryBytes() {
        return entryBytes;
    }

    int entriesPerChunk() {
        return entriesPerChunk;
    }

    /** The chunk that begins with this entry. */
    UnsafeBuffer chunkOf(final int firstEntry) {
        return chunk(firstEntry);
    }

    /** All entries as they lie in a file. */
    DirectBuffer copy() {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[count * entryBytes]);
        for (int entry = 0; entry < count; entry += entriesPerChunk) {
            final int length = Math.min(entriesPerChunk, count - entry) * entryBytes;
            bytes.putBytes(entry * entryBytes, chunk(entry), 0, length);
        }
        return bytes;
    }

    int memoryBytes() {
        return chunkCount * IndexMemory.CHUNK_BYTES;
    }

    private UnsafeBuffer chunk(final int entry) {
        if (entry < 0 || entry >= count) {
            throw new IndexOutOfBoundsException("entry " + entry + " of " + count);
        }
        return chunks[entry / entriesPerChunk];
    }

    private int at(final int entry) {
        return entry % entriesPerChunk * entryBytes;
    }
}
