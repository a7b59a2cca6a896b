package io.millrace.engine.log;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The last offset of each key in a part of a log, as Apache Kafka's cleaner keeps it: keys by their MD5 alone, open
 * addressing, outside the heap and no larger than was asked for. Two keys of one hash would be taken for one. Owned by
 * whoever the compaction hands it to: one thread at a time.
 *
 * <pre>
 *   0                                16            24
 *  +--------------------------------+-------------+
 *  | MD5 of the key                 | offset + 1  |      0: nothing here
 *  +--------------------------------+-------------+
 * </pre>
 */
final class OffsetMap {
    static final int ENTRY_BYTES = 24;

    private static final int HASH_BYTES = 16;
    private static final int OFFSET_AT = 16;

    private final UnsafeBuffer table;
    private final int slots;
    private final int sizeMax;
    private final MessageDigest digest;
    private final byte[] hash = new byte[HASH_BYTES];
    private final UnsafeBuffer hashView = new UnsafeBuffer(hash);
    private int size;
    private long latestOffset = -1;

    /**
     * @param memory     zeros, room for two keys at least; the map's until {@link #free}
     * @param loadFactor how full it may get
     */
    OffsetMap(final ByteBuffer memory, final double loadFactor) {
        slots = memory.capacity() / ENTRY_BYTES;
        sizeMax = Math.max(1, Math.min(slots - 1, (int) (slots * loadFactor)));
        table = new UnsafeBuffer(memory);
        try {
            digest = MessageDigest.getInstance("MD5");
        } catch (final NoSuchAlgorithmException every) {
            throw new IllegalStateException(every);
        }
    }

    /** Bytes for so many keys, up to a bound. */
    static int bytesFor(final long keys, final double loadFactor, final long bytesMax) {
        final long wanted = ((long) (Math.min(keys, Integer.MAX_VALUE) / loadFactor + 16)) * ENTRY_BYTES;
        return Math.clamp(
                wanted, 2 * ENTRY_BYTES, Math.clamp(bytesMax, 2 * ENTRY_BYTES, Integer.MAX_VALUE - ENTRY_BYTES));
    }

    /** Gives the memory back; the end of the map. */
    void free() {
        BufferUtil.free(table);
    }

    int size() {
        return size;
    }

    /** Everything up to here was looked at; -1 if nothing was. */
    long latestOffset() {
        return latestOffset;
    }

    void latestOffset(final long offset) {
        latestOffset = Math.max(latestOffset, offset);
    }

    /** False if the key is new and there is no room for it. */
    boolean put(final ByteBuffer key, final long offset) {
        final int at = find(key);
        if (table.getLong(at + OFFSET_AT) == 0) {
            if (size == sizeMax) {
                return false;
            }
            size++;
            table.putBytes(at, hash);
        }
        table.putLong(at + OFFSET_AT, offset + 1);
        return true;
    }

    /** -1 if the key is not here. */
    long get(final ByteBuffer key) {
        return table.getLong(find(key) + OFFSET_AT) - 1;
    }

    private int find(final ByteBuffer key) {
        digest.update(key.duplicate());
        try {
            digest.digest(hash, 0, HASH_BYTES);
        } catch (final DigestException never) {
            throw new IllegalStateException(never);
        }
        final long first = hashView.getLong(0);
        final long second = hashView.getLong(Long.BYTES);
        int slot = (int) Math.floorMod(first, (long) slots);
        while (true) {
            final int at = slot * ENTRY_BYTES;
            if (table.getLong(at + OFFSET_AT) == 0
                    || (table.getLong(at) == first && table.getLong(at + Long.BYTES) == second)) {
                return at;
            }
            slot = slot + 1 == slots ? 0 : slot + 1;
        }
    }
}
