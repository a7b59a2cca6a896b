package io.millrace.engine.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.settings.Settings;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** Clients on several cores that pay from one share, on virtual time. */
class QuotaAccountTest {
    private static final double RATE = 1_000_000;
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final QuotaLender lender = new QuotaLender(Settings.defaults(), 100);
    private long nowNs = 17 * SECOND_NS;

    private QuotaAccount account(final long key, final double rate) {
        return new QuotaAccount(
                key,
                QuotaKind.PRODUCE,
                rate,
                (account, units) -> account.lent(lender.lend(account, units, nowNs), nowNs),
                nowNs);
    }

    /** Takes as soon as it may; returns what all took in that time. */
    private long takeGreedily(final long seconds, final LongUnaryOperator sizes, final QuotaAccount... accounts) {
        final long endNs = nowNs + seconds * SECOND_NS;
        long taken = 0;
        for (long i = 0; nowNs < endNs; i++) {
            for (final QuotaAccount account : accounts) {
                if (account.waitNs(nowNs) == 0) {
                    final long size = sizes.applyAsLong(i);
                    account.pay(size, nowNs);
                    taken += size;
                }
            }
            nowNs += 1_000_000;
        }
        return taken;
    }

    private static void assertNear(final long taken, final double wanted, final double slack) {
        assertThat((double) taken).isBetween(wanted, wanted + slack);
    }

    @Test
    void shouldKeepAClientToItsRate() {
        assertNear(takeGreedily(100, i -> 10_000, account(1, RATE)), 100 * RATE, 0.3 * RATE);
    }

    @Test
    void shouldKeepClientsOnSeveralCoresTogetherToTheRate() {
        final long taken =
                takeGreedily(100, i -> 1_000 + i % 7 * 5_000, account(1, RATE), account(1, RATE), account(1, RATE));
        assertNear(taken, 100 * RATE, 0.5 * RATE);
    }

    @Test
    void shouldServeWhatExceedsAndHaveTheClientWaitForIt() {
        final QuotaAccount account = account(1, RATE);
        account.pay(11_000_000, nowNs);
        // A tenth of a second's worth was there, and a little is lent ahead.
        assertThat(account.waitNs(nowNs)).isBetween(10 * SECOND_NS, 11 * SECOND_NS);
        assertThat(account.waitMs(nowNs)).isBetween(10_850, 11_000);
        nowNs += 11 * SECOND_NS;
        assertThat(account.waitNs(nowNs)).isZero();
    }

    @Test
    void shouldNotHoldBackAClientThatTakesLessOnAverage() {
        final QuotaAccount account = account(1, RATE);
        account.pay(1, nowNs);
        nowNs += 10 * SECOND_NS;
        for (int i = 0; i < 20; i++) {
            account.pay(4_000_000, nowNs);
            assertThat(account.waitNs(nowNs)).isZero();
            nowNs += 5 * SECOND_NS;
        }
    }

    @Test
    void shouldNotSaveUpMoreThanTheWindows() {
        final QuotaAccount account = account(1, RATE);
        account.pay(1, nowNs);
        nowNs += 1_000 * SECOND_NS;
        assertNear(takeGreedily(1, i -> 100_000, account), 10 * RATE, 1.2 * RATE);
    }

    @Test
    void shouldNotMixClients() {
        final QuotaAccount greedy = account(1, RATE);
        final QuotaAccount modest = account(2, RATE);
        greedy.pay(100_000_000, nowNs);
        modest.pay(1_000, nowNs);
        assertThat(modest.waitNs(nowNs)).isZero();
    }

    @Test
    void shouldBeginAnewWithAnotherRate() {
        account(1, RATE).pay(100_000_000, nowNs);
        final QuotaAccount faster = account(1, 2 * RATE);
        faster.pay(1_000, nowNs);
        assertThat(faster.waitNs(nowNs)).isZero();
    }

    @Test
    void shouldKeepTheSlowestRates() {
        final QuotaAccount account = account(1, 0.5);
        account.pay(10, nowNs);
        assertThat(account.waitNs(nowNs)).isBetween(19 * SECOND_NS, 20 * SECOND_NS);
    }

    @Test
    void shouldNotRememberMoreClientsThanItMay() {
        for (int key = 0; key < 1_000; key++) {
            account(key, RATE).pay(2_000_000, nowNs);
        }
        assertThat(lender.size()).isLessThanOrEqualTo(100);
    }

    private static QuotaBorrower borrower(final long key, final double rate, final long asOf, final boolean isNamed) {
        return new QuotaBorrower.Copy(key, QuotaKind.PRODUCE, rate, asOf, isNamed);
    }

    @Test
    void shouldRememberWhoOwesMostAndThoseOfAName() {
        lender.lend(borrower(1, RATE, 1, false), 100_000_000, nowNs);
        lender.lend(borrower(2, RATE, 1, true), 1_000_000, nowNs);
        for (int key = 3; key < 1_000; key++) {
            lender.lend(borrower(key, RATE, 1, false), 2_000_000, nowNs);
        }
        assertThat(lender.size()).isEqualTo(100);
        assertThat(lender.waitNs(borrower(1, RATE, 1, false), nowNs)).isGreaterThan(99 * SECOND_NS);
        assertThat(lender.waitNs(borrower(2, RATE, 1, true), nowNs)).isGreaterThan(SECOND_NS / 2);
    }

    /** One core knows of the new rate, the other does not yet. */
    @Test
    void shouldNotBeginAnewForThoseWhoAskByARateThatIsNoMore() {
        lender.lend(borrower(1, RATE, 5, true), 1_000_000, nowNs);
        lender.lend(borrower(1, 2 * RATE, 6, true), 100_000_000, nowNs);
        assertThat(lender.lend(borrower(1, RATE, 5, true), 10, nowNs)).isGreaterThan(49 * SECOND_NS);
        assertThat(lender.lend(borrower(1, 2 * RATE, 7, true), 10, nowNs)).isGreaterThan(49 * SECOND_NS);
        assertThat(lender.lend(borrower(1, RATE, 8, true), 10, nowNs)).isZero();
    }

    @Test
    void shouldPayForChangesWhileThereIsAny() {
        final double perSecond = QuotaKind.MUTATION.unitsPerSecond("2");
        assertThat(lendChange(perSecond, 22)).isTrue();
        assertThat(lendChange(perSecond, 5)).isTrue();
        assertThat(lendChange(perSecond, 1)).isFalse();
        nowNs += 5 * SECOND_NS / 2;
        assertThat(lendChange(perSecond, 1)).isTrue();
    }

    private boolean lendChange(final double perSecond, final long changes) {
        final QuotaBorrower borrower = new QuotaBorrower.Copy(3, QuotaKind.MUTATION, perSecond, 0, true);
        return lender.lendIfCovered(borrower, QuotaKind.mutations(changes), nowNs);
    }
}
