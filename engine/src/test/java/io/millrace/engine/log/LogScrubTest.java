package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.sim.SimDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Closed segments are read as they lie there: what is damaged is named, and nothing else. */
class LogScrubTest extends CompactionBed {
    private final List<ScrubFinding> found = new ArrayList<>();
    private final LogScrub scrub = new LogScrub(found::add);

    @BeforeEach
    void fill() {
        bench.create();
        for (int i = 0; i < 40; i++) {
            put("key" + i % 7, "value " + i);
        }
        roll();
        assertThat(bench.log.segments).hasSizeGreaterThan(4);
    }

    private List<ScrubFinding> run() {
        found.clear();
        scrub.begin(bench.log);
        while (step()) {
            bench.settle();
        }
        return found;
    }

    /** False once the log is done. */
    private boolean step() {
        if (scrub.isReading()) {
            bench.turn();
        } else if (scrub.hasBytes()) {
            scrub.look();
        } else if (scrub.isUnderWay()) {
            scrub.read();
        } else {
            return false;
        }
        return true;
    }

    private String path(final int number) {
        return LogFiles.path(LogBench.DIRECTORY, bench.log.segments.get(number).baseOffset, LogFiles.LOG);
    }

    /** Where the segment's batch with that number begins. */
    private int positionOf(final int segment, final int batchNumber) {
        final byte[] bytes = image.contents(path(segment));
        int at = 0;
        for (int i = 0; i < batchNumber; i++) {
            at += batchAt(bytes, at).sizeInBytes();
        }
        return at;
    }

    private static BatchFlyweight batchAt(final byte[] bytes, final int at) {
        return new BatchFlyweight().wrap(new UnsafeBuffer(bytes), at, bytes.length - at);
    }

    private void flip(final int segment, final int position) {
        final byte[] bytes = image.contents(path(segment));
        image.overwrite(path(segment), position, new byte[] {(byte) (bytes[position] ^ 0x10)});
    }

    @Test
    void shouldFindNothingInASoundLog() {
        assertThat(run()).isEmpty();
        transaction(1, 0, false, record("a", "aborted"));
        bench.epoch = 7;
        put("b", "2");
        roll();
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.OK);
        put("c", "3");
        roll();
        assertThat(run()).isEmpty();
        bench.close();
        bench = newBench(CONFIG);
        bench.recover(bench.disk.inFlight(), 0, true);
        assertThat(run()).isEmpty();
    }

    @Test
    void shouldNameTheBatchesWhoseCrcIsWrong() {
        final int first = positionOf(1, 2);
        final int second = positionOf(3, 0);
        flip(1, first + BatchFlyweight.HEADER_BYTES + 3);
        flip(3, second + BatchFlyweight.MAX_TIMESTAMP_AT);
        final long firstOffset = batchAt(image.contents(path(1)), first).baseOffset();
        assertThat(run()).hasSize(2);
        assertThat(found.get(0)).satisfies(finding -> {
            assertThat(finding.path()).isEqualTo(path(1));
            assertThat(finding.position()).isEqualTo(first);
            assertThat(finding.offset()).isEqualTo(firstOffset);
            assertThat(finding.what()).startsWith("CRC ").contains("expected");
        });
        assertThat(found.get(1).path()).isEqualTo(path(3));
        assertThat(found.get(1).offset()).isEqualTo(bench.log.segments.get(3).baseOffset);
        assertThat(put()).isEqualTo(bench.log.endOffset() - 1);
    }

    private long put() {
        return bench.append(KafkaBatches.batch().of(record("goes", "on")));
    }

    @Test
    void shouldNameWhatLiesOutsideTheChecksum() {
        final int at = positionOf(2, 1);
        flip(2, at + BatchFlyweight.BASE_OFFSET_AT + 7);
        assertThat(run()).singleElement().satisfies(finding -> {
            assertThat(finding.position()).isEqualTo(at);
            assertThat(finding.what()).startsWith("offsets ").contains("expected from " + finding.offset());
        });
        flip(2, at + BatchFlyweight.BASE_OFFSET_AT + 7);
        flip(2, at + BatchFlyweight.LEADER_EPOCH_AT + 3);
        assertThat(run()).singleElement().satisfies(finding -> {
            assertThat(finding.position()).isEqualTo(at);
            assertThat(finding.what()).isEqualTo("leader epoch 17, expected 1 to 1");
        });
        flip(2, at + BatchFlyweight.LEADER_EPOCH_AT + 3);
        flip(2, at + BatchFlyweight.LENGTH_AT);
        assertThat(run()).singleElement().satisfies(finding -> {
            assertThat(finding.position()).isEqualTo(at);
            assertThat(finding.what()).startsWith("batch length ").contains("rest of this file was not looked at");
        });
    }

    @Test
    void shouldNameAnEpochThatComesAfterALaterOne() {
        bench.epoch = 3;
        put("a", "1");
        bench.epoch = 4;
        put("a", "2");
        put("a", "3");
        roll();
        final int last = bench.log.segments.size() - 2;
        final int batches = batchesIn(last);
        final int at = positionOf(last, batches - 1);
        image.overwrite(path(last), at + BatchFlyweight.LEADER_EPOCH_AT + 3, new byte[] {2});
        assertThat(run())
                .singleElement()
                .satisfies(finding -> assertThat(finding.what()).isEqualTo("leader epoch 2, expected 4 to 4"));
    }

    private int batchesIn(final int segment) {
        final byte[] bytes = image.contents(path(segment));
        int count = 0;
        for (int at = 0; at < bytes.length; count++) {
            at += batchAt(bytes, at).sizeInBytes();
        }
        return count;
    }

    @Test
    void shouldNameAFileThatBecameShorterOrASegmentThatIsNotAllThere() {
        image.put(path(1), java.util.Arrays.copyOf(image.contents(path(1)), 100));
        assertThat(run()).singleElement().satisfies(finding -> {
            assertThat(finding.path()).isEqualTo(path(1));
            assertThat(finding.position()).isEqualTo(positionOf(1, 1));
            assertThat(finding.what()).startsWith("the file ends before this batch does");
        });
        final Segment second = bench.log.segments.get(2);
        final int at = positionOf(2, batchesIn(2) - 1);
        second.appendedSize = at;
        assertThat(run()).hasSize(2).last().satisfies(finding -> {
            assertThat(finding.position()).isEqualTo(at);
            assertThat(finding.what()).contains("the next one begins at offset " + bench.log.endOf(2));
        });
    }

    @Test
    void shouldStopTellingOfASegmentThatIsAllWrong() {
        final Random random = new Random(1);
        for (int i = 0; i < batchesIn(1); i++) {
            flip(1, positionOf(1, i) + BatchFlyweight.HEADER_BYTES + random.nextInt(4));
        }
        assertThat(batchesIn(1)).isGreaterThan(SegmentCheck.FAULTS_MAX);
        assertThat(run()).hasSize(SegmentCheck.FAULTS_MAX);
        assertThat(found.getLast().what()).contains("not looked at");
    }

    @Test
    void shouldLeaveTheActiveSegmentAlone() {
        final int active = bench.log.segments.size() - 1;
        flip(active, positionOf(active, 0) + BatchFlyweight.HEADER_BYTES);
        assertThat(run()).isEmpty();
        roll();
        assertThat(run()).hasSize(1);
    }

    @Test
    void shouldNotTakeDeletedRecordsForDamage() {
        scrub.begin(bench.log);
        step();
        assertThat(scrub.isReading()).isTrue();
        bench.log.advanceStartOffset(bench.log.segments.get(3).baseOffset, bench.log.endOffset());
        flip(0, BatchFlyweight.HEADER_BYTES);
        while (step()) {
            assertThat(found.stream().map(ScrubFinding::path)).allMatch(path(0)::equals);
        }
        assertThat(found).hasSize(1);
        assertThat(bench.log.isOffline()).isFalse();
    }

    @Test
    void shouldGoOnWhenSegmentsAreExchanged() {
        scrub.begin(bench.log);
        step();
        while (scrub.isReading()) {
            step();
        }
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.OK);
        while (step()) {
            assertThat(found).isEmpty();
        }
        assertThat(run()).isEmpty();
    }

    @Test
    void shouldNotTakeACutForDamage() {
        for (int steps = 1; steps < 12; steps++) {
            scrub.begin(bench.log);
            for (int i = 0; i < steps; i++) {
                step();
            }
            final int[] cut = {1};
            bench.log.truncateTo(bench.log.segments.get(1).baseOffset + 1, status -> cut[0] = status);
            bench.until(() -> cut[0] == DiskStatus.OK);
            bench.stored.removeIf(each -> each.baseOffset() >= bench.log.endOffset());
            bench.appended = bench.log.endOffset();
            bench.stable = bench.log.endOffset();
            for (int i = 0; i < 40; i++) {
                put("other" + steps, "other value " + i * steps);
            }
            roll();
            while (step()) {
                assertThat(found).isEmpty();
            }
        }
        assertThat(run()).isEmpty();
    }

    @Test
    void shouldEndWithItsLog() {
        for (int steps = 0; steps < 6; steps++) {
            scrub.begin(bench.log);
            for (int i = 0; i < steps; i++) {
                step();
            }
            if (steps == 5) {
                final int[] removed = {1};
                bench.log.delete(status -> {}, status -> removed[0] = status);
                bench.until(() -> removed[0] == DiskStatus.OK);
            } else {
                assertThat(bench.close()).isEqualTo(DiskStatus.OK);
            }
            while (step()) {
                assertThat(found).isEmpty();
            }
            assertThat(scrub.isUnderWay()).isFalse();
            if (steps < 5) {
                bench = newBench(CONFIG);
                bench.recover(0, 0, true);
            }
        }
    }

    @Test
    void shouldGoOfflineWhereTheDiskCannotRead() {
        faults.mediaErrors(0, 0, 1_000_000);
        assertThat(run()).singleElement().satisfies(finding -> {
            assertThat(finding.unreadable()).isTrue();
            assertThat(finding.what()).isEqualTo("cannot be read: IO_ERROR");
        });
        assertThat(bench.log.isOffline()).isTrue();
        assertThat(bench.offline).isEqualTo(1);
    }

    @Test
    void shouldCheckBatchesOfAnySizeInSlicesOfAnyLength() {
        final Random random = new Random(7);
        bench = LogBench.on(new SimDisk(image, time, faults, new io.millrace.engine.port.SeededEntropy(2)))
                .config(LogConfig.DEFAULT.withSegmentBytes(2 << 20).withRetention(-1, -1));
        bench.recover(0, 0, false);
        for (int i = 0; i < 30; i++) {
            put("k", "x".repeat(random.nextInt(3) == 0 ? 10 : random.nextInt(400_000)));
        }
        roll();
        assertThat(run()).isEmpty();
        final int number = bench.log.segments.size() - 2;
        final byte[] bytes = image.contents(path(number));
        for (int turn = 0; turn < 200; turn++) {
            final List<Long> places = new ArrayList<>();
            final SegmentCheck check = new SegmentCheck((position, offset, what) -> places.add(position));
            final byte[] damaged = bytes.clone();
            final int at = random.nextInt(bytes.length);
            if (turn % 2 == 0) {
                damaged[at] ^= (byte) (1 << random.nextInt(8));
            }
            check.beginLog();
            check.beginSegment(bench.log.segments.get(number).baseOffset, damaged.length);
            check.expect(bench.log.endOf(number), 0, bench.log.epochs().latestEpoch());
            while (!check.isAtEnd()) {
                final int from = (int) check.position();
                final int length = Math.min(damaged.length - from, check.bytesMin() + random.nextInt(100_000));
                assertThat(check.take(new UnsafeBuffer(damaged), from, length)).isPositive();
            }
            assertThat(places.isEmpty()).as("turn " + turn + ", byte " + at).isEqualTo(turn % 2 == 1);
            assertThat(places).allMatch(place -> place <= at || place > places.getFirst());
        }
    }
}
