package io.millrace.engine.os;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.engine.port.Disk.OpenMode;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskDriver;
import io.millrace.engine.port.DiskFile;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** What the core's own thread allocates once warm. */
class OsDiskAllocationTest {
    private static final int WARM = 50_000;
    private static final int ROUNDS = 100_000;
    private static final int FILE_BYTES = 1 << 20;

    @TempDir
    Path directory;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(1024));
    private long completed;
    private DiskCompanion companion;
    private OsDisk disk;
    private DiskFile file;

    @BeforeEach
    void open() {
        companion = new DiskCompanion(directory);
        disk = new OsDisk(companion, () -> {});
        file = new DiskDriver(disk).open("a", OpenMode.CREATE_NEW);
    }

    @AfterEach
    void close() {
        companion.close();
    }

    @Test
    void shouldNotAllocateToWriteSyncAndReadResidentBytes(final TestReporter reporter) {
        final DiskCompletion completion = (token, status, value) -> completed++;
        writeSyncRead(WARM, completion);
        final long before = threads.getCurrentThreadAllocatedBytes();
        writeSyncRead(ROUNDS, completion);
        final double perRound = (threads.getCurrentThreadAllocatedBytes() - before) / (double) ROUNDS;

        reporter.publishEntry("bytes allocated per write and resident read", Double.toString(perRound));
        assertThat(perRound).isLessThan(1.0);
        assertThat(completed).isEqualTo(WARM + ROUNDS + (WARM + ROUNDS) / 100);
    }

    @Test
    void shouldNotAllocateToTransfer(final TestReporter reporter) throws Exception {
        writeSyncRead(FILE_BYTES / 1024, (token, status, value) -> completed++);
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (SocketChannel out = SocketChannel.open(server.getLocalAddress());
                    SocketChannel in = server.accept()) {
                final Thread reader = new Thread(() -> readAll(in));
                reader.start();
                out.configureBlocking(false);
                transfer(WARM / 5, out);
                final long before = threads.getCurrentThreadAllocatedBytes();
                transfer(ROUNDS / 5, out);
                final double perTransfer = (threads.getCurrentThreadAllocatedBytes() - before) / (ROUNDS / 5.0);
                out.close();
                reader.join();

                reporter.publishEntry("bytes allocated per transfer", Double.toString(perTransfer));
                assertThat(perTransfer).isLessThan(1.0);
            }
        }
    }

    private void writeSyncRead(final int rounds, final DiskCompletion completion) {
        for (int i = 1; i <= rounds; i++) {
            final long position = (long) i * 1024 % FILE_BYTES;
            file.write(position, buffer, 0, 1024, completion, i);
            file.readResident(position, buffer, 0, 512);
            disk.poll(10);
            if (i % 100 == 0) {
                file.sync(completion, i);
                drain();
            }
        }
        drain();
    }

    private void drain() {
        while (disk.inFlight() > 0) {
            disk.poll(10);
            Thread.onSpinWait();
        }
    }

    private void transfer(final int rounds, final SocketChannel out) throws IOException {
        for (int i = 0; i < rounds; i++) {
            long sent = file.transferTo(0, 16 * 1024, out);
            while (sent == 0) {
                Thread.onSpinWait();
                sent = file.transferTo(0, 16 * 1024, out);
            }
        }
    }

    private static void readAll(final SocketChannel in) {
        final ByteBuffer sink = ByteBuffer.allocateDirect(1 << 16);
        try {
            while (in.read(sink.clear()) >= 0) {
                Thread.onSpinWait();
            }
        } catch (final IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
