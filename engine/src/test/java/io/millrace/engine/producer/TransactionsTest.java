package io.millrace.engine.producer;

import static io.millrace.engine.batch.KafkaBatches.batch;
import static io.millrace.engine.batch.KafkaBatches.marker;
import static io.millrace.engine.batch.KafkaBatches.ours;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.status.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

/** Verification, markers and the last stable offset. */
class TransactionsTest {
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final int EXPIRATION_MS = 86_400_000;
    private static final int V1 = AppendFlags.NONE;
    private static final int V2 = AppendFlags.EPOCH_BUMPS;

    private ProducerTable table = new ProducerTable(EXPIRATION_MS, new Crc32c(), NOW_MS);
    private long endOffset;

    @Test
    void shouldAskForVerificationUntilTheFirstBatchIsIn() {
        final BatchFlyweight first = data(1, 0, 0);
        final long guard = unverified(first, V2);
        assertThat(check(first, V2 | AppendFlags.VERIFIED, guard)).isEqualTo(Outcome.OK);
        apply(first);
        assertThat(check(data(1, 0, 1), V2, 0)).isEqualTo(Outcome.OK);
        assertThat(check(first, V2 | AppendFlags.VERIFIED, guard)).isEqualTo(Outcome.DUPLICATE);
        assertThat(check(data(1, 1, 0), V2, 0)).isEqualTo(Outcome.TRANSACTION_UNVERIFIED);
    }

    @Test
    void shouldNotReopenATransactionThatEndedMeanwhile() {
        final BatchFlyweight late = data(1, 0, 0);
        final long guard = unverified(late, V1);
        end(1, 0, 0, false);
        assertThat(check(late, V1 | AppendFlags.VERIFIED, guard)).isEqualTo(Outcome.INVALID_TXN_STATE);

        final long again = unverified(late, V1);
        assertThat(again).isNotEqualTo(guard);
        assertThat(check(late, V1 | AppendFlags.VERIFIED, guard)).isEqualTo(Outcome.INVALID_TXN_STATE);
        assertThat(check(late, V1 | AppendFlags.VERIFIED, again)).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldNotTakeWhatWasVerifiedForALowerEpoch() {
        final BatchFlyweight old = data(1, 0, 0);
        final long guard = unverified(old, V2);
        final long newer = unverified(data(1, 1, 0), V2);
        assertThat(check(old, V2 | AppendFlags.VERIFIED, guard)).isEqualTo(Outcome.INVALID_TXN_STATE);
        assertThat(check(old, V2 | AppendFlags.VERIFIED, newer)).isEqualTo(Outcome.INVALID_TXN_STATE);
        assertThat(check(data(1, 1, 0), V2 | AppendFlags.VERIFIED, newer)).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldKeepTheGuardWhereTheMarkerIsOfTheTransactionBefore() {
        append(data(1, 0, 0), V2);
        final BatchFlyweight next = data(1, 1, 0);
        final long guard = unverified(next, V2);
        // Ends the transaction of epoch 0, and carries the epoch of the one after it.
        end(1, 1, 0, true);
        assertThat(check(next, V2 | AppendFlags.VERIFIED, guard)).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldHoldBackWhatOvertookTheFirstBatch() {
        final BatchFlyweight first = data(1, 0, 0);
        final BatchFlyweight second = data(1, 0, 1);
        final long guard = unverified(first, V1);
        assertThat(unverified(second, V1)).isEqualTo(guard);
        assertThat(check(second, V1 | AppendFlags.VERIFIED, guard)).isEqualTo(Outcome.OUT_OF_ORDER_SEQUENCE);
        assertThat(check(first, V1 | AppendFlags.VERIFIED, guard)).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldWantSequenceZeroOfANewTransactionOfTheSecondVersion() {
        final BatchFlyweight second = data(1, 0, 1);
        final long guard = unverified(second, V2);
        assertThat(check(second, V2 | AppendFlags.VERIFIED, guard)).isEqualTo(Outcome.OUT_OF_ORDER_SEQUENCE);
        append(data(2, 0, 0), V2);
        end(2, 1, 0, true);
        final BatchFlyweight goesOn = data(2, 1, 1);
        final long other = unverified(goesOn, V2);
        assertThat(check(goesOn, V2 | AppendFlags.VERIFIED, other)).isEqualTo(Outcome.OUT_OF_ORDER_SEQUENCE);
    }

    @Test
    void shouldJudgeMarkersByTheirEpochs() {
        append(data(1, 3, 0), V1);
        assertThat(check(endOf(1, 2, 0, true), AppendFlags.INTERNAL, 0)).isEqualTo(Outcome.STALE_PRODUCER_EPOCH);
        assertThat(check(endOf(1, 3, 0, true), AppendFlags.INTERNAL | V2, 0)).isEqualTo(Outcome.STALE_PRODUCER_EPOCH);
        assertThat(check(endOf(1, 3, 5, true), AppendFlags.INTERNAL, 0)).isEqualTo(Outcome.OK);
        apply(endOf(1, 4, 5, true));
        assertThat(check(endOf(1, 4, 4, true), AppendFlags.INTERNAL, 0)).isEqualTo(Outcome.COORDINATOR_FENCED);
        // Written once more, since the coordinator did not hear of the first.
        assertThat(check(endOf(1, 4, 5, true), AppendFlags.INTERNAL | V2, 0)).isEqualTo(Outcome.OK);
        assertThat(check(endOf(9, 0, 0, false), AppendFlags.INTERNAL, 0)).isEqualTo(Outcome.OK);
        assertThat(check(endOf(1, 5, 5, true), AppendFlags.NONE, 0)).isEqualTo(Outcome.INVALID_RECORD);
    }

    @Test
    void shouldRefuseABatchOutsideOfItsProducersTransaction() {
        append(data(1, 0, 0), V1);
        final BatchFlyweight plain = ours(batch().producer(1, 0, 1).count(1, NOW_MS));
        assertThat(check(plain, V1, 0)).isEqualTo(Outcome.INVALID_TXN_STATE);
        end(1, 0, 0, true);
        assertThat(check(plain, V1, 0)).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldTakeTheBrokersOwnTransactionalBatchesWhateverTheirSequences() {
        final BatchFlyweight commit =
                ours(batch().producer(1, 0, 0).transactional().count(1, NOW_MS));
        for (int i = 0; i < 3; i++) {
            assertThat(check(commit, AppendFlags.INTERNAL, 0)).isEqualTo(Outcome.OK);
            apply(commit);
        }
        assertThat(table.firstUnstableOffset()).isZero();
    }

    @Test
    void shouldHoldTheLastStableOffsetBackUntilTheMarkerIsCommitted() {
        append(data(1, 0, 0), V1);
        append(data(2, 0, 0), V1);
        assertThat(table.firstUnstableOffset()).isEqualTo(0);
        end(1, 0, 0, true);
        table.onCommitted(2);
        assertThat(table.firstUnstableOffset()).isEqualTo(0);
        table.onCommitted(3);
        assertThat(table.firstUnstableOffset()).isEqualTo(1);
        end(2, 0, 0, false);
        table.onCommitted(endOffset);
        assertThat(table.firstUnstableOffset()).isGreaterThan(endOffset);
    }

    @Test
    void shouldUndoTransactionsWithTheirBatches() {
        append(data(1, 0, 0), V1);
        final long ended = endOffset;
        end(1, 0, 0, true);
        append(data(1, 0, 1), V1);
        table.rollBackTo(ended);
        endOffset = ended;
        table.onCommitted(ended);
        assertThat(table.firstUnstableOffset()).isEqualTo(0);
        assertThat(check(data(1, 0, 1), V1, 0)).isEqualTo(Outcome.OK);
        end(1, 0, 0, true);
        table.onCommitted(endOffset);
        assertThat(table.firstUnstableOffset()).isGreaterThan(endOffset);
        table.rollBackTo(0);
        assertThat(check(data(1, 0, 0), V1, 0)).isEqualTo(Outcome.TRANSACTION_UNVERIFIED);
    }

    @Test
    void shouldTellWhatWasAborted() {
        final List<String> aborted = new ArrayList<>();
        table.abortedTo(
                (producer, first, last, stable) -> aborted.add(producer + " " + first + " " + last + " " + stable));
        append(data(1, 0, 0), V1);
        append(data(2, 0, 0), V1);
        end(1, 0, 0, false);
        end(2, 0, 0, false);
        end(3, 0, 0, false);
        append(data(2, 0, 1), V1);
        end(2, 0, 0, true);
        assertThat(aborted).containsExactly("1 0 2 1", "2 1 3 4");
    }

    @Test
    void shouldKnowOpenTransactionsFromASnapshot() {
        append(data(1, 0, 0), V1);
        append(data(2, 5, 0), V1);
        end(1, 0, 7, true);
        final DirectBuffer snapshot = table.encodeSnapshot();
        table = new ProducerTable(EXPIRATION_MS, new Crc32c(), NOW_MS);
        final long muchLaterMs = NOW_MS + 3L * EXPIRATION_MS;
        assertThat(table.loadSnapshot(snapshot, 0, snapshot.capacity(), muchLaterMs))
                .isTrue();
        assertThat(table.firstUnstableOffset()).isEqualTo(1);
        assertThat(table.removeExpired(muchLaterMs, 1_000)).isZero();
        final List<ProducerState> states = new ArrayList<>();
        table.describe(states::add);
        assertThat(states).containsExactly(new ProducerState(2, (short) 5, 0, NOW_MS, -1, 1));
    }

    @Test
    void shouldBoundItsGuards() {
        final long first = unverified(data(0, 0, 0), V1);
        for (int i = 1; i <= VerificationGuards.MAX; i++) {
            unverified(data(i, 0, 0), V1);
        }
        assertThat(check(data(0, 0, 0), V1 | AppendFlags.VERIFIED, first)).isEqualTo(Outcome.INVALID_TXN_STATE);
        final long second = unverified(data(1, 0, 0), V1);
        table.removeExpired(NOW_MS + EXPIRATION_MS, 1);
        assertThat(check(data(1, 0, 0), V1 | AppendFlags.VERIFIED, second)).isEqualTo(Outcome.INVALID_TXN_STATE);
    }

    private BatchFlyweight data(final long producerId, final int epoch, final int sequence) {
        return ours(
                batch().producer(producerId, epoch, sequence).transactional().count(1, NOW_MS));
    }

    private static BatchFlyweight endOf(
            final long producerId, final int epoch, final int coordinatorEpoch, final boolean commit) {
        return ours(marker(0, NOW_MS, producerId, epoch, coordinatorEpoch, commit));
    }

    private Outcome check(final BatchFlyweight batch, final int flags, final long guard) {
        return table.check(batch, flags, guard, NOW_MS);
    }

    private long unverified(final BatchFlyweight batch, final int flags) {
        assertThat(check(batch, flags, 0)).isEqualTo(Outcome.TRANSACTION_UNVERIFIED);
        return table.guard();
    }

    private void append(final BatchFlyweight batch, final int flags) {
        final Outcome outcome = check(batch, flags, 0);
        if (outcome == Outcome.TRANSACTION_UNVERIFIED) {
            assertThat(check(batch, flags | AppendFlags.VERIFIED, table.guard()))
                    .isEqualTo(Outcome.OK);
        } else {
            assertThat(outcome).isEqualTo(Outcome.OK);
        }
        apply(batch);
    }

    private void end(final long producerId, final int epoch, final int coordinatorEpoch, final boolean commit) {
        final BatchFlyweight marker = endOf(producerId, epoch, coordinatorEpoch, commit);
        assertThat(check(marker, AppendFlags.INTERNAL, 0)).isEqualTo(Outcome.OK);
        apply(marker);
    }

    private void apply(final BatchFlyweight batch) {
        batch.baseOffset(endOffset);
        table.apply(batch, NOW_MS);
        endOffset = batch.nextOffset();
    }
}
