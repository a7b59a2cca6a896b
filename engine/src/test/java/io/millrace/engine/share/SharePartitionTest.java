package io.millrace.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SharePartitionTest {
    private static final long LOCK_NS = 1000;
    private static final ShareLimits LIMITS = new ShareLimits(LOCK_NS, 5, 200, true, false);
    private static final Holder ANN = new Holder("ann", 1);
    private static final Holder BOB = new Holder("bob", 2);
    private static final byte[] ACCEPT = {AcknowledgeType.ACCEPT};
    private static final byte[] RELEASE = {AcknowledgeType.RELEASE};
    private static final byte[] REJECT = {AcknowledgeType.REJECT};
    private static final byte[] RENEW = {AcknowledgeType.RENEW};

    private final SharePartition share = new SharePartition(0);
    private final RecordRanges told = new RecordRanges();
    private final FoundBatches found = new FoundBatches();
    private ShareLimits limits = LIMITS;
    private long ticket;
    private long nowNs;

    /** The log holds batches of ten, up to the offset. */
    private String acquire(final Holder holder, final int recordsMax, final long logEnd, final boolean exact) {
        return acquire(holder, recordsMax, logEnd, exact, 500);
    }

    private String acquire(
            final Holder holder, final int recordsMax, final long logEnd, final boolean exact, final int batchSize) {
        found.clear();
        final long from = share.nextOffset();
        for (long base = from / 10 * 10; base < logEnd; base += 10) {
            found.add(base, base + 9, (int) (base - from / 10 * 10 + 10) * 100, false);
        }
        share.acquire(holder, found, from, recordsMax, batchSize, exact, limits, nowNs, told);
        return text(told);
    }

    private static String text(final RecordRanges ranges) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < ranges.count(); i++) {
            text.append(i == 0 ? "" : " ")
                    .append(ranges.first(i))
                    .append('-')
                    .append(ranges.last(i))
                    .append('x')
                    .append(ranges.deliveries(i));
        }
        return text.toString();
    }

    private AckResult say(final Holder holder, final long first, final long last, final byte... types) {
        return share.acknowledge(holder.memberId(), first, last, types, ++ticket, limits, nowNs);
    }

    private void said(final Holder holder, final long first, final long last, final byte... types) {
        assertThat(say(holder, first, last, types)).isEqualTo(AckResult.OK);
        share.commit(ticket);
    }

    private String expire() {
        told.clear();
        share.expire(nowNs, limits, 0, told);
        return text(told);
    }

    @Test
    void shouldHandOutToTheEndOfABatch() {
        assertThat(acquire(ANN, 15, 100, false)).isEqualTo("0-19x1");
        assertThat(acquire(BOB, 15, 100, false)).isEqualTo("20-39x1");
        assertThat(share.endOffset()).isEqualTo(40);
    }

    @Test
    void shouldHandOutNoRecordTooManyWhereTheLimitIsExact() {
        assertThat(acquire(ANN, 15, 100, true)).isEqualTo("0-14x1");
        assertThat(acquire(BOB, 3, 100, true)).isEqualTo("15-17x1");
    }

    @Test
    void shouldDivideWhatIsHandedOutWhereBatchesBegin() {
        assertThat(acquire(ANN, 50, 100, false, 15)).isEqualTo("0-19x1 20-39x1 40-49x1");
    }

    @Test
    void shouldMoveTheStartBehindWhatIsDone() {
        acquire(ANN, 10, 100, false);
        acquire(BOB, 10, 100, false);
        said(BOB, 10, 19, ACCEPT);
        assertThat(share.startOffset()).as("what lies before is not done").isZero();
        assertThat(share.deliveryCompleteCount(0)).isEqualTo(10);
        said(ANN, 0, 9, ACCEPT);
        assertThat(share.startOffset()).isEqualTo(20);
        assertThat(share.deliveryCompleteCount(0)).isZero();
        assertThat(share.inFlight()).isZero();
    }

    @Test
    void shouldCountWhatIsBeingKeptAsDone() {
        acquire(ANN, 10, 100, false);
        say(ANN, 0, 3, ACCEPT);
        assertThat(share.deliveryCompleteCount(ticket - 1)).isZero();
        assertThat(share.deliveryCompleteCount(ticket)).isEqualTo(4);
    }

    @Test
    void shouldHandOutAgainWhatWasReleasedAndCountIt() {
        acquire(ANN, 10, 100, false);
        said(ANN, 2, 5, RELEASE);
        assertThat(acquire(BOB, 2, 100, false)).isEqualTo("2-3x2");
        assertThat(acquire(BOB, 10, 100, false)).isEqualTo("4-5x2 10-19x1");
    }

    @Test
    void shouldNotHandOutAgainWhatWasRejected() {
        acquire(ANN, 10, 100, false);
        said(ANN, 0, 4, REJECT);
        assertThat(share.startOffset()).isEqualTo(5);
        assertThat(acquire(BOB, 10, 100, false)).isEqualTo("10-19x1");
    }

    @Test
    void shouldHearOfEachRecordByItself() {
        acquire(ANN, 10, 100, false);
        said(
                ANN,
                0,
                4,
                AcknowledgeType.ACCEPT,
                AcknowledgeType.RELEASE,
                AcknowledgeType.RELEASE,
                AcknowledgeType.GAP,
                AcknowledgeType.REJECT);
        assertThat(share.startOffset()).isEqualTo(1);
        assertThat(acquire(BOB, 10, 10, false)).isEqualTo("1-2x2");
        said(BOB, 1, 2, ACCEPT);
        assertThat(share.startOffset()).isEqualTo(5);
    }

    @Test
    void shouldTellWhatIsToBeKept() {
        acquire(ANN, 10, 100, false);
        say(ANN, 0, 2, ACCEPT);
        say(ANN, 5, 6, RELEASE);
        told.clear();
        share.changes(ticket - 2, ticket, told);
        assertThat(text(told)).isEqualTo("0-2x1 5-6x1");
        assertThat(told.state(0)).isEqualTo(RecordState.ACKNOWLEDGED);
        assertThat(told.state(1)).isEqualTo(RecordState.AVAILABLE);
        told.clear();
        share.changes(ticket - 1, ticket, told);
        assertThat(text(told)).isEqualTo("5-6x1");
    }

    @Test
    void shouldNotHandOutWhatIsNotKeptYet() {
        acquire(ANN, 10, 10, false);
        say(ANN, 0, 9, RELEASE);
        assertThat(acquire(BOB, 10, 10, false)).isEmpty();
        assertThat(say(ANN, 0, 9, ACCEPT)).isEqualTo(AckResult.INVALID_STATE);
        share.commit(ticket);
        assertThat(acquire(BOB, 10, 10, false)).isEqualTo("0-9x2");
    }

    @Test
    void shouldTakeBackWhatCouldNotBeKept() {
        acquire(ANN, 10, 10, false);
        say(ANN, 0, 9, ACCEPT);
        share.rollBack(ticket - 1, ticket);
        assertThat(share.startOffset()).isZero();
        said(ANN, 0, 9, ACCEPT);
        assertThat(share.startOffset()).isEqualTo(10);
    }

    @Test
    void shouldRefuseWhatOthersHoldAndWhatNobodyHolds() {
        acquire(ANN, 10, 100, false);
        acquire(BOB, 10, 100, false);
        assertThat(say(BOB, 0, 4, ACCEPT)).isEqualTo(AckResult.INVALID_STATE);
        assertThat(say(ANN, 5, 14, ACCEPT)).isEqualTo(AckResult.INVALID_STATE);
        assertThat(say(BOB, 15, 25, ACCEPT)).isEqualTo(AckResult.OUT_OF_RANGE);
        said(ANN, 0, 9, ACCEPT);
        assertThat(say(ANN, 0, 9, ACCEPT)).as("long done").isEqualTo(AckResult.OK);
        said(BOB, 12, 13, REJECT);
        assertThat(say(BOB, 12, 13, ACCEPT)).isEqualTo(AckResult.INVALID_STATE);
    }

    @Test
    void shouldTakeRecordsBackWhenTheirTimeIsOver() {
        acquire(ANN, 10, 100, false);
        nowNs = 500;
        acquire(BOB, 10, 100, false);
        assertThat(share.earliestLockEndNs()).isEqualTo(LOCK_NS);
        nowNs = LOCK_NS;
        assertThat(expire()).isEqualTo("0-9x1");
        assertThat(told.state(0)).isEqualTo(RecordState.AVAILABLE);
        assertThat(say(ANN, 0, 9, ACCEPT)).isEqualTo(AckResult.INVALID_STATE);
        assertThat(share.earliestLockEndNs()).isEqualTo(500 + LOCK_NS);
        assertThat(acquire(BOB, 10, 100, false)).isEqualTo("0-9x2");
    }

    @Test
    void shouldGiveMoreTime() {
        acquire(ANN, 10, 10, false);
        nowNs = 900;
        said(ANN, 0, 4, RENEW);
        nowNs = LOCK_NS;
        assertThat(expire()).isEqualTo("5-9x1");
        said(ANN, 0, 4, ACCEPT);
        assertThat(share.startOffset()).isEqualTo(5);
        limits = new ShareLimits(LOCK_NS, 5, 200, false, false);
        acquire(ANN, 10, 10, false);
        assertThat(say(ANN, 5, 9, RENEW)).isEqualTo(AckResult.NO_RENEWAL);
    }

    @Test
    void shouldLeaveAloneWhatSomethingIsSaidOfWhenItsTimeIsOver() {
        acquire(ANN, 10, 10, false);
        say(ANN, 0, 9, ACCEPT);
        nowNs = LOCK_NS;
        assertThat(expire()).isEmpty();
        share.rollBack(ticket - 1, ticket);
        assertThat(share.earliestLockEndNs()).isEqualTo(LOCK_NS);
        assertThat(expire()).isEqualTo("0-9x1");
    }

    @Test
    void shouldGiveUpWhatWasDeliveredTooOften() {
        limits = new ShareLimits(LOCK_NS, 2, 200, true, false);
        acquire(ANN, 10, 10, false);
        said(ANN, 0, 9, RELEASE);
        for (int i = 0; i < 10 && share.startOffset() < 10; i++) {
            acquire(ANN, 10, 10, false);
            nowNs += LOCK_NS;
            expire();
        }
        assertThat(share.startOffset()).isEqualTo(10);
    }

    @Test
    void shouldDeliverInSmallerGroupsAndAtLastAlone() {
        acquire(ANN, 10, 10, false);
        for (int i = 0; i < 2; i++) {
            said(ANN, 0, 9, RELEASE);
            assertThat(acquire(ANN, 10, 10, false)).isEqualTo("0-9x" + (i + 2));
        }
        said(ANN, 0, 9, RELEASE);
        assertThat(acquire(ANN, 10, 10, false)).isEqualTo("0-4x4");
        said(ANN, 0, 4, RELEASE);
        assertThat(acquire(ANN, 10, 10, false)).isEqualTo("0-0x5");
        said(ANN, 0, 0, RELEASE);
        assertThat(share.startOffset()).as("given up").isEqualTo(1);
    }

    @Test
    void shouldHandOutNoMoreThanMayBeInFlight() {
        limits = new ShareLimits(LOCK_NS, 5, 100, true, false);
        assertThat(acquire(ANN, 95, 1000, false)).isEqualTo("0-99x1");
        assertThat(share.canAcquire(limits)).isFalse();
        assertThat(acquire(BOB, 10, 1000, false)).isEmpty();
        said(ANN, 50, 59, RELEASE);
        assertThat(share.canAcquire(limits)).isTrue();
        assertThat(acquire(BOB, 100, 1000, false)).isEqualTo("50-59x2");
        said(ANN, 0, 9, ACCEPT);
        assertThat(acquire(BOB, 100, 1000, false)).isEqualTo("100-109x1");
    }

    @Test
    void shouldGiveBackWhatWasHandedOutInASessionThatEnded() {
        acquire(ANN, 10, 100, false);
        final Holder later = new Holder("ann", 3);
        acquire(later, 10, 100, false);
        assertThat(share.release(ANN, ++ticket, limits)).isTrue();
        share.commit(ticket);
        assertThat(share.release(ANN, ++ticket, limits)).isFalse();
        assertThat(acquire(BOB, 100, 20, false)).isEqualTo("0-9x2");
        said(later, 10, 19, ACCEPT);
    }

    @Test
    void shouldSkipWhatTheLogDoesNotHoldAnyMore() {
        found.add(20, 29, 100, false);
        found.add(40, 49, 200, false);
        share.acquire(ANN, found, 0, 100, 500, false, limits, nowNs, told);
        assertThat(text(told))
                .as("a hole between batches is a member's to tell")
                .isEqualTo("20-49x1");
        assertThat(share.startOffset()).isEqualTo(20);
        said(ANN, 20, 49, RELEASE);
        found.clear();
        found.add(30, 39, 100, false);
        share.acquire(ANN, found, 20, 100, 500, false, limits, nowNs, told);
        assertThat(text(told)).isEqualTo("30-39x2");
        assertThat(share.startOffset()).isEqualTo(30);
    }

    @Test
    void shouldForgetWhatRetentionHasTaken() {
        acquire(ANN, 20, 100, false);
        acquire(BOB, 20, 100, false);
        said(ANN, 5, 9, RELEASE);
        share.onLogStart(25);
        assertThat(share.startOffset()).isEqualTo(25);
        assertThat(say(ANN, 10, 19, ACCEPT)).as("no matter any more").isEqualTo(AckResult.OK);
        said(BOB, 20, 39, ACCEPT);
        assertThat(share.startOffset()).isEqualTo(40);
        share.onLogStart(70);
        assertThat(share.nextOffset()).isEqualTo(70);
    }

    @Test
    void shouldLeaveOutWhatWasAborted() {
        found.add(0, 9, 100, false);
        found.add(10, 19, 200, true);
        found.add(20, 29, 300, false);
        found.add(30, 39, 400, true);
        assertThat(share.acquire(ANN, found, 0, 100, 500, false, limits, nowNs, told))
                .isEqualTo(20);
        assertThat(text(told)).isEqualTo("0-9x1 20-29x1");
        said(ANN, 0, 9, ACCEPT);
        assertThat(share.startOffset()).isEqualTo(20);
        said(ANN, 20, 29, ACCEPT);
        assertThat(share.startOffset()).isEqualTo(40);
    }

    @Test
    void shouldGoOnFromWhatWasKept() {
        final SharePartition kept = new SharePartition(100);
        kept.restore(100, 104, RecordState.ACKNOWLEDGED, (short) 1, limits);
        kept.restore(110, 119, RecordState.AVAILABLE, (short) 2, limits);
        kept.restore(125, 129, RecordState.ARCHIVED, (short) 5, limits);
        kept.restored();
        assertThat(kept.startOffset()).isEqualTo(105);
        assertThat(kept.nextOffset()).as("nothing is known of it").isEqualTo(105);
        assertThat(kept.endOffset()).isEqualTo(130);
        assertThat(kept.deliveryCompleteCount(0)).isEqualTo(5);
        found.add(100, 139, 100, false);
        kept.acquire(ANN, found, 105, 100, 500, false, limits, nowNs, told);
        assertThat(text(told)).isEqualTo("105-109x1 110-119x3 120-124x1 130-139x1");
    }

    /** Members come and go at random: every record is done in the end, and none is two members' at a time. */
    @Test
    void shouldHaveEveryRecordDoneOnce() {
        for (int seed = 0; seed < 50; seed++) {
            final Crowd crowd = new Crowd(seed);
            for (int step = 0; step < 20_000 && !crowd.isDone(); step++) {
                crowd.step();
            }
            assertThat(crowd.isDone()).as("seed " + seed).isTrue();
        }
    }

    /** Four members that take records, say something of them or nothing, and a state that is not always kept. */
    private static final class Crowd {
        private static final int RECORDS = 400;

        private final Random random;
        private final ShareLimits limits;
        private final SharePartition share = new SharePartition(0);
        private final FoundBatches found = new FoundBatches();
        private final RecordRanges told = new RecordRanges();
        private final int[] owner = new int[RECORDS];
        private final boolean[] done = new boolean[RECORDS];
        private final List<long[]> held = new ArrayList<>();
        private long nowNs;
        private long ticket;

        Crowd(final int seed) {
            random = new Random(seed);
            limits = new ShareLimits(LOCK_NS, 10, 50 + random.nextInt(200), true, false);
        }

        boolean isDone() {
            return share.startOffset() >= RECORDS;
        }

        void step() {
            nowNs += random.nextInt(50);
            switch (random.nextInt(4)) {
                case 0, 1 -> take(1 + random.nextInt(4));
                case 2 -> say();
                default -> expire();
            }
        }

        private void take(final int member) {
            found.clear();
            final long from = share.nextOffset();
            for (long base = from / 10 * 10; base < RECORDS; base += 10) {
                found.add(base, base + 9, 1, false);
            }
            share.acquire(
                    new Holder("m" + member, member),
                    found,
                    from,
                    1 + random.nextInt(30),
                    20,
                    random.nextBoolean(),
                    limits,
                    nowNs,
                    told);
            for (int i = 0; i < told.count(); i++) {
                for (long offset = told.first(i); offset <= told.last(i); offset++) {
                    assertThat(owner[(int) offset]).isZero();
                    assertThat(done[(int) offset]).isFalse();
                    owner[(int) offset] = member;
                }
                held.add(new long[] {member, told.first(i), told.last(i)});
            }
        }

        private void say() {
            if (held.isEmpty()) {
                return;
            }
            final long[] one = held.remove(random.nextInt(held.size()));
            final boolean accepts = random.nextInt(10) > 0;
            final AckResult result = share.acknowledge(
                    "m" + one[0], one[1], one[2], accepts ? ACCEPT : RELEASE, ++ticket, limits, nowNs);
            if (result != AckResult.OK || random.nextInt(10) == 0) {
                share.rollBack(ticket - 1, ticket);
                return;
            }
            share.commit(ticket);
            for (int offset = (int) one[1]; offset <= one[2]; offset++) {
                if (owner[offset] == one[0]) {
                    owner[offset] = 0;
                    done[offset] |= accepts;
                }
            }
        }

        private void expire() {
            told.clear();
            share.expire(nowNs, limits, 0, told);
            for (int i = 0; i < told.count(); i++) {
                for (long offset = told.first(i); offset <= told.last(i); offset++) {
                    owner[(int) offset] = 0;
                    done[(int) offset] |= told.state(i) == RecordState.ARCHIVED;
                }
            }
        }
    }
}
