package io.millrace.engine.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.engine.port.Disk.OpenMode;
import io.millrace.engine.port.DiskDriver;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file system of one megabyte that really fills up. */
@Timeout(60)
class OsDiskFullTest {
    private static final int CHUNK = 48 * 1024;

    @TempDir
    Path directory;

    private boolean mounted;
    private DiskCompanion companion;
    private OsDisk disk;
    private DiskDriver driver;

    @BeforeEach
    void mount() throws Exception {
        mounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory.toString()) == 0;
        assumeTrue(mounted, "needs the right to mount a small tmpfs");
        companion = new DiskCompanion(directory);
        disk = new OsDisk(companion, () -> {});
        driver = new DiskDriver(disk);
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            companion.close();
            assertThat(run("umount", directory.toString())).isZero();
        }
    }

    @Test
    void shouldTellWhenFullAndGoOnWhenSpaceReturns() {
        final DiskFile ballast = driver.open("ballast", OpenMode.CREATE_NEW);
        assertThat(driver.allocate(ballast, 0, 500_000)).isEqualTo(DiskStatus.OK);
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);

        assertThat(fill(file)).isEqualTo(DiskStatus.NO_SPACE);
        final long full = file.size();
        assertThat(full).isBetween(400_000L, 600_000L);
        assertThat(driver.allocate(file, full, CHUNK)).isEqualTo(DiskStatus.NO_SPACE);
        assertThat(driver.sync(file)).isEqualTo(DiskStatus.OK);

        ballast.close();
        driver.unlink("ballast");
        // Nobody is told when the last handle is closed, on a thread of its own.
        while (driver.usableBytes() < 450_000) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(fill(file)).isEqualTo(DiskStatus.NO_SPACE);
        assertThat(file.size()).isGreaterThan(full + 400_000);
        file.close();
    }

    private int fill(final DiskFile file) {
        final UnsafeBuffer chunk = new UnsafeBuffer(ByteBuffer.allocateDirect(CHUNK));
        int status = DiskStatus.OK;
        while (status == DiskStatus.OK) {
            status = driver.write(file, file.size(), chunk);
        }
        return status;
    }

    private static int run(final String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (final IOException e) {
            return -1;
        }
    }
}
