package io.millrace.net.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** A listening socket in the selector of a {@link NioTransport}. */
final class NioListener implements Selected, SocketListener {
    private final ListeningSocket socket;
    private final SelectionKey key;
    private boolean paused;

    NioListener(
            final Selector selector,
            final InetSocketAddress wanted,
            final SocketSettings settings,
            final AcceptHandler handler) {
        socket = new ListeningSocket(wanted, settings, handler);
        try {
            key = socket.channel().register(selector, SelectionKey.OP_ACCEPT, this);
        } catch (final IOException failure) {
            socket.close();
            throw new ListenException("cannot wait for connections: " + failure.getMessage(), failure);
        }
    }

    @Override
    public InetSocketAddress address() {
        return socket.address();
    }

    @Override
    public long failedAccepts() {
        return socket.failedAccepts();
    }

    @Override
    public int onReady(final int readyOps) {
        final int accepted = socket.accept();
        if (accepted < 0 && key.isValid()) {
            // What is not accepted stays ready: do not ask again at once.
            paused = accepted == ListeningSocket.FAILED;
            key.interestOps(0);
        }
        return Math.max(0, accepted);
    }

    boolean isPaused() {
        return paused;
    }

    void resume() {
        if (paused) {
            goOn();
        }
    }

    @Override
    public void goOn() {
        if (key.isValid()) {
            paused = false;
            key.interestOps(SelectionKey.OP_ACCEPT);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
