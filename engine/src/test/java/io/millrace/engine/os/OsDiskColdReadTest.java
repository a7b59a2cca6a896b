package io.millrace.engine.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.port.Disk.OpenMode;
import io.millrace.engine.port.DiskDriver;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A reader of cold bytes and a writer of the same file, over a device that is slow to read. */
@Timeout(60)
class OsDiskColdReadTest {
    @TempDir
    Path directory;

    private final CountDownLatch mayRead = new CountDownLatch(1);
    private final int[] prefetched = {0};
    private DiskCompanion companion;
    private OsDisk disk;
    private DiskDriver driver;

    @BeforeEach
    void open() {
        companion =
                new DiskCompanion(directory, 2, channel -> FileIo.ofChannel(new HeldReadsChannel(channel, mayRead)));
        disk = new OsDisk(companion, () -> {});
        driver = new DiskDriver(disk);
    }

    @AfterEach
    void close() {
        mayRead.countDown();
        companion.close();
    }

    @Test
    void shouldNotLetWritesAndSyncsWaitForAPrefetchOfTheSameFile() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "0123456789");
        prefetch(file);

        driver.write(file, 10, "abc");
        assertThat(driver.sync(file)).isEqualTo(DiskStatus.OK);
        assertThat(file.size()).isEqualTo(13);
        assertThat(prefetched[0]).isZero();

        mayRead.countDown();
        driver.drain();
        assertThat(prefetched[0]).isEqualTo(1);
    }

    @Test
    void shouldKeepTheFileOpenForAPrefetchUnderWay() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "0123456789");
        prefetch(file);
        file.close();

        mayRead.countDown();
        driver.drain();
        assertThat(prefetched[0]).isEqualTo(1);
    }

    private void prefetch(final DiskFile file) {
        file.prefetch(
                0,
                10,
                (token, status, value) -> {
                    assertThat(status).isEqualTo(DiskStatus.OK);
                    prefetched[0]++;
                },
                0);
    }
}
