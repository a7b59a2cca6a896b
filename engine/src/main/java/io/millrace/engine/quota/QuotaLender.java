package io.millrace.engine.quota;

import io.millrace.engine.settings.Settings;

/**
 * The node's bucket of each client that belongs to this core. Whoever pays on a core is lent from here, so that all
 * cores together keep to the client's rate. Knows no names: rates come with those who ask. Owned by the core's thread.
 */
public final class QuotaLender {
    private static final QuotaKind[] KINDS = QuotaKind.values();

    private final QuotaTable<TokenBucket> buckets;
    private final QuotaWindows[] windows = new QuotaWindows[KINDS.length];

    public QuotaLender(final Settings settings, final int bucketsMax) {
        buckets = new QuotaTable<>(bucketsMax);
        for (final QuotaKind kind : KINDS) {
            windows[kind.ordinal()] = QuotaWindows.of(kind, settings);
        }
    }

    /** Lends in any case; returns after how many nanoseconds that is covered. */
    public long lend(final QuotaBorrower borrower, final long units, final long nowNs) {
        return bucket(borrower, nowNs).take(units, nowNs);
    }

    /** Lends if what was lent before is covered; returns whether it did. */
    public boolean lendIfCovered(final QuotaBorrower borrower, final long units, final long nowNs) {
        return bucket(borrower, nowNs).takeIfCovered(units, nowNs);
    }

    /** After how many nanoseconds all that was lent is covered. */
    public long waitNs(final QuotaBorrower borrower, final long nowNs) {
        return bucket(borrower, nowNs).take(0, nowNs);
    }

    /** A client whose rate has changed begins anew; whoever asks by its old rate is late, and is lent by the new one. */
    private TokenBucket bucket(final QuotaBorrower borrower, final long nowNs) {
        TokenBucket bucket = buckets.get(borrower.key());
        final boolean isOther = bucket != null && bucket.unitsPerSecond() != borrower.unitsPerSecond();
        if (isOther && borrower.asOf() < bucket.asOf()) {
            return bucket;
        }
        if (bucket == null || isOther) {
            bucket = new TokenBucket(
                    borrower.unitsPerSecond(), windows[borrower.kind().ordinal()], nowNs);
            buckets.put(borrower.key(), bucket, nowNs);
        }
        bucket.confirm(borrower.asOf(), borrower.isNamed());
        return bucket;
    }

    int size() {
        return buckets.size();
    }
}
