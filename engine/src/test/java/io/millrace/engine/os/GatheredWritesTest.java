package io.millrace.engine.os;

import static org.assertj.core.api.Assertions.assertThat;
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
import java.util.Arrays;
import java.util.Random;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many small writes of one turn are one system call, and nobody can tell but by counting those. */
@Timeout(60)
class GatheredWritesTest {
    private static final Path CALLS = Path.of("/proc/thread-self/io");
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    Path directory;

    private final LongArrayList told = new LongArrayList();
    private final UnsafeBuffer bytes = new UnsafeBuffer(ByteBuffer.allocateDirect(256 << 10));
    private DiskCompanion companion;
    private OsDisk disk;
    private DiskDriver driver;

    @BeforeEach
    void open() {
        final byte[] random = new byte[bytes.capacity()];
        new Random(5).nextBytes(random);
        bytes.putBytes(0, random);
        companion = new DiskCompanion(directory);
        disk = new OsDisk(companion, () -> {});
        driver = new DiskDriver(disk);
    }

    @AfterEach
    void close() {
        companion.close();
    }

    @Test
    void shouldWriteWhatFollowsEachOtherWithOneCall() throws IOException {
        assumeTrue(Posix.CAN_GATHER && Files.isReadable(CALLS), "needs pwritev and a count of system calls");
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        final DiskFile other = driver.open("b", OpenMode.CREATE_NEW);
        final long before = calls();
        for (int i = 0; i < 20; i++) {
            write(file, i * 100L, i * 100, 100);
            write(other, i * 50L, i * 50, 50);
        }
        assertThat(told).isEmpty();
        assertThat(disk.poll(1_000)).isEqualTo(40);
        assertThat(calls() - before).isEqualTo(2);

        assertThat(file.size()).isEqualTo(2_000);
        assertThat(content("a")).isEqualTo(expected(0, 2_000));
        assertThat(content("b")).isEqualTo(expected(0, 1_000));
    }

    @Test
    void shouldKeepWhatIsAskedForInItsOrder() throws IOException {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        write(file, 0, 0, 100);
        write(file, 100, 100, 100);
        // Back, and again over the same bytes; then far away, large, cut and read.
        write(file, 50, 1_000, 100);
        write(file, 150, 2_000, 10);
        write(file, 300, 300, 100_000);
        write(file, 100_300, 100_300, 10);
        file.truncate(100_305, this::onTold, 100);
        write(file, 100_305, 0, 20);
        file.sync(this::onTold, 101);
        final UnsafeBuffer read = new UnsafeBuffer(ByteBuffer.allocateDirect(400));
        file.read(0, read, 0, 160, this::onTold, 102);
        while (disk.inFlight() > 0) {
            disk.await();
            disk.poll(3);
        }
        assertThat(told.toString()).isEqualTo("[0, 100, 50, 150, 300, 100300, 100, 100305, 101, 102]");
        assertThat(file.size()).isEqualTo(100_325);
        final byte[] after = content("a");
        assertThat(slice(after, 0, 50)).isEqualTo(expected(0, 50));
        assertThat(slice(after, 50, 100)).isEqualTo(expected(1_000, 100));
        assertThat(slice(after, 150, 10)).isEqualTo(expected(2_000, 10));
        assertThat(slice(after, 160, 40)).isEqualTo(expected(160, 40));
        assertThat(slice(after, 300, 100_005)).isEqualTo(expected(300, 100_005));
        assertThat(slice(after, 100_305, 20)).isEqualTo(expected(0, 20));
        final byte[] got = new byte[160];
        read.getBytes(0, got);
        assertThat(got).isEqualTo(slice(after, 0, 160));
    }

    @Test
    void shouldTakeMoreThanOneCallHolds() throws IOException {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        final int count = 3 * GatheredWrites.COUNT_MAX + 1;
        for (int i = 0; i < count; i++) {
            write(file, i * 7L, i * 7, 7);
        }
        assertThat(disk.poll(1_000)).isEqualTo(count);
        assertThat(content("a")).isEqualTo(expected(0, count * 7));
    }

    @Test
    void shouldTellEachOfManyThatFailed() throws IOException {
        assumeTrue(Files.isWritable(FULL), "needs /dev/full");
        Files.createSymbolicLink(directory.resolve("full"), FULL);
        final DiskFile file = driver.open("full", OpenMode.EXISTING);
        final LongArrayList failures = new LongArrayList();
        for (int i = 0; i < 5; i++) {
            file.write(i * 10L, bytes, 0, 10, (token, status, value) -> failures.addLong(status), i);
        }
        assertThat(disk.poll(1_000)).isEqualTo(5);
        assertThat(failures.longStream()).hasSize(5).containsOnly((long) DiskStatus.NO_SPACE);
        assertThat(file.size()).isZero();
    }

    @Test
    void shouldWriteWhatWaitsBeforeAClose() throws IOException {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        write(file, 0, 0, 10);
        write(file, 10, 10, 10);
        file.close();
        assertThat(disk.poll(1_000)).isEqualTo(2);
        assertThat(content("a")).isEqualTo(expected(0, 20));
    }

    private void write(final DiskFile file, final long position, final int from, final int length) {
        file.write(position, bytes, from, length, this::onTold, position);
    }

    private void onTold(final long token, final int status, final long value) {
        assertThat(status).isEqualTo(DiskStatus.OK);
        told.addLong(token);
    }

    private byte[] content(final String name) throws IOException {
        return Files.readAllBytes(directory.resolve(name));
    }

    private byte[] expected(final int from, final int length) {
        final byte[] expected = new byte[length];
        bytes.getBytes(from, expected);
        return expected;
    }

    private static byte[] slice(final byte[] of, final int from, final int length) {
        return Arrays.copyOfRange(of, from, from + length);
    }

    private static long calls() throws IOException {
        return Files.readString(CALLS, StandardCharsets.US_ASCII)
                .lines()
                .filter(line -> line.startsWith("syscw:"))
                .mapToLong(line -> Long.parseLong(line.substring(6).strip()))
                .sum();
    }
}
