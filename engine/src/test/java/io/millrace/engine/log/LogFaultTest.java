package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimOperation;
import io.millrace.engine.sim.SimTime;
import io.millrace.engine.status.Outcome;
import org.junit.jupiter.api.Test;

/** Full disks and failing ones. */
class LogFaultTest {
    private final SimDiskImage image = new SimDiskImage();
    private final SimDiskFaults faults = SimDiskFaults.none();
    private final SimDisk disk = new SimDisk(image, new SimTime(), faults, new SeededEntropy(1));
    private final LogBench bench = LogBench.on(disk).config(LogContract.SMALL);

    @Test
    void shouldRollBackWhatDidNotFitWithItsProducers() {
        bench.create().appendMany(10);
        final byte[] kept = KafkaBatches.batch().producer(5, 0, 0).count(2, 100);
        bench.append(kept);
        bench.settle();
        final long end = bench.log.endOffset();
        final long size = bench.log.sizeInBytes();
        faults.noSpace(1_000_000, 1);
        final byte[] lost = KafkaBatches.batch().producer(5, 0, 2).count(2, 100);
        final byte[] lostToo = KafkaBatches.batch().producer(6, 0, 0).count(2, 100);
        assertThat(bench.offer(lost)).isEqualTo(AppendResult.APPENDED);
        assertThat(bench.offer(lostToo)).isEqualTo(AppendResult.APPENDED);
        assertThat(bench.log.endOffset()).isEqualTo(end + 4);
        bench.settle();
        assertThat(bench.events).containsExactly("failed from " + end + " NO_SPACE");
        assertThat(bench.log.endOffset()).isEqualTo(end);
        assertThat(bench.log.sizeInBytes()).isEqualTo(size);
        assertThat(bench.table.size()).isEqualTo(1);
        assertThat(bench.table.check(KafkaBatches.ours(lost))).isEqualTo(Outcome.OK);
        assertThat(bench.table.check(KafkaBatches.ours(kept))).isEqualTo(Outcome.DUPLICATE);
        faults.heal();
        bench.append(lost);
        bench.append(lostToo);
        bench.appendMany(20);
        bench.assertAllReadable();
        assertThat(bench.offline).isZero();
    }

    @Test
    void shouldKeepTakingBatchesThroughManyShortagesOfSpace() {
        faults.shortMoves(200_000, 0);
        bench.create();
        faults.noSpace(30_000, 200_000);
        for (int i = 0; i < 600; i++) {
            bench.append(KafkaBatches.batch().count(1 + i % 3, bench.nowMs + i));
        }
        bench.settle();
        faults.heal();
        assertThat(bench.failures).isGreaterThan(3);
        assertThat(bench.offline).isZero();
        bench.appendMany(30);
        bench.sync();
        bench.assertConsumable(700);
        bench.log.applyRetention(bench.nowMs, 0);
        bench.settle();
        final long end = bench.log.endOffset();
        assertThat(bench.log.recoveryPoint())
                .as("what was not sealed is sealed now")
                .isEqualTo(end);
        image.kill(new SeededEntropy(2));
        final LogBench again =
                LogBench.on(new SimDisk(image, new SimTime(), SimDiskFaults.none(), new SeededEntropy(3)));
        again.config(bench.config).recover(end, 0, false);
        assertThat(again.report.findings()).isEmpty();
        assertThat(again.log.endOffset()).isEqualTo(end);
        again.stored.addAll(bench.stored);
        again.assertAllReadable();
    }

    @Test
    void shouldFailTheRollWhenTheDiskIsFullAndGoOnLater() {
        bench.create();
        while (bench.log.active.size < 1_300) {
            bench.append(1, 5);
        }
        bench.settle();
        image.capacity(image.usedBytes());
        while (bench.offer(KafkaBatches.batch().count(3, 5)) == AppendResult.APPENDED) {
            bench.settle();
            if (bench.failures > 0) {
                break;
            }
        }
        bench.settle();
        assertThat(bench.events).isNotEmpty();
        assertThat(bench.offline).isZero();
        image.capacity(Long.MAX_VALUE);
        bench.appendMany(30);
        bench.assertAllReadable();
    }

    @Test
    void shouldGoOfflineWhenAWriteFails() {
        bench.create().appendMany(5);
        final long end = bench.log.endOffset();
        faults.mediaErrors(1_000_000, 0, 0);
        bench.offer(KafkaBatches.batch().count(1, 1));
        bench.settle();
        assertThat(bench.events).containsExactly("failed from " + end + " IO_ERROR", "offline IO_ERROR");
        faults.heal();
        assertThat(bench.log.isOffline()).isTrue();
        assertThat(bench.offer(KafkaBatches.batch().count(1, 1))).isEqualTo(AppendResult.OFFLINE);
        assertThat(bench.close()).isEqualTo(DiskStatus.IO_ERROR);
    }

    @Test
    void shouldNeverRetryASyncThatFailed() {
        bench.create().appendMany(5);
        faults.mediaErrors(0, 1_000_000, 0);
        assertThat(bench.log.sync()).isTrue();
        bench.settle();
        assertThat(bench.events).containsExactly("offline IO_ERROR");
        assertThat(bench.stable).isZero();
        assertThat(bench.log.isDirty()).isFalse();
        assertThat(bench.log.sync()).isFalse();
    }

    @Test
    void shouldLetNobodyHaveABufferBackWhileItIsBeingWritten() {
        bench.create().appendMany(5);
        final long appended = bench.appended;
        bench.offer(KafkaBatches.batch().count(1, 1));
        bench.log.goOffline(DiskStatus.IO_ERROR);
        assertThat(bench.log.isOffline()).isTrue();
        assertThat(bench.events).isEmpty();
        bench.settle();
        assertThat(bench.events).containsExactly("offline IO_ERROR");
        assertThat(bench.appended).isEqualTo(appended);
    }

    /** An error is told to one sync only; the next one of the same file says that all is well. */
    @Test
    void shouldNotCallASegmentDurableThatAnotherSyncHasLost() {
        bench.create();
        final int[] syncs = {0};
        image.onOperation((number, operation, path) -> {
            if (operation == SimOperation.SYNC && path.endsWith(LogFiles.LOG)) {
                faults.mediaErrors(0, syncs[0]++ == 0 ? 1_000_000 : 0, 0);
            }
        });
        while (bench.log.segments.size() == 1) {
            if (bench.offer(KafkaBatches.batch().count(1, 1)) == AppendResult.ROLLING) {
                bench.log.sync();
            }
            while (!bench.log.writesAreDone()) {
                bench.turn();
            }
            bench.turn();
        }
        bench.settle();
        assertThat(syncs[0]).isGreaterThan(1);
        assertThat(bench.events).containsExactly("offline IO_ERROR");
        assertThat(image.paths()).noneMatch(path -> path.endsWith(LogFiles.SNAPSHOT));
    }

    @Test
    void shouldTellWhoeverWaitsThatAllIsStableWhenItIsClosed() {
        bench.create().appendMany(5);
        assertThat(bench.stable).isZero();
        assertThat(bench.close()).isEqualTo(DiskStatus.OK);
        assertThat(bench.stable).isEqualTo(bench.log.endOffset());
    }

    @Test
    void shouldGoOfflineWhenAColdReadFails() {
        bench.create().appendMany(50);
        bench.close();
        image.kill(new SeededEntropy(2));
        final SimDiskFaults sick = SimDiskFaults.none();
        final LogBench again = LogBench.on(new SimDisk(image, new SimTime(), sick, new SeededEntropy(3)));
        again.config(bench.config).recover(bench.log.endOffset(), 0, true);
        sick.mediaErrors(0, 0, 1_000_000);
        final LogSlice slice = again.context.leases().acquire();
        assertThat(again.read(0, again.log.endOffset(), 100, slice)).isEqualTo(ReadResult.OFFLINE);
        again.context.leases().release(slice);
    }

    @Test
    void shouldTakeABatchWrittenInManyPieces() {
        faults.shortMoves(900_000, 900_000);
        bench.create().appendMany(100);
        bench.sync();
        bench.assertAllReadable();
        assertThat(bench.failures).isZero();
    }

    @Test
    void shouldReserveSpaceInGrowingStepsAndGiveItBack() {
        bench.config(LogConfig.DEFAULT.withSegmentBytes(1 << 20)).create();
        final byte[] large = new byte[8_000];
        for (int i = 0; i < 60; i++) {
            bench.append(KafkaBatches.batch().of(KafkaBatches.record(i, "k", new String(large))));
        }
        bench.settle();
        final long size = bench.log.sizeInBytes();
        assertThat(image.usedBytes()).isGreaterThan(size + 10_000).isLessThan(size * 3);
        assertThat(bench.close()).isEqualTo(DiskStatus.OK);
        assertThat(image.usedBytes()).isLessThan(size + 20_000);
    }
}
