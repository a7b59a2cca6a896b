package io.millrace.net.kafka.api;

import java.util.Arrays;

/**
 * Finds a partition that a request names twice: a hash table from partition keys to places in the request, emptied in no
 * time and reused. Owned by one core's thread.
 */
public final class PartitionIndex {
    /** There is no such partition here. */
    public static final int NONE = -1;

    private static final int SLOTS_INITIAL = 32;
    private static final int SLOTS_KEPT = 1 << 14;

    private long[] keys = new long[SLOTS_INITIAL];
    private int[] places = new int[SLOTS_INITIAL];
    private int[] rounds = new int[SLOTS_INITIAL];
    private int round;

    /** Empties the index and makes room for so many partitions. */
    public void reset(final int capacity) {
        final int slots = Math.max(SLOTS_INITIAL, Integer.highestOneBit(Math.max(1, capacity)) * 4);
        if (slots > keys.length || keys.length > SLOTS_KEPT && slots <= SLOTS_KEPT) {
            keys = new long[slots];
            places = new int[slots];
            rounds = new int[slots];
            round = 0;
        }
        if (++round == 0) {
            Arrays.fill(rounds, 0);
            round = 1;
        }
    }

    /** The place of an equal key that was put before, or {@link #NONE} after putting this one. */
    public int putIfAbsent(final long partitionKey, final int place) {
        final int mask = keys.length - 1;
        int slot = (int) (partitionKey * 0x9E3779B97F4A7C15L >>> 32) & mask;
        while (rounds[slot] == round) {
            if (keys[slot] == partitionKey) {
                return places[slot];
            }
            slot = slot + 1 & mask;
        }
        rounds[slot] = round;
        keys[slot] = partitionKey;
        places[slot] = place;
        return NONE;
    }
}
