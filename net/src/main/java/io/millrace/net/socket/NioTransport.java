package io.millrace.net.socket;

import io.millrace.engine.port.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One core's sockets: listens, adopts, waits for readiness. Keys are handed to a callback while selecting, so that the
 * selector keeps no set of them and a warm turn allocates nothing. All methods but {@link #wakeup} belong to the core's
 * thread.
 */
public final class NioTransport implements Transport {
    private static final long MS_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long PAUSE_MS = 100;
    private static final int PAUSE_TURNS = 100_000;

    private final Selector selector;
    private final Waker waker;
    private final SocketSettings settings;
    private final FileSends fileSends;
    private final MemoryView view = new MemoryView();
    private final UnsafeBuffer filePosition = new UnsafeBuffer(ByteBuffer.allocateDirect(Long.BYTES));
    private final AtomicBoolean wakeupPending = new AtomicBoolean();
    private final Consumer<SelectionKey> onKey = this::onKey;
    private final List<NioListener> listeners = new ArrayList<>();
    private int calls;
    private int endpoints;
    private int pausedTurns;

    /**
     * Opens the selector.
     *
     * @param waker what ends this core's sleep and is closed with the transport; null for the selector's own way
     */
    public NioTransport(final SocketSettings settings, final Waker waker, final FileSends fileSends) {
        this.settings = settings;
        this.fileSends = fileSends;
        this.waker = waker;
        try {
            selector = Selector.open();
            if (waker != null) {
                waker.source().register(selector, SelectionKey.OP_READ, (Selected) this::onWoken);
            }
        } catch (final IOException failure) {
            throw new UncheckedIOException("cannot open a selector", failure);
        }
    }

    @Override
    public SocketListener listen(final InetSocketAddress address, final AcceptHandler handler) {
        final NioListener listener = new NioListener(selector, address, settings, handler);
        listeners.add(listener);
        return listener;
    }

    @Override
    public Endpoint adopt(final SocketChannel channel) {
        try {
            if (channel.keyFor(selector) != null) {
                // It was here before, and has come back before a look at the selector has let go of it.
                selector.selectNow(onKey);
            }
            settings.applyToConnection(channel);
            final NioEndpoint endpoint = new NioEndpoint(this, channel);
            endpoints++;
            return endpoint;
        } catch (final IOException gone) {
            closeQuietly(channel);
            return null;
        }
    }

    @Override
    public boolean mayRelease() {
        return true;
    }

    @Override
    public SocketChannel release(final Endpoint endpoint) {
        return ((NioEndpoint) endpoint).release();
    }

    @Override
    public int endpoints() {
        return endpoints;
    }

    @Override
    public int poll(final long maxWaitNs) {
        calls = 0;
        final boolean isPaused = isAcceptingPaused();
        final long waitMs = isPaused ? Math.min(PAUSE_MS, ceilMs(maxWaitNs)) : ceilMs(maxWaitNs);
        try {
            if (waitMs > 0) {
                selector.select(onKey, waitMs);
            } else {
                selector.selectNow(onKey);
            }
        } catch (final IOException failure) {
            throw new UncheckedIOException("the selector failed", failure);
        }
        // Whoever set the flag had published its reason before; the caller looks for it after this.
        if (wakeupPending.get()) {
            wakeupPending.set(false);
        }
        if (isPaused && (waitMs > 0 || ++pausedTurns > PAUSE_TURNS)) {
            pausedTurns = 0;
            listeners.forEach(NioListener::resume);
        }
        return calls;
    }

    /** Rounds up: waking early would only make the core go to sleep again. */
    private static long ceilMs(final long waitNs) {
        return waitNs <= 0 ? 0 : (waitNs - 1) / MS_NS + 1;
    }

    private boolean isAcceptingPaused() {
        for (int i = 0; i < listeners.size(); i++) {
            if (listeners.get(i).isPaused()) {
                return true;
            }
        }
        return false;
    }

    private void onKey(final SelectionKey key) {
        if (key.isValid()) {
            calls += ((Selected) key.attachment()).onReady(key.readyOps());
        }
    }

    @Override
    public void wakeup() {
        if (!wakeupPending.get() && wakeupPending.compareAndSet(false, true)) {
            if (waker == null) {
                selector.wakeup();
            } else {
                waker.wake().run();
            }
        }
    }

    private int onWoken(final int readyOps) {
        waker.drain().run();
        return 0;
    }

    Selector selector() {
        return selector;
    }

    /** Bytes sent, or −1 for whatever reason. */
    long sendFile(final int socket, final int file, final long position, final long length) {
        filePosition.putLong(0, position);
        return fileSends.send(socket, file, filePosition.addressOffset(), length);
    }

    /** Negative if files are not to be sent there by number. */
    int descriptorOf(final SocketChannel channel) {
        return fileSends.descriptorOf(channel);
    }

    MemoryView view() {
        return view;
    }

    void onClosed() {
        endpoints--;
    }

    /** Closes the listeners, every endpoint, and the selector. */
    @Override
    public void close() {
        listeners.forEach(NioListener::close);
        for (final SelectionKey key : new ArrayList<>(selector.keys())) {
            if (key.attachment() instanceof NioEndpoint endpoint) {
                endpoint.close();
            }
        }
        try {
            selector.close();
            if (waker != null) {
                waker.close().run();
            }
        } catch (final IOException failure) {
            throw new UncheckedIOException("cannot close the selector", failure);
        }
    }

    static void closeQuietly(final Channel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (final IOException ignored) {
                // The peer has gone before us.
            }
        }
    }
}
