package io.millrace.engine.quota;

import io.millrace.engine.status.PlantedBug;

/**
 * What one client has left of one of its quotas on one core: pays at once, from what the core was lent ahead, and asks
 * for more when that runs short. What was lent may be covered only later; until then the client is to wait. Owned by
 * the core's thread.
 */
public final class QuotaAccount implements QuotaBorrower, QuotaTable.Entry {
    /** So much of a second's rate is lent ahead. */
    private static final double AHEAD_SECONDS = 0.05;

    private static final double NS_PER_SECOND = 1e9;
    private static final long NS_PER_MS = 1_000_000;
    /** Who has paid within this time is likely to do so again. */
    private static final long IDLE_NS = 30_000_000_000L;

    /** Asks the lender, which answers through {@link #lent}, perhaps before this returns. */
    @FunctionalInterface
    public interface Borrower {
        void borrow(QuotaAccount account, long units);
    }

    private final long key;
    private final QuotaKind kind;
    private final double unitsPerSecond;
    private final Borrower borrower;
    private final long ahead;
    private long units;
    private long coveredNs;
    private long asked;
    private long paidNs;
    private boolean hadToWait;
    private long asOf;
    private boolean isNamed;
    private boolean isForgotten;

    QuotaAccount(
            final long key,
            final QuotaKind kind,
            final double unitsPerSecond,
            final Borrower borrower,
            final long nowNs) {
        this.key = key;
        this.kind = kind;
        this.unitsPerSecond = unitsPerSecond;
        this.borrower = borrower;
        ahead = (long) Math.min(TokenBucket.FOREVER, unitsPerSecond * AHEAD_SECONDS);
        coveredNs = nowNs;
        paidNs = nowNs;
    }

    @Override
    public long key() {
        return key;
    }

    @Override
    public QuotaKind kind() {
        return kind;
    }

    @Override
    public double unitsPerSecond() {
        return unitsPerSecond;
    }

    /** Its rate is still what the metadata say at that version; named if it is set for this client and not for all. */
    void confirm(final long metadataVersion, final boolean named) {
        asOf = metadataVersion;
        isNamed = named;
    }

    @Override
    public long asOf() {
        return asOf;
    }

    @Override
    public boolean isNamed() {
        return isNamed;
    }

    /** Whether there is another one for this client now, or none. */
    public boolean isForgotten() {
        return isForgotten;
    }

    @Override
    public void forget() {
        isForgotten = true;
    }

    /** The client has taken so much. */
    public void pay(final long amount, final long nowNs) {
        units -= amount;
        paidNs = nowNs;
        if (units < 0 && asked == 0) {
            ask();
        }
    }

    private void ask() {
        asked = ahead - units;
        borrower.borrow(this, asked);
    }

    /** What was asked for is lent, and covered after so long. */
    public void lent(final long waitNs, final long nowNs) {
        units += PlantedBug.QUOTA_LENT_LOST.isPlanted() ? asked / 2 : asked;
        asked = 0;
        coveredNs = nowNs + waitNs;
        hadToWait = waitNs > 0;
        if (units < 0 && !isForgotten) {
            ask();
        }
    }

    /**
     * How long the client is to wait, 0 if it may go on. While the lender is asked: what is known without it, that a
     * client which had to wait before has nothing but what its rate gave since.
     */
    public long waitNs(final long nowNs) {
        final double owedNs = asked > 0 && units < 0 && hadToWait ? -units / unitsPerSecond * NS_PER_SECOND : 0;
        return Math.max(0, coveredNs - nowNs + (long) Math.min(TokenBucket.FOREVER, owedNs));
    }

    /** The same in milliseconds, rounded up, so that a client that has waited need not wait again. */
    public int waitMs(final long nowNs) {
        return (int) Math.min(Integer.MAX_VALUE, (waitNs(nowNs) + NS_PER_MS - 1) / NS_PER_MS);
    }

    /** Nothing if nobody has paid for a while, and nothing is owed. */
    @Override
    public long costOfForgetting(final long nowNs) {
        final long waitNs = waitNs(nowNs);
        if (asked == 0 && waitNs == 0 && nowNs - paidNs > IDLE_NS) {
            return FREE;
        }
        return Math.min(DEAR - 1, 1 + waitNs) + (isNamed ? DEAR : 0);
    }
}
