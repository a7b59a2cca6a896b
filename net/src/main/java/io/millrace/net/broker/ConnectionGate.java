package io.millrace.net.broker;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.quota.AcceptRates;
import io.millrace.engine.quota.AddressQuotas;
import io.millrace.engine.quota.ConnectionRates;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.ConnectionLimits;
import io.millrace.engine.settings.Listener;
import io.millrace.engine.settings.Settings;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Keeps the node and its listeners within {@code max.connections}, {@code max.connections.per.ip} with its overrides, and the
 * rates at which connections may be opened. Any core.
 */
final class ConnectionGate {
    /** Limits of single addresses, read once from the text that is set. */
    private record Limits(String text, Map<String, Integer> byHost) {}

    /** So many addresses with a quota are remembered. */
    private static final int HOSTS_MAX = 10_000;

    private final List<Listener> listeners;
    /** Number of the listener that has only limits of its own, so that nodes always find each other; or −1. */
    private final int exempt;

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicIntegerArray openByListener;
    private final ConcurrentHashMap<String, Integer> openByHost = new ConcurrentHashMap<>();
    private final ConnectionRates rates;
    private final AcceptRates acceptRates;
    private volatile Limits limits = new Limits("", Map.of());

    /**
     * @param settings  given at start
     * @param listeners in order of their numbers
     */
    ConnectionGate(final Settings settings, final List<Listener> listeners) {
        this.listeners = List.copyOf(listeners);
        exempt = exempt(settings, listeners);
        openByListener = new AtomicIntegerArray(listeners.size());
        rates = new ConnectionRates(settings, HOSTS_MAX);
        acceptRates = new AcceptRates(settings, this.listeners, exempt);
    }

    /** As in Kafka: the only way in is held to all limits; where nothing is said the one called PLAINTEXT is the nodes'. */
    private static int exempt(final Settings settings, final List<Listener> listeners) {
        final String given = settings.stringOf(BrokerSettings.INTER_BROKER_LISTENER_NAME);
        final String name = given == null ? "PLAINTEXT" : given;
        for (int number = 0; listeners.size() > 1 && number < listeners.size(); number++) {
            if (listeners.get(number).name().equals(name)) {
                return number;
            }
        }
        return -1;
    }

    /**
     * Counts a connection in, unless that would be one too many.
     *
     * @param settings in force on the calling core
     * @param listener number of that through which it came
     * @param peer     host and port
     */
    boolean admit(final Settings settings, final int listener, final String peer) {
        final int limit = listener == exempt ? Integer.MAX_VALUE : settings.intOf(BrokerSettings.MAX_CONNECTIONS);
        final int limitOfListener = settings.intOf(BrokerSettings.MAX_CONNECTIONS, listeners.get(listener));
        final String host = hostOf(peer);
        final int limitPerHost =
                limits(settings).getOrDefault(host, settings.intOf(BrokerSettings.MAX_CONNECTIONS_PER_IP));
        final boolean isOneTooMany = open.incrementAndGet() > limit
                | openByListener.incrementAndGet(listener) > limitOfListener
                | openByHost.merge(host, 1, Integer::sum) > limitPerHost;
        if (isOneTooMany) {
            onClosed(listener, peer);
        }
        return !isOneTooMany;
    }

    /** Takes the turn of one connection of a listener; returns how long it has to wait for that, 0 if it may be accepted now. */
    long takeTurn(final MetadataImage image, final int listener, final long nowNs) {
        return acceptRates.take(1, listener, image, nowNs);
    }

    /** How long it takes until all turns that were taken have come. */
    long acceptWaitNs(final MetadataImage image, final int listener, final long nowNs) {
        return acceptRates.take(0, listener, image, nowNs);
    }

    /**
     * How long a connection that was counted in came too early for what its address may open; 0 if it is to be served. If not,
     * it takes nothing from what others may open.
     */
    long waitNs(
            final AddressQuotas quotas,
            final MetadataImage image,
            final int listener,
            final String peer,
            final long nowNs) {
        final long waitNs = rates.waitNs(quotas, hostOf(peer), nowNs);
        if (waitNs > 0) {
            acceptRates.take(-1, listener, image, nowNs);
        }
        return waitNs;
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
    void onClosed(final int listener, final String peer) {
        open.decrementAndGet();
        openByListener.decrementAndGet(listener);
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
