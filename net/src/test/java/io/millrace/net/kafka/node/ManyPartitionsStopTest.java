package io.millrace.net.kafka.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.port.DiskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A core with more partitions than it can tell of in one message between cores. */
class ManyPartitionsStopTest {
    private static final int RING_BYTES = 8 * 1024;
    private static final int TOPICS = 4;
    private static final int PARTITIONS = 30;

    @Test
    void shouldCloseWhereCheckpointsOfAllPartitionsDoNotFitIntoOneMessage() {
        final TestNode node = TestNode.withRings(RING_BYTES, 2);
        for (int i = 0; i < TOPICS; i++) {
            node.createTopic("many-" + i, PARTITIONS, Map.of());
        }
        final List<Integer> closed = new ArrayList<>();
        node.core(1).close(closed::add);
        node.await(() -> !closed.isEmpty());
        assertThat(closed).containsExactly(DiskStatus.OK);
    }
}
