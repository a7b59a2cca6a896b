package io.millrace.engine.port;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What every {@link Time} must do. */
public abstract class TimeContract {
    private static final long YEAR_2025_MS = 1_735_689_600_000L;

    protected abstract Time time();

    /** Lets at least so much time pass. */
    protected abstract void pass(long ns);

    @Test
    void shouldNeverGoBack() {
        long last = time().nanoTime();
        for (int i = 0; i < 10_000; i++) {
            final long now = time().nanoTime();
            assertThat(now - last).isNotNegative();
            last = now;
        }
    }

    @Test
    void shouldLetBothClocksAdvance() {
        final long monotonicNs = time().nanoTime();
        final long wallMs = time().epochMs();

        pass(5_000_000);

        assertThat(time().nanoTime() - monotonicNs).isGreaterThanOrEqualTo(5_000_000);
        assertThat(time().epochMs()).isGreaterThan(wallMs);
        assertThat(wallMs).isGreaterThan(YEAR_2025_MS);
    }
}
