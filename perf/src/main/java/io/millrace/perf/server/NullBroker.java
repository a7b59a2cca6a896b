package io.millrace.perf.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Answers every produce at once and drops it, on one thread: the client's ceiling, and the floor of any broker's cost.
 * What was produced to a topic that somebody fetches is kept for a moment and handed on, so that an end-to-end latency
 * has a floor too. Trusts its clients.
 */
final class NullBroker {
    private static final long PARK_MS = 1;

    private final Selector selector;
    private final ServerSocketChannel listener;
    private final NullApis apis;

    private NullBroker(final int port) throws IOException {
        selector = Selector.open();
        listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 8192);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        apis = new NullApis(port);
    }

    public static void main(final String[] arguments) throws IOException {
        final NullBroker broker = new NullBroker(Integer.parseInt(arguments[0]));
        System.out.println("null broker ready");
        while (true) {
            broker.turn();
        }
    }

    private void turn() throws IOException {
        selector.select(this::ready, apis.hasParked() ? PARK_MS : 0);
        apis.answerParked(System.nanoTime());
    }

    private void ready(final SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept();
            } else {
                final NullConnection connection = (NullConnection) key.attachment();
                if (key.isWritable()) {
                    connection.flush();
                }
                if (key.isReadable()) {
                    connection.read(apis);
                }
            }
        } catch (final IOException gone) {
            key.cancel();
            closeQuietly(key);
        }
    }

    private void accept() throws IOException {
        final SocketChannel channel = listener.accept();
        if (channel != null) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            final SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            key.attach(new NullConnection(channel, key));
        }
    }

    private static void closeQuietly(final SelectionKey key) {
        try {
            key.channel().close();
        } catch (final IOException ignored) {
            System.err.println("null broker: " + ignored.getMessage());
        }
    }
}
