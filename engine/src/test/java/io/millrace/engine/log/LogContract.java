package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskStatus;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a log does, on whatever disk. */
abstract class LogContract {
    static final LogConfig SMALL = LogConfig.DEFAULT.withSegmentBytes(1_500).withIndex(1 << 20, 300);

    Disk disk;
    LogBench bench;

    protected abstract Disk newDisk();

    protected abstract void closeDisk();

    /** The same directory, as another process would see it after the last one went down in peace. */
    protected abstract Disk reopenedDisk();

    @BeforeEach
    void open() {
        disk = newDisk();
        bench = LogBench.on(disk).config(SMALL);
    }

    @AfterEach
    void close() {
        bench.settle();
        closeDisk();
    }

    LogBench reopen(final long recoveryPoint, final long startOffset, final boolean clean) {
        bench.settle();
        final LogBench before = bench;
        disk = reopenedDisk();
        bench = LogBench.on(disk).config(before.config);
        bench.nowMs = before.nowMs;
        bench.stored.addAll(before.stored);
        return bench.recover(recoveryPoint, startOffset, clean);
    }

    @Test
    void shouldReadEveryBatchAtEveryOffsetOverManySegments() {
        bench.create().appendMany(200);
        assertThat(bench.log.segments.size()).isGreaterThan(5);
        assertThat(bench.log.endOffset())
                .isEqualTo(bench.appended)
                .isEqualTo(bench.stored.getLast().nextOffset());
        bench.assertAllReadable();
        bench.assertConsumable(1_000);
        bench.assertConsumable(1 << 20);
    }

    @Test
    void shouldTellEmptyAndOutOfRangeExactly() {
        bench.create().appendMany(20);
        final long end = bench.log.endOffset();
        final LogSlice slice = bench.context.leases().acquire();
        assertThat(bench.read(end, end, 100, slice)).isEqualTo(ReadResult.EMPTY);
        assertThat(bench.read(end - 1, end - 1, 100, slice)).isEqualTo(ReadResult.EMPTY);
        assertThat(bench.read(end + 1, end, 100, slice)).isEqualTo(ReadResult.OUT_OF_RANGE);
        assertThat(bench.read(-1, end, 100, slice)).isEqualTo(ReadResult.OUT_OF_RANGE);
        assertThat(bench.log.advanceStartOffset(7, end)).isTrue();
        assertThat(bench.read(6, end, 100, slice)).isEqualTo(ReadResult.OUT_OF_RANGE);
        assertThat(bench.read(7, end, 100, slice)).isEqualTo(ReadResult.FOUND);
        bench.context.leases().release(slice);
    }

    @Test
    void shouldNeverPassTheLimit() {
        bench.create().appendMany(150);
        for (int i = 0; i < bench.stored.size(); i++) {
            final long limit = bench.stored.get(i).nextOffset();
            final int first = Math.max(0, i - 5);
            final byte[] bytes = bench.bytesAt(bench.stored.get(first).baseOffset(), limit, 1 << 20);
            int available = 0;
            for (int j = first; j <= i; j++) {
                available += bench.stored.get(j).bytes().length;
            }
            assertThat(bytes.length).isBetween(bench.stored.get(first).bytes().length, available);
        }
    }

    @Test
    void shouldBeStableOnlyAfterSync() {
        bench.create().appendMany(60);
        assertThat(bench.log.isDirty()).isTrue();
        assertThat(bench.stable).isZero();
        bench.sync();
        assertThat(bench.stable).isEqualTo(bench.log.appendedOffset());
        assertThat(bench.log.isDirty()).isFalse();
        assertThat(bench.log.sync()).isFalse();
        bench.settle();
        assertThat(bench.log.recoveryPoint()).isEqualTo(bench.stable);
    }

    @Test
    void shouldComeBackAfterACleanClose() {
        bench.create();
        bench.append(KafkaBatches.batch().producer(7, 0, 0).count(3, 500));
        bench.appendMany(100);
        final long end = bench.log.endOffset();
        assertThat(bench.close()).isEqualTo(DiskStatus.OK);
        assertThat(bench.log.recoveryPoint()).isEqualTo(end);
        reopen(end, 0, true);
        assertThat(bench.report.findings()).isEmpty();
        assertThat(bench.report.bytesValidated()).isZero();
        assertThat(bench.log.endOffset()).isEqualTo(end);
        assertThat(bench.table.size()).isEqualTo(1);
        bench.assertAllReadable();
        bench.appendMany(50);
        bench.assertConsumable(2_000);
        assertThat(bench.log.epochs().latestEpoch()).isEqualTo(1);
    }

    @Test
    void shouldComeBackAfterBeingKilled() {
        bench.create();
        bench.append(KafkaBatches.batch().producer(7, 0, 0).count(3, 500));
        bench.appendMany(100);
        final long end = bench.log.endOffset();
        reopen(0, 0, false);
        assertThat(bench.report.findings()).isEmpty();
        assertThat(bench.report.batchesValidated()).isEqualTo(101);
        assertThat(bench.log.endOffset()).isEqualTo(end);
        assertThat(bench.log.stableOffset()).isEqualTo(end);
        assertThat(bench.table.size()).isEqualTo(1);
        bench.assertAllReadable();
        bench.appendMany(50);
        bench.assertConsumable(2_000);
    }

    @Test
    void shouldReadColdSegments() {
        bench.create().appendMany(200);
        assertThat(bench.close()).isEqualTo(DiskStatus.OK);
        reopen(bench.log.endOffset(), 0, true);
        final LogSlice slice = bench.context.leases().acquire();
        assertThat(bench.log.read(0, bench.log.endOffset(), 100, slice)).isEqualTo(ReadResult.COLD);
        assertThat(bench.read(0, bench.log.endOffset(), 100, slice)).isEqualTo(ReadResult.FOUND);
        bench.context.leases().release(slice);
        bench.assertAllReadable();
    }

    /** Of more chunks than are looked for in memory at a time. */
    @Test
    void shouldReadALargeBatchThatThisLifeHasNotWritten() {
        bench.create();
        bench.append(KafkaBatches.batch().of(KafkaBatches.record(1_000, "k", "x".repeat(12 << 20))));
        bench.appendMany(3);
        assertThat(bench.close()).isEqualTo(DiskStatus.OK);
        reopen(bench.log.endOffset(), 0, true);
        bench.assertAllReadable();
    }

    @Test
    void shouldKeepLeasedBytesReadableAfterRetention() {
        bench.create().appendMany(100);
        bench.settle();
        final LogSlice slice = bench.context.leases().acquire();
        assertThat(bench.read(0, bench.log.endOffset(), 500, slice)).isEqualTo(ReadResult.FOUND);
        final byte[] before = LogBench.bytesOf(slice);
        bench.log.updateConfig(SMALL.withRetention(3_000, -1));
        final int dropped = bench.log.applyRetention(bench.nowMs, bench.log.endOffset());
        assertThat(dropped).isGreaterThan(1);
        bench.settle();
        assertThat(bench.log.startOffset()).isPositive();
        assertThat(bench.log.sizeInBytes()).isBetween(3_000L, 5_000L);
        assertThat(new BlockingDisk(disk).list(LogBench.DIRECTORY))
                .doesNotContain("00000000000000000000.log", "00000000000000000000.index");
        assertThat(LogBench.bytesOf(slice)).isEqualTo(before);
        bench.context.leases().release(slice);
        bench.assertAllReadable();
    }

    @Test
    void shouldDropTheActiveSegmentTooWhenItsRecordsAreOld() {
        bench.create().appendMany(30);
        final long end = bench.log.endOffset();
        bench.log.updateConfig(SMALL.withRetention(-1, 1_000));
        bench.nowMs += 10_000;
        bench.log.applyRetention(bench.nowMs, end);
        bench.settle();
        assertThat(bench.log.startOffset()).isEqualTo(end);
        assertThat(bench.log.sizeInBytes()).isZero();
        assertThat(bench.log.segments).hasSize(1);
        bench.appendMany(3);
        bench.assertAllReadable();
    }

    @Test
    void shouldNotDropWhatIsNotCommitted() {
        bench.create().appendMany(60);
        bench.log.updateConfig(SMALL.withRetention(0, -1));
        assertThat(bench.log.applyRetention(bench.nowMs, 5)).isZero();
        assertThat(bench.log.startOffset()).isZero();
    }

    @Test
    void shouldKeepProducersAfterRetentionTookTheirBatches() {
        bench.create();
        final byte[] first = KafkaBatches.batch().producer(9, 0, 0).count(2, 1_000);
        bench.append(first);
        bench.appendMany(100);
        bench.log.updateConfig(SMALL.withRetention(2_000, -1));
        bench.log.applyRetention(bench.nowMs, bench.log.endOffset());
        bench.sync();
        reopen(bench.log.recoveryPoint(), 0, false);
        assertThat(bench.log.startOffset()).isGreaterThan(2);
        assertThat(bench.report.findings()).isEmpty();
        assertThat(bench.table.check(KafkaBatches.ours(first)).name()).isEqualTo("DUPLICATE");
        bench.append(KafkaBatches.batch().producer(9, 0, 2).count(1, 2_000));
        bench.assertAllReadable();
    }

    @Test
    void shouldRollByTimestampsIndexSizeAndRelativeOffset() {
        bench.config(LogConfig.DEFAULT.withSegmentMs(1_000)).create();
        bench.append(1, 5_000);
        bench.append(1, 6_000);
        assertThat(bench.log.segments).hasSize(1);
        bench.append(1, 6_001);
        assertThat(bench.log.segments).hasSize(2);
        bench.log.updateConfig(LogConfig.DEFAULT.withIndex(64, 0));
        for (int i = 0; i < 20; i++) {
            bench.append(1, 6_001 + i);
        }
        assertThat(bench.log.segments.size()).isGreaterThan(3);
        bench.settle();
        bench.assertAllReadable();
    }

    @Test
    void shouldFindOffsetsByTimestamp() {
        bench.create();
        for (int i = 0; i < 60; i++) {
            bench.append(KafkaBatches.batch()
                    .codec(i % 2 == 0 ? CompressionType.NONE : CompressionType.GZIP)
                    .count(3, 10_000 + i * 100L));
        }
        bench.settle();
        assertTimestamps();
        assertThat(bench.close()).isEqualTo(DiskStatus.OK);
        reopen(bench.log.endOffset(), 0, true);
        assertTimestamps();
        reopen(0, 0, false);
        assertTimestamps();
    }

    private void assertTimestamps() {
        assertThat(offsetFor(0)).isZero();
        assertThat(offsetFor(10_000)).isZero();
        assertThat(offsetFor(10_001)).isEqualTo(1);
        for (int i = 1; i < 60; i++) {
            assertThat(offsetFor(10_000 + i * 100L)).isEqualTo(i * 3L);
            assertThat(offsetFor(10_000 + i * 100L + 2)).isEqualTo(i * 3L + 2);
            assertThat(offsetFor(10_000 + i * 100L - 50)).isEqualTo(i * 3L);
        }
        assertThat(offsetFor(20_000)).isEqualTo(TimestampCompletion.NOT_FOUND);
        final long[] newest = {UNANSWERED, 0};
        bench.log.maxTimestampOffset((status, offset, timestampMs, epoch) -> {
            newest[0] = offset;
            newest[1] = timestampMs;
        });
        bench.until(() -> newest[0] != UNANSWERED);
        assertThat(newest).containsExactly(59 * 3 + 2, 10_000 + 5_900 + 2);
    }

    @Test
    void shouldAnswerByTheHeaderWhereABatchCannotBeLookedInto() {
        bench.create();
        bench.context.unpackedBytesMax(1_000);
        bench.append(KafkaBatches.batch().count(3, 10_000));
        bench.append(KafkaBatches.batch()
                .codec(CompressionType.GZIP)
                .of(KafkaBatches.record(20_000, "k", "x".repeat(5_000)), KafkaBatches.record(20_001, "k", "y")));
        bench.append(KafkaBatches.withRecordCount(
                KafkaBatches.batch().codec(CompressionType.GZIP).count(1, 30_000), 2));
        bench.append(KafkaBatches.withRecordCount(KafkaBatches.batch().count(1, 40_000), 2));
        bench.settle();
        assertThat(offsetFor(10_002)).isEqualTo(2);
        assertThat(offsetFor(20_001)).as("too large").isEqualTo(3);
        assertThat(offsetFor(30_001)).as("cut short").isEqualTo(5);
        assertThat(offsetFor(40_001)).as("cut short, not packed").isEqualTo(7);
    }

    private static final long UNANSWERED = Long.MIN_VALUE;

    private long offsetFor(final long timestampMs) {
        final long[] answer = {UNANSWERED};
        bench.log.offsetForTimestamp(timestampMs, (status, offset, foundMs, epoch) -> {
            assertThat(status).isEqualTo(DiskStatus.OK);
            answer[0] = offset;
        });
        bench.until(() -> answer[0] != UNANSWERED);
        return answer[0];
    }

    @Test
    void shouldRebuildIndexesThatAreGone() {
        bench.create().appendMany(100);
        assertThat(bench.close()).isEqualTo(DiskStatus.OK);
        final BlockingDisk files = new BlockingDisk(disk);
        for (final String name : files.list(LogBench.DIRECTORY)) {
            if (name.endsWith(LogFiles.INDEX) || name.endsWith(LogFiles.TIME_INDEX)) {
                files.unlink(LogBench.DIRECTORY + '/' + name);
            }
        }
        reopen(bench.log.endOffset(), 0, true);
        assertThat(bench.report.indexesRebuilt()).isGreaterThan(3);
        bench.assertAllReadable();
    }

    @Test
    void shouldCutBack() {
        bench.create();
        bench.append(KafkaBatches.batch().producer(3, 0, 0).count(2, 900));
        bench.appendMany(100);
        bench.append(KafkaBatches.batch().producer(3, 0, 2).count(2, 900));
        bench.append(KafkaBatches.batch().producer(4, 0, 0).count(2, 900));
        bench.settle();
        final long cut = bench.stored.get(40).baseOffset();
        final LogSlice slice = bench.context.leases().acquire();
        assertThat(bench.read(cut + 1, bench.log.endOffset(), 10, slice)).isEqualTo(ReadResult.FOUND);
        final int[] ended = {LogBench.UNANSWERED};
        bench.log.truncateTo(cut + 1, status -> ended[0] = status);
        bench.settle();
        assertThat(ended[0]).as("a lease lies beyond").isEqualTo(LogBench.UNANSWERED);
        bench.context.leases().release(slice);
        bench.until(() -> ended[0] != LogBench.UNANSWERED);
        assertThat(ended[0]).isEqualTo(DiskStatus.OK);
        assertThat(bench.log.endOffset()).isBetween(cut, cut + 1);
        bench.stored.removeIf(each -> each.nextOffset() > bench.log.endOffset());
        bench.appended = bench.log.appendedOffset();
        bench.stable = bench.log.stableOffset();
        assertThat(bench.table.size()).isEqualTo(1);
        bench.append(KafkaBatches.batch().producer(3, 0, 2).count(2, 900));
        bench.appendMany(60);
        bench.assertAllReadable();
        bench.sync();
        reopen(0, 0, false);
        assertThat(bench.report.findings()).isEmpty();
        bench.assertAllReadable();
    }

    @Test
    void shouldDeleteByNameFirst() {
        bench.create().appendMany(50);
        final LogSlice slice = bench.context.leases().acquire();
        assertThat(bench.read(3, bench.log.endOffset(), 500, slice)).isEqualTo(ReadResult.FOUND);
        final byte[] before = LogBench.bytesOf(slice);
        final int[] ended = {LogBench.UNANSWERED, LogBench.UNANSWERED};
        bench.log.delete(status -> ended[0] = status, status -> ended[1] = status);
        assertThat(bench.offer(KafkaBatches.batch().count(1, 1))).isEqualTo(AppendResult.OFFLINE);
        bench.until(() -> ended[1] != LogBench.UNANSWERED);
        assertThat(ended).containsExactly(DiskStatus.OK, DiskStatus.OK);
        assertThat(new BlockingDisk(disk).list("")).noneMatch(name -> name.startsWith("topic"));
        assertThat(LogBench.bytesOf(slice)).isEqualTo(before);
        bench.context.leases().release(slice);
    }
}
