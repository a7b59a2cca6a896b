package io.millrace.net.socket;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;

/**
 * What the system is asked for each socket.
 *
 * @param sendBufferBytes    size of its buffer for sending; negative: the system chooses, and adapts it
 * @param receiveBufferBytes the same for receiving
 * @param backlog            connections that may wait to be accepted
 */
public record SocketSettings(int sendBufferBytes, int receiveBufferBytes, int backlog) {
    public static final SocketSettings DEFAULTS = new SocketSettings(-1, -1, 1024);

    void applyToListener(final NetworkChannel channel) throws IOException {
        // Accepted sockets inherit it; later it would be too late for the window that the handshake agrees on.
        set(channel, StandardSocketOptions.SO_RCVBUF, receiveBufferBytes);
    }

    /** Makes an accepted socket fit for a core: it never blocks, delays nothing, and notices a peer that vanished. */
    public void applyToConnection(final SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        set(channel, StandardSocketOptions.SO_SNDBUF, sendBufferBytes);
    }

    private static void set(final NetworkChannel channel, final SocketOption<Integer> option, final int bytes)
            throws IOException {
        if (bytes > 0) {
            channel.setOption(option, bytes);
        }
    }
}
