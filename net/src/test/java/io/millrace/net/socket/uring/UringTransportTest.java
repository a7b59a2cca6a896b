package io.millrace.net.socket.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.port.Endpoint;
import io.millrace.engine.port.EndpointHandler;
import io.millrace.net.socket.SocketListener;
import io.millrace.net.socket.SocketSettings;
import io.millrace.net.socket.Transport;
import io.millrace.net.socket.TransportContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Where the ring, its buffers or its slots run out, and what is in flight when a connection ends. */
final class UringTransportTest extends TransportContract {
    /** Everything runs out at once. */
    private static final UringSizes TINY = new UringSizes(8, 8, 4, 64, 2, 100);

    @Override
    protected Transport open() {
        return Urings.open();
    }

    @Test
    void shouldMoveEveryByteInOrder() throws IOException {
        try (World world = new World(UringSizes.DEFAULTS, 1)) {
            world.echo(8, 400, 20_000);
        }
    }

    @Test
    void shouldMoveEveryByteInOrderWhereEverythingRunsOut() throws IOException {
        try (World world = new World(TINY, 2)) {
            world.echo(40, 2_000, 300);
        }
    }

    @Test
    void shouldLeaveBuffersToOthersWhereOneIsNotRead() throws IOException {
        try (World world = new World(TINY, 3)) {
            final Client silent = world.connect();
            world.poll(5);
            silent.endpoint.interest(false, false);
            final Client other = world.connect();
            silent.feed(200_000);
            for (int i = 0; i < 200; i++) {
                other.feed(50);
                world.until(() -> other.isQuiet());
            }
            assertThat(silent.arrived).isZero();
            silent.endpoint.interest(true, false);
            world.until(() -> silent.isQuiet());
        }
    }

    @Test
    void shouldSendWhatWasTakenBeforeItCloses() throws IOException {
        try (World world = new World(UringSizes.DEFAULTS, 4)) {
            final Client client = world.connect();
            final UnsafeBuffer last = new UnsafeBuffer("last words".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.endpoint.send(last, 0, last.capacity())).isEqualTo(last.capacity());
            client.endpoint.close();
            world.poll(3);
            client.peer.configureBlocking(true);
            final ByteBuffer heard = ByteBuffer.allocate(100);
            while (client.peer.read(heard) >= 0) {
                assertThat(heard.hasRemaining()).isTrue();
            }
            assertThat(heard.flip().remaining()).isEqualTo(last.capacity());
        }
    }

    @Test
    void shouldTellPeersOfTheEndWithoutBeingReadFrom() throws IOException {
        try (World world = new World(UringSizes.DEFAULTS, 5)) {
            final List<Client> clients = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                clients.add(world.connect());
            }
            world.poll(3);
            clients.forEach(client -> client.endpoint.close());
            assertThat(world.transport.endpoints()).isZero();
            world.poll(3);
            for (final Client client : clients) {
                client.peer.configureBlocking(true);
                assertThat(client.peer.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }
        }
    }

    @Test
    void shouldNotTakeWhatComesLateForSomebodyElses() throws IOException {
        try (World world = new World(TINY, 6)) {
            final Random random = new Random(6);
            final List<Client> open = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                final Client client = world.connect();
                open.add(client);
                client.feed(random.nextInt(500));
                if (random.nextBoolean()) {
                    world.poll(1);
                }
                if (open.size() > 5) {
                    final Client ending = open.remove(random.nextInt(open.size()));
                    ending.end(random.nextInt(3));
                }
            }
            for (final Client client : open) {
                world.until(client::isQuiet);
            }
            assertThat(world.transport.endpoints()).isLessThanOrEqualTo(600);
        }
    }

    @Test
    void shouldSayClosedToWhoSendsIntoAReset() throws IOException {
        try (World world = new World(UringSizes.DEFAULTS, 7)) {
            final Client client = world.connect();
            client.endpoint.interest(false, false);
            client.peer.setOption(StandardSocketOptions.SO_LINGER, 0);
            client.peer.close();
            final UnsafeBuffer byteToSend = new UnsafeBuffer(new byte[1]);
            world.until(() -> client.endpoint.send(byteToSend, 0, 1) == Endpoint.CLOSED);
        }
    }

    @Test
    void shouldNotTakeSendsForDoneOfWhoseFailureItHasYetToHear() throws IOException {
        final int count = 40;
        final UringSizes fewCompletions = new UringSizes(8, 8, 4, 64, count, 1000);
        try (World world = new World(fewCompletions, new SocketSettings(8192, 8192, 1024), 8)) {
            final List<Client> clients = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                clients.add(world.connect());
            }
            // Nobody reads, all get the same: they fill up in the same turn, with more failures than completions fit.
            final UnsafeBuffer piece = new UnsafeBuffer(ByteBuffer.allocateDirect(1000));
            final long[] taken = new long[count];
            for (int round = 0; round < 20_000; round++) {
                for (int i = 0; i < count; i++) {
                    piece.setMemory(0, 1000, (byte) round);
                    taken[i] += Math.max(0, clients.get(i).endpoint.send(piece, 0, 1000));
                }
                world.transport.poll(0);
            }
            final ByteBuffer heard = ByteBuffer.allocate(100_000);
            for (int i = 0; i < count; i++) {
                final int client = i;
                world.transportUntil(() -> {
                    taken[client] -= clients.get(client).peer.read(heard.clear());
                    return taken[client] == 0;
                });
            }
        }
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    /** A transport, its clients, and one thread for all. */
    private static final class World implements AutoCloseable {
        private static final int TURNS_MAX = 1_000_000;

        final UringTransport transport;
        private final Random random;
        private final SocketListener listener;
        private final Deque<SocketChannel> accepted = new ArrayDeque<>();
        private final List<Client> clients = new ArrayList<>();

        World(final UringSizes sizes, final long seed) {
            this(sizes, SocketSettings.DEFAULTS, seed);
        }

        World(final UringSizes sizes, final SocketSettings settings, final long seed) {
            transport = Urings.open(sizes, settings);
            random = new Random(seed);
            listener = transport.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), accepted::add);
        }

        Client connect() throws IOException {
            final SocketChannel peer = SocketChannel.open(listener.address());
            while (accepted.isEmpty()) {
                transport.poll(1_000_000);
            }
            final Client client = new Client(peer, transport.adopt(accepted.pop()), random.nextLong());
            clients.add(client);
            return client;
        }

        void echo(final int count, final int rounds, final int bytesMax) throws IOException {
            for (int i = 0; i < count; i++) {
                connect();
            }
            for (int i = 0; i < rounds; i++) {
                clients.get(random.nextInt(count)).feed(random.nextInt(bytesMax));
                if (random.nextInt(4) == 0) {
                    poll(1);
                }
            }
            for (final Client client : clients) {
                until(client::isQuiet);
            }
        }

        void poll(final int times) throws IOException {
            for (int i = 0; i < times; i++) {
                transport.poll(0);
                for (final Client client : clients) {
                    client.move();
                }
            }
        }

        void until(final Condition condition) throws IOException {
            for (int i = 0; i < TURNS_MAX; i++) {
                if (condition.holds()) {
                    return;
                }
                poll(1);
            }
            throw new AssertionError("never came");
        }

        /** Without the clients' own doing. */
        void transportUntil(final Condition condition) throws IOException {
            for (int i = 0; i < TURNS_MAX; i++) {
                if (condition.holds()) {
                    return;
                }
                transport.poll(0);
            }
            throw new AssertionError("never came");
        }

        @Override
        public void close() throws IOException {
            for (final Client client : clients) {
                client.peer.close();
            }
            transport.close();
        }
    }

    /** Sends numbered bytes and checks what comes back; the endpoint echoes, by large and small sends in turn. */
    private static final class Client implements EndpointHandler {
        final SocketChannel peer;
        final Endpoint endpoint;
        long arrived;
        private final Random random;
        private final UnsafeBuffer received = new UnsafeBuffer(ByteBuffer.allocateDirect(50_000));
        private final ByteBuffer out = ByteBuffer.allocate(10_000);
        private final ByteBuffer in = ByteBuffer.allocate(10_000);
        private long fed;
        private long sent;
        private long returned;
        private int from;
        private int to;

        Client(final SocketChannel peer, final Endpoint endpoint, final long seed) throws IOException {
            this.peer = peer;
            this.endpoint = endpoint;
            random = new Random(seed);
            peer.configureBlocking(false);
            endpoint.handler(this);
            endpoint.interest(true, false);
        }

        void feed(final int bytes) {
            fed += bytes;
        }

        boolean isQuiet() {
            return returned == fed;
        }

        void end(final int how) throws IOException {
            switch (how) {
                case 0 -> endpoint.close();
                case 1 -> {
                    peer.setOption(StandardSocketOptions.SO_LINGER, 0);
                    peer.close();
                    endpoint.close();
                }
                default -> {
                    endpoint.close();
                    peer.close();
                }
            }
        }

        void move() throws IOException {
            if (!peer.isOpen() || endpoint.isClosed()) {
                return;
            }
            final int length = (int) Math.min(out.capacity(), fed - sent);
            if (length > 0) {
                out.clear();
                for (int i = 0; i < length; i++) {
                    out.put(byteAt(sent + i));
                }
                sent += peer.write(out.flip());
            }
            // Now and then it is slow to read.
            if (random.nextInt(3) > 0) {
                in.clear();
                final int read = peer.read(in);
                for (int i = 0; i < read; i++) {
                    assertThat(in.get(i)).isEqualTo(byteAt(returned + i));
                }
                returned += Math.max(0, read);
            }
        }

        private static byte byteAt(final long position) {
            return (byte) (position * 31 + (position >> 8));
        }

        @Override
        public void onReadable() {
            if (to == 0) {
                final int got = endpoint.receive(received, 0, 1 + random.nextInt(received.capacity()));
                if (got > 0) {
                    arrived += got;
                    to = got;
                }
            }
            echo();
        }

        @Override
        public void onWritable() {
            echo();
        }

        private void echo() {
            while (from < to) {
                final int asked = Math.min(to - from, 1 + random.nextInt(random.nextBoolean() ? 200 : 20_000));
                final int taken = endpoint.send(received, from, asked);
                if (taken < 0) {
                    return;
                }
                from += taken;
                if (taken < asked) {
                    break;
                }
            }
            if (from == to) {
                from = 0;
                to = 0;
            }
            endpoint.interest(to == 0, to > 0);
        }
    }
}
