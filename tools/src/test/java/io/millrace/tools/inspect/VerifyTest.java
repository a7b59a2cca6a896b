package io.millrace.tools.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage at chosen bytes, and what only looks like damage. */
class VerifyTest {
    private static final Options VERIFY =
            new Options(false, true, false, false, false, false, 0, Long.MAX_VALUE, Long.MAX_VALUE, -1);

    @TempDir
    private Path data;

    private LogFixture log;
    private Path sealed;
    private Path active;
    private final List<Integer> sealedBatches = new ArrayList<>();
    private final List<Integer> activeBatches = new ArrayList<>();
    private String out;

    @BeforeEach
    void writeTwoSegments() throws IOException {
        Files.writeString(data.resolve("millrace-metadata.log"), "");
        log = new LogFixture(data, "t-0").roll();
        sealed = log.log();
        fill(sealedBatches);
        log.roll();
        active = log.log();
        fill(activeBatches);
        Files.writeString(log.directory().resolve("leader-epoch-checkpoint"), "0\n1\n3 0\n");
        recoveryPoint(80);
        assertThat(verify()).as(out).isZero();
    }

    private void fill(final List<Integer> positions) {
        for (int i = 0; i < 8; i++) {
            final CompressionType codec = CompressionType.values()[i % 5];
            positions.add(log.batch(codec, 10, -1, -1));
        }
    }

    @Test
    void shouldNameFileAndByteOfEveryFlippedBitInASealedSegment() throws IOException {
        final byte[] good = Files.readAllBytes(sealed);
        for (int at = 0; at < good.length; at += 7) {
            LogFixture.flip(sealed, at);
            assertThat(verify()).as("byte %d", at).isEqualTo(Inspector.DAMAGED);
            assertThat(out.lines().filter(line -> line.startsWith("damage: " + sealed) || line.contains(".index")))
                    .as("byte %d: %s", at, out)
                    .isNotEmpty();
            Files.write(sealed, good);
        }
    }

    @Test
    void shouldNotLetMagicTurnABatchIntoAnOldMessage() throws IOException {
        final byte[] content = Files.readAllBytes(sealed);
        content[sealedBatches.get(3) + 16] = 0;
        Files.write(sealed, content);
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains(sealed + " at byte " + sealedBatches.get(3));
    }

    @Test
    void shouldNameTheBatchWhoseBytesAreDamaged() throws IOException {
        LogFixture.flip(sealed, sealedBatches.get(4) + 70);
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains(sealed + " at byte " + sealedBatches.get(4) + ": batch of offsets 40..49 has CRC");
        assertThat(out).contains("1 damaged, 0 torn tails");
    }

    @Test
    void shouldFindTheNextBatchBehindADamagedLength() throws IOException {
        LogFixture.flip(sealed, sealedBatches.get(2) + 9);
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out)
                .contains("at byte " + sealedBatches.get(2))
                .contains("the next sound batch begins at byte " + sealedBatches.get(3));
    }

    @Test
    void shouldTellATornTailFromDamageInTheMiddle() throws IOException {
        LogFixture.cut(active, 5);
        assertThat(verify()).as(out).isZero();
        assertThat(out)
                .contains("torn: " + active + " at byte " + activeBatches.get(7))
                .contains("1 torn tail");

        LogFixture.flip(active, activeBatches.get(1) + 30);
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out)
                .contains("damage: " + active + " at byte " + activeBatches.get(1))
                .contains("1 torn tail");
    }

    @Test
    void shouldTakeSectorsThatNeverReachedTheDiskForATornTail() throws IOException {
        LogFixture.append(active, new byte[4_096]);
        assertThat(verify()).as(out).isZero();
        assertThat(out).contains("4096 bytes of an unfinished write behind offset 159");
    }

    @Test
    void shouldNotForgiveATailBelowTheRecoveryPoint() throws IOException {
        LogFixture.cut(active, 5);
        recoveryPoint(155);
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains("damage: " + active + " at byte " + activeBatches.get(7));
    }

    @Test
    void shouldNotForgiveATailAfterACleanShutdown() throws IOException {
        LogFixture.cut(active, 5);
        Files.createFile(data.resolve(".kafka_cleanshutdown"));
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
    }

    @Test
    void shouldNotForgiveATailInASealedSegment() throws IOException {
        LogFixture.cut(sealed, 5);
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains("damage: " + sealed + " at byte " + sealedBatches.get(7));
    }

    @Test
    void shouldNoticeALogThatEndsBelowItsRecoveryPoint() throws IOException {
        LogFixture.cut(active, (int) Files.size(active) - activeBatches.get(7));
        recoveryPoint(160);
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains("ends at offset 150, but was durable up to 160");
    }

    @Test
    void shouldNoticeOffsetsAndEpochsThatNoCrcProtects() throws IOException {
        LogFixture.flip(sealed, sealedBatches.get(5) + 7);
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains(sealed + " at byte " + sealedBatches.get(5));
        LogFixture.flip(sealed, sealedBatches.get(5) + 7);

        LogFixture.flip(active, activeBatches.get(6) + 15);
        Files.createFile(data.resolve(".kafka_cleanshutdown"));
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains("leader epoch 19 of offset 140, the checkpoint of epochs says 3");
    }

    @Test
    void shouldNoticeAMissingSegment() throws IOException {
        final LogFixture third = log.roll();
        third.batch(CompressionType.NONE, 1, -1, -1);
        Files.delete(active);
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains("offsets 80..159 are missing");
    }

    @Test
    void shouldNoticeIndexesThatDisagree() throws IOException {
        for (final String extension : List.of("index", "timeindex")) {
            final Path index = log.file(0, extension);
            final byte[] good = Files.readAllBytes(index);
            assertThat(good.length).isGreaterThan(12);
            for (int at = 0; at < good.length; at++) {
                LogFixture.flip(index, at);
                assertThat(verify()).as("%s byte %d", extension, at).isEqualTo(Inspector.DAMAGED);
                assertThat(out).as("%s byte %d", extension, at).contains("damage: " + index + " at byte ");
                Files.write(index, good);
            }
            LogFixture.cut(index, extension.equals("index") ? 3 : 12);
            assertThat(verify()).isEqualTo(Inspector.DAMAGED);
            Files.write(index, good);
        }
    }

    @Test
    void shouldAcceptIndexesThatAreAheadOrReservedInTheActiveSegmentOnly() throws IOException {
        final byte[] ahead =
                ByteBuffer.allocate(8).putInt(1_000).putInt(1 << 20).array();
        LogFixture.append(log.file(80, "index"), ahead);
        assertThat(verify()).as(out).isZero();
        LogFixture.append(log.file(0, "index"), new byte[800]);
        LogFixture.append(log.file(0, "timeindex"), new byte[1_200]);
        assertThat(verify()).as(out).isZero();
        LogFixture.append(log.file(0, "index"), ahead);
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains(log.file(0, "index").toString());
    }

    @Test
    void shouldNoticeADamagedSnapshotAndCheckpoint() throws IOException {
        Files.write(log.file(80, "snapshot"), new byte[] {0, 1, 9, 9, 9, 9, 0, 0, 0, 0});
        Files.write(log.file(160, "snapshot"), new byte[] {0, 1});
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains("damage: " + log.file(80, "snapshot")).contains("torn: " + log.file(160, "snapshot"));
        Files.delete(log.file(80, "snapshot"));
        Files.delete(log.file(160, "snapshot"));

        Files.writeString(data.resolve("replication-offset-checkpoint"), "0\n2\nt 0 10\n");
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains("replication-offset-checkpoint at byte 2: says 2 entries and has 1");
    }

    @Test
    void shouldNameTheByteOfWhatIsWrongInACheckpoint() throws IOException {
        final Path checkpoint = log.directory().resolve("leader-epoch-checkpoint");
        final String[][] cases = {
            {"", "0: ends where its version should be"},
            {"7\n0\n", "0: version 7, expected 0"},
            {"0\nx\n", "2: \"x\" where a number should be"},
            {"0\n1\n3\n", "4: an entry of 1 fields, expected 2"},
            {"0\n2\n3 0\n3 90\n", "8: epoch 3 from offset 90 on follows epoch 3 from offset 0 on"},
        };
        for (final String[] each : cases) {
            Files.writeString(checkpoint, each[0]);
            assertThat(verify()).as(each[1]).isEqualTo(Inspector.DAMAGED);
            assertThat(out).contains("damage: " + checkpoint + " at byte " + each[1]);
        }
        Files.writeString(checkpoint, "0\n2\n3 0\n4 999\n");
        assertThat(verify()).as(out).isZero();
        assertThat(out).contains("note: ", "epoch 4 begins at offset 999, but the log ends at 160");
        Files.createFile(data.resolve(".kafka_cleanshutdown"));
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
    }

    @Test
    void shouldNoticeAPartitionWithoutATopicId() throws IOException {
        final Path metadata = log.directory().resolve("partition.metadata");
        Files.writeString(metadata, "version: 0\ntopic_id: short\n");
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains("damage: " + metadata + " at byte 0: names no topic id");
    }

    @Test
    void shouldGoOnWithTheOtherPartitionsAfterOneThatCannotBeRead() throws IOException {
        final Path unreadable = log.file(0, "index");
        Files.delete(unreadable);
        Files.createDirectory(unreadable);
        final LogFixture other = new LogFixture(data, "u-0").roll();
        other.batch(CompressionType.NONE, 1, -1, -1);
        assertThat(verify()).isEqualTo(Inspector.UNUSABLE);
        assertThat(out).contains("millrace inspect: " + unreadable, "u-0");
    }

    @Test
    void shouldTakeGapsForCompactionOutsideOfMillraceUnlessToldOtherwise() throws IOException {
        log.roll().batch(CompressionType.NONE, 1, -1, -1);
        Files.delete(active);
        Files.delete(data.resolve("millrace-metadata.log"));
        assertThat(verify()).as(out).isZero();
        assertThat(out).contains("note: ", "offsets 80..159 are missing, as compaction leaves it");
        final Options dense =
                new Options(false, true, false, false, false, true, 0, Long.MAX_VALUE, Long.MAX_VALUE, -1);
        assertThat(verify(dense)).isEqualTo(Inspector.DAMAGED);
    }

    private void recoveryPoint(final long offset) throws IOException {
        Files.writeString(data.resolve("recovery-point-offset-checkpoint"), "0\n1\nt 0 " + offset + "\n");
    }

    private int verify() {
        return verify(VERIFY);
    }

    private int verify(final Options options) {
        final ByteArrayOutputStream output = new ByteArrayOutputStream();
        final int code = Inspector.run(List.of(data), options, output, new PrintStream(output));
        out = output.toString(StandardCharsets.UTF_8);
        return code;
    }
}
