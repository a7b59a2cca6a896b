package io.millrace.net.connection;

import io.millrace.engine.port.Stage;
import io.millrace.net.broker.KernelFileSends;
import io.millrace.net.socket.ConnectionHandoff;
import io.millrace.net.socket.NioTransport;
import io.millrace.net.socket.SocketListener;
import io.millrace.net.socket.SocketSettings;
import io.millrace.net.socket.Transport;
import io.millrace.net.socket.Wakers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** A core that does nothing but connections over real sockets, on a thread of its own. */
public final class LoopbackCore implements AutoCloseable, Executor {
    private final Transport transport;
    private final ConnectionHandoff handoff;
    private final ConcurrentLinkedQueue<Runnable> orders = new ConcurrentLinkedQueue<>();
    private final BufferPool pool;
    private final Connections connections;
    private final SocketListener listener;
    private final Stage arrivals;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile Throwable failure;

    public LoopbackCore(final long budgetBytes, final ConnectionSettings settings, final FrameHandler handler) {
        this(nio(), budgetBytes, settings, handler);
    }

    /** @param transport closed with this */
    public LoopbackCore(
            final Transport transport,
            final long budgetBytes,
            final ConnectionSettings settings,
            final FrameHandler handler) {
        this.transport = transport;
        handoff = new ConnectionHandoff(transport);
        pool = new BufferPool(budgetBytes);
        connections = new Connections(0, pool, settings);
        connections.closeListener(connection -> handoff.onClosed(0));
        listener =
                transport.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), c -> handoff.offer(0, c));
        arrivals = handoff.arrivals(0, transport, (number, endpoint) -> connections.accept(endpoint, handler));
        thread = new Thread(this::run, "loopback-core");
        thread.setDaemon(true);
        thread.start();
    }

    public static Transport nio() {
        return new NioTransport(SocketSettings.DEFAULTS, Wakers.open(), KernelFileSends.orNone());
    }

    private void run() {
        try {
            while (!stopped) {
                transport.poll(connections.mayPark() && arrivals.mayPark() ? 10_000_000 : 0);
                for (Runnable order = orders.poll(); order != null; order = orders.poll()) {
                    order.run();
                }
                final long nowNs = System.nanoTime();
                arrivals.doWork(nowNs, nowNs / 1_000_000);
                connections.doWork(nowNs, nowNs / 1_000_000);
                connections.closeIdle(nowNs);
            }
        } catch (final Throwable thrown) {
            failure = thrown;
            thrown.printStackTrace();
        } finally {
            connections.close();
            transport.close();
        }
    }

    /** Runs something on the core's thread. */
    @Override
    public void execute(final Runnable order) {
        orders.add(order);
        transport.wakeup();
    }

    /** Asks something on the core's thread. */
    public <T> T ask(final Supplier<T> question) {
        return CompletableFuture.supplyAsync(question, this).join();
    }

    public void await(final String what, final Supplier<Boolean> condition) {
        final long deadline = System.nanoTime() + 20_000_000_000L;
        while (!ask(condition)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("never came: " + what);
            }
            LockSupport.parkNanos(50_000);
        }
    }

    public Socket connect() {
        try {
            final Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(20_000);
            return socket;
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public int port() {
        return listener.port();
    }

    public BufferPool pool() {
        return pool;
    }

    public Connections connections() {
        return connections;
    }

    public Thread thread() {
        return thread;
    }

    @Override
    public void close() {
        stopped = true;
        transport.wakeup();
        try {
            thread.join(10_000);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw new AssertionError("the core failed", failure);
        }
    }
}
