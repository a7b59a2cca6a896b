package io.millrace.engine.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SeededEntropyTest {
    @Test
    void shouldRepeatForTheSameSeed() {
        assertThat(draw(new SeededEntropy(5))).isEqualTo(draw(new SeededEntropy(5)));
        assertThat(draw(new SeededEntropy(5))).isNotEqualTo(draw(new SeededEntropy(6)));
    }

    @Test
    void shouldGiveTheSameNumbersInEveryVersion() {
        assertThat(new SeededEntropy(0).nextLong()).isEqualTo(0xE220A8397B1DCDAFL);
    }

    @Test
    void shouldSplitStreamsByNameAloneAndNotByWhatWasDrawn() {
        final SeededEntropy parent = new SeededEntropy(5);
        final long[] before = draw(parent.stream("disk"));
        parent.nextLong();
        parent.stream("net").nextLong();

        assertThat(draw(parent.stream("disk"))).isEqualTo(before);
        assertThat(draw(parent.stream("net"))).isNotEqualTo(before);
        assertThat(draw(parent.stream("disk").stream("a"))).isNotEqualTo(draw(parent.stream("disk").stream("b")));
    }

    @Test
    void shouldDrawUniformlyBelowTheBound() {
        final SeededEntropy entropy = new SeededEntropy(7);
        final int[] counts = new int[10];
        for (int i = 0; i < 100_000; i++) {
            counts[entropy.nextInt(10)]++;
        }

        assertThat(Arrays.stream(counts)).allMatch(count -> count > 9_500 && count < 10_500);
    }

    private static long[] draw(final Entropy entropy) {
        return LongStream.generate(entropy::nextLong).limit(16).toArray();
    }
}
