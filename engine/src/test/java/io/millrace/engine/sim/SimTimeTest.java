package io.millrace.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.port.Time;
import io.millrace.engine.port.TimeContract;
import org.junit.jupiter.api.Test;

class SimTimeTest extends TimeContract {
    private final SimTime time = new SimTime();

    @Override
    protected Time time() {
        return time;
    }

    @Override
    protected void pass(final long ns) {
        time.advance(ns);
    }

    @Test
    void shouldStandStillUntilTold() {
        assertThat(time.nanoTime()).isEqualTo(time.nanoTime());
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
