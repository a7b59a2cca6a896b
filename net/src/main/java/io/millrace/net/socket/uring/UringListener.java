package io.millrace.net.socket.uring;

import io.millrace.net.socket.ListeningSocket;
import io.millrace.net.socket.SocketListener;
import java.net.InetSocketAddress;

/** A listening socket of which the ring tells when somebody waits there. */
final class UringListener implements SocketListener {
    private static final int POLLIN = 1;

    private final UringTransport transport;
    private final ListeningSocket socket;
    private final int descriptor;
    private final int number;
    private boolean polling;
    private boolean paused;
    private boolean held;
    private boolean closed;

    UringListener(
            final UringTransport transport, final ListeningSocket socket, final int descriptor, final int number) {
        this.transport = transport;
        this.socket = socket;
        this.descriptor = descriptor;
        this.number = number;
    }

    @Override
    public InetSocketAddress address() {
        return socket.address();
    }

    @Override
    public long failedAccepts() {
        return socket.failedAccepts();
    }

    void watch() {
        if (!closed && !paused && !held && !polling) {
            polling = true;
            transport.prepareListening(descriptor, number).operationFlags(POLLIN);
        }
    }

    /** Somebody waits; returns how many were accepted. */
    int onCompletion() {
        polling = false;
        if (closed) {
            return 0;
        }
        final int accepted = socket.accept();
        // What is not accepted stays ready: do not ask again at once.
        paused = accepted == ListeningSocket.FAILED;
        held = accepted == ListeningSocket.HELD;
        watch();
        return Math.max(0, accepted);
    }

    boolean isPaused() {
        return paused && !closed;
    }

    void resume() {
        paused = false;
        watch();
    }

    @Override
    public void goOn() {
        held = false;
        watch();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (polling) {
                transport.cancelListening(number);
            }
            socket.close();
        }
    }
}
