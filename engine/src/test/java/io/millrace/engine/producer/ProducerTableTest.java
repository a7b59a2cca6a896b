package io.millrace.engine.producer;

import static io.millrace.engine.batch.KafkaBatches.batch;
import static io.millrace.engine.batch.KafkaBatches.ours;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.status.Outcome;
import java.lang.management.ManagementFactory;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

class ProducerTableTest {
    private static final long DAY_MS = 86_400_000;
    private static final long PRODUCER = 4711;

    private final Crc32c crc32c = new Crc32c();
    private final ProducerTable table = new ProducerTable(DAY_MS, crc32c, 0);
    private long endOffset = 100;
    private long nowMs = 1_000;

    @Test
    void shouldTakeAnyFirstSequenceOfAnUnknownProducer() {
        assertThat(append(0, 777, 3)).isEqualTo(Outcome.OK);
        assertThat(append(0, 780, 1)).isEqualTo(Outcome.OK);
        assertThat(append(0, 782, 1)).isEqualTo(Outcome.OUT_OF_ORDER_SEQUENCE);
    }

    @Test
    void shouldAnswerRetriesOfTheLastFiveBatchesWithTheirOffset() {
        for (int i = 0; i < 6; i++) {
            assertThat(append(0, i * 10, 10)).isEqualTo(Outcome.OK);
        }
        for (int i = 1; i < 6; i++) {
            assertThat(append(0, i * 10, 10)).isEqualTo(Outcome.DUPLICATE);
            assertThat(table.duplicateBaseOffset()).isEqualTo(100 + i * 10);
            assertThat(table.duplicateLastOffset()).isEqualTo(109 + i * 10);
            assertThat(table.duplicateTimestampMs()).isEqualTo(5 + 9);
        }
        assertThat(append(0, 0, 10)).isEqualTo(Outcome.OUT_OF_ORDER_SEQUENCE);
        assertThat(append(0, 50, 9)).isEqualTo(Outcome.OUT_OF_ORDER_SEQUENCE);
        assertThat(append(0, 60, 1)).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldFenceOlderEpochsAndWantZeroFromNewerOnes() {
        append(3, 0, 5);
        assertThat(append(2, 5, 1)).isEqualTo(Outcome.STALE_PRODUCER_EPOCH);
        assertThat(append(4, 5, 1)).isEqualTo(Outcome.OUT_OF_ORDER_SEQUENCE);
        assertThat(append(4, 0, 5)).isEqualTo(Outcome.OK);
        assertThat(table.duplicateBaseOffset()).isEqualTo(-1);
        assertThat(append(4, 5, 5)).isEqualTo(Outcome.OK);
        assertThat(append(3, 0, 5)).isEqualTo(Outcome.STALE_PRODUCER_EPOCH);
    }

    @Test
    void shouldCountOnFromZeroAfterTheLargestSequence() {
        append(0, Integer.MAX_VALUE - 1, 4);
        assertThat(append(0, Integer.MAX_VALUE - 1, 4)).isEqualTo(Outcome.DUPLICATE);
        assertThat(table.duplicateBaseOffset()).isEqualTo(100);
        assertThat(append(0, 2, 1)).isEqualTo(Outcome.OK);
        table.clear();
        append(0, Integer.MAX_VALUE, 1);
        assertThat(append(0, 0, 1)).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldIgnoreBatchesWithoutProducer() {
        final BatchFlyweight plain = ours(batch().at(9).count(2, 5));
        assertThat(table.check(plain)).isEqualTo(Outcome.OK);
        table.apply(plain, nowMs);
        assertThat(table.size()).isZero();
    }

    @Test
    void shouldUndoAFailedTailNewestFirst() {
        append(0, 0, 10);
        final DirectBuffer before = table.encodeSnapshot();
        final long from = endOffset;
        for (int i = 1; i < 9; i++) {
            assertThat(append(0, i * 10, 10)).isEqualTo(Outcome.OK);
        }
        append(1, 0, 3);
        table.apply(ours(batch().at(endOffset).producer(12, 0, 0).count(4, 5)), nowMs);
        table.apply(ours(batch().at(endOffset + 4).producer(12, 0, 4).count(4, 5)), nowMs);

        table.rollBackTo(from);
        assertThat(table.size()).isEqualTo(1);
        assertThat(table.encodeSnapshot()).isEqualTo(before);
        endOffset = from;
        assertThat(append(0, 10, 10)).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldKeepWhatIsSettledWhenTheRestIsUndone() {
        append(0, 0, 10);
        append(0, 10, 10);
        table.settle(110);
        table.rollBackTo(0);
        assertThat(append(0, 10, 10)).isEqualTo(Outcome.OK);
        assertThat(append(0, 0, 10)).isEqualTo(Outcome.DUPLICATE);
    }

    @Test
    void shouldNotLetALaterBatchOvertakeAFirstThatTheOldOwnerRefused() {
        table.onTurnedAwayElsewhere(ours(batch().producer(PRODUCER, 0, 0).count(5, 5)));
        assertThat(append(0, 5, 5)).isEqualTo(Outcome.OUT_OF_ORDER_SEQUENCE);
        assertThat(append(0, 0, 5)).isEqualTo(Outcome.OK);
        assertThat(append(0, 5, 5)).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldForgetOfTooManyRefusedFirstsTheOldest() {
        final TurnedAwayFirsts firsts = new TurnedAwayFirsts();
        for (int producer = 0; producer <= TurnedAwayFirsts.PRODUCERS_MAX; producer++) {
            firsts.add(producer, (short) 0, 7);
        }
        assertThat(firsts.get(0)).isEqualTo(TurnedAwayFirsts.NONE);
        assertThat(firsts.get(1)).isEqualTo(7);
        assertThat(firsts.get(TurnedAwayFirsts.PRODUCERS_MAX)).isEqualTo(7);
    }

    @Test
    void shouldForgetProducersThatWereNotHeardOfForLong() {
        append(0, 0, 1);
        assertThat(table.removeExpired(nowMs + DAY_MS, 100))
                .as("still under way")
                .isZero();
        table.settle(endOffset);
        assertThat(table.removeExpired(nowMs + DAY_MS - 1, 100)).isZero();
        assertThat(table.removeExpired(nowMs + DAY_MS, 100)).isEqualTo(1);
        assertThat(table.size()).isZero();
        assertThat(append(0, 33, 1)).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldExpireManyInBoundedSteps() {
        for (int i = 0; i < 100; i++) {
            table.apply(ours(batch().at(i).producer(i, 0, 0).count(1, 5)), i < 50 ? 0 : DAY_MS);
        }
        table.settle(100);
        int removed = 0;
        for (int i = 0; i < 20; i++) {
            final int step = table.removeExpired(DAY_MS, 7);
            assertThat(step).isLessThanOrEqualTo(7);
            removed += step;
        }
        assertThat(removed).isEqualTo(50);
        assertThat(table.size()).isEqualTo(50);
    }

    @Test
    void shouldAllocateNothingOnceWarm() {
        final BatchFlyweight[] batches = new BatchFlyweight[1_000];
        for (int i = 0; i < batches.length; i++) {
            batches[i] = ours(batch().at(i * 2L).producer(i % 10, 0, i / 10 * 2).count(2, 5));
        }
        final com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 30; round++) {
            table.clear();
            run(batches, 0, 500);
            final long before = threads.getCurrentThreadAllocatedBytes();
            run(batches, 500, 1_000);
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(allocated).isLessThan(500);
    }

    private void run(final BatchFlyweight[] batches, final int from, final int to) {
        for (int i = from; i < to; i++) {
            if (table.check(batches[i]) != Outcome.OK) {
                throw new AssertionError("batch " + i);
            }
            table.apply(batches[i], nowMs);
            table.settle(batches[i].baseOffset());
        }
    }

    private Outcome append(final int epoch, final int sequence, final int count) {
        final BatchFlyweight batch =
                ours(batch().at(endOffset).producer(PRODUCER, epoch, sequence).count(count, 5));
        final Outcome outcome = table.check(batch);
        if (outcome == Outcome.OK) {
            table.apply(batch, nowMs);
            endOffset = batch.nextOffset();
        }
        return outcome;
    }
}
