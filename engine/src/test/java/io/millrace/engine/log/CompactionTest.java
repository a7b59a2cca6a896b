package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.port.DiskStatus;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/** What a compaction leaves of a log. */
class CompactionTest extends CompactionBed {
    @Test
    void shouldKeepTheLastRecordOfEachKey() {
        bench.create();
        for (int i = 0; i < 200; i++) {
            put("k" + i % 7, "v" + i);
        }
        roll();
        final int before = bench.log.segments.size();
        assertThat(compact(0, Long.MAX_VALUE)).isEqualTo(DiskStatus.OK);
        assertThat(bench.log.segments.size()).isLessThanOrEqualTo(before);
        final int once = bench.log.segments.size();
        put("k0", "again");
        roll();
        assertThat(compact(0, Long.MAX_VALUE)).isEqualTo(DiskStatus.OK);
        assertThat(bench.log.segments.size()).isLessThan(once / 2);
        assertThat(contents()).hasSize(7 + 2).contains("199 k3=v199", "193 k4=v193", "201 k0=again");
        assertThat(names()).noneMatch(name -> name.endsWith(LogFiles.SWAP) || name.endsWith(LogFiles.CLEANED));
        reopenAndExpect(contents());
    }

    @Test
    void shouldRewriteCompressedBatchesAndKeepOffsets() {
        bench.create();
        for (final CompressionType codec : CompressionType.values()) {
            bench.append(KafkaBatches.batch()
                    .codec(codec)
                    .of(record("a", codec.name), record("b", codec.name), record(codec.name, "x")));
        }
        put("a", "last");
        roll();
        assertThat(compact(0, Long.MAX_VALUE)).isEqualTo(DiskStatus.OK);
        assertThat(contents())
                .contains("13 b=zstd", "15 a=last", "2 none=x", "11 lz4=x")
                .hasSize(8);
        assertThat(batches().stream().map(batch -> batch.compressionType().name))
                .contains("none", "gzip", "snappy", "lz4", "zstd");
    }

    @Test
    void shouldKeepTombstonesUntilTheirTimeIsOver() {
        bench.create();
        put("a", "1");
        put("a", null);
        roll();
        assertThat(compact(0, 1_000)).isEqualTo(DiskStatus.OK);
        assertThat(contents()).contains("1 a=null").noneMatch(each -> each.startsWith("0 "));
        put("b", "2");
        roll();
        bench.nowMs += 999;
        assertThat(compact(0, 1_000)).isEqualTo(DiskStatus.OK);
        assertThat(contents()).contains("1 a=null");
        put("c", "3");
        roll();
        bench.nowMs += 1;
        assertThat(compact(0, 1_000)).isEqualTo(DiskStatus.OK);
        assertThat(contents()).noneMatch(each -> each.contains("a="));
    }

    @Test
    void shouldDropWhatWasAbortedAndKeepMarkersWhileTheyAreNeeded() {
        bench.create();
        transaction(1, 0, false, record("a", "aborted"));
        transaction(2, 0, true, record("a", "committed"));
        put("b", "1");
        roll();
        assertThat(compact(0, 500)).isEqualTo(DiskStatus.OK);
        assertThat(contents()).contains("2 a=committed", "4 b=1").noneMatch(each -> each.contains("aborted"));
        assertThat(batches().stream().filter(MutableRecordBatch::isControlBatch).map(MutableRecordBatch::baseOffset))
                .contains(1L, 3L);
        assertThat(bench.log.segments.getFirst().hasAborted()).isTrue();
        // The header stays by which the producer is known, until it goes on.
        transaction(1, 1, true, record("c", "1"));
        roll();
        assertThat(compact(0, 500)).isEqualTo(DiskStatus.OK);
        put("c", "2");
        roll();
        // The first marker has no data any more: now its time begins to run.
        assertThat(compact(0, 500)).isEqualTo(DiskStatus.OK);
        bench.nowMs += 500;
        put("d", "1");
        roll();
        assertThat(compact(0, 500)).isEqualTo(DiskStatus.OK);
        assertThat(batches().stream().filter(MutableRecordBatch::isControlBatch).map(MutableRecordBatch::baseOffset))
                .doesNotContain(1L)
                .contains(3L);
        assertThat(bench.log.segments.getFirst().hasAborted()).isFalse();
        reopenAndExpect(contents());
    }

    @Test
    void shouldKeepTheHeaderByWhichAProducerIsKnown() {
        bench.create();
        bench.append(KafkaBatches.batch().producer(9, 0, 0).of(record("a", "1")));
        bench.append(KafkaBatches.batch().producer(9, 0, 1).of(record("a", "2")));
        put("a", "3");
        roll();
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.OK);
        assertThat(contents()).contains("2 a=3").noneMatch(each -> each.endsWith("a=2"));
        assertThat(batches().stream().filter(batch -> batch.producerId() == 9).map(MutableRecordBatch::baseSequence))
                .containsExactly(1);
    }

    @Test
    void shouldLeaveReadersWhatTheyHaveLeased() {
        bench.create();
        for (int i = 0; i < 50; i++) {
            put("k", "v" + i);
        }
        roll();
        final LogSlice slice = bench.context.leases().acquire();
        assertThat(bench.read(0, bench.log.appendedOffset(), 500, slice)).isEqualTo(ReadResult.FOUND);
        final byte[] before = LogBench.bytesOf(slice);
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.OK);
        assertThat(LogBench.bytesOf(slice)).isEqualTo(before);
        bench.context.leases().release(slice);
    }

    @Test
    void shouldStopWhereTheMapIsFull() {
        bench.create();
        for (int i = 0; i < 300; i++) {
            put("k" + i % 100, "v" + i);
        }
        roll();
        final CompactionSettings tight = new CompactionSettings(true, 0, 50L * OffsetMap.ENTRY_BYTES, 0.9, 1e12);
        long cleaned = -1;
        for (int round = 0; round < 20 && bench.log.compactor().firstDirty() > cleaned; round++) {
            cleaned = bench.log.compactor().firstDirty();
            final LogCompactor.Dirt dirt = dirt();
            if (dirt != null) {
                assertThat(run(dirt, tight, 0)).isEqualTo(DiskStatus.OK);
            }
        }
        assertThat(bench.log.compactor().firstDirty()).isEqualTo(300);
        assertThat(contents()).contains("299 k99=v299", "200 k0=v200").hasSize(101);
    }

    @Test
    void shouldKnowOfAnAbortWhoseMarkerLiesInTheActiveSegment() {
        bench.create();
        put("a", "kept");
        bench.append(KafkaBatches.batch().producer(1, 0, 0).transactional().of(record("a", "aborted")));
        roll();
        bench.append(KafkaBatches.marker(0, bench.nowMs, 1, 0, 0, false));
        bench.settle();
        bench.sync();
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.OK);
        assertThat(contents()).contains("0 a=kept").noneMatch(each -> each.contains("aborted"));
    }

    @Test
    void shouldDropWhatWasAbortedBehindWhereTheMapIsFull() {
        bench = newBench(CONFIG.withSegmentBytes(100_000));
        bench.create();
        for (int i = 0; i < 60; i++) {
            put("k" + i, "v" + i);
        }
        transaction(1, 0, false, record("a", "aborted"));
        transaction(2, 0, true, record("a", "committed"));
        roll();
        final CompactionSettings tight = new CompactionSettings(true, 0, 50L * OffsetMap.ENTRY_BYTES, 0.9, 1e12);
        assertThat(run(dirt(), tight, 0)).isEqualTo(DiskStatus.OK);
        assertThat(bench.log.compactor().firstDirty()).isLessThan(60);
        assertThat(contents()).contains("59 k59=v59", "62 a=committed").noneMatch(each -> each.contains("aborted"));
        assertThat(bench.log.segments.getFirst().hasAborted()).isTrue();
    }

    @Test
    void shouldNotTouchWhatIsUndecidedOrYoung() {
        bench.create();
        for (int i = 0; i < 60; i++) {
            put("k", "v" + i);
        }
        roll();
        final LogCompactor compactor = bench.log.compactor();
        assertThat(compactor.dirt(0, 0, Long.MAX_VALUE, bench.nowMs)).isNull();
        final long second = bench.log.segments.get(1).baseOffset;
        assertThat(compactor.dirt(second + 1, 0, Long.MAX_VALUE, bench.nowMs).firstUncleanable())
                .isEqualTo(second);
        assertThat(compactor.dirt(60, 1_000_000, Long.MAX_VALUE, bench.nowMs)).isNull();
        assertThat(compactor.dirt(60, 0, 1, bench.nowMs + 1_000).isOverdue()).isTrue();
        assertThat(compactor.dirt(60, 0, Long.MAX_VALUE, bench.nowMs + 1_000).isOverdue())
                .isFalse();
    }

    @Test
    void shouldKnowAfterAStartHowOldSegmentsAre() {
        bench.create();
        for (int i = 0; i < 60; i++) {
            put("k", "v" + i);
            bench.nowMs += 10;
        }
        roll();
        final long bornMs = 1_000_000;
        assertThat(bench.close()).isEqualTo(DiskStatus.OK);
        final long end = bench.log.recoveryPoint();
        bench = newBench(CONFIG);
        bench.recover(end, 0, true);
        final LogCompactor compactor = bench.log.compactor();
        assertThat(compactor.dirt(60, 0, 5_000, bornMs + 5_001).isOverdue()).isFalse();
        bench.settle();
        assertThat(bench.log.segments.stream().map(each -> each.firstTimestampMs))
                .startsWith(bornMs)
                .doesNotContain(-1L);
        assertThat(compactor.dirt(60, 0, 5_000, bornMs + 5_000).isOverdue()).isFalse();
        assertThat(compactor.dirt(60, 0, 5_000, bornMs + 5_001).isOverdue()).isTrue();
    }

    @Test
    void shouldCountAsDirtyWhatCameAfterACut() {
        bench.create();
        for (int i = 0; i < 60; i++) {
            put("k", "v" + i);
        }
        roll();
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.OK);
        assertThat(bench.log.compactor().firstDirty()).isEqualTo(60);
        bench.log.truncateTo(20, status -> assertThat(status).isEqualTo(DiskStatus.OK));
        bench.settle();
        assertThat(bench.log.compactor().firstDirty()).isLessThanOrEqualTo(20);
    }

    @Test
    void shouldNotBeginOnALogThatIsBeingClosed() {
        bench.create();
        for (int i = 0; i < 60; i++) {
            put("k", "v" + i);
        }
        roll();
        final LogCompactor.Dirt dirt = dirt();
        final int[] closed = {LogBench.UNANSWERED};
        bench.log.close(status -> closed[0] = status);
        assertThat(dirt()).isNull();
        final int[] ended = {LogBench.UNANSWERED};
        bench.log
                .compactor()
                .start(CompactionRun.of(dirt, 0, CompactionSettings.DEFAULT, bench.nowMs), status -> ended[0] = status);
        assertThat(ended[0]).isEqualTo(DiskStatus.NO_SPACE);
        assertThat(bench.log.compactor().isBusy()).isFalse();
        bench.until(() -> closed[0] != LogBench.UNANSWERED);
        assertThat(closed[0]).isEqualTo(DiskStatus.OK);
    }

    @Test
    void shouldReadAndWriteNoMoreThanAllowed() {
        bench.create();
        long bytes = 0;
        for (int i = 0; i < 200; i++) {
            put("k" + i, "v" + i);
        }
        roll();
        final LogCompactor.Dirt dirt = dirt();
        bytes += 3 * dirt.dirtyBytes(); // the keys are read, all is read again, and all is written
        final CompactionSettings slow = new CompactionSettings(true, 0, 1 << 20, 0.9, 1_000);
        final long beganNs = nowNs;
        assertThat(run(dirt, slow, 0)).isEqualTo(DiskStatus.OK);
        // What the last step moved is waited for by nobody.
        assertThat(nowNs - beganNs).isBetween(bytes * 1_000_000 * 9 / 10, bytes * 1_000_000 * 11 / 10);
    }

    @Test
    void shouldHeedAnotherRateWhileItRuns() {
        final int[] ended = crawl();
        assertThat(ended[0]).isEqualTo(LogBench.UNANSWERED);
        bench.log.compactor().throttle(Double.MAX_VALUE);
        step(ended);
        assertThat(ended[0]).isEqualTo(DiskStatus.OK);
    }

    /** Else one that fails late would be the next one again, and the others would wait for ever. */
    @Test
    void shouldHoldOffFromWhenItFailed() {
        final int[] ended = crawl();
        bench.log.compactor().stop();
        step(ended);
        assertThat(ended[0]).isEqualTo(DiskStatus.NO_SPACE);
        bench.nowMs += TimeUnit.NANOSECONDS.toMillis(nowNs) + 1;
        assertThat(dirt()).isNull();
        bench.nowMs += TimeUnit.HOURS.toMillis(1);
        assertThat(dirt()).isNotNull();
    }

    /** Begins a compaction that may move one byte a second, and lets an hour go by. */
    private int[] crawl() {
        bench.create();
        for (int i = 0; i < 200; i++) {
            put("k" + i, "v" + i);
        }
        roll();
        final LogCompactor.Dirt dirt = dirt();
        final CompactionSettings crawling = new CompactionSettings(true, 15_000, 1 << 20, 0.9, 1);
        final int[] ended = {LogBench.UNANSWERED};
        bench.log.compactor().start(CompactionRun.of(dirt, 0, crawling, bench.nowMs), status -> ended[0] = status);
        for (int i = 0; i < 3_600; i++) {
            nowNs += TimeUnit.SECONDS.toNanos(1);
            bench.log.compactor().doWork(nowNs);
            bench.turn();
        }
        return ended;
    }

    private void step(final int[] ended) {
        for (int i = 0; i < 10_000 && ended[0] == LogBench.UNANSWERED; i++) {
            nowNs += 1;
            bench.log.compactor().doWork(nowNs);
            bench.turn();
        }
    }

    @Test
    void shouldKnowAfterACrashWhereEpochsBeganThatWereCompactedAway() {
        bench.create();
        put("a", "1");
        bench.epoch = 2;
        put("k", "1");
        put("k", "2");
        bench.epoch = 3;
        put("k", "3");
        roll();
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.OK);
        assertThat(contents()).startsWith("0 a=1", "3 k=3");
        reopenAndExpect(contents());
        final LeaderEpochs epochs = bench.log.epochs();
        final long end = bench.log.endOffset();
        assertThat(epochs.endOffsetFor(1, end)).isEqualTo(1);
        assertThat(epochs.endOffsetFor(2, end)).isEqualTo(3);
        assertThat(epochs.endOffsetFor(3, end)).isEqualTo(end);
    }

    @Test
    void shouldNotTakeTheTimeOfRecordsThatWereTakenOutForTheNewest() {
        bench.create();
        bench.append(KafkaBatches.batch().producer(9, 0, 0).of(record("a", "1")));
        final long laterMs = bench.nowMs + 1_000;
        bench.append(KafkaBatches.batch().producer(9, 0, 1).of(KafkaBatches.record(laterMs, "a", "2")));
        put("a", "3");
        roll();
        assertThat(newest()).isEqualTo("1 at " + laterMs);
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.OK);
        assertThat(batches().stream().filter(batch -> batch.maxTimestamp() == laterMs))
                .hasSize(1);
        final String newest = "2 at " + bench.nowMs;
        assertThat(newest()).isEqualTo(newest);
        reopenAndExpect(contents());
        assertThat(newest()).isEqualTo(newest);
        assertThat(bench.close()).isEqualTo(DiskStatus.OK);
        final long end = bench.log.recoveryPoint();
        bench = newBench(CONFIG);
        bench.recover(end, 0, true);
        assertThat(newest()).isEqualTo(newest);
        bench.log.truncateTo(3, status -> assertThat(status).isEqualTo(DiskStatus.OK));
        bench.settle();
        assertThat(newest()).isEqualTo(newest);
    }

    @Test
    void shouldGoOnInABatchOfMoreKeysThanThereIsRoomFor() {
        bench.create();
        final SimpleRecord[] many = new SimpleRecord[200];
        for (int i = 0; i < many.length; i++) {
            many[i] = record("k" + i % 120, "v" + i);
        }
        put("k5", "old");
        bench.append(KafkaBatches.batch().of(many));
        put("k119", null);
        roll();
        final CompactionSettings tight = new CompactionSettings(true, 0, 30L * OffsetMap.ENTRY_BYTES, 0.9, 1e12);
        long cleaned = 0;
        while (cleaned < 202) {
            assertThat(run(dirt(), tight, 1_000_000)).isEqualTo(DiskStatus.OK);
            assertThat(bench.log.compactor().firstDirty()).isGreaterThan(cleaned);
            cleaned = bench.log.compactor().firstDirty();
        }
        assertThat(contents()).hasSize(121).contains("201 k119=null", "126 k5=v125");
        reopenAndExpect(contents());
    }

    @Test
    void shouldJoinNoMoreSegmentsThanAStepCanReplace() {
        bench = newBench(CONFIG.withSegmentBytes(100));
        bench.create();
        for (int i = 0; i < 2 * SegmentGroups.SEGMENTS_MAX; i++) {
            put("k", "v" + i);
        }
        roll();
        bench.log.updateConfig(CONFIG.withSegmentBytes(1 << 20));
        assertThat(SegmentGroups.of(bench.log, Long.MAX_VALUE, SegmentGroups.GROUP_BYTES_MAX))
                .hasSizeGreaterThan(2)
                .allMatch(each -> each.size() <= SegmentGroups.SEGMENTS_MAX);
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.OK);
        put("k", "last");
        roll();
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.OK);
        assertThat(bench.log.segments).hasSize(2);
        reopenAndExpect(contents());
    }
}
