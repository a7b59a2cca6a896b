package io.millrace.engine.quota;

import io.millrace.engine.settings.Settings;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The node's bucket of each client that belongs to this core. Whoever pays on a core is lent from here, so that all
 * cores together keep to the client's rate. Knows no names: rates come with those who ask. Owned by the core's thread.
 */
public final class QuotaLender {
    private static final QuotaKind[] KINDS = QuotaKind.values();

    private final Long2ObjectHashMap<TokenBucket> buckets = new Long2ObjectHashMap<>();
    private final QuotaWindows[] windows = new QuotaWindows[KINDS.length];
    private final int bucketsMax;

    public QuotaLender(final Settings settings, final int bucketsMax) {
        this.bucketsMax = bucketsMax;
        for (final QuotaKind kind : KINDS) {
            windows[kind.ordinal()] = QuotaWindows.of(kind, settings);
        }
    }

    /** Lends in any case; returns after how many nanoseconds that is covered. */
    public long lend(
            final long key, final QuotaKind kind, final double unitsPerSecond, final long units, final long nowNs) {
        return bucket(key, kind, unitsPerSecond, nowNs).take(units, nowNs);
    }

    /** Lends if what was lent before is covered; returns whether it did. */
    public boolean lendIfCovered(
            final long key, final QuotaKind kind, final double unitsPerSecond, final long units, final long nowNs) {
        return bucket(key, kind, unitsPerSecond, nowNs).takeIfCovered(units, nowNs);
    }

    /** After how many nanoseconds all that was lent is covered. */
    public long waitNs(final long key, final QuotaKind kind, final double unitsPerSecond, final long nowNs) {
        return bucket(key, kind, unitsPerSecond, nowNs).take(0, nowNs);
    }

    /** A client whose rate has changed begins anew. */
    private TokenBucket bucket(final long key, final QuotaKind kind, final double unitsPerSecond, final long nowNs) {
        TokenBucket bucket = buckets.get(key);
        if (bucket == null || bucket.unitsPerSecond() != unitsPerSecond) {
            makeRoom(nowNs);
            bucket = new TokenBucket(unitsPerSecond, windows[kind.ordinal()], nowNs);
            buckets.put(key, bucket);
        }
        return bucket;
    }

    /** Forgets those who owe nothing; if all do, there are too many to be just to each. */
    private void makeRoom(final long nowNs) {
        if (buckets.size() >= bucketsMax) {
            buckets.values().removeIf(bucket -> bucket.isFull(nowNs));
            if (buckets.size() >= bucketsMax) {
                buckets.clear();
            }
        }
    }

    int size() {
        return buckets.size();
    }
}
