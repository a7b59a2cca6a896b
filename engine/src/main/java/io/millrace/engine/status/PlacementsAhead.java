package io.millrace.engine.status;

import java.util.ArrayList;
import java.util.List;

/**
 * Partitions that are on another core than the metadata log says, in slots of {@link Statistics}; who looks into the data
 * directory finds here what is so. An entry may be copied while it is written; its check tells. Owned by the core's thread.
 *
 * <pre>
 *   slot 0       1             2      3
 *        +-------+-------------+------+-------+-------------+ …  64 entries
 *        | count | partition   | core | check | partition   |
 *        |       | key 0       |      |       | key 1       |
 *        +-------+-------------+------+-------+-------------+ …
 * </pre>
 */
public final class PlacementsAhead {
    public static final String NAME = "moves.unwritten";
    /** Of more, the count alone is shown. */
    public static final int ENTRIES = 64;

    private static final int ENTRY_SLOTS = 3;

    static final int SLOTS = 1 + ENTRIES * ENTRY_SLOTS;

    /** A partition as a reader finds it. */
    public record Entry(long partitionKey, int core) {}

    private final long[] slots;
    private final int first;

    PlacementsAhead(final long[] slots, final int first) {
        this.slots = slots;
        this.first = first;
    }

    /** So many follow. */
    public void begin(final int count) {
        slots[first] = count;
    }

    public void entry(final int index, final long partitionKey, final int core) {
        if (index < ENTRIES) {
            final int at = first + 1 + index * ENTRY_SLOTS;
            slots[at] = partitionKey;
            slots[at + 1] = core;
            slots[at + 2] = check(partitionKey, core);
        }
    }

    private static long check(final long partitionKey, final long core) {
        return ~(partitionKey * 31 + core);
    }

    /** What a copy of the slots says; entries that are half written are left out. */
    public static List<Entry> read(final long[] copied) {
        final List<Entry> entries = new ArrayList<>();
        final long count = Math.min(copied[0], ENTRIES);
        for (int i = 0; i < count; i++) {
            final int at = 1 + i * ENTRY_SLOTS;
            if (copied[at + 2] == check(copied[at], copied[at + 1])) {
                entries.add(new Entry(copied[at], (int) copied[at + 1]));
            }
        }
        return entries;
    }
}
