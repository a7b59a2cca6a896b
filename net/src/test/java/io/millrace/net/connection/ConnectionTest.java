package io.millrace.net.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.net.socket.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Order, bounds and endings of connections, over real sockets. */
@Timeout(60)
class ConnectionTest {
    private static final int FRAME_BYTES_MAX = 4 * 1024 * 1024;
    private static final ConnectionSettings SETTINGS =
            new ConnectionSettings(FRAME_BYTES_MAX, 600_000, 16, 1 << 20, 16 << 10, 50);

    private final EchoHandler handler = new EchoHandler();
    private LoopbackCore core;
    private FrameClient client;

    /** What the core's sockets are on. */
    protected Transport transport() {
        return LoopbackCore.nio();
    }

    @BeforeEach
    void start() throws IOException {
        core = new LoopbackCore(transport(), 64 << 20, SETTINGS, handler);
        client = new FrameClient(core);
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        core.await("all connections closed", () -> core.connections().count() == 0);
        core.ask(() -> {
            while (!handler.held.isEmpty()) {
                handler.answerHeld(0);
            }
            return null;
        });
        assertThat(core.ask(() -> core.pool().usedBytes())).isZero();
        assertThat(core.ask(() -> core.connections().running())).isZero();
        core.close();
    }

    @Test
    void shouldAnswerPipelinedRequestsInOrder() throws IOException {
        for (int i = 0; i < 500; i++) {
            client.send("e" + i);
        }
        for (int i = 0; i < 500; i++) {
            assertThat(client.read()).isEqualTo("e" + i);
        }
    }

    @Test
    void shouldSendManySmallAnswersAtOnce() throws IOException {
        client.send("h", "e1", "e2", "e3", "e4");
        core.await("held", () -> handler.held.size() == 1);
        core.execute(() -> handler.answerHeld(0));
        for (final String expected : List.of("h", "e1", "e2", "e3", "e4")) {
            assertThat(client.read()).isEqualTo(expected);
        }
        assertThat(core.ask(() -> core.connections().counters().sends())).isEqualTo(1);
    }

    @Test
    void shouldOverlapOnlyWhatMayOverlapAndAnswerInOrder() throws IOException {
        client.send("o1", "o2", "h3", "o4", "e5");
        core.await("two overlap", () -> handler.started == 2);
        core.execute(() -> handler.answerHeld(1));
        assertThat(core.<Integer>ask(() -> handler.started)).isEqualTo(2);
        core.execute(() -> handler.answerHeld(0));
        assertThat(client.read()).isEqualTo("o1");
        assertThat(client.read()).isEqualTo("o2");
        core.await("the third alone", () -> handler.started == 3);
        core.execute(() -> handler.answerHeld(0));
        assertThat(client.read()).isEqualTo("h3");
        core.await("the fourth alone", () -> handler.started == 4);
        core.execute(() -> handler.answerHeld(0));
        assertThat(client.read()).isEqualTo("o4");
        assertThat(client.read()).isEqualTo("e5");
    }

    @Test
    void shouldGiveNoAnswerToWhoWantsNone() throws IOException {
        client.send("n", "o1", "n", "n", "e2");
        core.await("held", () -> handler.held.size() == 1);
        core.execute(() -> handler.answerHeld(0));
        assertThat(client.read()).isEqualTo("o1");
        assertThat(client.read()).isEqualTo("e2");
    }

    @Test
    void shouldTakeFramesInPiecesOfAnySize() throws IOException {
        final Random random = new Random(42);
        final List<byte[]> bodies = new ArrayList<>();
        final ByteBuffer stream = ByteBuffer.allocate(8 << 20);
        for (final int size : new int[] {1, 2, 511, 512, 513, 4096, 65_536, 300_000, 2_500_000, 7, 1_000_000, 3}) {
            final byte[] body = new byte[size];
            random.nextBytes(body);
            body[0] = 'e';
            bodies.add(body);
            stream.put(FrameClient.frame(body));
        }
        final byte[] bytes = Arrays.copyOf(stream.array(), stream.position());
        final Thread writer = new Thread(() -> writeInPieces(bytes, new Random(7)));
        writer.start();
        for (final byte[] body : bodies) {
            assertThat(client.readFrame()).isEqualTo(body);
        }
    }

    private void writeInPieces(final byte[] bytes, final Random random) {
        int offset = 0;
        while (offset < bytes.length) {
            final int bound = random.nextBoolean() ? 5 : 200_000;
            final int piece = Math.min(bytes.length - offset, 1 + random.nextInt(bound));
            try {
                client.sendBytes(Arrays.copyOfRange(bytes, offset, offset + piece));
            } catch (final IOException failed) {
                throw new AssertionError(failed);
            }
            offset += piece;
        }
    }

    @Test
    void shouldStopReadingAtTheBoundOfRequestsInFlight() throws IOException {
        for (int i = 0; i < 100; i++) {
            client.send("o" + i);
        }
        core.await("the bound", () -> handler.started == SETTINGS.inFlightMax());
        for (int i = 0; i < 100; i++) {
            core.await("another", () -> !handler.held.isEmpty());
            assertThat(core.<Integer>ask(() -> handler.held.size())).isLessThanOrEqualTo(SETTINGS.inFlightMax());
            core.execute(() -> handler.answerHeld(0));
            assertThat(client.read()).isEqualTo("o" + i);
        }
    }

    @Test
    void shouldNotGrowForASlowReader() throws IOException {
        final byte[] ask = ByteBuffer.allocate(5)
                .put((byte) 'b')
                .putInt(Integer.reverseBytes(100_000))
                .array();
        final Thread writer = new Thread(() -> {
            for (int i = 0; i < 2000; i++) {
                try {
                    client.sendBytes(FrameClient.frame(ask));
                } catch (final IOException closed) {
                    return;
                }
            }
        });
        writer.start();
        core.await("output is full", () -> core.pool().usedBytes() > SETTINGS.unsentBytesMax() / 2);
        for (int i = 0; i < 50; i++) {
            assertThat(core.ask(() -> core.pool().usedBytes())).isLessThan(4L * SETTINGS.unsentBytesMax());
        }
        for (int i = 0; i < 2000; i++) {
            assertThat(client.readFrame()).hasSize(100_000);
        }
    }

    @Test
    void shouldEndAtAHostileSizeAfterAnsweringWhatCameBefore() throws IOException {
        for (final int size : new int[] {-1, 0, Integer.MIN_VALUE, FRAME_BYTES_MAX + 1, Integer.MAX_VALUE}) {
            try (FrameClient hostile = new FrameClient(core)) {
                hostile.send("e1", "e2");
                hostile.sendBytes(ByteBuffer.allocate(4).putInt(size).array());
                assertThat(hostile.read()).isEqualTo("e1");
                assertThat(hostile.read()).isEqualTo("e2");
                assertThat(hostile.isEnded()).isTrue();
            }
        }
        core.await("counted", () -> core.connections().counters().closed(CloseReason.FRAME_SIZE) == 5);
    }

    @Test
    void shouldEndAfterAnsweringWhatCameBeforeABadRequest() throws IOException {
        client.send("o1", "e2", "x", "e3");
        core.await("held", () -> handler.held.size() == 1);
        core.execute(() -> handler.answerHeld(0));
        assertThat(client.read()).isEqualTo("o1");
        assertThat(client.read()).isEqualTo("e2");
        assertThat(client.isEnded()).isTrue();
        assertThat(core.<Integer>ask(() -> handler.started)).isEqualTo(3);
    }

    @Test
    void shouldFinishWhatAClientSentBeforeItClosed() throws IOException {
        client.send("h", "n", "n", "n");
        core.await("held", () -> handler.held.size() == 1);
        client.close();
        core.await("abandoned", () -> handler.abandoned.size() == 1);
        assertThat(core.ask(() -> handler.held.get(0).isAbandoned())).isTrue();
        core.execute(() -> handler.answerHeld(0));
        core.await("the rest was done", () -> handler.started == 4);
    }

    @Test
    void shouldKeepTheMemoryOfRunningRequestsWhenTheConnectionIsReset() throws IOException {
        client.send("o1", "o2", "h3");
        core.await("held", () -> handler.held.size() == 2);
        client.socket.setSoLinger(true, 0);
        client.close();
        core.await("abandoned", () -> handler.abandoned.size() == 2);
        assertThat(core.ask(() -> handler.held.get(0).frame().getByte(1))).isEqualTo((byte) '1');
        core.execute(() -> handler.answerHeld(1));
        core.execute(() -> handler.answerHeld(0));
    }

    @Test
    void shouldCloseIdleConnections() throws IOException {
        try (LoopbackCore impatient =
                        new LoopbackCore(transport(), 64 << 20, SETTINGS.withIdleMs(50), new EchoHandler());
                FrameClient idle = new FrameClient(impatient)) {
            idle.send("e1");
            assertThat(idle.read()).isEqualTo("e1");
            assertThat(idle.isEnded()).isTrue();
            impatient.await("counted", () -> impatient.connections().counters().closed(CloseReason.IDLE) == 1);
        }
    }
}
