package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/** What a compaction leaves of a log. */
class CompactionTest {
    private static final LogConfig CONFIG =
            LogConfig.DEFAULT.withSegmentBytes(1_000).withIndex(1 << 20, 200).withRetention(-1, -1);

    private static final CompactionSettings AT_ONCE = new CompactionSettings(true, 0, 1 << 20, 0.9, Double.MAX_VALUE);
    private static final String SWAPPED = LogFiles.LOG + LogFiles.SWAP;

    private final SimDiskImage image = new SimDiskImage();
    private final SimTime time = new SimTime();
    private final SimDiskFaults faults = SimDiskFaults.none();
    private LogBench bench = newBench(CONFIG);
    private long nowNs;

    private LogBench newBench(final LogConfig config) {
        final LogBench made = LogBench.on(new SimDisk(image, time, faults, new SeededEntropy(1)))
                .config(config);
        made.compactWith(new KafkaFilter());
        return made;
    }

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
                .start(
                        new CompactionRun(
                                dirt.firstDirty(), dirt.firstUncleanable(), 0, CompactionSettings.DEFAULT, bench.nowMs),
                        status -> ended[0] = status);
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
    void shouldLeaveABatchAsItIsThatCannotBeLookedInto() {
        bench.create();
        bench.context.unpackedBytesMax(2_000);
        put("a", "1");
        final List<byte[]> stay = List.of(
                KafkaBatches.withRecordCount(
                        KafkaBatches.batch().codec(CompressionType.GZIP).of(record("a", "cut short")), 2),
                KafkaBatches.withRecordCount(KafkaBatches.batch().of(record("a", "not packed")), 2),
                KafkaBatches.batch().codec(CompressionType.GZIP).of(record("a", "large".repeat(500))),
                KafkaBatches.batch().codec(CompressionType.GZIP).count(20, bench.nowMs));
        final long[] offsets = stay.stream().mapToLong(bench::append).toArray();
        put("a", null);
        put("b", "1");
        roll();
        for (int time = 0; time < 3; time++) {
            bench.nowMs += 1_000;
            put("b", "2");
            roll();
            assertThat(compact(0, 10)).isEqualTo(DiskStatus.OK);
            assertThat(bench.log.compactor().fault()).isNull();
            assertThat(bench.log.compactor().hitch()).contains("offset");
            for (final long offset : offsets) {
                assertThat(bench.bytesAt(offset, bench.log.appendedOffset(), 1))
                        .isEqualTo(bench.storedAt(offset).bytes());
            }
            // What stays must not come back to life because its tombstone went.
            final byte[] tombstone = bench.bytesAt(offsets[3] + 20, bench.log.appendedOffset(), 1);
            assertThat(KafkaBatches.kafka(tombstone).iterator().next().hasValue())
                    .isFalse();
        }
        final LogSlice slice = bench.context.leases().acquire();
        assertThat(bench.read(0, bench.log.appendedOffset(), 1, slice)).isEqualTo(ReadResult.FOUND);
        assertThat(slice.baseOffset()).as("the first value of a has gone").isEqualTo(offsets[0]);
        bench.context.leases().release(slice);
    }

    @Test
    void shouldGoOnWhereALibraryFindsNoMemory() {
        bench.compactWith((batches, length, nowMs, retentionMs, rules) -> {
            throw new OutOfMemoryError("a client's doing");
        });
        bench.create();
        put("a", "1");
        put("a", "2");
        roll();
        final List<String> before = contents();
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.OK);
        assertThat(contents()).isEqualTo(before);
        assertThat(bench.log.compactor().hitch()).contains("a client's doing");
    }

    @Test
    void shouldEndWhereWhatRemainsHasNoRoom() {
        bench.create();
        bench.context.cleanedBytesMax(500);
        for (int i = 0; i < 60; i++) {
            put("k" + i, "v" + i);
        }
        roll();
        final List<String> before = contents();
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.NO_SPACE);
        assertThat(bench.log.compactor().fault()).contains("no room");
        assertThat(bench.log.isOffline()).isFalse();
        assertThat(contents()).isEqualTo(before);
        assertThat(names()).noneMatch(name -> name.endsWith(LogFiles.CLEANED));
    }

    @Test
    void shouldReportDamageAndLeaveItAlone() {
        bench.create();
        for (int i = 0; i < 60; i++) {
            put("k", "v" + i);
        }
        roll();
        final String first = LogFiles.path(LogBench.DIRECTORY, 0, LogFiles.LOG);
        final byte[] bad = {1, 2, 3};
        new DiskSequence(bench.disk)
                .use(bench.log.segments.getFirst().file())
                .write(70, () -> new UnsafeBuffer(bad))
                .run(status -> assertThat(status).isEqualTo(DiskStatus.OK));
        bench.settle();
        assertThat(compact(0, 0)).isNotEqualTo(DiskStatus.OK);
        assertThat(bench.log.compactor().fault()).contains("CRC").contains(first.substring(first.indexOf('/') + 1));
        assertThat(names()).noneMatch(name -> name.endsWith(LogFiles.CLEANED));
    }

    @Test
    void shouldGiveUpWhereverTheDiskIsFullBeforeTheLogIsRenamed() {
        bench.create();
        transaction(1, 0, false, record("a", "aborted"));
        for (int i = 0; i < 30; i++) {
            put("k", "v" + i);
        }
        roll();
        final List<String> before = contents();
        final List<String> namesBefore = names();
        final List<String> full = new ArrayList<>();
        boolean reached = false;
        for (int fullAt = 0; !reached; fullAt++) {
            final int number = fullAt;
            final List<String> asked = new ArrayList<>();
            faults.fullAt(path -> asked.add(path) && asked.size() == number + 1 && !path.endsWith(SWAPPED));
            final int status = run(dirt(), AT_ONCE, 0);
            faults.heal();
            reached = asked.get(Math.min(number, asked.size() - 1)).endsWith(SWAPPED);
            if (!reached) {
                full.add(asked.get(number));
                assertThat(DiskStatus.nameOf(status)).as(full.toString()).isEqualTo("NO_SPACE");
                assertThat(bench.log.isOffline()).as(full.toString()).isFalse();
                assertThat(contents()).isEqualTo(before);
                assertThat(names())
                        .filteredOn(name -> !name.equals(CompactionMark.NAME))
                        .isEqualTo(namesBefore);
            }
        }
        assertThat(full)
                .anyMatch(path -> path.endsWith(CompactionMark.NAME + LogFiles.TMP))
                .anyMatch(path -> path.endsWith(CompactionMark.NAME))
                .anyMatch(path -> path.endsWith(LogFiles.INDEX + LogFiles.SWAP))
                .anyMatch(path -> path.endsWith(LogFiles.TXN_INDEX + LogFiles.SWAP));
        assertThat(contents()).isNotEqualTo(before).contains("31 k=v29");
        reopenAndExpect(contents());
    }

    @Test
    void shouldLetOthersGoFirstAfterAFailure() {
        bench.create();
        for (int i = 0; i < 60; i++) {
            put("k", "v" + i);
        }
        roll();
        faults.fullAt(path -> path.endsWith(LogFiles.CLEANED));
        assertThat(DiskStatus.nameOf(compact(0, 0))).isEqualTo("NO_SPACE");
        faults.heal();
        bench.nowMs += CompactionSettings.DEFAULT.backoffMs();
        assertThat(dirt()).isNull();
        bench.nowMs += 7 * CompactionSettings.DEFAULT.backoffMs();
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.OK);
        assertThat(contents()).contains("59 k=v59").doesNotContain("0 k=v0");
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

    // The bench's hands

    private String newest() {
        final String[] found = new String[1];
        bench.log.maxTimestampOffset((status, offset, timestampMs, epoch) -> found[0] = offset + " at " + timestampMs);
        bench.until(() -> found[0] != null);
        return found[0];
    }

    private void put(final String key, final String value) {
        bench.append(KafkaBatches.batch()
                .of(new SimpleRecord(bench.nowMs, KafkaBatches.utf8(key), KafkaBatches.utf8(value))));
    }

    private SimpleRecord record(final String key, final String value) {
        return KafkaBatches.record(bench.nowMs, key, value);
    }

    private void transaction(
            final long producerId, final int sequence, final boolean commit, final SimpleRecord record) {
        bench.append(KafkaBatches.batch()
                .producer(producerId, 0, sequence)
                .transactional()
                .of(record));
        bench.append(KafkaBatches.marker(0, bench.nowMs, producerId, 0, 0, commit));
    }

    /** All that is there lies below the active segment. */
    private void roll() {
        bench.settle();
        bench.log.startRoll(bench.nowMs);
        bench.settle();
        bench.sync();
        put("last", "one");
        bench.sync();
        bench.settle();
    }

    private LogCompactor.Dirt dirt() {
        return bench.log.compactor().dirt(bench.log.appendedOffset(), 0, Long.MAX_VALUE, bench.nowMs);
    }

    private int compact(final long minLagMs, final long deleteRetentionMs) {
        final LogCompactor.Dirt dirt =
                bench.log.compactor().dirt(bench.log.appendedOffset(), minLagMs, Long.MAX_VALUE, bench.nowMs);
        return run(dirt, CompactionSettings.DEFAULT, deleteRetentionMs);
    }

    private int run(final LogCompactor.Dirt dirt, final CompactionSettings settings, final long deleteRetentionMs) {
        final int[] ended = {LogBench.UNANSWERED};
        bench.log
                .compactor()
                .start(
                        new CompactionRun(
                                dirt.firstDirty(), dirt.firstUncleanable(), deleteRetentionMs, settings, bench.nowMs),
                        status -> ended[0] = status);
        while (ended[0] == LogBench.UNANSWERED) {
            nowNs += 1_000_000;
            if (bench.log.compactor().doWork(nowNs) == 0 && ended[0] == LogBench.UNANSWERED) {
                bench.turn();
            }
        }
        bench.settle();
        return ended[0];
    }

    private List<String> names() {
        return new BlockingDisk(bench.disk).list(LogBench.DIRECTORY);
    }

    private List<MutableRecordBatch> batches() {
        final List<MutableRecordBatch> found = new ArrayList<>();
        long offset = bench.log.startOffset();
        while (offset < bench.log.appendedOffset()) {
            final LogSlice slice = bench.context.leases().acquire();
            assertThat(bench.read(offset, bench.log.appendedOffset(), 1, slice)).isEqualTo(ReadResult.FOUND);
            final MutableRecordBatch batch = MemoryRecords.readableRecords(ByteBuffer.wrap(LogBench.bytesOf(slice)))
                    .batches()
                    .iterator()
                    .next();
            bench.context.leases().release(slice);
            batch.ensureValid();
            found.add(batch);
            offset = batch.nextOffset();
        }
        return found;
    }

    private List<String> contents() {
        final List<String> found = new ArrayList<>();
        for (final MutableRecordBatch batch : batches()) {
            if (!batch.isControlBatch()) {
                for (final Record record : batch) {
                    found.add(record.offset() + " " + text(record.key()) + '=' + text(record.value()));
                }
            }
        }
        return found;
    }

    private static String text(final ByteBuffer bytes) {
        return bytes == null ? "null" : new String(KafkaBatches.toBytes(bytes), StandardCharsets.UTF_8);
    }

    private void reopenAndExpect(final List<String> contents) {
        final long end = bench.log.endOffset();
        image.kill(new SeededEntropy(3));
        bench = newBench(CONFIG);
        bench.recover(0, 0, false);
        assertThat(bench.report.isDamaged()).as(bench.report.toString()).isFalse();
        assertThat(bench.log.endOffset()).isEqualTo(end);
        assertThat(contents()).isEqualTo(contents);
    }
}
