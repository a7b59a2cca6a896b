package io.millrace.engine.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskDriver;
import io.millrace.engine.port.DiskFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CacheStateTest {
    private static final int BYTES = 100_000;

    @TempDir
    Path directory;

    private DiskCompanion companion;
    private DiskDriver driver;

    @BeforeEach
    void start() {
        companion = new DiskCompanion(directory, 1);
        driver = new DiskDriver(new OsDisk(companion, () -> {}));
    }

    @AfterEach
    void stop() {
        companion.close();
    }

    @Test
    void shouldFindWhatWasWrittenAndMissWhatTheKernelForgot() throws IOException {
        final DiskFile file = driver.open("a", Disk.OpenMode.CREATE_NEW);
        driver.write(file, 0, "x".repeat(BYTES));
        assumeTrue(file.isInMemory(0, BYTES), "skipped: this system does not tell what lies in memory");
        assertThat(file.isInMemory(BYTES / 2, 1)).isTrue();

        driver.sync(file);
        driver.evict(file);
        assumeFalse(Files.getFileStore(directory).type().equals("tmpfs"), "skipped: this file system is all memory");

        assertThat(file.isInMemory(0, BYTES)).isFalse();
        assertThat(driver.prefetch(file, 0, BYTES)).isZero();
        assertThat(file.isInMemory(0, BYTES)).isTrue();
    }

    @Test
    void shouldLetGoOnlyOfWhatTheDiskHasToo() throws IOException {
        final int half = 8 << 20;
        final DiskFile file = evictedHalf(half);
        assertThat(new CacheState().mayHoldWritten(file.descriptor(), half, half))
                .as("the kernel was not made to write it")
                .isFalse();
    }

    @Test
    void shouldLetGoOfWhatTheDiskHasBesideWhatItHasNot() throws IOException {
        evictedHalf(2 << 20);
    }

    /** A file of two halves, the first of which was synced and is let go of. */
    private DiskFile evictedHalf(final int half) throws IOException {
        final DiskFile file = driver.open("a", Disk.OpenMode.CREATE_NEW);
        driver.write(file, 0, "x".repeat(half));
        assumeTrue(file.isInMemory(0, half), "skipped: this system does not tell what lies in memory");
        assumeFalse(Files.getFileStore(directory).type().equals("tmpfs"), "skipped: this file system is all memory");
        driver.sync(file);
        driver.write(file, half, "y".repeat(half));

        driver.evict(file);

        assertThat(file.isInMemory(0, half)).isFalse();
        assertThat(file.isInMemory(half, half)).isTrue();
        return file;
    }

    /** As on a file system that lies over another one, and has the bytes there. */
    @Test
    void shouldNotTakeARangeWithoutPagesForOneThatTheDiskHasNot() {
        final DiskFile file = driver.open("a", Disk.OpenMode.CREATE_NEW);
        assertThat(new CacheState().mayHoldWritten(file.descriptor(), 0, BYTES)).isTrue();
    }
}
