package io.millrace.perf.moves;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MovesResultTest {
    private static final double BAR_MS = 50;

    private final MovesResult result = new MovesResult();

    @Test
    void shouldPassWhereNoMoveReachesTheBar() {
        add(true, 49, 3);
        add(false, 20, 200);

        assertThat(result.passes(BAR_MS)).isTrue();
    }

    @Test
    void shouldFailForOneMoveThatReachesTheBar() {
        add(true, 50, 3);
        add(true, 9, 49);

        assertThat(result.passes(BAR_MS)).isFalse();
    }

    /** One hiccup without a move, however long, is no excuse for all moves. */
    @Test
    void shouldExcuseNoMoreMovesThanTwiceTheWindowsWithoutOneThatPausedAsLong() {
        add(true, 60, 1_000);
        add(true, 70, 3);
        assertThat(result.passes(BAR_MS)).isTrue();

        add(true, 80, 3);
        assertThat(result.passes(BAR_MS)).isFalse();

        add(true, 5, 50);
        assertThat(result.passes(BAR_MS)).isTrue();
    }

    @Test
    void shouldNotExcuseAPauseByOnesOfLessThanHalfItsLength() {
        add(true, 600, 299);
        add(true, 5, 299);
        add(true, 5, 299);
        assertThat(result.passes(BAR_MS)).isFalse();

        add(true, 5, 300);
        assertThat(result.passes(BAR_MS)).isTrue();
    }

    @Test
    void shouldNotExcuseAPauseByThoseUnderAnotherLoad() {
        add(true, 60, 3);
        add(false, 5, 60);

        assertThat(result.passes(BAR_MS)).isFalse();
    }

    @Test
    void shouldFailWhereTheBooksDoNotBalance() {
        add(true, 5, 5);
        result.add(new PartitionBook.Balance(10, 0, 0, 0));
        assertThat(result.passes(BAR_MS)).isTrue();

        result.add(new PartitionBook.Balance(10, 0, 1, 0));
        assertThat(result.passes(BAR_MS)).isFalse();
    }

    private void add(final boolean paced, final double gapMs, final double withoutMs) {
        result.add(new MovesResult.Move(paced, 0, 5, gapMs, withoutMs));
    }
}
