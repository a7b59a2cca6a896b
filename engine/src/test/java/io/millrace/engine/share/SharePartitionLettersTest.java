package io.millrace.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Records that nobody could work off, where there is a dead-letter topic (KIP-1191). */
class SharePartitionLettersTest {
    private static final long LOCK_NS = 1000;
    private static final ShareLimits LIMITS = new ShareLimits(LOCK_NS, 2, 200, true, true);
    private static final Holder ANN = new Holder("ann", 1);
    private static final long ALL = 1000;

    private SharePartition share = new SharePartition(0);
    private final RecordRanges told = new RecordRanges();
    private final RecordRanges archived = new RecordRanges();
    private final FoundBatches found = new FoundBatches();
    private long ticket;
    private long nowNs;

    private void acquire() {
        found.clear();
        for (long base = share.nextOffset() / 10 * 10; base < 20; base += 10) {
            found.add(base, base + 9, 100, false);
        }
        share.acquire(ANN, found, share.nextOffset(), 20, 500, false, LIMITS, nowNs, told);
    }

    private void said(final long first, final long last, final byte type) {
        assertThat(share.acknowledge("ann", first, last, new byte[] {type}, ++ticket, LIMITS, nowNs))
                .isEqualTo(AckResult.OK);
        share.commit(ticket);
    }

    private String letters(final long keptExpiry, final long recordsMax) {
        told.clear();
        share.deadLetters(keptExpiry, recordsMax, told);
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < told.count(); i++) {
            text.append(told.state(i) == RecordState.ARCHIVING_REJECTED ? " rejected " : " given up ")
                    .append(told.first(i))
                    .append('-')
                    .append(told.last(i))
                    .append('x')
                    .append(told.deliveries(i));
        }
        return text.toString().strip();
    }

    private void archive(final long last) {
        archived.clear();
        share.archive(told, last, archived);
    }

    @Test
    void shouldWriteALetterOfWhatWasRejectedBeforeItIsDone() {
        acquire();
        said(3, 5, AcknowledgeType.REJECT);
        said(0, 2, AcknowledgeType.ACCEPT);
        said(6, 19, AcknowledgeType.ACCEPT);
        assertThat(share.startOffset()).isEqualTo(3);
        assertThat(share.deliveryCompleteCount(ticket)).isEqualTo(14);
        assertThat(letters(0, ALL)).isEqualTo("rejected 3-5x1");
        archive(Long.MAX_VALUE);
        assertThat(archived.count()).isEqualTo(1);
        assertThat(archived.state(0)).isEqualTo(RecordState.ARCHIVED);
        assertThat(share.startOffset()).isEqualTo(20);
        assertThat(letters(0, ALL)).isEmpty();
    }

    @Test
    void shouldTellNothingOfARejectionThatIsNotKept() {
        acquire();
        share.acknowledge("ann", 0, 4, new byte[] {AcknowledgeType.REJECT}, ++ticket, LIMITS, nowNs);
        told.clear();
        share.changes(0, ticket, told);
        assertThat(RecordState.kept(told.state(0))).isEqualTo(RecordState.ARCHIVING);
        assertThat(share.hasDeadLetters(ticket)).isFalse();
        share.rollBack(0, ticket);
        assertThat(letters(ticket, ALL)).isEmpty();
        assertThat(share.earliestLockEndNs()).as("still hers").isEqualTo(LOCK_NS);
    }

    @Test
    void shouldWriteNoLetterOfWhatWasNeverThere() {
        acquire();
        said(0, 19, AcknowledgeType.GAP);
        assertThat(share.startOffset()).isEqualTo(20);
    }

    @Test
    void shouldWriteALetterOfWhatWasReleasedTooOften() {
        acquire();
        said(0, 19, AcknowledgeType.RELEASE);
        acquire();
        said(0, 3, AcknowledgeType.RELEASE);
        assertThat(letters(0, ALL)).isEqualTo("given up 0-3x2");
    }

    @Test
    void shouldWriteALetterOfWhatMembersKeptTooLongOnceThatIsKept() {
        acquire();
        said(0, 19, AcknowledgeType.RELEASE);
        acquire();
        nowNs += LOCK_NS;
        told.clear();
        share.expire(nowNs, LIMITS, 7, told);
        assertThat(told.state(0)).isEqualTo(RecordState.ARCHIVING);
        assertThat(share.hasDeadLetters(6)).isFalse();
        assertThat(letters(6, ALL)).isEmpty();
        assertThat(letters(7, ALL)).startsWith("given up 0-");
    }

    @Test
    void shouldGoOnBehindTheLettersThatAreWritten() {
        acquire();
        said(0, 3, AcknowledgeType.REJECT);
        said(8, 19, AcknowledgeType.REJECT);
        assertThat(letters(0, 6)).isEqualTo("rejected 0-3x1 rejected 8-9x1");
        archive(2);
        assertThat(share.startOffset()).isEqualTo(3);
        assertThat(letters(0, 6)).isEqualTo("rejected 3-3x1 rejected 8-12x1");
    }

    @Test
    void shouldGoOnWithLettersFromWhatWasKept() {
        share = new SharePartition(10);
        share.restore(10, 12, RecordState.ARCHIVING, (short) 2, LIMITS);
        share.restore(13, 14, RecordState.ARCHIVING, (short) 1, LIMITS);
        share.restored();
        assertThat(share.nextOffset()).as("nobody gets them").isEqualTo(15);
        assertThat(letters(0, ALL)).isEqualTo("given up 10-12x2 rejected 13-14x1");
    }

    @Test
    void shouldTellOfRecordsThatRetentionHasDeleted() {
        acquire();
        said(0, 4, AcknowledgeType.RELEASE);
        said(5, 9, AcknowledgeType.REJECT);
        said(10, 19, AcknowledgeType.ACCEPT);
        share.onLogStart(50);
        assertThat(share.nextOffset()).as("what is no more is not handed out").isEqualTo(50);
        assertThat(letters(0, ALL)).isEqualTo("rejected 5-9x1");
        archive(Long.MAX_VALUE);
        assertThat(share.startOffset()).isEqualTo(50);
    }
}
