package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.SeededEntropy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.Test;

/** What becomes of a compaction that cannot go on, or not with every batch. */
class CompactionTroubleTest extends CompactionBed {
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

    /** A batch stays as it is for want of memory, and the tombstone behind it has had its time. */
    private void leaveABatch() {
        bench.create();
        bench.context.unpackedBytesMax(2_000);
        bench.append(KafkaBatches.batch().codec(CompressionType.GZIP).of(record("a", "large".repeat(500))));
        put("a", null);
        roll();
        for (int time = 0; time < 2; time++) {
            assertThat(compact(0, 10)).isEqualTo(DiskStatus.OK);
            bench.nowMs += 1_000;
            put("b", "1");
            roll();
        }
        assertThat(contents()).contains("1 a=null");
    }

    @Test
    void shouldKeepTombstonesWhereABatchCanBeReadLater() {
        leaveABatch();
        bench.context.unpackedBytesMax(1 << 20);
        assertThat(compact(0, 10)).isEqualTo(DiskStatus.OK);
        assertThat(contents())
                .anyMatch(record -> record.startsWith("0 a=large"))
                .contains("1 a=null");
    }

    @Test
    void shouldTakeOutWhatABatchSaysThatCanBeReadInALaterLife() {
        leaveABatch();
        final long checkpoint = bench.log.compactor().cleanedTo();
        assertThat(checkpoint).isZero();
        image.kill(new SeededEntropy(3));
        final long nowMs = bench.nowMs;
        bench = newBench(CONFIG);
        bench.nowMs = nowMs;
        bench.recover(0, 0, false);
        bench.log.compactor().cleanedTo(checkpoint);
        put("b", "2");
        roll();
        assertThat(compact(0, 10)).isEqualTo(DiskStatus.OK);
        assertThat(contents()).noneMatch(record -> record.contains("a=large"));
        bench.nowMs += 1_000;
        put("b", "3");
        roll();
        assertThat(compact(0, 10)).isEqualTo(DiskStatus.OK);
        assertThat(contents()).noneMatch(record -> record.contains(" a="));
        assertThat(bench.log.compactor().cleanedTo())
                .isEqualTo(bench.log.compactor().firstDirty())
                .isPositive();
    }

    @Test
    void shouldForgetABatchThatWasLeftOnceItsSegmentIsGone() {
        leaveLargeBatches("a");
        assertThat(bench.log.compactor().cleanedTo()).isZero();
        dropBelow(1);
        assertThat(bench.log.compactor().cleanedTo())
                .isEqualTo(bench.log.compactor().firstDirty())
                .isPositive();
        compactLater("3");
        assertThat(contents()).noneMatch(record -> record.contains("a=null"));
    }

    @Test
    void shouldKeepTombstonesWhileAnotherBatchThatWasLeftIsThere() {
        leaveLargeBatches("a", "b");
        dropBelow(2);
        assertThat(bench.log.compactor().cleanedTo()).isEqualTo(2);
        compactLater("3");
        assertThat(contents()).contains("3 b=null");
        dropBelow(3);
        compactLater("4");
        assertThat(contents()).noneMatch(record -> record.contains("b=null"));
    }

    /** Each stays for want of memory in a segment of its own, and the tombstones behind them have had their time. */
    private void leaveLargeBatches(final String... keys) {
        bench.create();
        bench.context.unpackedBytesMax(2_000);
        for (final String key : keys) {
            put(key, "large".repeat(500));
            put(key, null);
        }
        roll();
        assertThat(compact(0, 10)).isEqualTo(DiskStatus.OK);
        compactLater("2");
        for (int i = 0; i < keys.length; i++) {
            assertThat(contents()).contains(2 * i + 1 + " " + keys[i] + "=null");
        }
    }

    private void compactLater(final String value) {
        bench.nowMs += 1_000;
        put("c", value);
        roll();
        assertThat(compact(0, 10)).isEqualTo(DiskStatus.OK);
    }

    private void dropBelow(final long offset) {
        assertThat(bench.log.advanceStartOffset(offset, bench.log.appendedOffset()))
                .isTrue();
        bench.settle();
        assertThat(bench.log.segments.getFirst().baseOffset).isEqualTo(offset);
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
    void shouldTryAgainWhereWhatRemainsHasNoRoom() {
        bench.create();
        bench.context.cleanedBytesMax(500);
        for (int i = 0; i < 60; i++) {
            put("k" + i, "v" + i);
        }
        roll();
        final List<String> before = contents();
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.NO_SPACE);
        final LogCompactor compactor = bench.log.compactor();
        assertThat(compactor.fault()).isNull();
        assertThat(compactor.hitch()).contains("no room");
        assertThat(bench.log.isOffline()).isFalse();
        assertThat(contents()).isEqualTo(before);
        assertThat(names()).noneMatch(name -> name.endsWith(LogFiles.CLEANED));
        for (int i = 0; i < 60; i++) {
            put("k" + i, "again");
        }
        roll();
        bench.nowMs += 8 * CompactionSettings.DEFAULT.backoffMs();
        assertThat(dirt()).as("a long pause: it is a lot of work for nothing").isNull();
        bench.nowMs += 504 * CompactionSettings.DEFAULT.backoffMs();
        bench.context.cleanedBytesMax(Segment.POSITION_MAX);
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.OK);
        assertThat(contents()).hasSize(62);
    }

    @Test
    void shouldBePutOffWhileThereIsNoMemory() {
        bench.create();
        for (int i = 0; i < 60; i++) {
            put("k", "v" + i);
        }
        bench.append(KafkaBatches.batch().of(record("large", "x".repeat(300_000))));
        roll();
        final LogCompactor compactor = bench.log.compactor();
        for (int refused = 0; refused < 3; refused++) {
            final int[] left = {refused};
            bench.context.compactionMemory(bytes -> {
                if (left[0]-- == 0) {
                    throw new OutOfMemoryError("none today");
                }
                return ByteBuffer.allocateDirect(bytes);
            });
            assertThat(compact(0, 0)).isEqualTo(DiskStatus.NO_SPACE);
            assertThat(compactor.fault()).isNull();
            assertThat(compactor.hitch()).contains("there is no memory for");
            if (refused == 0) {
                assertThat(compactor.untoldTrouble()).contains(LogBench.DIRECTORY, "is tried again");
                compactor.troubleTold();
            }
            assertThat(compactor.untoldTrouble()).as("told once").isNull();
            assertThat(names()).noneMatch(name -> name.endsWith(LogFiles.CLEANED));
            bench.nowMs += 8 * CompactionSettings.DEFAULT.backoffMs();
        }
        bench.context.compactionMemory(ByteBuffer::allocateDirect);
        assertThat(compact(0, 0)).isEqualTo(DiskStatus.OK);
        assertThat(compactor.hitch()).isNull();
        assertThat(contents()).hasSize(3);
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
        assertThat(bench.log.compactor().untoldTrouble()).contains(LogBench.DIRECTORY, "until the next start", "CRC");
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
}
