package io.millrace.net.broker;

import io.millrace.engine.quota.AddressQuotas;
import io.millrace.engine.quota.ConnectionRates;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.ConnectionLimits;
import io.millrace.engine.settings.Settings;
import java.net.InetAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps the node within {@code max.connections} and {@code max.connections.per.ip} with its overrides. Any core. */
final class ConnectionGate {
    /** Limits of single addresses, read once from the text that is set. */
    private record Limits(String text, Map<String, Integer> byHost) {}

    /** So many addresses with a quota are remembered. */
    private static final int HOSTS_MAX = 10_000;

    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentHashMap<String, Integer> openByHost = new ConcurrentHashMap<>();
    private final ConnectionRates rates;
    private volatile Limits limits = new Limits("", Map.of());

    /** @param settings given at start */
    ConnectionGate(final Settings settings) {
        rates = new ConnectionRates(settings, HOSTS_MAX);
    }

    /**
     * Counts a connection in, unless that would be one too many.
     *
     * @param settings in force on the calling core
     * @param peer     host and port
     */
    boolean admit(final Settings settings, final String peer) {
        final int limit = settings.intOf(BrokerSettings.MAX_CONNECTIONS);
        final String host = hostOf(peer);
        final int limitPerHost =
                limits(settings).getOrDefault(host, settings.intOf(BrokerSettings.MAX_CONNECTIONS_PER_IP));
        if (open.incrementAndGet() > limit) {
            open.decrementAndGet();
            return false;
        }
        if (openByHost.merge(host, 1, Integer::sum) > limitPerHost) {
            onClosed(peer);
            return false;
        }
        return true;
    }

    /** How long a connection that was counted in came too early for what its address may open; 0 if it is to be served. */
    long waitNs(final AddressQuotas quotas, final String peer, final long nowNs) {
        return rates.waitNs(quotas, hostOf(peer), nowNs);
    }

    private Map<String, Integer> limits(final Settings settings) {
        final String text = settings.stringOf(BrokerSettings.MAX_CONNECTIONS_PER_IP_OVERRIDES);
        Limits read = limits;
        if (!read.text.equals(text)) {
            final Map<String, Integer> byHost = new TreeMap<>();
            ConnectionLimits.parse(text).forEach((address, limit) -> byHost.put(canonical(address), limit));
            read = new Limits(text, byHost);
            limits = read;
        }
        return read.byHost;
    }

    /** As peers' addresses are written; one that is none has no peers. */
    static String canonical(final String address) {
        try {
            return InetAddress.ofLiteral(address).getHostAddress();
        } catch (final IllegalArgumentException notOne) {
            return address;
        }
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
