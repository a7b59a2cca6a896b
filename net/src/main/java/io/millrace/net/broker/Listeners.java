package io.millrace.net.broker;

import io.millrace.engine.settings.Listener;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.socket.ConnectionHandoff;
import io.millrace.net.socket.SocketListener;
import io.millrace.net.socket.Transport;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The node's ways in: on a node listener core 0 accepts for all and each client goes to the core with the fewest; on a
 * core listener every core accepts its own. Opened while the cores wait, closed by each core.
 */
final class Listeners {
    private static final int ACCEPTING_CORE = 0;

    /** Makes who lets clients of a listener in on a core. */
    @FunctionalInterface
    interface Doormen {
        Doorman at(int core, int listener, Consumer<SocketChannel> inside);
    }

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
    void open(final int nodeId, final Doormen doormen) {
        for (int number = 0; number < configured.size(); number++) {
            final Listener listener = configured.get(number);
            views.add(
                    listener.perCore()
                            ? openCores(number, listener, nodeId, doormen)
                            : openNode(number, listener, nodeId, doormen));
        }
    }

    private ListenerView openNode(final int number, final Listener listener, final int nodeId, final Doormen doormen) {
        final SocketListener socket = open(
                ACCEPTING_CORE,
                address(listener, listener.port()),
                doormen.at(ACCEPTING_CORE, number, channel -> handoff.offer(number, channel)));
        final int told = listener.advertisedPort() == 0 ? socket.port() : listener.advertisedPort();
        return ListenerView.ofNode(listener.name(), nodeId, listener.advertisedHost(), told);
    }

    private ListenerView openCores(final int number, final Listener listener, final int nodeId, final Doormen doormen) {
        final int[] ports = new int[transports.length];
        for (int i = 0; i < transports.length; i++) {
            final int core = i;
            final SocketListener socket = open(
                    core,
                    address(listener, listener.portOf(core)),
                    doormen.at(core, number, channel -> handoff.offerTo(core, number, channel)));
            ports[core] = listener.advertisedPort() == 0 ? socket.port() : listener.advertisedPortOf(core);
        }
        return ListenerView.ofCores(listener.name(), nodeId, listener.advertisedHost(), ports);
    }

    private SocketListener open(final int core, final InetSocketAddress address, final Doorman doorman) {
        final SocketListener socket = transports[core].listen(address, doorman);
        doorman.stand(socket);
        byCore.get(core).add(socket);
        return socket;
    }

    private static InetSocketAddress address(final Listener listener, final int port) {
        return listener.host().isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(listener.host(), port);
    }
}
