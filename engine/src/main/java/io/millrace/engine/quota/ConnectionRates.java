package io.millrace.engine.quota;

import io.millrace.engine.settings.Settings;

/** How fast addresses may open connections to the node. Any core: connections are opened rarely enough for a lock. */
public final class ConnectionRates {
    private final QuotaLender lender;

    /** @param hostsMax so many are remembered */
    public ConnectionRates(final Settings settings, final int hostsMax) {
        lender = new QuotaLender(settings, hostsMax);
    }

    /** Takes one connection of the host; returns how long it came too early, 0 if it did not. */
    public long waitNs(final AddressQuotas quotas, final String host, final long nowNs) {
        final QuotaBook.Limit limit = quotas.limit(host);
        return limit == null
                ? 0
                : take(
                        new QuotaBorrower.Copy(
                                limit.key(),
                                QuotaKind.CONNECTION,
                                limit.unitsPerSecond(),
                                quotas.asOf(),
                                limit.isNamed()),
                        nowNs);
    }

    private synchronized long take(final QuotaBorrower host, final long nowNs) {
        return lender.lendIfCovered(host, 1, nowNs) ? 0 : Math.max(1, lender.waitNs(host, nowNs));
    }
}
