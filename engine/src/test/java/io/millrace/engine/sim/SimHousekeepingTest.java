package io.millrace.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.port.SeededEntropy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimHousekeepingTest {
    private final SimTime time = new SimTime();
    private final SimHousekeeping housekeeping = new SimHousekeeping(time, new SeededEntropy(3), 1_000_000, 4);
    private final List<String> trace = new ArrayList<>();

    @Test
    void shouldFinishInOrderWhenTheirTimeHasCome() {
        for (int i = 0; i < 4; i++) {
            final int number = i;
            assertThat(housekeeping.submit(() -> trace.add("work " + number), () -> trace.add("done " + number)))
                    .isTrue();
        }
        assertThat(housekeeping.submit(() -> {}, () -> {}))
                .as("too much is waiting")
                .isFalse();
        assertThat(housekeeping.doWork(time.nanoTime(), time.epochMs())).isZero();
        assertThat(housekeeping.mayPark()).isTrue();

        while (housekeeping.nextDueNs() != Long.MAX_VALUE) {
            time.advanceTo(housekeeping.nextDueNs());
            assertThat(housekeeping.mayPark()).isFalse();
            assertThat(housekeeping.doWork(time.nanoTime(), time.epochMs())).isPositive();
        }

        assertThat(trace)
                .containsExactly("work 0", "done 0", "work 1", "done 1", "work 2", "done 2", "work 3", "done 3");
    }

    @Test
    void shouldKeepTheTwoClocksApart() {
        final long wall = time.epochMs();
        final long monotonic = time.nanoTime();
        time.advance(5_000_000);
        assertThat(time.epochMs()).isEqualTo(wall + 5);
        time.stepWallClock(-1_000);
        assertThat(time.epochMs()).isEqualTo(wall - 995);
        time.advanceTo(monotonic);
        assertThat(time.nanoTime()).isEqualTo(monotonic + 5_000_000);
    }
}
