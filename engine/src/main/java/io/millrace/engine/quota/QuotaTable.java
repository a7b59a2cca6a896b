package io.millrace.engine.quota;

import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongArrayList;

/**
 * What is remembered of clients, by their keys: no more than so many. Where one more comes, the one goes whose loss
 * matters least among the few at which a hand points that goes round. Owned by its core's thread.
 */
final class QuotaTable<T extends QuotaTable.Entry> {
    private static final int LOOKS_MAX = 32;

    /** What may have to be forgotten. */
    interface Entry {
        /** Nothing is lost by forgetting it. */
        long FREE = 0;
        /** Added for one that is to be kept before others. */
        long DEAR = Long.MAX_VALUE / 2;

        /** {@link #FREE}, or the more the worse. */
        long costOfForgetting(long nowNs);

        /** It is forgotten: whoever keeps it is to look for its successor. */
        void forget();
    }

    private final Long2ObjectHashMap<T> entries = new Long2ObjectHashMap<>();
    private final LongArrayList keys = new LongArrayList();
    private final int entriesMax;
    private int hand;

    QuotaTable(final int entriesMax) {
        this.entriesMax = entriesMax;
    }

    /** Null if there is none. */
    T get(final long key) {
        return entries.get(key);
    }

    /** In place of another of its key, if there is one. */
    void put(final long key, final T entry, final long nowNs) {
        final T before = entries.put(key, entry);
        if (before != null) {
            before.forget();
        } else if (keys.size() < entriesMax) {
            keys.addLong(key);
        } else {
            final int place = cheapest(nowNs);
            entries.remove(keys.getLong(place)).forget();
            keys.setLong(place, key);
        }
    }

    private int cheapest(final long nowNs) {
        int cheapest = -1;
        long costMin = Long.MAX_VALUE;
        for (int looks = Math.min(LOOKS_MAX, keys.size()); looks > 0 && costMin > Entry.FREE; looks--) {
            hand = hand + 1 < keys.size() ? hand + 1 : 0;
            final long cost = entries.get(keys.getLong(hand)).costOfForgetting(nowNs);
            if (cheapest < 0 || cost < costMin) {
                costMin = cost;
                cheapest = hand;
            }
        }
        return cheapest;
    }

    void clear() {
        entries.values().forEach(Entry::forget);
        entries.clear();
        keys.clear();
        hand = 0;
    }

    int size() {
        return entries.size();
    }
}
