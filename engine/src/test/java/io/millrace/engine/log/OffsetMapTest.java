package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OffsetMapTest {
    private OffsetMap map = new OffsetMap(ByteBuffer.allocateDirect(100 * OffsetMap.ENTRY_BYTES), 0.9);

    @AfterEach
    void free() {
        map.free();
    }

    @Test
    void shouldKeepTheLastOffsetOfEachKey() {
        map.free();
        map = new OffsetMap(ByteBuffer.allocateDirect(OffsetMap.bytesFor(3_000, 0.9, 1 << 20)), 0.9);
        final Map<Integer, Long> expected = new HashMap<>();
        final Random random = new Random(7);
        for (long offset = 0; offset < 20_000; offset++) {
            final int key = random.nextInt(3_000);
            expected.put(key, offset);
            assertThat(map.put(key(key), offset)).isTrue();
        }
        expected.forEach((key, offset) -> assertThat(map.get(key(key))).isEqualTo(offset));
        assertThat(map.get(key(3_001))).isEqualTo(-1);
        assertThat(map.size()).isEqualTo(expected.size());
    }

    @Test
    void shouldTakeNoNewKeyOnceFullButOffsetsOfKnownOnes() {
        for (int key = 0; key < 90; key++) {
            assertThat(map.put(key(key), key)).isTrue();
        }
        assertThat(map.put(key(90), 90)).isFalse();
        assertThat(map.put(key(5), 91)).isTrue();
        assertThat(map.get(key(5))).isEqualTo(91);
        assertThat(map.get(key(90))).isEqualTo(-1);
    }

    @Test
    void shouldTakeAnEmptyKeyAndOffsetZero() {
        assertThat(map.put(ByteBuffer.allocate(0), 0)).isTrue();
        assertThat(map.get(ByteBuffer.allocate(0))).isZero();
    }

    @Test
    void shouldNeverTakeMoreThanAllowed() {
        assertThat(OffsetMap.bytesFor(Long.MAX_VALUE, 0.9, 1 << 20)).isEqualTo(1 << 20);
        assertThat(OffsetMap.bytesFor(Long.MAX_VALUE, 0.9, Long.MAX_VALUE)).isPositive();
        assertThat(OffsetMap.bytesFor(10, 0.9, 1 << 20)).isLessThan(1_000);
    }

    private static ByteBuffer key(final int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(0, number);
    }
}
