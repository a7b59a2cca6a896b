package io.millrace.net.socket;

import java.nio.channels.SocketChannel;

/** Takes over a socket that a listener accepted, on the thread of the core that listens. */
@FunctionalInterface
public interface AcceptHandler {
    void onAccept(SocketChannel channel);
}
