package io.millrace.engine.quota;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.QuotaEntity;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.engine.settings.QuotaSettings;
import io.millrace.engine.settings.Settings;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.UnaryOperator;

/**
 * How fast addresses may open connections to the node. Any core; connections are opened rarely enough for a lock, and for
 * a look at all quotas of addresses of which one may be written in another way.
 */
public final class ConnectionRates {
    private static final String KEY = "connection_creation_rate";
    private static final String ADDRESSES = new QuotaEntity(null, null, "").text();
    private static final int HOSTS_MAX = 10_000;

    private final Map<String, TokenBucket> byHost = new HashMap<>();
    private final UnaryOperator<String> canonical;

    /** @param canonical an address as peers' addresses are written; what is none stays as it is */
    public ConnectionRates(final UnaryOperator<String> canonical) {
        this.canonical = canonical;
    }

    /** Takes one connection of the host; returns how long it came too early, 0 if it did not. */
    public long waitNs(final MetadataImage image, final String host, final long nowNs) {
        final Double perSecond = rateOf(image, host);
        return perSecond == null ? 0 : take(image.startSettings(), host, perSecond, nowNs);
    }

    private Double rateOf(final MetadataImage image, final String host) {
        SortedMap<String, String> own = overrides(image, QuotaEntity.escaped(host));
        if (own.isEmpty() && host.indexOf(':') >= 0) {
            own = overridesOtherwiseWritten(image, host);
        }
        final String text =
                own.isEmpty() ? overrides(image, QuotaEntity.DEFAULT).get(KEY) : own.get(KEY);
        return text == null ? null : Double.valueOf(text);
    }

    /** Of an IPv6 address, which may be set in a shorter form than that in which peers are known. */
    private SortedMap<String, String> overridesOtherwiseWritten(final MetadataImage image, final String host) {
        for (final String name : image.resources(ResourceType.QUOTA)) {
            final QuotaEntity entity = name.startsWith(ADDRESSES) ? QuotaEntity.parse(name) : null;
            final String ip = entity == null ? null : entity.ip();
            if (ip != null && ip.indexOf(':') >= 0 && host.equals(canonical.apply(QuotaEntity.unescaped(ip)))) {
                return overrides(image, ip);
            }
        }
        return Collections.emptySortedMap();
    }

    private static SortedMap<String, String> overrides(final MetadataImage image, final String host) {
        return image.overrides(ResourceType.QUOTA, new QuotaEntity(null, null, host).text());
    }

    private synchronized long take(
            final Settings settings, final String host, final double perSecond, final long nowNs) {
        TokenBucket bucket = byHost.get(host);
        if (bucket == null || bucket.unitsPerSecond() != perSecond) {
            makeRoom(nowNs);
            bucket = new TokenBucket(perSecond, windows(settings), nowNs);
            byHost.put(host, bucket);
        }
        return bucket.takeIfCovered(1, nowNs) ? 0 : Math.max(1, bucket.waitNs());
    }

    private static QuotaWindows windows(final Settings settings) {
        final double seconds = settings.intOf(QuotaSettings.WINDOW_SIZE_SECONDS)
                * (double) Math.max(1, settings.intOf(QuotaSettings.WINDOW_NUM) - 1);
        return new QuotaWindows(seconds, seconds);
    }

    private void makeRoom(final long nowNs) {
        if (byHost.size() >= HOSTS_MAX) {
            byHost.values().removeIf(bucket -> bucket.isFull(nowNs));
            if (byHost.size() >= HOSTS_MAX) {
                byHost.clear();
            }
        }
    }
}
