package io.millrace.perf.moves;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class NumberedValueTest {
    @Test
    void shouldTellWhichRecordItIs() {
        final byte[] value = new NumberedValue(100).of(3, 17);

        assertThat(value).hasSize(100);
        assertThat(NumberedValue.numberOf(value, 3)).isEqualTo(17);
    }

    @Test
    void shouldTellNoNumberOfAnotherPartitionsRecordNorOfOneThatIsNotWhole() {
        final NumberedValue value = new NumberedValue(100);
        assertThat(NumberedValue.numberOf(value.of(3, 17), 4)).isEqualTo(NumberedValue.NONE);

        final byte[] torn = value.of(3, 17).clone();
        System.arraycopy(value.of(3, 18), 50, torn, 50, 50);
        assertThat(NumberedValue.numberOf(torn, 3)).isEqualTo(NumberedValue.NONE);
        assertThat(NumberedValue.numberOf(new byte[8], 3)).isEqualTo(NumberedValue.NONE);
        assertThat(NumberedValue.numberOf(null, 3)).isEqualTo(NumberedValue.NONE);
    }
}
