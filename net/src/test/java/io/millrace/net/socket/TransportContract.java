package io.millrace.net.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.port.Endpoint;
import io.millrace.engine.port.Poller;
import io.millrace.engine.port.Stage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link Transport} does beside moving bytes: listens, adopts, is woken. */
@Timeout(60)
public abstract class TransportContract {
    private final Transport transport = open();
    private final List<SocketChannel> accepted = new ArrayList<>();

    /** A fresh one; closed by whoever opened it. */
    protected abstract Transport open();

    @AfterEach
    void close() {
        transport.close();
    }

    private static InetSocketAddress loopback(final int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Test
    void shouldNameTheAddressWhenThePortIsInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            final int port = taken.getLocalPort();
            assertThatThrownBy(() -> transport.listen(new InetSocketAddress("127.0.0.1", port), accepted::add))
                    .isInstanceOf(ListenException.class)
                    .hasMessage("cannot listen on 127.0.0.1:" + port + ": the port is in use");
        }
    }

    @Test
    void shouldNotShareAPortWithAnotherBroker() {
        final SocketListener first = transport.listen(loopback(0), accepted::add);
        try (Transport other = open()) {
            assertThatThrownBy(() -> other.listen(first.address(), accepted::add))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("the port is in use");
        }
    }

    @Test
    void shouldSayThatAHostIsUnknown() {
        assertThatThrownBy(
                        () -> transport.listen(InetSocketAddress.createUnresolved("no.such.host.invalid", 1), c -> {}))
                .isInstanceOf(ListenException.class)
                .hasMessage("cannot listen on no.such.host.invalid:1: the host name is unknown");
    }

    @Test
    void shouldListenAgainOnAPortWhoseConnectionsAreStillClosing() throws IOException {
        final SocketListener first = transport.listen(loopback(0), accepted::add);
        try (Socket client = new Socket(first.address().getAddress(), first.port())) {
            while (accepted.isEmpty()) {
                transport.poll(1_000_000);
            }
            accepted.get(0).close();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        first.close();
        transport.poll(0);
        assertThat(transport.listen(first.address(), accepted::add).port()).isEqualTo(first.port());
    }

    @Test
    void shouldLetClientsWaitWhomItsHandlerDoesNotLetInYet() throws IOException {
        final AtomicInteger admitted = new AtomicInteger(1);
        final SocketListener listener = transport.listen(loopback(0), new AcceptHandler() {
            @Override
            public boolean mayAccept() {
                return accepted.size() < admitted.get();
            }

            @Override
            public void onAccept(final SocketChannel channel) {
                accepted.add(channel);
            }
        });
        try (Socket first = new Socket(listener.address().getAddress(), listener.port());
                Socket second = new Socket(listener.address().getAddress(), listener.port())) {
            while (accepted.isEmpty()) {
                transport.poll(1_000_000);
            }
            transport.poll(0);
            final long beganNs = System.nanoTime();
            for (int i = 0; i < 3; i++) {
                transport.poll(200_000_000);
            }
            assertThat(System.nanoTime() - beganNs).as("it sleeps").isGreaterThan(400_000_000);
            assertThat(accepted).hasSize(1);
            admitted.set(2);
            listener.goOn();
            while (accepted.size() < 2) {
                transport.poll(1_000_000);
            }
            assertThat(((InetSocketAddress) accepted.getLast().getRemoteAddress()).getPort())
                    .isEqualTo(second.getLocalPort());
            assertThat(listener.failedAccepts()).isZero();
            assertThat(first.isConnected()).isTrue();
        }
    }

    @Test
    void shouldSendWithoutDelay() throws IOException {
        final SocketListener listener = transport.listen(loopback(0), accepted::add);
        try (Socket client = new Socket(listener.address().getAddress(), listener.port())) {
            while (accepted.isEmpty()) {
                transport.poll(1_000_000);
            }
            final Endpoint endpoint = transport.adopt(accepted.get(0));
            assertThat(accepted.get(0).getOption(StandardSocketOptions.TCP_NODELAY))
                    .isTrue();
            assertThat(endpoint.remoteAddress()).isEqualTo("127.0.0.1:" + client.getLocalPort());
            assertThat(transport.endpoints()).isEqualTo(1);
            endpoint.close();
            assertThat(transport.endpoints()).isZero();
        }
    }

    @Test
    void shouldNotLoseAWakeup() throws InterruptedException {
        final int rounds = 20_000;
        final CountDownLatch woken = new CountDownLatch(1);
        final int[] published = new int[1];
        final Thread waker = new Thread(() -> {
            for (int i = 0; i < rounds; i++) {
                synchronized (published) {
                    published[0]++;
                }
                transport.wakeup();
            }
            woken.countDown();
        });
        waker.start();
        int seen = 0;
        while (seen < rounds) {
            transport.poll(Long.MAX_VALUE);
            synchronized (published) {
                seen = published[0];
            }
        }
        assertThat(woken.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldGiveEachSocketToTheCoreWithTheFewest() throws IOException {
        final List<String> adopted = new ArrayList<>();
        try (Transport second = open()) {
            final ConnectionHandoff handoff = new ConnectionHandoff(new Poller[] {transport, second});
            final Stage[] stages = {
                handoff.arrivals(0, transport, (listener, endpoint) -> adopted.add("core 0, listener " + listener)),
                handoff.arrivals(1, second, (listener, endpoint) -> adopted.add("core 1, listener " + listener))
            };
            final SocketListener listener = transport.listen(loopback(0), channel -> handoff.offer(3, channel));
            final List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(new Socket(listener.address().getAddress(), listener.port()));
            }
            while (handoff.open(0) + handoff.open(1) < 4) {
                transport.poll(1_000_000);
            }
            assertThat(stages[1].mayPark()).isFalse();
            assertThat(stages[0].doWork(0, 0) + stages[1].doWork(0, 0)).isEqualTo(4);
            assertThat(stages[1].mayPark()).isTrue();
            assertThat(adopted)
                    .containsExactly(
                            "core 0, listener 3", "core 0, listener 3", "core 1, listener 3", "core 1, listener 3");
            handoff.onClosed(1);
            assertThat(handoff.open(1)).isEqualTo(1);
            for (final Socket client : clients) {
                client.close();
            }
        }
    }
}
