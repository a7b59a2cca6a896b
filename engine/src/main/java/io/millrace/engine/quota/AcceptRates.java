package io.millrace.engine.quota;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.Listener;
import io.millrace.engine.settings.Settings;
import java.util.List;

/**
 * How fast connections are accepted by the node ({@code max.connection.creation.rate}) and by each of its listeners. Any core:
 * they are accepted rarely enough for a lock, and where there is no limit none is taken.
 */
public final class AcceptRates {
    private static final int UNLIMITED = Integer.MAX_VALUE;
    private static final long NODE = -1;

    private final QuotaLender lender;
    private final List<Listener> listeners;
    private final int exempt;

    /**
     * @param settings given at start
     * @param exempt   number of the listener that is not held to the node's rate; negative if all are
     */
    public AcceptRates(final Settings settings, final List<Listener> listeners, final int exempt) {
        lender = new QuotaLender(settings, listeners.size() + 1);
        this.listeners = listeners;
        this.exempt = exempt;
    }

    /**
     * Takes so many connections of a listener; returns after how many nanoseconds that is covered, 0 if it is now.
     *
     * @param count 0: only asks; negative: gives back
     * @param image the calling core's
     */
    public long take(final int count, final int listener, final MetadataImage image, final long nowNs) {
        final Settings settings = image.settings();
        final int ofNode = listener == exempt ? UNLIMITED : settings.intOf(BrokerSettings.MAX_CONNECTION_CREATION_RATE);
        final int ofListener = settings.intOf(BrokerSettings.MAX_CONNECTION_CREATION_RATE, listeners.get(listener));
        if (ofNode == UNLIMITED && ofListener == UNLIMITED) {
            return 0;
        }
        synchronized (this) {
            return Math.max(
                    take(NODE, ofNode, count, image.version(), nowNs),
                    take(listener, ofListener, count, image.version(), nowNs));
        }
    }

    private long take(final long key, final int rate, final int count, final long asOf, final long nowNs) {
        return rate == UNLIMITED
                ? 0
                : lender.lend(
                        new QuotaBorrower.Copy(key, QuotaKind.CONNECTION, Math.max(1, rate), asOf, true), count, nowNs);
    }
}
