package io.millrace.net.socket;

import io.millrace.engine.port.Endpoint;
import io.millrace.engine.port.EndpointContract;
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

final class NioEndpointContractTest extends EndpointContract {
    @Override
    protected EndpointDriver connect() {
        try {
            return new Pair();
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static final class Pair implements EndpointDriver {
        private final NioTransport transport = new NioTransport(SocketSettings.DEFAULTS, Wakers.open());
        private final SocketChannel peer;
        private final Endpoint endpoint;
        private final ByteBuffer received = ByteBuffer.allocate(1 << 20);

        Pair() throws IOException {
            final List<SocketChannel> accepted = new ArrayList<>();
            final NioListener listener =
                    transport.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), accepted::add);
            peer = SocketChannel.open(listener.address());
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
