package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimCrash;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What recovery makes of files that a crash, a bit flip or a clumsy hand has left. */
class LogRecoveryTest {
    private static final String FIRST = LogFiles.path(LogBench.DIRECTORY, 0, LogFiles.LOG);

    private SimDiskImage image = new SimDiskImage();
    private final SimDiskFaults faults = SimDiskFaults.none();
    private LogBench bench;

    @BeforeEach
    void open() {
        bench = newBench();
    }

    private LogBench newBench() {
        return LogBench.on(new SimDisk(image, new SimTime(), faults, new SeededEntropy(1)));
    }

    private LogBench reopen(final long recoveryPoint, final long startOffset, final boolean clean) {
        image.kill(new SeededEntropy(2));
        final LogBench before = bench;
        bench = newBench().config(before.config).acksFollowPageCache(before.acksFollowPageCache);
        bench.stored.addAll(before.stored);
        bench.recover(recoveryPoint, startOffset, clean);
        bench.stored.removeIf(each -> each.nextOffset() > bench.log.endOffset());
        return bench;
    }

    @Test
    void shouldCutTheTailAtEveryByte() {
        bench.create().appendMany(8);
        image.kill(new SeededEntropy(2));
        final byte[] whole = image.contents(FIRST);
        for (int length = 0; length <= whole.length; length++) {
            final SimDiskImage world = new SimDiskImage();
            world.put(FIRST, Arrays.copyOf(whole, length));
            final LogBench found =
                    LogBench.on(new SimDisk(world, new SimTime(), SimDiskFaults.none(), new SeededEntropy(1)));
            found.recover(0, 0, false);
            long end = 0;
            int good = 0;
            for (final LogBench.Stored each : bench.stored) {
                if (good + each.bytes().length > length) {
                    break;
                }
                good += each.bytes().length;
                end = each.nextOffset();
                found.stored.add(each);
            }
            assertThat(found.log.endOffset()).isEqualTo(end);
            assertThat(found.report.bytesCut()).isEqualTo(length - good);
            assertThat(found.report.findings()).hasSize(length > good ? 1 : 0);
            assertThat(found.report.isDamaged()).isFalse();
            found.appendMany(2);
            found.assertAllReadable();
        }
    }

    @Test
    void shouldKeepSoundIndexesWherePowerIsLostWhileTheyAreWrittenAgain() {
        final String index = LogFiles.path(LogBench.DIRECTORY, 0, LogFiles.INDEX);
        for (int operations = 1; operations < 30; operations++) {
            image = new SimDiskImage();
            bench = newBench().config(LogConfig.DEFAULT.withIndex(1 << 20, 300));
            bench.create().appendMany(20);
            bench.close();
            final byte[] written = image.durableContents(index);
            final long end = bench.log.endOffset();
            // After an orderly stop a snapshot vouches for the index, and the segment is sealed as it is.
            reopen(end, 0, true);
            image.crashAtOperation(image.operations() + operations);
            try {
                bench.log.rollIfDue(Long.MAX_VALUE);
                bench.settle();
            } catch (final SimCrash crash) {
                image.crash(new SeededEntropy(operations));
            }
            assertThat(image.durableContents(index))
                    .as("power lost at operation %d", operations)
                    .isNotEmpty()
                    .isEqualTo(written);
        }
    }

    @Test
    void shouldCutZerosThatAnUnsyncedLengthLeftBehind() {
        bench.create().appendMany(8);
        image.kill(new SeededEntropy(2));
        final byte[] whole = image.contents(FIRST);
        image.put(FIRST, Arrays.copyOf(whole, whole.length + 5_000));
        reopen(0, 0, false);
        assertThat(bench.report.bytesCut()).isEqualTo(5_000);
        assertThat(image.contents(FIRST)).isEqualTo(whole);
        bench.assertAllReadable();
    }

    @Test
    void shouldNotTakeStaleBatchesForData() {
        bench.create().appendMany(8);
        image.kill(new SeededEntropy(2));
        final byte[] whole = image.contents(FIRST);
        // A whole and intact batch, but of another offset: its CRC does not know.
        final byte[] stale = bench.stored.get(3).bytes();
        final byte[] both = Arrays.copyOf(whole, whole.length + stale.length);
        System.arraycopy(stale, 0, both, whole.length, stale.length);
        image.put(FIRST, both);
        reopen(0, 0, false);
        assertThat(bench.log.endOffset()).isEqualTo(bench.stored.getLast().nextOffset());
        assertThat(bench.report.bytesCut()).isEqualTo(stale.length);
        bench.assertAllReadable();
    }

    @Test
    void shouldReportLoudlyWhenGoodBatchesFollowWhatIsCut() {
        bench.create().appendMany(8);
        bench.sync();
        image.kill(new SeededEntropy(2));
        image.overwrite(FIRST, positionOf(4) + 70, new byte[] {1, 2, 3});
        reopen(bench.stored.get(2).baseOffset(), 0, false);
        assertThat(bench.log.endOffset()).isEqualTo(bench.stored.getLast().nextOffset());
        assertThat(bench.stored).hasSize(4);
        assertThat(bench.report.isDamaged()).isFalse();
        assertThat(bench.report.findings()).singleElement().asString().contains("a good one at byte");
        bench.appendMany(4);
        bench.assertAllReadable();
    }

    @Test
    void shouldServeReadOnlyUpToDamageBelowTheRecoveryPoint() {
        bench.create().appendMany(8);
        bench.sync();
        final long end = bench.log.endOffset();
        image.kill(new SeededEntropy(2));
        image.overwrite(FIRST, positionOf(4) + 70, new byte[] {1, 2, 3});
        final byte[] before = image.contents(FIRST);
        for (int attempt = 0; attempt < 2; attempt++) {
            reopen(end, 0, false);
            assertThat(bench.report.isDamaged()).isTrue();
            assertThat(bench.log.isReadOnly()).isTrue();
            assertThat(bench.stored).hasSize(4);
            bench.assertAllReadable();
            assertThat(bench.offer(KafkaBatches.batch().count(1, 1))).isEqualTo(AppendResult.READ_ONLY);
            assertThat(bench.log.recoveryPoint()).isEqualTo(end);
            assertThat(bench.close()).as("no clean start after this").isEqualTo(DiskStatus.IO_ERROR);
            assertThat(image.contents(FIRST)).isEqualTo(before);
        }
    }

    /** Else what it wrote would be shown to those who read what was committed. */
    @Test
    void shouldNotKnowOfATransactionsEndThatLiesBehindDamage() {
        bench.create().appendMany(3);
        final long begun = bench.log.endOffset();
        for (int sequence = 0; sequence < 4; sequence++) {
            bench.append(KafkaBatches.batch()
                    .producer(7, 0, sequence)
                    .transactional()
                    .of(KafkaBatches.record(bench.nowMs, "k", "v")));
        }
        bench.append(KafkaBatches.marker(0, bench.nowMs, 7, 0, 0, false));
        bench.appendMany(3);
        bench.sync();
        final long end = bench.log.endOffset();
        assertThat(bench.close()).isEqualTo(DiskStatus.OK);
        image.kill(new SeededEntropy(2));
        image.overwrite(FIRST, positionOf(7) + 70, new byte[] {1, 2, 3});
        reopen(end, 0, false);
        assertThat(bench.report.isDamaged()).isTrue();
        assertThat(bench.stored).hasSize(7);
        assertThat(bench.table.firstUnstableOffset()).isEqualTo(begun);
    }

    @Test
    void shouldFindDamageInASealedSegmentThatWasSynced() {
        bench.config(LogContract.SMALL).create().appendMany(60);
        bench.sync();
        image.kill(new SeededEntropy(2));
        image.overwrite(FIRST, positionOf(4) + 70, new byte[] {1, 2, 3});
        // The checkpoint is old, but the snapshots beyond say that the segment was whole.
        reopen(0, 0, false);
        assertThat(bench.report.isDamaged()).isTrue();
        assertThat(bench.log.isReadOnly()).isTrue();
        assertThat(bench.stored).hasSize(4);
        bench.assertAllReadable();
    }

    @Test
    void shouldTakeTheNameOfAnUnsoundSnapshotForProof() {
        bench.config(LogContract.SMALL).create().appendMany(60);
        bench.sync();
        image.kill(new SeededEntropy(2));
        image.overwrite(FIRST, positionOf(4) + 70, new byte[] {1, 2, 3});
        for (final String path : image.paths()) {
            if (path.endsWith(".snapshot")) {
                image.overwrite(path, 10, new byte[] {1, 2, 3});
            }
        }
        for (int attempt = 0; attempt < 2; attempt++) {
            reopen(0, 0, false);
            assertThat(bench.report.isDamaged()).isTrue();
            assertThat(bench.log.isReadOnly()).isTrue();
            assertThat(bench.stored).hasSize(4);
            bench.close();
        }
    }

    @Test
    void shouldKeepTheFilesWhenDamageBelowTheStartHidesTheRest() {
        bench.create().appendMany(8);
        bench.sync();
        final long end = bench.log.endOffset();
        final long start = bench.stored.get(6).baseOffset();
        image.kill(new SeededEntropy(2));
        image.overwrite(FIRST, positionOf(4) + 70, new byte[] {1, 2, 3});
        final byte[] before = image.contents(FIRST);
        reopen(end, start, false);
        assertThat(bench.report.isDamaged()).isTrue();
        assertThat(bench.log.isReadOnly()).isTrue();
        assertThat(bench.log.startOffset()).isEqualTo(start);
        assertThat(bench.log.endOffset()).isEqualTo(start);
        assertThat(image.contents(FIRST)).isEqualTo(before);
    }

    @Test
    void shouldNotTakeForWrittenWhatAFailedSyncLeftInMemory() {
        bench.create().appendMany(4);
        bench.sync();
        final long durable = bench.log.endOffset();
        bench.appendMany(4);
        faults.mediaErrors(0, 1_000_000, 0);
        bench.sync();
        faults.heal();
        assertThat(bench.log.isOffline()).isTrue();
        image.kill(new SeededEntropy(2));
        reopen(0, 0, false);
        assertThat(bench.log.endOffset()).isEqualTo(durable);
    }

    @Test
    void shouldBelieveThePageCacheWhereAcksPromiseNoMore() {
        bench.create().appendMany(4);
        bench.sync();
        final long durable = bench.log.recoveryPoint();
        bench.appendMany(4);
        bench.settle();
        final long end = bench.log.endOffset();
        image.kill(new SeededEntropy(2));
        final byte[] onMedium = image.durableContents(FIRST);
        bench.acksFollowPageCache(true);
        reopen(durable, 0, false);
        assertThat(bench.log.endOffset()).isEqualTo(end);
        assertThat(bench.log.stableOffset()).isEqualTo(durable);
        assertThat(bench.log.recoveryPoint()).isEqualTo(durable);
        assertThat(image.durableContents(FIRST)).as("nothing was synced").isEqualTo(onMedium);
        bench.sync();
        assertThat(bench.log.stableOffset()).isEqualTo(end);
        image.crash(new SeededEntropy(3));
        reopen(durable, 0, false);
        assertThat(bench.log.endOffset()).isEqualTo(end);
        assertThat(bench.report.isDamaged()).isFalse();
    }

    @Test
    void shouldNotBelieveThePageCacheWhereASyncHasFailedThoughAcksPromiseNoMore() {
        bench.create().appendMany(4);
        bench.sync();
        final long durable = bench.log.endOffset();
        bench.appendMany(4);
        faults.mediaErrors(0, 1_000_000, 0);
        bench.sync();
        faults.heal();
        image.kill(new SeededEntropy(2));
        bench.acksFollowPageCache(true);
        reopen(0, 0, false);
        assertThat(bench.log.endOffset()).isEqualTo(durable);
    }

    @Test
    void shouldReportALogThatLostItsDurableTail() {
        bench.create().appendMany(8);
        bench.sync();
        final long end = bench.log.endOffset();
        image.kill(new SeededEntropy(2));
        image.put(FIRST, Arrays.copyOf(image.contents(FIRST), (int) positionOf(6)));
        reopen(end, 0, false);
        assertThat(bench.report.isDamaged()).isTrue();
        assertThat(bench.log.isReadOnly()).isTrue();
        assertThat(bench.stored).hasSize(6);
    }

    @Test
    void shouldRemoveLeftoversAndOrphans() {
        bench.create().appendMany(8);
        bench.settle();
        image.kill(new SeededEntropy(2));
        for (final String name : new String[] {
            "00000000000000000009.index",
            "00000000000000000009.timeindex",
            "00000000000000000000.log.deleted",
            "00000000000000000000.log.cleaned",
            "00000000000000000000.log.swap",
            "leader-epoch-checkpoint.tmp"
        }) {
            image.put(LogBench.DIRECTORY + '/' + name, new byte[24]);
        }
        reopen(0, 0, false);
        assertThat(new BlockingDisk(bench.disk).list(LogBench.DIRECTORY))
                .containsExactly(
                        "00000000000000000000.index",
                        "00000000000000000000.log",
                        "00000000000000000000.timeindex",
                        LogFiles.name(bench.log.endOffset(), LogFiles.SNAPSHOT),
                        "leader-epoch-checkpoint",
                        "partition.metadata");
        bench.assertAllReadable();
    }

    @Test
    void shouldNotTrustAStaleOrTornIndex() {
        bench.config(LogContract.SMALL).create().appendMany(60);
        bench.sync();
        bench.settle();
        final long end = bench.log.endOffset();
        image.kill(new SeededEntropy(2));
        for (final String path : image.paths()) {
            if (path.endsWith(LogFiles.INDEX) && image.contents(path).length > 8) {
                final byte[] index = image.contents(path);
                Arrays.fill(index, 4, index.length, (byte) 0);
                image.put(path, index);
            }
        }
        reopen(end, 0, false);
        bench.assertAllReadable();
        assertThat(bench.offline).isZero();
    }

    @Test
    void shouldRecoverAnUnsoundSnapshotFromTheLog() {
        bench.config(LogContract.SMALL).create();
        final byte[] early = KafkaBatches.batch().producer(9, 0, 0).count(2, 1_000);
        bench.append(early);
        bench.appendMany(60);
        assertThat(bench.close()).isEqualTo(DiskStatus.OK);
        final long end = bench.log.endOffset();
        image.kill(new SeededEntropy(2));
        for (final String path : image.paths()) {
            if (path.endsWith(LogFiles.SNAPSHOT)) {
                image.overwrite(path, 3, new byte[] {9, 9, 9});
            }
        }
        reopen(end, 0, true);
        assertThat(bench.report.findings()).isNotEmpty().allMatch(finding -> finding.contains("snapshot"));
        assertThat(bench.table.check(KafkaBatches.ours(early)).name()).isEqualTo("DUPLICATE");
        assertThat(bench.report.isDamaged()).isFalse();
    }

    @Test
    void shouldRebuildEpochsThatAreGone() {
        bench.config(LogContract.SMALL).create();
        for (int epoch = 1; epoch < 6; epoch++) {
            bench.epoch = epoch;
            bench.appendMany(10);
        }
        final LeaderEpochs before = bench.log.epochs();
        assertThat(before.count()).isEqualTo(5);
        assertThat(bench.close()).isEqualTo(DiskStatus.OK);
        image.put(LogBench.DIRECTORY + '/' + LogFiles.LEADER_EPOCHS, "garbage".getBytes());
        reopen(bench.log.endOffset(), 0, true);
        for (int i = 0; i < 5; i++) {
            assertThat(bench.log.epochs().epochAt(i)).isEqualTo(before.epochAt(i));
            assertThat(bench.log.epochs().startOffsetAt(i)).isEqualTo(before.startOffsetAt(i));
        }
    }

    @Test
    void shouldTakeTheStartFromTheCheckpointAndEndRemovalsBegunBefore() {
        bench.config(LogContract.SMALL).create().appendMany(60);
        bench.sync();
        bench.settle();
        final long start = bench.stored.get(30).baseOffset();
        reopen(0, start, false);
        assertThat(bench.log.startOffset()).isEqualTo(start);
        assertThat(bench.log.segments.getFirst().baseOffset).isLessThanOrEqualTo(start);
        assertThat(bench.log.segments.get(1).baseOffset).isGreaterThan(start);
        bench.assertAllReadable();
    }

    @Test
    void shouldBeginAtTheStartThatTheCheckpointSaysWhenAllBelowIsGone() {
        bench.create().appendMany(5);
        image.kill(new SeededEntropy(2));
        reopen(0, 1_000, false);
        assertThat(bench.log.startOffset()).isEqualTo(1_000);
        assertThat(bench.log.endOffset()).isEqualTo(1_000);
        bench.stored.clear();
        bench.appendMany(5);
        bench.assertAllReadable();
    }

    @Test
    void shouldMakeTheFirstSegmentWhereACrashCameBeforeIt() {
        new BlockingDisk(bench.disk).makeDirectory(LogBench.DIRECTORY);
        reopen(0, 0, false);
        assertThat(bench.report.isDamaged()).isFalse();
        bench.appendMany(5);
        bench.assertAllReadable();
    }

    private long positionOf(final int batch) {
        long position = 0;
        for (int i = 0; i < batch; i++) {
            position += bench.stored.get(i).bytes().length;
        }
        return position;
    }
}
