package io.millrace.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.port.Disk.OpenMode;
import io.millrace.engine.port.DiskDriver;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.SeededEntropy;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SimDiskFaultsTest {
    private static final int ALWAYS = 1_000_000;

    private final SimDiskImage image = new SimDiskImage();
    private final SimTime time = new SimTime();
    private final SimDiskFaults faults = SimDiskFaults.none();
    private final SimDisk disk = new SimDisk(image, time, faults, new SeededEntropy(11));
    private final DiskDriver driver = new DiskDriver(disk);

    @Test
    void shouldTakeItsTimeAndAdvanceTheClockOnlyWhenAwaited() {
        faults.delays(1_000, 2_000);
        final long start = time.nanoTime();
        disk.makeDirectory("d", (token, status, value) -> {}, 0);

        assertThat(disk.poll(1)).isZero();
        assertThat(time.nanoTime()).isEqualTo(start);
        assertThat(disk.nextDueNs()).isBetween(start + 1_000, start + 2_000);
        disk.await();

        assertThat(time.nanoTime()).isEqualTo(disk.nextDueNs());
        assertThat(disk.poll(1)).isEqualTo(1);
        assertThat(disk.nextDueNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldMoveLessThanAskedAndStall() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        faults.shortMoves(ALWAYS, ALWAYS).stalls(ALWAYS, 1_000_000_000L);
        final long start = time.nanoTime();

        assertThat(driver.write(file, 0, "0123456789")).isEqualTo(DiskStatus.OK);
        assertThat(driver.value()).isBetween(1L, 9L);
        assertThat(file.size()).isEqualTo(driver.value());
        assertThat(driver.read(file, 0, new UnsafeBuffer(new byte[2]))).isEqualTo(DiskStatus.OK);
        assertThat(driver.value()).isEqualTo(1);
        assertThat(time.nanoTime() - start).isGreaterThan(2_000_000_000L);
        assertThat(image.stats().shortWrites).isEqualTo(1);
        assertThat(image.stats().shortReads).isEqualTo(1);
        assertThat(image.stats().stalls).isEqualTo(2);
    }

    @Test
    void shouldFailWritesReadsAndSyncs() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "x");
        faults.mediaErrors(ALWAYS, ALWAYS, ALWAYS);

        assertThat(driver.write(file, 0, "y")).isEqualTo(DiskStatus.IO_ERROR);
        assertThat(driver.allocate(file, 0, 10)).isEqualTo(DiskStatus.IO_ERROR);
        assertThat(driver.truncate(file, 0)).isEqualTo(DiskStatus.IO_ERROR);
        assertThat(driver.read(file, 0, new UnsafeBuffer(new byte[1]))).isEqualTo(DiskStatus.IO_ERROR);
        assertThat(driver.prefetch(file, 0, 1)).isEqualTo(DiskStatus.IO_ERROR);
        assertThat(driver.sync(file)).isEqualTo(DiskStatus.IO_ERROR);
        assertThat(driver.syncDirectory("")).isEqualTo(DiskStatus.IO_ERROR);
        faults.heal();
        assertThat(driver.text(file)).isEqualTo("x");
    }

    @Test
    void shouldBeFullAtItsCapacityAndTakeMoreWhenSpaceIsGivenBack() {
        image.capacity(100);
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        assertThat(driver.allocate(file, 0, 40)).isEqualTo(DiskStatus.OK);
        final DiskFile other = driver.open("b", OpenMode.CREATE_NEW);

        assertThat(driver.write(other, 0, new UnsafeBuffer(new byte[80]))).isEqualTo(DiskStatus.OK);
        assertThat(driver.value()).isEqualTo(60);
        assertThat(driver.write(other, 60, "x")).isEqualTo(DiskStatus.NO_SPACE);
        assertThat(driver.write(file, 0, new UnsafeBuffer(new byte[40]))).isEqualTo(DiskStatus.OK);
        assertThat(driver.allocate(file, 40, 1)).isEqualTo(DiskStatus.NO_SPACE);
        assertThat(driver.usableBytes()).isZero();

        driver.truncate(other, 50);
        assertThat(driver.usableBytes()).isEqualTo(10);
        driver.unlink("b");
        assertThat(driver.write(file, 40, new UnsafeBuffer(new byte[60]))).isEqualTo(DiskStatus.OK);
        assertThat(driver.value()).isEqualTo(60);
    }

    @Test
    void shouldBeFullForAWhileOnly() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "0123");
        faults.noSpace(ALWAYS, 1_000_000_000L);
        assertThat(driver.write(file, 4, "4")).isEqualTo(DiskStatus.NO_SPACE);
        faults.noSpace(0, 1);

        assertThat(driver.openStatus("b", OpenMode.CREATE_NEW)).isEqualTo(DiskStatus.NO_SPACE);
        assertThat(driver.makeDirectory("d")).isEqualTo(DiskStatus.NO_SPACE);
        assertThat(driver.write(file, 0, "abcd")).as("needs no space").isEqualTo(DiskStatus.OK);
        time.advance(1_000_000_000L);
        assertThat(driver.write(file, 4, "4")).isEqualTo(DiskStatus.OK);
    }

    @Test
    void shouldTurnOneBitOfSyncedBytesAndRecordIt() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.open("empty", OpenMode.CREATE_NEW);
        assertThat(image.flipBit(new SeededEntropy(1), path -> true))
                .as("nothing is synced")
                .isNull();
        driver.write(file, 0, "0123456789");
        driver.sync(file);

        final SimDamage damage = image.flipBit(new SeededEntropy(1), path -> path.equals("a"));

        final byte[] expected = "0123456789".getBytes(StandardCharsets.US_ASCII);
        expected[(int) damage.position()] ^= (byte) (1 << damage.bit());
        assertThat(image.durableContents("a")).isEqualTo(expected);
        assertThat(image.contents("a")).isEqualTo(expected);
        assertThat(image.damage()).containsExactly(damage);
        assertThat(damage.path()).isEqualTo("a");
    }

    @Test
    void shouldLayDownFilesThatSurviveEverything() {
        image.put("d/e/a", new byte[] {1, 2, 3});
        image.overwrite("d/e/a", 1, new byte[] {9});
        image.crash(new SeededEntropy(1));

        assertThat(image.paths()).containsExactly("d/e/a");
        assertThat(image.contents("d/e/a")).containsExactly(1, 9, 3);
    }

    @Test
    void shouldFlipBitsByItself() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "0123456789");
        driver.sync(file);
        faults.bitFlips(ALWAYS);
        driver.sync(file);

        assertThat(image.damage()).hasSize(1);
        assertThat(image.stats().bitFlips).isEqualTo(1);
    }

    @Test
    void shouldReadResidentBytesOnlyIfTheyWereWrittenRecentlyOrFetched() {
        faults.residentWindow(10);
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        final UnsafeBuffer target = new UnsafeBuffer(new byte[32]);
        driver.write(file, 0, "0123456789");
        driver.write(file, 10, "01234");

        assertThat(file.readResident(5, target, 0, 10)).isEqualTo(10);
        assertThatThrownBy(() -> file.readResident(4, target, 0, 10)).hasMessageContaining("not resident");
        assertThatThrownBy(() -> file.transferTo(0, 10, null)).hasMessageContaining("not resident");
        driver.prefetch(file, 0, 5);
        assertThat(file.readResident(0, target, 0, 15)).as("fetched and recent").isEqualTo(15);
    }

    @Test
    void shouldForgetWhatIsResidentWithTheProcess() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "0123456789");
        image.kill(new SeededEntropy(1));

        final DiskDriver next = new DiskDriver(new SimDisk(image, time, faults, new SeededEntropy(2)));
        final DiskFile reopened = next.open("a", OpenMode.EXISTING);

        assertThatThrownBy(() -> reopened.readResident(0, new UnsafeBuffer(new byte[1]), 0, 1))
                .hasMessageContaining("not resident");
        assertThat(next.text(reopened)).isEqualTo("0123456789");
        assertThat(reopened.readResident(0, new UnsafeBuffer(new byte[4]), 0, 4))
                .isEqualTo(4);
    }

    @Test
    void shouldRefuseUseBeforeTheOpeningHasCompleted() {
        final DiskFile file = disk.open("a", OpenMode.CREATE_NEW, (token, status, value) -> {}, 0);

        assertThatThrownBy(() -> file.sync((token, status, value) -> {}, 0)).hasMessageContaining("not open yet");
    }

    @Test
    void shouldRefuseToWriteWhatWasOpenedForReading() {
        driver.open("a", OpenMode.CREATE_NEW);
        final DiskFile file = driver.open("a", OpenMode.READ_ONLY);

        assertThatThrownBy(() -> driver.write(file, 0, "x")).hasMessageContaining("reading only");
    }

    @Test
    void shouldLeaveTheSameTraceForTheSameSeedOnly() {
        assertThat(traceOf(1)).isEqualTo(traceOf(1));
        assertThat(traceOf(1)).isNotEqualTo(traceOf(2));
    }

    private static long traceOf(final long seed) {
        final SimDiskImage world = new SimDiskImage().capacity(1 << 20);
        final SimTime clock = new SimTime();
        final Entropy entropy = new SeededEntropy(seed);
        final Entropy choice = entropy.stream("choice");
        for (int life = 0; life < 5; life++) {
            final SimDisk disk = new SimDisk(world, clock, SimDiskFaults.failing(), entropy.stream("life" + life));
            final RandomUser user = new RandomUser(disk, choice);
            user.run(400);
            if (choice.nextInt(2) == 0) {
                world.crash(choice);
            } else {
                world.kill(choice);
            }
        }
        return world.traceHash() ^ clock.nanoTime() ^ world.stats().toString().hashCode();
    }

    /** Keeps a few operations in flight on a few files, without caring how they end. */
    private static final class RandomUser {
        private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[8192]);
        private final DiskFile[] files = new DiskFile[4];
        private final SimDisk disk;
        private final Entropy entropy;

        RandomUser(final SimDisk disk, final Entropy entropy) {
            this.disk = disk;
            this.entropy = entropy;
        }

        void run(final int operations) {
            for (int i = 0; i < operations; i++) {
                final int index = entropy.nextInt(files.length);
                if (files[index] == null) {
                    open(index);
                } else {
                    use(files[index]);
                }
                while (disk.inFlight() > 6) {
                    disk.await();
                    disk.poll(3);
                }
            }
        }

        private void open(final int index) {
            final DiskFile[] opened = new DiskFile[1];
            opened[0] = disk.open(
                    "file-" + index,
                    OpenMode.CREATE_IF_ABSENT,
                    (token, status, value) -> files[index] = status == DiskStatus.OK ? opened[0] : null,
                    0);
        }

        private void use(final DiskFile file) {
            switch (entropy.nextInt(6)) {
                case 0 -> file.sync((token, status, value) -> {}, 0);
                case 1 -> file.read(0, buffer, 0, 100, (token, status, value) -> {}, 0);
                case 2 -> file.truncate(entropy.nextInt(4096), (token, status, value) -> {}, 0);
                case 3 -> disk.syncDirectory("", (token, status, value) -> {}, 0);
                default ->
                    file.write(entropy.nextInt(4096), buffer, 0, entropy.nextInt(8192), (t, status, value) -> {}, 0);
            }
        }
    }
}
