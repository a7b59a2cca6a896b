package io.millrace.net.socket;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;

/** Opens a listening socket and accepts what waits there; how its transport learns of that is the transport's affair. */
public final class ListeningSocket implements AutoCloseable {
    /** What {@link #accept} returns if the system gave no socket. */
    public static final int FAILED = -1;
    /** What it returns if the handler lets nobody in now. */
    public static final int HELD = -2;

    private static final int ACCEPTS_MAX = 64;

    private final ServerSocketChannel channel;
    private final InetSocketAddress address;
    private final AcceptHandler handler;
    private long failedAccepts;

    /** @throws ListenException naming the address and the reason */
    public ListeningSocket(final InetSocketAddress wanted, final SocketSettings settings, final AcceptHandler handler) {
        this.handler = handler;
        ServerSocketChannel opened = null;
        try {
            opened = ServerSocketChannel.open();
            opened.configureBlocking(false);
            // As Kafka does: a restart may take the port over from connections in TIME_WAIT. Never SO_REUSEPORT, which
            // would let a second broker bind silently.
            opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            settings.applyToListener(opened);
            opened.bind(wanted, settings.backlog());
            channel = opened;
            address = (InetSocketAddress) opened.getLocalAddress();
        } catch (final IOException | UnresolvedAddressException failure) {
            NioTransport.closeQuietly(opened);
            throw new ListenException(
                    "cannot listen on " + wanted.getHostString() + ":" + wanted.getPort() + ": " + why(failure),
                    failure);
        }
    }

    private static String why(final Exception failure) {
        if (failure instanceof BindException
                && String.valueOf(failure.getMessage()).contains("in use")) {
            return "the port is in use";
        }
        if (failure instanceof UnresolvedAddressException) {
            return "the host name is unknown";
        }
        return failure instanceof SocketException ? failure.getMessage() : failure.toString();
    }

    public ServerSocketChannel channel() {
        return channel;
    }

    public InetSocketAddress address() {
        return address;
    }

    public long failedAccepts() {
        return failedAccepts;
    }

    /** Hands over a bounded number of sockets that wait; returns how many, or why it is not to be asked again at once. */
    public int accept() {
        int accepted = 0;
        try {
            while (accepted < ACCEPTS_MAX) {
                if (!handler.mayAccept()) {
                    return HELD;
                }
                final SocketChannel socket = channel.accept();
                if (socket == null) {
                    break;
                }
                accepted++;
                handler.onAccept(socket);
            }
            return accepted;
        } catch (final IOException failure) {
            failedAccepts++;
            return FAILED;
        }
    }

    @Override
    public void close() {
        NioTransport.closeQuietly(channel);
    }
}
