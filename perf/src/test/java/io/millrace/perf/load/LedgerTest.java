package io.millrace.perf.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LedgerTest {
    private final Ledger ledger = new Ledger(new long[] {10, 0});

    @Test
    void shouldBalanceWhicheverComesFirst() {
        ledger.acknowledged(0, 10, stamp(1, 0).id());
        ledger.received(0, 10, stamp(1, 0));
        ledger.received(0, 11, stamp(1, 1));
        ledger.acknowledged(0, 11, stamp(1, 1).id());

        assertThat(ledger.balance()).isEqualTo(new Ledger.Balance(0, 0, 0, 0, 0));
        assertThat(ledger.lag()).isZero();
        assertThat(ledger.position(0)).isEqualTo(12);
    }

    @Test
    void shouldCallLostWhatWasAcknowledgedAndIsNotRead() {
        ledger.acknowledged(1, 0, stamp(1, 0).id());

        assertThat(ledger.balance().lost()).isEqualTo(1);
        assertThat(ledger.lag()).isEqualTo(1);
        assertThat(ledger.examples()).containsExactly("partition 1: offset 0 was acknowledged and not read");
    }

    @Test
    void shouldCallLostWhatAnotherRecordStandsInPlaceOf() {
        ledger.acknowledged(1, 0, stamp(1, 0).id());
        ledger.received(1, 0, stamp(2, 0));

        assertThat(ledger.balance()).isEqualTo(new Ledger.Balance(0, 1, 0, 0, 0));
    }

    @Test
    void shouldCallLostWhatAConsumerIsLedPast() {
        ledger.received(1, 0, stamp(1, 0));
        ledger.received(1, 3, stamp(1, 1));

        assertThat(ledger.balance()).isEqualTo(new Ledger.Balance(0, 0, 2, 0, 0));
    }

    @Test
    void shouldCountWhatComesTwiceUnderAnotherOffset() {
        ledger.received(1, 0, stamp(1, 0));
        ledger.received(1, 1, stamp(1, 0));

        assertThat(ledger.balance().repeated()).isEqualTo(1);
        assertThat(ledger.balance().lost()).isZero();
    }

    @Test
    void shouldTakeNothingAmissThatAConsumerReadsAgain() {
        ledger.received(1, 0, stamp(1, 0));
        ledger.received(1, 0, stamp(1, 0));

        assertThat(ledger.balance()).isEqualTo(new Ledger.Balance(0, 0, 0, 0, 0));
    }

    private static Stamp stamp(final int writer, final long sequence) {
        return new Stamp(writer, sequence, 0);
    }
}
