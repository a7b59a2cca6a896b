package io.millrace.net.socket;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;

/** A listening socket; hands what it accepts to an {@link AcceptHandler} on the listening core's thread. */
public final class NioListener implements Selected, AutoCloseable {
    private static final int ACCEPTS_MAX = 64;

    private final ServerSocketChannel channel;
    private final InetSocketAddress address;
    private final AcceptHandler handler;
    private final SelectionKey key;
    private boolean paused;
    private long failedAccepts;

    NioListener(
            final Selector selector,
            final InetSocketAddress wanted,
            final SocketSettings settings,
            final AcceptHandler handler) {
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
            key = opened.register(selector, SelectionKey.OP_ACCEPT, this);
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

    /** Where it really listens: a wanted port of 0 has become a free one. */
    public InetSocketAddress address() {
        return address;
    }

    public int port() {
        return address.getPort();
    }

    /** Accepts that failed, for want of file descriptors in all likelihood. */
    public long failedAccepts() {
        return failedAccepts;
    }

    @Override
    public int onReady(final int readyOps) {
        int accepted = 0;
        try {
            while (accepted < ACCEPTS_MAX) {
                final SocketChannel socket = channel.accept();
                if (socket == null) {
                    break;
                }
                accepted++;
                handler.onAccept(socket);
            }
        } catch (final IOException failure) {
            failedAccepts++;
            pause();
        }
        return accepted;
    }

    boolean isPaused() {
        return paused;
    }

    /** What cannot be accepted stays ready: do not ask again at once. */
    private void pause() {
        if (key.isValid()) {
            paused = true;
            key.interestOps(0);
        }
    }

    void resume() {
        if (paused && key.isValid()) {
            paused = false;
            key.interestOps(SelectionKey.OP_ACCEPT);
        }
    }

    @Override
    public void close() {
        NioTransport.closeQuietly(channel);
    }
}
