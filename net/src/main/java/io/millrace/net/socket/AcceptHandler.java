package io.millrace.net.socket;

import java.nio.channels.SocketChannel;

/** Takes over the sockets that a listener accepts, on the thread of the core that listens. */
@FunctionalInterface
public interface AcceptHandler {
    /** Whether one more may be accepted; if not, none is until {@link SocketListener#goOn}. */
    default boolean mayAccept() {
        return true;
    }

    void onAccept(SocketChannel channel);
}
