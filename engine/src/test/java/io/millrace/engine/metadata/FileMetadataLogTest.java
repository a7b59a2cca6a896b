package io.millrace.engine.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.os.DiskCompanion;
import io.millrace.engine.os.OsDisk;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileMetadataLogTest {
    private final SimDiskImage image = new SimDiskImage();
    private final SimTime time = new SimTime();
    private final SeededEntropy entropy = new SeededEntropy(3);

    private LogNode start() {
        return new LogNode(disk(SimDiskFaults.none()));
    }

    private SimDisk disk(final SimDiskFaults faults) {
        return new SimDisk(image, time, faults, entropy);
    }

    private LogNode startAfterPowerLoss() {
        image.crash(entropy);
        return start();
    }

    @Test
    void shouldReplayWhatWasCommitted() {
        final LogNode first = start();
        assertThat(first.propose("a")).isEqualTo(1);
        assertThat(first.propose("b")).isEqualTo(2);
        assertThat(first.log.hasPending()).isTrue();
        first.run();
        assertThat(first.texts).containsExactly("a", "b");
        assertThat(first.log.hasPending()).isFalse();
        assertThat(first.log.isReady()).isFalse();

        final LogNode second = startAfterPowerLoss();
        assertThat(second.texts).containsExactly("a", "b");
        assertThat(second.propose("c")).isEqualTo(3);
        second.run();
        assertThat(startAfterPowerLoss().texts).containsExactly("a", "b", "c");
    }

    @Test
    void shouldHandNothingOverBeforeItIsSynced() {
        final LogNode node = start();
        node.propose("a");
        while (node.texts.isEmpty()) {
            assertThat(new String(image.durableContents(FileMetadataLog.FILE))).doesNotContain("a");
            node.turn();
            if (new String(image.durableContents(FileMetadataLog.FILE)).contains("a")) {
                break;
            }
        }
        node.run();
        assertThat(node.texts).containsExactly("a");
    }

    @Test
    void shouldCutATornTailAndSaySo() {
        final LogNode node = start();
        node.propose("first");
        node.run();
        image.kill(entropy);
        final byte[] whole = image.contents(FileMetadataLog.FILE);
        // As if the next batch had only begun to be written.
        image.overwrite(FileMetadataLog.FILE, whole.length, new byte[] {9, 0, 0, 0, 1, 2, 3});

        final LogNode again = start();
        assertThat(again.texts).containsExactly("first");
        assertThat(again.log.reports())
                .containsExactly(
                        "millrace-metadata.log: 7 bytes of an unfinished write were cut at byte " + whole.length);
        again.propose("second");
        again.run();
        assertThat(startAfterPowerLoss().texts).containsExactly("first", "second");
    }

    @Test
    void shouldRefuseToStartWhenAnyCommittedByteIsWrong() {
        final LogNode node = start();
        for (final String text : new String[] {"first", "second", "third"}) {
            node.propose(text);
            node.run();
        }
        image.kill(entropy);
        start();
        image.kill(entropy);
        final byte[] whole = image.contents(FileMetadataLog.FILE);
        final int lastSeal = whole.length - MetadataFrames.HEADER_LENGTH;
        for (int at = 0; at < lastSeal - MetadataFrames.HEADER_LENGTH; at++) {
            final byte[] wrong = {(byte) (whole[at] ^ 0x10)};
            image.overwrite(FileMetadataLog.FILE, at, wrong);
            assertThatThrownBy(this::start)
                    .as("byte %d", at)
                    .isInstanceOf(MetadataDamageException.class)
                    .hasMessageContaining("millrace-metadata.log is damaged at byte");
            image.kill(entropy);
            assertThat(image.contents(FileMetadataLog.FILE)).hasSize(whole.length);
            image.overwrite(FileMetadataLog.FILE, 0, whole);
        }
        assertThat(start().texts).containsExactly("first", "second", "third");
    }

    @Test
    void shouldRefuseToStartWhenEntriesAreMissing() {
        final LogNode node = start();
        node.propose("first");
        node.run();
        final int endOfFirst = MetadataFrames.HEADER_LENGTH + "first".length();
        node.propose("later");
        node.run();
        node.propose("third");
        node.run();
        image.kill(entropy);
        final byte[] whole = image.contents(FileMetadataLog.FILE);
        final byte[] shifted = Arrays.copyOfRange(whole, endOfFirst + MetadataFrames.HEADER_LENGTH, whole.length);
        image.overwrite(FileMetadataLog.FILE, 0, shifted);

        assertThatThrownBy(this::start)
                .isInstanceOf(MetadataDamageException.class)
                .hasMessageContaining("at byte 0: entry 2 stands where 1 should");
    }

    @Test
    void shouldRefuseWhileTheDiskIsFullAndGoOnWhenItIsNot() {
        final LogNode node = start();
        node.propose("first");
        node.run();
        final long used = image.usedBytes();
        image.capacity(used);
        node.propose("x".repeat(100_000));
        node.propose("another");
        node.run();
        assertThat(node.refusals).containsExactly(2L);
        assertThat(node.log.isFailed()).isFalse();
        assertThat(node.log.hasPending()).isFalse();

        image.capacity(Long.MAX_VALUE);
        assertThat(node.propose("second")).isEqualTo(2);
        node.run();
        assertThat(node.texts).containsExactly("first", "second");
        assertThat(startAfterPowerLoss().texts).containsExactly("first", "second");
    }

    @Test
    void shouldFailForGoodWhenTheMediumDoes() {
        final SimDiskFaults faults = SimDiskFaults.none();
        final LogNode node = new LogNode(disk(faults));
        node.propose("first");
        node.run();
        faults.mediaErrors(0, 1_000_000, 0);
        node.propose("second");
        node.run();
        assertThat(node.refusals).containsExactly(2L);
        assertThat(node.log.isFailed()).isTrue();
        assertThat(node.log.isReady()).isFalse();
        assertThat(node.propose("third")).isNegative();
        assertThat(node.texts).containsExactly("first");
    }

    @Test
    void shouldStayShortBySnapshots() {
        LogNode node = new LogNode(disk(SimDiskFaults.none()), 1000);
        for (int i = 0; i < 300; i++) {
            node.propose("text number " + i);
            node.run();
        }
        assertThat(image.contents(FileMetadataLog.FILE).length).isLessThan(1200);
        assertThat(image.exists(MetadataSnapshotFile.FILE)).isTrue();
        assertThat(image.exists(MetadataSnapshotFile.TEMPORARY)).isFalse();
        image.crash(entropy);
        node = new LogNode(disk(SimDiskFaults.none()), 1000);
        assertThat(node.texts).hasSize(300).contains("text number 0", "text number 299");

        image.kill(entropy);
        final byte[] snapshot = image.contents(MetadataSnapshotFile.FILE);
        image.overwrite(MetadataSnapshotFile.FILE, snapshot.length / 2, new byte[] {0});
        assertThatThrownBy(this::start)
                .isInstanceOf(MetadataDamageException.class)
                .hasMessageContaining("millrace-metadata.snapshot is damaged at byte 0");
    }

    @Test
    void shouldWorkOnARealDisk(@TempDir final Path directory) {
        for (int life = 0; life < 3; life++) {
            try (DiskCompanion companion = new DiskCompanion(directory)) {
                final LogNode node = new LogNode(new OsDisk(companion, () -> {}), 500);
                assertThat(node.texts).hasSize(life * 50);
                assertThat(node.log.reports()).isEmpty();
                for (int i = 0; i < 50; i++) {
                    node.propose("life " + life + " text " + i);
                    if (i % 7 == 0) {
                        node.run();
                    }
                }
                node.run();
                assertThat(node.texts).hasSize(life * 50 + 50);
                node.log.close();
            }
        }
    }
}
