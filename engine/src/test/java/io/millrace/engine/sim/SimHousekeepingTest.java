package io.millrace.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.port.Housekeeping;
import io.millrace.engine.port.HousekeepingContract;
import io.millrace.engine.port.SeededEntropy;
import org.junit.jupiter.api.Test;

class SimHousekeepingTest extends HousekeepingContract {
    private final SimTime time = new SimTime();
    private SimHousekeeping housekeeping;

    @Override
    protected Housekeeping newHousekeeping(final int capacity) {
        housekeeping = new SimHousekeeping(time, new SeededEntropy(3), 1_000_000, capacity);
        return housekeeping;
    }

    @Override
    protected int awaitEnd() {
        time.advanceTo(housekeeping.nextDueNs());
        return housekeeping.doWork(time.nanoTime(), time.epochMs());
    }

    @Test
    void shouldWorkOnlyWhenItsTimeHasCome() {
        newHousekeeping(1).submit(() -> {}, () -> {});

        assertThat(housekeeping.nextDueNs()).isBetween(time.nanoTime() + 1, time.nanoTime() + 1_000_000);
        assertThat(housekeeping.doWork(time.nanoTime(), time.epochMs())).isZero();
        assertThat(housekeeping.mayPark()).isTrue();
        time.advanceTo(housekeeping.nextDueNs());
        assertThat(housekeeping.mayPark()).isFalse();
        assertThat(housekeeping.doWork(time.nanoTime(), time.epochMs())).isEqualTo(1);
        assertThat(housekeeping.nextDueNs()).isEqualTo(Long.MAX_VALUE);
    }
}
