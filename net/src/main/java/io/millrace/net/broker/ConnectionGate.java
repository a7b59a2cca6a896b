package io.millrace.net.broker;

import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.Settings;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps the node within {@code max.connections} and {@code max.connections.per.ip}. Any core. */
final class ConnectionGate {
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentHashMap<String, Integer> openByHost = new ConcurrentHashMap<>();

    /**
     * Counts a connection in, unless that would be one too many.
     *
     * @param settings in force on the calling core
     * @param peer     host and port
     */
    boolean admit(final Settings settings, final String peer) {
        final int limit = settings.intOf(BrokerSettings.MAX_CONNECTIONS);
        final int limitPerHost = settings.intOf(BrokerSettings.MAX_CONNECTIONS_PER_IP);
        if (open.incrementAndGet() > limit) {
            open.decrementAndGet();
            return false;
        }
        if (openByHost.merge(hostOf(peer), 1, Integer::sum) > limitPerHost) {
            onClosed(peer);
            return false;
        }
        return true;
    }

    /** An admitted connection has ended. */
    void onClosed(final String peer) {
        open.decrementAndGet();
        openByHost.computeIfPresent(hostOf(peer), (host, count) -> count == 1 ? null : count - 1);
    }

    int open() {
        return open.get();
    }

    private static String hostOf(final String peer) {
        final int colon = peer.lastIndexOf(':');
        return colon < 0 ? peer : peer.substring(0, colon);
    }
}
