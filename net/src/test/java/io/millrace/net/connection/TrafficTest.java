package io.millrace.net.connection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TrafficTest {
    private static final int VOTES = 64;

    private final Traffic traffic = new Traffic();

    @Test
    void shouldWishForTheCoreThatIsAskedAllTheTime() {
        ask(1, VOTES - 1);
        assertThat(traffic.wish(VOTES)).isEqualTo(Traffic.NOWHERE);
        ask(1, 1);
        assertThat(traffic.wish(VOTES)).isEqualTo(1);
    }

    @Test
    void shouldWishForNoneWhereTwoAreAskedAlike() {
        for (int i = 0; i < 100_000; i++) {
            ask(i % 2, 1);
        }
        assertThat(traffic.wish(VOTES)).isEqualTo(Traffic.NOWHERE);
    }

    @Test
    void shouldOverlookAFewThatGoElsewhere() {
        for (int i = 0; i < 100; i++) {
            ask(0, 9);
            ask(1, 1);
        }
        assertThat(traffic.wish(VOTES)).isZero();
    }

    @Test
    void shouldTurnToAnotherWhenTheTrafficDoes() {
        ask(0, VOTES);
        ask(1, VOTES / 3 + VOTES + 3);
        assertThat(traffic.wish(VOTES)).isEqualTo(1);
    }

    @Test
    void shouldTurnAsSoonAfterALongLife() {
        ask(0, 1_000_000);
        ask(1, Traffic.VOTES_MAX / 3 + VOTES + 3);
        assertThat(traffic.wish(VOTES)).isEqualTo(1);
    }

    private void ask(final int core, final int times) {
        for (int i = 0; i < times; i++) {
            traffic.onAsked(core);
        }
    }
}
