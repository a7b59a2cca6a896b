package io.millrace.net.broker;

import io.millrace.engine.settings.Listener;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.socket.ConnectionHandoff;
import io.millrace.net.socket.SocketListener;
import io.millrace.net.socket.Transport;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The node's ways in: on a node listener core 0 accepts for all and each client goes to the core with the fewest; on a
 * core listener every core accepts its own. Opened while the cores wait, closed by each core.
 */
final class Listeners {
    private static final int ACCEPTING_CORE = 0;

    private final List<Listener> configured;
    private final Transport[] transports;
    private final ConnectionHandoff handoff;
    private final List<List<SocketListener>> byCore = new ArrayList<>();
    private final List<ListenerView> views = new ArrayList<>();

    Listeners(final List<Listener> configured, final Transport[] transports, final ConnectionHandoff handoff) {
        this.configured = configured;
        this.transports = transports;
        this.handoff = handoff;
        for (int core = 0; core < transports.length; core++) {
            byCore.add(new ArrayList<>());
        }
    }

    /** The sockets of one core; filled by {@link #open}. */
    List<SocketListener> of(final int core) {
        return byCore.get(core);
    }

    /** How clients see the node, by number of listener; filled by {@link #open}. */
    List<ListenerView> views() {
        return views;
    }

    /** Where the first listener, or its core 0, is bound. */
    InetSocketAddress firstAddress() {
        return byCore.get(ACCEPTING_CORE).getFirst().address();
    }

    /** @throws io.millrace.net.socket.ListenException if an address cannot be listened on */
    void open(final int nodeId) {
        for (int number = 0; number < configured.size(); number++) {
            final Listener listener = configured.get(number);
            views.add(listener.perCore() ? openCores(number, listener, nodeId) : openNode(number, listener, nodeId));
        }
    }

    private ListenerView openNode(final int number, final Listener listener, final int nodeId) {
        final SocketListener socket = transports[ACCEPTING_CORE].listen(
                address(listener, listener.port()), channel -> handoff.offer(number, channel));
        byCore.get(ACCEPTING_CORE).add(socket);
        final int told = listener.advertisedPort() == 0 ? socket.port() : listener.advertisedPort();
        return ListenerView.ofNode(listener.name(), nodeId, listener.advertisedHost(), told);
    }

    private ListenerView openCores(final int number, final Listener listener, final int nodeId) {
        final int[] ports = new int[transports.length];
        for (int i = 0; i < transports.length; i++) {
            final int core = i;
            final SocketListener socket = transports[core].listen(
                    address(listener, listener.portOf(core)), channel -> handoff.offerTo(core, number, channel));
            byCore.get(core).add(socket);
            ports[core] = listener.advertisedPort() == 0 ? socket.port() : listener.advertisedPortOf(core);
        }
        return ListenerView.ofCores(listener.name(), nodeId, listener.advertisedHost(), ports);
    }

    private static InetSocketAddress address(final Listener listener, final int port) {
        return listener.host().isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(listener.host(), port);
    }
}
