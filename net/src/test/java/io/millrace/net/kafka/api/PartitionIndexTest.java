package io.millrace.net.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartitionIndexTest {
    private final PartitionIndex index = new PartitionIndex();

    @Test
    void shouldFindWhatWasPutFirst() {
        final Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            final int count = random.nextInt(round % 20 == 0 ? 50_000 : 300);
            final Map<Long, Integer> expected = new HashMap<>();
            index.reset(count);
            for (int place = 0; place < count; place++) {
                final long key = (long) random.nextInt(20) << 32 | random.nextInt(Math.max(1, count));
                final Integer before = expected.putIfAbsent(key, place);
                assertThat(index.putIfAbsent(key, place)).isEqualTo(before == null ? PartitionIndex.NONE : before);
            }
        }
    }
}
