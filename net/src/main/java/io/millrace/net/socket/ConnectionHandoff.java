package io.millrace.net.socket;

import io.millrace.engine.port.Endpoint;
import io.millrace.engine.port.Poller;
import io.millrace.engine.port.Stage;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;

/**
 * Gives each accepted socket to the core with the fewest connections: hashing, as the kernel does it, balances few
 * connections badly. One for the node; any core may offer, each core takes its own.
 */
public final class ConnectionHandoff {
    private static final int CHUNK = 64;
    private static final int ARRIVALS_MAX = 64;
    /** Ints of a counter and its padding. */
    private static final int STRIDE = 32;

    private final int cores;
    private final AtomicIntegerArray open;
    /** Each arrival is an open socket: no longer than the process may have descriptors. */
    private final MpscUnboundedVarHandleArrayQueue<Arrival>[] arrivals;

    private final Poller[] pollers;

    /** @param luggage of a connection that was another core's; null for a new one */
    private record Arrival(int listener, SocketChannel channel, Object luggage) {}

    @SuppressWarnings({"unchecked", "rawtypes"})
    public ConnectionHandoff(final Poller... pollers) {
        this.pollers = pollers.clone();
        cores = pollers.length;
        open = new AtomicIntegerArray((cores + 1) * STRIDE);
        arrivals = new MpscUnboundedVarHandleArrayQueue[cores];
        for (int core = 0; core < cores; core++) {
            arrivals[core] = new MpscUnboundedVarHandleArrayQueue<>(CHUNK);
        }
    }

    /** Any core: finds a core for a socket that came through a listener. */
    public void offer(final int listener, final SocketChannel channel) {
        offerTo(withFewest(), listener, channel);
    }

    /** Any core: gives a socket to a core that was chosen already, as each core's own listener does. */
    public void offerTo(final int core, final int listener, final SocketChannel channel) {
        send(core, new Arrival(listener, channel, null));
    }

    /** A core gives a connection that it has let go to another one, with what that needs to go on. */
    public void move(final int from, final int to, final SocketChannel channel, final Object luggage) {
        send(to, new Arrival(-1, channel, luggage));
        onClosed(from);
    }

    private void send(final int core, final Arrival arrival) {
        open.incrementAndGet(indexOf(core));
        arrivals[core].offer(arrival);
        pollers[core].wakeup();
    }

    /** To be called each time a connection of the core has ended. */
    public void onClosed(final int core) {
        open.decrementAndGet(indexOf(core));
    }

    /** Connections that the core has or is about to have. */
    public int open(final int core) {
        return open.get(indexOf(core));
    }

    private int withFewest() {
        int best = 0;
        for (int core = 1; core < cores; core++) {
            if (open(core) < open(best)) {
                best = core;
            }
        }
        return best;
    }

    private static int indexOf(final int core) {
        return (core + 1) * STRIDE;
    }

    /** The share of a core's duty cycle in which it takes the sockets it was given. */
    public Stage arrivals(final int core, final Transport transport, final EndpointAcceptor acceptor) {
        final MpscUnboundedVarHandleArrayQueue<Arrival> queue = arrivals[core];
        return new Stage() {
            @Override
            public int doWork(final long nowNs, final long nowMs) {
                int count = 0;
                Arrival arrival;
                while (count < ARRIVALS_MAX && (arrival = queue.relaxedPoll()) != null) {
                    count++;
                    adopt(core, transport, acceptor, arrival);
                }
                return count;
            }

            @Override
            public boolean mayPark() {
                return queue.isEmpty();
            }
        };
    }

    private void adopt(
            final int core, final Transport transport, final EndpointAcceptor acceptor, final Arrival arrival) {
        final Endpoint endpoint = transport.adopt(arrival.channel());
        if (endpoint == null) {
            onClosed(core);
            if (arrival.luggage() != null) {
                acceptor.onLost(arrival.luggage());
            }
        } else if (arrival.luggage() != null) {
            acceptor.onMoved(arrival.luggage(), endpoint);
        } else {
            acceptor.onEndpoint(arrival.listener(), endpoint);
        }
    }
}
