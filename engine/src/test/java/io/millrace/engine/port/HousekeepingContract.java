package io.millrace.engine.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link Housekeeping} must do. */
public abstract class HousekeepingContract {
    /** One core's housekeeping that takes so many works at once. */
    protected abstract Housekeeping newHousekeeping(int capacity);

    /** Runs the core's part until something has followed an ended work; returns how many works. */
    protected abstract int awaitEnd();

    @Test
    void shouldFinishInTheOrderOfSubmission() {
        final Housekeeping housekeeping = newHousekeeping(16);
        final List<Integer> finished = new ArrayList<>();
        final List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            final int number = i;
            expected.add(number);
            assertThat(housekeeping.submit(() -> {}, () -> finished.add(number)))
                    .isTrue();
        }
        assertThat(finished).as("nothing follows inside the submission").isEmpty();

        awaitEnds(16);

        assertThat(finished).isEqualTo(expected);
    }

    @Test
    void shouldFinishOnTheCoreAfterTheWork() {
        final Housekeeping housekeeping = newHousekeeping(1);
        final boolean[] worked = new boolean[1];
        final List<Thread> where = new ArrayList<>();
        housekeeping.submit(() -> worked[0] = true, () -> {
            assertThat(worked[0]).isTrue();
            where.add(Thread.currentThread());
        });

        awaitEnds(1);

        assertThat(where).containsExactly(Thread.currentThread());
    }

    @Test
    void shouldRefuseWhatIsTooMuchAndTakeItLater() {
        final Housekeeping housekeeping = newHousekeeping(2);

        assertThat(housekeeping.submit(() -> {}, () -> {})).isTrue();
        assertThat(housekeeping.submit(() -> {}, () -> {})).isTrue();
        assertThat(housekeeping.submit(() -> {}, () -> {})).isFalse();
        awaitEnds(2);

        assertThat(housekeeping.submit(() -> {}, () -> {})).isTrue();
        awaitEnds(1);
    }

    @Test
    void shouldTakeNewWorkFromWithinWhatFollows() {
        final Housekeeping housekeeping = newHousekeeping(1);
        final List<String> finished = new ArrayList<>();
        final Runnable again = () -> assertThat(housekeeping.submit(() -> {}, () -> finished.add("second")))
                .isTrue();
        housekeeping.submit(() -> {}, again);

        awaitEnds(2);

        assertThat(finished).containsExactly("second");
    }

    private void awaitEnds(final int count) {
        int ended = 0;
        while (ended < count) {
            ended += awaitEnd();
        }
        assertThat(ended).isEqualTo(count);
    }
}
