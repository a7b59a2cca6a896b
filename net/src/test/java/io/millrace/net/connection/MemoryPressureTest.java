package io.millrace.net.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.net.socket.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A good client among many that hold memory and send no more. */
@Timeout(60)
class MemoryPressureTest {
    private static final int FRAME_BYTES_MAX = 100 << 20;
    private static final ConnectionSettings SETTINGS =
            new ConnectionSettings(FRAME_BYTES_MAX, 600_000, 64, 1 << 20, 16 << 10, 200);

    /** What the core's sockets are on. */
    protected Transport transport() {
        return LoopbackCore.nio();
    }

    @Test
    void shouldNotClaimWhatHalfFramesOnlyAnnounce() throws IOException {
        try (LoopbackCore core = new LoopbackCore(transport(), 256 << 20, SETTINGS, new EchoHandler())) {
            final List<FrameClient> slow = halfOpen(core, 200, FRAME_BYTES_MAX, 1000);
            assertThat(core.ask(() -> core.pool().usedBytes())).isLessThan(200 * 8192);
            try (FrameClient good = new FrameClient(core)) {
                for (int i = 0; i < 1000; i++) {
                    assertThat(good.send("e" + i).read()).isEqualTo("e" + i);
                }
                final byte[] large = body(8 << 20);
                assertThat(good.sendBytes(FrameClient.frame(large)).readFrame()).isEqualTo(large);
            }
            assertThat(core.<Integer>ask(() -> core.connections().count())).isGreaterThanOrEqualTo(200);
            closeAll(slow);
        }
    }

    @Test
    void shouldServeAGoodClientWhenHalfFramesHoldAllMemory() throws IOException {
        final ConnectionSettings settings = SETTINGS.withFrameBytesMax(1 << 20);
        try (LoopbackCore core = new LoopbackCore(transport(), 4 << 20, settings, new EchoHandler())) {
            final List<FrameClient> slow = halfOpen(core, 40, 1 << 20, 200_000);
            try (FrameClient good = new FrameClient(core)) {
                for (int i = 0; i < 20; i++) {
                    final byte[] large = body(900_000);
                    assertThat(good.sendBytes(FrameClient.frame(large)).readFrame())
                            .isEqualTo(large);
                    assertThat(good.send("e" + i).read()).isEqualTo("e" + i);
                }
            }
            assertThat(core.ask(() -> core.connections().counters().closed(CloseReason.MEMORY)))
                    .isPositive();
            closeAll(slow);
            core.await("all closed", () -> core.connections().count() == 0);
            assertThat(core.ask(() -> core.pool().usedBytes())).isZero();
        }
    }

    @Test
    void shouldCompleteLargeFramesOfManyClientsInLittleMemory() throws Exception {
        final ConnectionSettings settings = new ConnectionSettings(1 << 20, 600_000, 64, 1 << 20, 16 << 10, 5000);
        try (LoopbackCore core = new LoopbackCore(transport(), 5 << 20, settings, new EchoHandler())) {
            final List<Thread> threads = new ArrayList<>();
            final int[] rounds = new int[16];
            for (int i = 0; i < rounds.length; i++) {
                final int number = i;
                threads.add(Thread.ofPlatform().start(() -> rounds[number] = echoLarge(core, 20)));
            }
            for (final Thread thread : threads) {
                thread.join();
            }
            assertThat(rounds).containsOnly(20);
            assertThat(core.ask(() -> core.connections().counters().closed(CloseReason.MEMORY)))
                    .isZero();
        }
    }

    private static int echoLarge(final LoopbackCore core, final int rounds) {
        try (FrameClient client = new FrameClient(core)) {
            for (int i = 0; i < rounds; i++) {
                final byte[] body = body(700_000 + 1000 * i);
                if (!Arrays.equals(client.sendBytes(FrameClient.frame(body)).readFrame(), body)) {
                    return -1;
                }
            }
            return rounds;
        } catch (final IOException failed) {
            return -2;
        }
    }

    private static byte[] body(final int length) {
        final byte[] body = new byte[length];
        for (int i = 0; i < length; i++) {
            body[i] = (byte) (i * 7);
        }
        body[0] = 'e';
        return body;
    }

    private static List<FrameClient> halfOpen(
            final LoopbackCore core, final int count, final int announced, final int sent) throws IOException {
        final List<FrameClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final FrameClient client = new FrameClient(core);
            clients.add(client);
            try {
                client.sendBytes(ByteBuffer.allocate(4).putInt(announced).array());
                client.sendBytes(new byte[sent]);
            } catch (final IOException closedAlready) {
                continue;
            }
        }
        return clients;
    }

    private static void closeAll(final List<FrameClient> clients) throws IOException {
        for (final FrameClient client : clients) {
            client.close();
        }
    }
}
