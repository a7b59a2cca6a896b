package io.millrace.net.socket;

import io.millrace.engine.port.Endpoint;
import io.millrace.engine.port.EndpointDriver;
import io.millrace.engine.port.Poller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Both ends of a connection over loopback, one of them on a transport; closes the transport too. */
public final class SocketPair implements EndpointDriver {
    private final Transport transport;
    private final SocketChannel peer;
    private final Endpoint endpoint;
    private final ByteBuffer received = ByteBuffer.allocate(1 << 20);

    public SocketPair(final Transport transport) {
        this.transport = transport;
        final List<SocketChannel> accepted = new ArrayList<>();
        final SocketListener listener =
                transport.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), accepted::add);
        try {
            peer = SocketChannel.open(listener.address());
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
        while (accepted.isEmpty()) {
            transport.poll(1_000_000);
        }
        listener.close();
        transport.poll(0);
        endpoint = transport.adopt(accepted.get(0));
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public Poller poller() {
        return transport;
    }

    @Override
    public void settle() {
        LockSupport.parkNanos(100_000);
    }

    @Override
    public void peerSend(final byte[] bytes) {
        run(() -> {
            peer.configureBlocking(true);
            final ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                peer.write(buffer);
            }
        });
    }

    @Override
    public byte[] peerReceive(final int limit) {
        received.clear().limit(Math.min(limit, received.capacity()));
        run(() -> {
            peer.configureBlocking(false);
            peer.read(received);
        });
        final byte[] bytes = new byte[received.position()];
        received.flip().get(bytes);
        return bytes;
    }

    @Override
    public void peerClose() {
        run(peer::close);
    }

    @Override
    public void peerReset() {
        run(() -> peer.setOption(StandardSocketOptions.SO_LINGER, 0));
        run(peer::close);
    }

    @Override
    public void close() {
        run(peer::close);
        transport.close();
    }

    private interface Action {
        void run() throws IOException;
    }

    private static void run(final Action action) {
        try {
            action.run();
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
