package io.millrace.perf.client;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** Raw connections on one thread of their own, from {@link #start} to {@link #close}. */
abstract class RawLoad implements AutoCloseable {
    private static final long WAIT_MS = 100;

    private final String name;
    private final long tickMs;
    private final Selector selector = Selector.open();
    private final List<RawConnection> connections = new ArrayList<>();
    private volatile boolean running = true;
    private volatile IOException failure;
    private Thread thread;

    RawLoad(final String name) throws IOException {
        this(name, WAIT_MS);
    }

    /** @param tickMs how often {@link #onTick} is called at least */
    RawLoad(final String name, final long tickMs) throws IOException {
        this.name = name;
        this.tickMs = tickMs;
    }

    /** Opens one more connection; called before the start. */
    final void connect(final int port, final int inputBytes) throws IOException {
        connections.add(new RawConnection(port, selector, connections.size(), inputBytes, this::onAnswer));
    }

    /** Sends a connection's first requests. On the load's thread. */
    abstract void onStart(RawConnection connection) throws IOException;

    /** Takes one answer. On the load's thread. */
    abstract void onAnswer(RawConnection connection, UnsafeBuffer buffer, int offset, int length) throws IOException;

    /** Once for each turn of the loop. On the load's thread. */
    void onTick() throws IOException {}

    final RawConnection connection(final int index) {
        return connections.get(index);
    }

    final int connections() {
        return connections.size();
    }

    public final void start() {
        thread = Thread.ofPlatform().name(name).start(this::run);
    }

    final boolean isRunning() {
        return running;
    }

    /** Throws what ended the load, if anything did. */
    final void check() throws IOException {
        if (failure != null) {
            throw new IOException(name + " failed", failure);
        }
    }

    private void run() {
        try {
            for (final RawConnection connection : connections) {
                onStart(connection);
            }
            while (running) {
                selector.select(this::onReady, tickMs);
                onTick();
            }
        } catch (final IOException e) {
            fail(e);
        }
    }

    private void onReady(final SelectionKey key) {
        try {
            ((RawConnection) key.attachment()).onReady();
        } catch (final IOException e) {
            fail(e);
        }
    }

    private void fail(final IOException e) {
        if (running) {
            failure = e;
            running = false;
        }
    }

    @Override
    public void close() throws IOException {
        running = false;
        selector.wakeup();
        if (thread != null) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        for (final RawConnection connection : connections) {
            connection.close();
        }
        selector.close();
    }
}
