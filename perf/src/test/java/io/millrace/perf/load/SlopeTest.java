package io.millrace.perf.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

final class SlopeTest {
    private static final int SAMPLES = 1_200;
    private static final double ALLOWED = 16;

    @Test
    void shouldFindGrowthBelowNoiseThatIsLarger() {
        final Random random = new Random(3);
        final Slope slope = slope(2, i -> 40 * hour(2, i) + 20 * random.nextGaussian());

        assertThat(slope.perHour()).isCloseTo(40, within(5.0));
        assertThat(slope.exceeds(ALLOWED)).isTrue();
    }

    @Test
    void shouldNotTakeASawtoothForGrowth() {
        final Slope slope = slope(2, i -> 300 + i % 90);

        assertThat(slope.exceeds(ALLOWED)).isFalse();
    }

    @Test
    void shouldAllowAShortRunWhatAnHourMayGrow() {
        assertThat(slope(0.1, i -> 100 * hour(0.1, i)).exceeds(ALLOWED)).isFalse();
        assertThat(slope(0.1, i -> 200 * hour(0.1, i)).exceeds(ALLOWED)).isTrue();
    }

    @Test
    void shouldSayNothingOfAFewReadings() {
        assertThat(Slope.of(List.of(new Slope.Sample(0, 1), new Slope.Sample(1, 2))))
                .isNull();
    }

    private static double hour(final double hours, final int index) {
        return hours * index / (SAMPLES - 1);
    }

    private static Slope slope(final double hours, final IntToDoubleFunction values) {
        final List<Slope.Sample> samples = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            samples.add(new Slope.Sample(hour(hours, i), values.applyAsDouble(i)));
        }
        return Slope.of(samples);
    }
}
