package io.millrace.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.port.Disk.OpenMode;
import io.millrace.engine.port.DiskDriver;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.SeededEntropy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What a power loss and a kill may take, and what never. Each law is tried over many seeds. */
class SimDiskCrashTest {
    private static final int SEEDS = 300;
    private static final int SECTOR = 512;

    private SimDiskImage image = new SimDiskImage();
    private SimDisk disk;
    private DiskDriver driver;

    @Test
    void shouldNeverLoseWhatWasSyncedUnderASyncedName() {
        final Set<String> outcomes = afterPowerLoss(
                run -> {
                    final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
                    driver.write(file, 0, "kept");
                    driver.sync(file);
                    driver.syncDirectory("");
                    driver.write(file, 4, "lost?");
                },
                run -> text("a"));

        assertThat(outcomes).allMatch(text -> text.startsWith("kept"));
        assertThat(outcomes).contains("kept", "keptlost?");
    }

    @Test
    void shouldDropKeepOrTearUnsyncedWritesBySector() {
        final byte[] bytes = new byte[8 * SECTOR];
        Arrays.fill(bytes, (byte) 'x');
        final Set<String> outcomes = afterPowerLoss(
                run -> {
                    final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
                    driver.syncDirectory("");
                    driver.write(file, 0, new UnsafeBuffer(bytes));
                },
                run -> sectors(image.contents("a")));

        assertThat(outcomes).contains("", "xxxxxxxx", "........");
        assertThat(outcomes).anyMatch(sectors -> sectors.matches("x+\\.+"));
        assertThat(outcomes).anyMatch(sectors -> sectors.matches(".*x\\.+x.*"));
        assertThat(outcomes).allMatch(sectors -> sectors.matches("[x.]*"));
    }

    @Test
    void shouldKeepWhatWasWrittenThroughAndTearWhatIsUnderWayBySector() {
        final ByteBuffer memory = ByteBuffer.allocateDirect(3 * DiskFile.BLOCK_BYTES);
        final UnsafeBuffer blocks =
                new UnsafeBuffer(memory.alignedSlice(DiskFile.BLOCK_BYTES), 0, 2 * DiskFile.BLOCK_BYTES);
        final Set<String> outcomes = afterPowerLoss(
                run -> {
                    final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
                    driver.syncDirectory("");
                    blocks.setMemory(0, blocks.capacity(), (byte) 'x');
                    driver.writeThrough(file, 0, blocks, 0, DiskFile.BLOCK_BYTES);
                    file.writeThrough(
                            DiskFile.BLOCK_BYTES,
                            blocks,
                            DiskFile.BLOCK_BYTES,
                            DiskFile.BLOCK_BYTES,
                            (token, status, value) -> {},
                            0);
                },
                run -> sectors(image.contents("a")));

        final String kept = "x".repeat(DiskFile.BLOCK_BYTES / SECTOR);
        assertThat(outcomes).allMatch(sectors -> sectors.startsWith(kept));
        assertThat(outcomes).contains(kept, kept + kept);
        assertThat(outcomes).anyMatch(sectors -> sectors.matches(kept + "x*\\.+x*\\.*x*"));
    }

    @Test
    void shouldLetALaterWriteSurviveAnEarlierOne() {
        final Set<String> outcomes = afterPowerLoss(
                run -> {
                    final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
                    driver.syncDirectory("");
                    driver.write(file, 0, "1");
                    driver.write(file, 1, "2");
                },
                run -> text("a"));

        assertThat(outcomes).containsExactlyInAnyOrder("", "\0", "1", "\0\0", "1\0", "\0002", "12");
    }

    @Test
    void shouldNotCountAWriteThatHadNotCompletedWhenTheSyncWasSubmitted() {
        final Set<String> outcomes = afterPowerLoss(
                run -> {
                    final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
                    driver.syncDirectory("");
                    file.write(0, new UnsafeBuffer(new byte[] {'x'}), 0, 1, (token, status, value) -> {}, 0);
                    driver.sync(file);
                },
                run -> text("a"));

        assertThat(outcomes).contains("", "x");
    }

    @Test
    void shouldBringBackWhatAnUnsyncedTruncationCut() {
        final Set<String> outcomes = afterPowerLoss(
                run -> {
                    final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
                    driver.write(file, 0, "abcd");
                    driver.sync(file);
                    driver.syncDirectory("");
                    driver.truncate(file, 2);
                },
                run -> text("a"));

        assertThat(outcomes).containsExactlyInAnyOrder("ab", "abcd");
    }

    @Test
    void shouldForgetAFileWhoseNameWasNotSynced() {
        final Set<String> outcomes = afterPowerLoss(
                run -> {
                    final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
                    driver.write(file, 0, "x");
                    driver.sync(file);
                },
                run -> image.paths().toString());

        assertThat(outcomes).containsExactlyInAnyOrder("[]", "[a]");
    }

    @Test
    void shouldKeepAPrefixOfADirectorysChanges() {
        final Set<String> outcomes = afterPowerLoss(
                run -> {
                    driver.open("a", OpenMode.CREATE_NEW);
                    driver.syncDirectory("");
                    driver.open("b", OpenMode.CREATE_NEW);
                    driver.rename("a", "c");
                    driver.unlink("b");
                },
                run -> image.paths().toString());

        assertThat(outcomes).containsExactlyInAnyOrder("[a]", "[a, b]", "[b, c]", "[c]");
    }

    @Test
    void shouldMoveBetweenDirectoriesWhollyOrNot() {
        final Set<String> outcomes = afterPowerLoss(
                run -> {
                    driver.makeDirectory("d");
                    driver.makeDirectory("e");
                    driver.open("d/a", OpenMode.CREATE_NEW);
                    driver.syncDirectory("");
                    driver.syncDirectory("d");
                    driver.rename("d/a", "e/a");
                    driver.open("e/b", OpenMode.CREATE_NEW);
                },
                run -> image.paths().toString());

        assertThat(outcomes).containsExactlyInAnyOrder("[d/a]", "[e/a]", "[e/a, e/b]");
    }

    @Test
    void shouldSyncBothEndsOfAMove() {
        final Set<String> outcomes = afterPowerLoss(
                run -> {
                    driver.makeDirectory("d");
                    driver.syncDirectory("");
                    driver.open("a", OpenMode.CREATE_NEW);
                    driver.rename("a", "d/a");
                    driver.syncDirectory("d");
                },
                run -> image.paths().toString());

        assertThat(outcomes).containsExactly("[d/a]");
    }

    @Test
    void shouldReplaceAFileByRenameAtomically() {
        final Set<String> outcomes = afterPowerLoss(
                run -> {
                    final DiskFile old = driver.open("a", OpenMode.CREATE_NEW);
                    driver.write(old, 0, "old");
                    driver.sync(old);
                    driver.syncDirectory("");
                    final DiskFile next = driver.open("a.tmp", OpenMode.CREATE_NEW);
                    driver.write(next, 0, "new");
                    driver.sync(next);
                    driver.rename("a.tmp", "a");
                },
                run -> text("a"));

        assertThat(outcomes).containsExactlyInAnyOrder("old", "new");
    }

    @Test
    void shouldLoseForGoodWhatAFailedSyncShouldHaveKept() {
        final Set<String> outcomes = afterPowerLoss(
                run -> {
                    final SimDiskFaults faults = SimDiskFaults.none();
                    final SimDisk failing = new SimDisk(image, new SimTime(), faults, new SeededEntropy(run));
                    final DiskDriver other = new DiskDriver(failing);
                    final DiskFile file = other.open("a", OpenMode.CREATE_NEW);
                    other.syncDirectory("");
                    other.write(file, 0, "x");
                    faults.mediaErrors(0, 1_000_000, 0);
                    assertThat(other.sync(file)).isEqualTo(DiskStatus.IO_ERROR);
                    faults.heal();
                    assertThat(other.sync(file)).isEqualTo(DiskStatus.OK);
                    assertThat(text("a")).isEqualTo("x");
                },
                run -> text("a"));

        assertThat(outcomes).containsExactly("");
    }

    @Test
    void shouldKeepTheCacheWhenKilledButMaybeNotWhatWasInFlight() {
        final Set<String> outcomes = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            begin(seed);
            final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
            driver.write(file, 0, "done");
            file.write(4, new UnsafeBuffer(new byte[] {'1', '2'}), 0, 2, (token, status, value) -> {}, 0);
            file.write(6, new UnsafeBuffer(new byte[] {'3', '4'}), 0, 2, (token, status, value) -> {}, 0);
            disk.unlink("a.missing", (token, status, value) -> {}, 0);

            image.kill(new SeededEntropy(seed));
            outcomes.add(text("a"));
        }

        assertThat(outcomes).containsExactlyInAnyOrder("done", "done1", "done12", "done123", "done1234");
    }

    @Test
    void shouldStillLoseUnsyncedBytesInAPowerLossAfterAKill() {
        final Set<String> outcomes = afterPowerLoss(
                run -> {
                    driver.write(driver.open("a", OpenMode.CREATE_NEW), 0, "x");
                    image.kill(new SeededEntropy(run));
                },
                run -> image.paths().isEmpty() ? "gone" : text("a"));

        assertThat(outcomes).containsExactlyInAnyOrder("gone", "", "\0", "x");
    }

    @Test
    void shouldEndEveryDiskAndFileOfTheKilledProcess() {
        begin(1);
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "x");
        image.kill(new SeededEntropy(1));

        assertThatThrownBy(() -> disk.poll(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> driver.sync(file)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> file.readResident(0, new UnsafeBuffer(new byte[1]), 0, 1))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldCrashAtTheOperationThatWasNamed() {
        begin(1);
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        image.crashAtOperation(image.operations() + 1);
        driver.write(file, 0, "x");

        assertThatThrownBy(() -> driver.sync(file)).isInstanceOf(SimCrash.class).hasMessageContaining("SYNC a");
        image.crash(new SeededEntropy(3));

        begin(image, 2);
        assertThat(driver.list("")).isSubsetOf(List.of("a"));
        assertThat(image.stats().powerLosses).isEqualTo(1);
        assertThat(driver.syncDirectory("")).as("it crashes once").isEqualTo(DiskStatus.OK);
    }

    private Set<String> afterPowerLoss(final Consumer<Integer> prepare, final Function<Integer, String> outcome) {
        final Set<String> outcomes = new TreeSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            begin(seed);
            prepare.accept(seed);
            image.crash(new SeededEntropy(seed));
            outcomes.add(outcome.apply(seed));
        }
        return outcomes;
    }

    private void begin(final int seed) {
        begin(new SimDiskImage(), seed);
    }

    private void begin(final SimDiskImage world, final int seed) {
        image = world;
        disk = new SimDisk(image, new SimTime(), SimDiskFaults.none(), new SeededEntropy(seed));
        driver = new DiskDriver(disk);
    }

    private String text(final String path) {
        return new String(image.contents(path), StandardCharsets.ISO_8859_1);
    }

    /** One letter a sector: x if it is full of x, a dot if it is empty. */
    private static String sectors(final byte[] bytes) {
        final StringBuilder text = new StringBuilder();
        for (int start = 0; start < bytes.length; start += SECTOR) {
            int filled = 0;
            for (int i = start; i < start + SECTOR; i++) {
                filled += bytes[i] == 'x' ? 1 : 0;
            }
            text.append(filled == SECTOR ? 'x' : filled == 0 ? '.' : '?');
        }
        return text.toString();
    }
}
