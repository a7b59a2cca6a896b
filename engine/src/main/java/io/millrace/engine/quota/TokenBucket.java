package io.millrace.engine.quota;

/**
 * A rate, kept exactly: fills steadily up to a depth, and may be taken below empty by whoever then waits until it is not
 * any more. Those who take while it is below empty wait behind each other.
 */
final class TokenBucket implements QuotaTable.Entry {
    /** Long enough, and no sum with a clock overflows. */
    static final double FOREVER = Long.MAX_VALUE / 4.0;

    private static final double NS_PER_SECOND = 1e9;

    private final double unitsPerSecond;
    private final double depth;
    private final double start;
    private double tokens;
    private long filledNs;
    private long asOf = Long.MIN_VALUE;
    private boolean isNamed;

    TokenBucket(final double unitsPerSecond, final QuotaWindows windows, final long nowNs) {
        this.unitsPerSecond = unitsPerSecond;
        depth = unitsPerSecond * windows.depthSeconds();
        start = unitsPerSecond * windows.startSeconds();
        tokens = start;
        filledNs = nowNs;
    }

    double unitsPerSecond() {
        return unitsPerSecond;
    }

    /** Takes in any case, or gives back if units are negative; returns after how many nanoseconds that is covered, 0 if it is now. */
    long take(final long units, final long nowNs) {
        fill(nowNs);
        tokens = Math.min(depth, tokens - units);
        return waitNs();
    }

    /** Takes only if nobody has to wait; returns whether it did. */
    boolean takeIfCovered(final long units, final long nowNs) {
        fill(nowNs);
        if (tokens < 0 && units > 0) {
            return false;
        }
        tokens = Math.min(depth, tokens - units);
        return true;
    }

    long waitNs() {
        return tokens >= 0 ? 0 : (long) Math.min(FOREVER, -tokens / unitsPerSecond * NS_PER_SECOND);
    }

    /** Its rate was seen at that version of the metadata; named if it is set for this client and not for all. */
    void confirm(final long metadataVersion, final boolean named) {
        asOf = Math.max(asOf, metadataVersion);
        isNamed = named;
    }

    /** The newest version of the metadata at which its rate was seen. */
    long asOf() {
        return asOf;
    }

    /** Nothing if it is full; else how long it takes until it is as a new one would be. */
    @Override
    public long costOfForgetting(final long nowNs) {
        fill(nowNs);
        if (tokens >= depth) {
            return FREE;
        }
        final double givenNs = Math.max(0, start - tokens) / unitsPerSecond * NS_PER_SECOND;
        return (long) Math.min(FOREVER, 1 + givenNs) + (isNamed ? DEAR : 0);
    }

    @Override
    public void forget() {
        // Nobody keeps one.
    }

    private void fill(final long nowNs) {
        if (nowNs > filledNs) {
            tokens = Math.min(depth, tokens + unitsPerSecond * ((nowNs - filledNs) / NS_PER_SECOND));
            filledNs = nowNs;
        }
    }
}
