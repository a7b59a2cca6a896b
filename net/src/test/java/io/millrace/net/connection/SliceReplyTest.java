package io.millrace.net.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.os.DiskCompanion;
import io.millrace.engine.os.OsDisk;
import io.millrace.engine.port.Disk.OpenMode;
import io.millrace.engine.port.DiskDriver;
import io.millrace.engine.port.DiskFile;
import io.millrace.net.socket.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers that are made of a head and slices of files. */
@Timeout(60)
class SliceReplyTest {
    private static final int FILE_BYTES = 8 << 20;

    private final byte[] content = new byte[FILE_BYTES];
    private final Slices slices = new Slices(64);
    private DiskCompanion companion;
    private DiskFile file;
    private LoopbackCore core;

    /** Request: pairs of position and length; answer: three bytes of head, then the slices. */
    private final class SliceHandler implements FrameHandler {
        @Override
        public boolean mayOverlap(final DirectBuffer frame, final int offset, final int length) {
            return false;
        }

        @Override
        public void onFrame(final Exchange exchange) {
            final PooledBuffer head = exchange.pool().take(7);
            head.putBytes(4, new byte[] {'a', 'b', 'c'});
            exchange.add(head, 7);
            for (int i = 0; i < exchange.frameLength(); i += 8) {
                final int length = exchange.frame().getInt(i + 4, ByteOrder.BIG_ENDIAN);
                final int position = exchange.frame().getInt(i, ByteOrder.BIG_ENDIAN);
                exchange.add(slices.lend(file, position, length + 5), length);
            }
            exchange.finish();
        }
    }

    /** What the core's sockets are on. */
    protected Transport transport() {
        return LoopbackCore.nio();
    }

    @BeforeEach
    void start(@TempDir final Path directory) {
        new Random(11).nextBytes(content);
        companion = new DiskCompanion(directory);
        final DiskDriver disk = new DiskDriver(new OsDisk(companion, () -> {}));
        file = disk.open("log", OpenMode.CREATE_NEW);
        final ByteBuffer memory = ByteBuffer.allocateDirect(FILE_BYTES).put(content);
        assertThat(disk.write(file, 0, new UnsafeBuffer(memory))).isZero();
        core = new LoopbackCore(transport(), 16 << 20, ConnectionSettings.DEFAULTS, new SliceHandler());
    }

    @AfterEach
    void stop() {
        core.await("all connections closed", () -> core.connections().count() == 0);
        assertThat(core.ask(slices::areBack)).isTrue();
        assertThat(core.ask(() -> core.pool().usedBytes())).isZero();
        core.close();
        file.close();
        companion.close();
    }

    private static byte[] request(final int... positionsAndLengths) throws IOException {
        final ByteBuffer body = ByteBuffer.allocate(4 * positionsAndLengths.length);
        Arrays.stream(positionsAndLengths).forEach(body::putInt);
        return FrameClient.frame(body.array());
    }

    private void assertAnswer(final byte[] answer, final int... positionsAndLengths) {
        final ByteBuffer rest = ByteBuffer.wrap(answer);
        assertThat(new byte[] {rest.get(), rest.get(), rest.get()}).containsExactly('a', 'b', 'c');
        for (int i = 0; i < positionsAndLengths.length; i += 2) {
            final int from = positionsAndLengths[i];
            final ByteBuffer expected = ByteBuffer.wrap(content, from, positionsAndLengths[i + 1]);
            assertThat(rest.slice(rest.position(), positionsAndLengths[i + 1]).equals(expected))
                    .as("slice %d", i / 2)
                    .isTrue();
            rest.position(rest.position() + positionsAndLengths[i + 1]);
        }
        assertThat(rest.hasRemaining()).isFalse();
    }

    @Test
    void shouldSendSlicesOfEverySizeInOrder() throws IOException {
        final int[][] requests = {
            {0, 1},
            {17, 100, 5000, 200},
            {0, 16 * 1024 - 1},
            {1, 16 * 1024},
            {3, 70_000, 9, 3, 1_000_000, 2_000_000, 7, 1},
            {0, 0},
            {100, 0, 200, 5},
            {0, 4_000_000},
            {}
        };
        try (FrameClient client = new FrameClient(core)) {
            for (final int[] request : requests) {
                client.sendBytes(request(request.length == 0 ? new int[] {0, 0} : request));
            }
            for (final int[] request : requests) {
                assertAnswer(client.readFrame(), request);
            }
        }
    }

    @Test
    void shouldSendThroughAFullSocket() throws IOException {
        try (FrameClient client = new FrameClient(core)) {
            for (int i = 0; i < 6; i++) {
                client.sendBytes(request(i, 5_000_000, 100, 10, 7_000_000, 1_000_000));
            }
            core.await("a full socket", () -> core.connections().counters().bytesOut() > 2_000_000);
            for (int i = 0; i < 6; i++) {
                assertAnswer(client.readFrame(), i, 5_000_000, 100, 10, 7_000_000, 1_000_000);
            }
        }
    }

    @Test
    void shouldKeepOnlyLargeLeasesForAClientThatDoesNotRead() throws IOException {
        final int[] asked = new int[62];
        asked[1] = 7_900_000;
        for (int i = 2; i < asked.length; i += 2) {
            asked[i] = i * 100;
            asked[i + 1] = 16 * 1024 - i;
        }
        try (FrameClient client = new FrameClient(core)) {
            client.sendBytes(request(asked));
            core.await("the small leases to be back", () -> {
                core.connections().sweepLeases(System.nanoTime());
                return slices.lent() == 1;
            });
            assertAnswer(client.readFrame(), asked);
        }
    }

    @Test
    void shouldGiveSlicesBackWhenTheClientGoesAway() throws IOException {
        try (FrameClient client = new FrameClient(core)) {
            for (int i = 0; i < 6; i++) {
                client.sendBytes(request(i, 8_000_000, 100, 10));
            }
            assertThat(client.socket.getInputStream().read()).isZero();
            client.socket.setSoLinger(true, 0);
        }
    }

    @Test
    void shouldCloseWhenTheFileDoesNotGiveWhatItShould() throws IOException {
        for (final int length : new int[] {100, 1_000_000}) {
            try (FrameClient client = new FrameClient(core)) {
                client.sendBytes(request(FILE_BYTES - 50, length));
                while (client.socket.getInputStream().read() >= 0) {
                    continue;
                }
            }
        }
        assertThat(core.ask(() -> core.connections().counters().closed(CloseReason.DISK)))
                .isEqualTo(2);
    }
}
