package io.millrace.net.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/** How people see who is at the other end. */
public final class PeerAddress {
    private PeerAddress() {}

    /** For example {@code 127.0.0.1:50123}. */
    public static String of(final SocketChannel channel) {
        try {
            return channel.getRemoteAddress() instanceof final InetSocketAddress peer
                    ? peer.getAddress().getHostAddress() + ":" + peer.getPort()
                    : "unknown";
        } catch (final IOException gone) {
            return "unknown";
        }
    }
}
