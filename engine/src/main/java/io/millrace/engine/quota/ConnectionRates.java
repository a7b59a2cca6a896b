package io.millrace.engine.quota;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.QuotaEntity;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.engine.settings.QuotaSettings;
import io.millrace.engine.settings.Settings;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;

/** How fast addresses may open connections to the node. Any core; connections are opened rarely enough for a lock. */
public final class ConnectionRates {
    private static final String KEY = "connection_creation_rate";
    private static final int HOSTS_MAX = 10_000;

    private final Map<String, TokenBucket> byHost = new HashMap<>();

    /** Takes one connection of the host; returns how long it came too early, 0 if it did not. */
    public long waitNs(final MetadataImage image, final String host, final long nowNs) {
        final Double perSecond = rateOf(image, host);
        return perSecond == null ? 0 : take(image.startSettings(), host, perSecond, nowNs);
    }

    private static Double rateOf(final MetadataImage image, final String host) {
        final SortedMap<String, String> own = overrides(image, QuotaEntity.escaped(host));
        final String text =
                own.isEmpty() ? overrides(image, QuotaEntity.DEFAULT).get(KEY) : own.get(KEY);
        return text == null ? null : Double.valueOf(text);
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
