package io.millrace.engine.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.engine.port.Disk.OpenMode;
import io.millrace.engine.port.DiskDriver;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OsDiskTest {
    private static final Path FULL = Path.of("/dev/full");
    private static final Path MEMORY = Path.of("/proc/self/mem");

    @TempDir
    Path directory;

    private final AtomicInteger wakeups = new AtomicInteger();
    private volatile CountDownLatch woken = new CountDownLatch(1);
    private DiskCompanion companion;
    private OsDisk disk;
    private DiskDriver driver;

    @BeforeEach
    void open() {
        companion = new DiskCompanion(directory);
        disk = new OsDisk(companion, () -> {
            wakeups.incrementAndGet();
            woken.countDown();
        });
        driver = new DiskDriver(disk);
    }

    @AfterEach
    void close() {
        companion.close();
    }

    @Test
    void shouldTellNoSpaceFromAnInlineWrite() throws IOException {
        assumeTrue(Files.isWritable(FULL), "needs /dev/full");
        Files.createSymbolicLink(directory.resolve("full"), FULL);
        final DiskFile file = driver.open("full", OpenMode.EXISTING);

        assertThat(driver.write(file, 0, new UnsafeBuffer(ByteBuffer.allocateDirect(64))))
                .isEqualTo(DiskStatus.NO_SPACE);
        assertThat(driver.write(file, 0, new UnsafeBuffer(new byte[64]))).isEqualTo(DiskStatus.NO_SPACE);
        assertThat(file.size()).isZero();
    }

    @Test
    void shouldTellIoErrors() throws IOException {
        assumeTrue(Files.isReadable(MEMORY), "needs /proc/self/mem, whose first page cannot be read");
        Files.createSymbolicLink(directory.resolve("memory"), MEMORY);
        final DiskFile file = driver.open("memory", OpenMode.READ_ONLY);
        final UnsafeBuffer target = new UnsafeBuffer(ByteBuffer.allocateDirect(64));

        assertThat(driver.read(file, 0, target)).isEqualTo(DiskStatus.IO_ERROR);
        assertThat(driver.prefetch(file, 0, 64)).isEqualTo(DiskStatus.IO_ERROR);
        assertThat(file.readResident(0, target, 0, 64)).isEqualTo(DiskStatus.IO_ERROR);
    }

    @Test
    void shouldDenyTheOpeningOfADirectoryAsAFile() {
        driver.makeDirectory("d");

        assertThat(driver.openStatus("d", OpenMode.EXISTING)).isEqualTo(DiskStatus.ACCESS_DENIED);
    }

    @Test
    void shouldReserveSpaceAndGiveItBack() throws Exception {
        assumeTrue(Posix.CAN_ALLOCATE, "this platform cannot reserve space");
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "abc");

        driver.allocate(file, 0, 1 << 20);
        final long reserved = blocks("a");
        driver.truncate(file, 3);

        assumeTrue(reserved * 512 >= 1 << 20, "this file system cannot reserve space");
        assertThat(blocks("a") * 512).isLessThan(1 << 20);
        assertThat(Files.size(directory.resolve("a"))).isEqualTo(3);
    }

    @Test
    void shouldRunTheWakeupAfterACompletionOnTheCompanion() throws InterruptedException {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        awaitWakeup();
        woken = new CountDownLatch(1);

        file.sync((token, status, value) -> {}, 0);

        awaitWakeup();
        assertThat(disk.hasReady()).isTrue();
        assertThat(disk.poll(1)).isEqualTo(1);
    }

    @Test
    void shouldNotWakeForInlineWrites() throws InterruptedException {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        awaitWakeup();
        final int before = wakeups.get();

        for (int i = 0; i < 100; i++) {
            driver.write(file, i, "x");
        }

        assertThat(wakeups.get()).isEqualTo(before);
    }

    @Test
    void shouldSurviveAnInterruptOfTheCore() throws IOException {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        Thread.currentThread().interrupt();
        driver.write(file, 0, new UnsafeBuffer(new byte[] {'a'}));
        assertThat(Thread.interrupted()).isTrue();

        assertThat(driver.text(file)).isEqualTo("a");
    }

    @Test
    void shouldCloseDescriptorsOfClosedFiles() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "needs /proc/self/fd");
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        assertThat(isOpen("a")).isTrue();

        file.close();
        companion.close();

        assertThat(isOpen("a")).isFalse();
    }

    @Test
    void shouldRefuseWorkOnceTheCompanionIsClosed() {
        companion.close();
        companion.close();

        assertThatThrownBy(() -> disk.makeDirectory("d", (token, status, value) -> {}, 0))
                .isInstanceOf(IllegalStateException.class);
    }

    private void awaitWakeup() throws InterruptedException {
        assertThat(woken.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private long blocks(final String name) throws Exception {
        final Process stat =
                new ProcessBuilder("stat", "-c", "%b", directory.resolve(name).toString()).start();
        return Long.parseLong(new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim());
    }

    private boolean isOpen(final String name) throws IOException {
        final Path path = directory.resolve(name).toRealPath();
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.anyMatch(descriptor -> pointsTo(descriptor, path));
        }
    }

    private static boolean pointsTo(final Path descriptor, final Path path) {
        try {
            return Files.readSymbolicLink(descriptor).equals(path);
        } catch (final IOException e) {
            return false;
        }
    }
}
