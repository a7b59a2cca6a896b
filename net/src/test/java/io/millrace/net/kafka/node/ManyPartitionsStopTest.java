package io.millrace.net.kafka.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.net.broker.CoreStop;
import io.millrace.net.broker.NodeLife;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A core with more partitions than it can tell of in one message between cores. */
class ManyPartitionsStopTest {
    private static final int RING_BYTES = 8 * 1024;
    private static final int PARTITIONS = 120;

    @Test
    void shouldStopWhereCheckpointsOfAllPartitionsDoNotFitIntoOneMessage() {
        final TestNode node = TestNode.withRings(RING_BYTES, 2);
        node.createTopic("many", PARTITIONS, Map.of());
        final NodeLife life = new NodeLife(2);
        final List<CoreStop> stops =
                List.of(new CoreStop(node.core(0), life, () -> {}), new CoreStop(node.core(1), life, () -> {}));
        node.await(() -> {
            for (int i = 0; i < stops.size(); i++) {
                stops.get(i).step(node.core(i).nowNs());
            }
            return life.isClosed();
        });
        assertThat(life.isClean()).isTrue();
    }
}
