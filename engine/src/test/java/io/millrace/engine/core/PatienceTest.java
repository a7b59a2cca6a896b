package io.millrace.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PatienceTest {
    private static final long SEARCH_NS = 20_000;

    @Test
    void shouldSearchWhileThatFindsSomething() {
        final Patience patience = new Patience(SEARCH_NS);
        for (int i = 0; i < 1000; i++) {
            assertThat(patience.lasts(SEARCH_NS - 1)).isTrue();
            patience.onFound();
        }
        assertThat(patience.lasts(SEARCH_NS)).isFalse();
    }

    @Test
    void shouldSleepAtOnceWhereSearchesFindNothingAndTryAgainNowAndThen() {
        final Patience patience = new Patience(SEARCH_NS);
        int searches = 0;
        for (int i = 0; i < 6400; i++) {
            searches += patience.lasts(1) ? 1 : 0;
            patience.onSleep();
        }
        assertThat(searches).isBetween(100, 120);
    }

    @Test
    void shouldSearchAgainOnceThatPaysOff() {
        final Patience patience = new Patience(SEARCH_NS);
        for (int i = 0; i < 100; i++) {
            patience.onSleep();
        }
        assertThat(patience.lasts(1)).isFalse();
        patience.onFound();
        assertThat(patience.lasts(1)).isTrue();
    }

    @Test
    void shouldNeverSearchForNoTimeAndAlwaysForAll() {
        assertThat(new Patience(0).lasts(0)).isFalse();
        final Patience spinning = new Patience(Long.MAX_VALUE);
        for (int i = 0; i < 100; i++) {
            spinning.onSleep();
        }
        assertThat(spinning.lasts(1_000_000_000)).isTrue();
    }
}
