package io.millrace.net.socket;

import io.millrace.engine.port.Endpoint;
import io.millrace.engine.port.Poller;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/** One core's sockets: listens, adopts, waits. All methods but {@link #wakeup} belong to the core's thread. */
public interface Transport extends Poller, AutoCloseable {
    /**
     * Listens on an address; the one method that may also be called before the core's thread has begun to poll.
     *
     * @throws ListenException if that is not possible, naming the address and the reason
     */
    SocketListener listen(InetSocketAddress address, AcceptHandler handler);

    /** Makes this core the owner of an accepted socket; null if its peer went away meanwhile. */
    Endpoint adopt(SocketChannel channel);

    /** Whether {@link #release} is possible here. */
    default boolean mayRelease() {
        return false;
    }

    /** Lets go of an endpoint without closing its socket, which another core's transport of this kind may adopt. */
    default SocketChannel release(final Endpoint endpoint) {
        throw new UnsupportedOperationException("this transport keeps its sockets");
    }

    /** Endpoints that are open. */
    int endpoints();

    /** Closes the listeners and every endpoint; by the core's thread, or by another once that one has ended. */
    @Override
    void close();
}
