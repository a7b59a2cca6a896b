package io.millrace.perf.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class ValuesTest {
    private static final int BYTES = 300;

    private final Values values = new Values(BYTES, 7);

    @Test
    void shouldReadWhatItWroteAsJsonAndAsBytes() throws IOException {
        for (long sequence = 0; sequence < 4; sequence++) {
            final Stamp stamp = new Stamp(3, sequence, -5_000_000_000L);
            assertThat(values.write(stamp)).hasSize(BYTES);
            assertThat(Values.read(values.write(stamp))).isEqualTo(stamp);
        }
    }

    @Test
    void shouldWriteJsonThatAnybodyCanRead() throws IOException {
        final var json = new ObjectMapper().readTree(values.write(new Stamp(3, 8, 9)));

        assertThat(json.get("sequence").asLong()).isEqualTo(8);
        assertThat(json.get("text").asText()).matches("[a-z]+");
    }

    @Test
    void shouldHoldTheLargestNumbersInTheSmallestValue() throws IOException {
        final Stamp stamp = new Stamp((1 << 23) - 1, (1L << 40) - 2, Long.MIN_VALUE);

        assertThat(Values.read(new Values(Values.BYTES_MIN, 1).write(stamp))).isEqualTo(stamp);
    }

    @Test
    void shouldRefuseWhatIsPutTogetherOfTwo() {
        final byte[] torn = values.write(new Stamp(3, 1, 9));
        final byte[] other = values.write(new Stamp(3, 3, 9));
        System.arraycopy(other, BYTES / 2, torn, BYTES / 2, BYTES / 2);

        assertThatThrownBy(() -> Values.read(torn)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Values.read(null)).isInstanceOf(IOException.class);
    }
}
