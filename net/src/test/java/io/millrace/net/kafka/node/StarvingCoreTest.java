package io.millrace.net.kafka.node;

import static io.millrace.net.kafka.node.Requests.add;
import static io.millrace.net.kafka.node.Requests.batch;
import static io.millrace.net.kafka.node.Requests.produce;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.TopicImage;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.ProduceResponseData;
import org.junit.jupiter.api.Test;

/** A core whose connections wait for memory, or for room in a ring, has nothing to do meanwhile. */
class StarvingCoreTest {
    private static final int VERSION = 12;

    private final TestNode node = new TestNode(1, 64);
    private final TopicImage topic = node.createTopic("topic", 1, Map.of());
    private final TestClient client = node.connect(0);
    private boolean congested = true;

    @Test
    void shouldSleepWhileRequestsMayNotBeStartedAndLookAgainSoon() {
        node.connections(0).keepTime(node.core(0).deadlines(), node.core(0).nowNs());
        node.connections(0).congestion(() -> congested);
        client.send(add(produce(-1), VERSION, topic, 0, batch("value")), VERSION);
        node.run(100);

        int sleeps = 0;
        for (int i = 0; i < 100; i++) {
            node.step();
            if (node.core(0).mayPark()) {
                sleeps++;
                assertThat(node.core(0).untilNextDeadlineNs()).isLessThan(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
        assertThat(sleeps).isGreaterThan(80);
        assertThat(client.hasAnswer()).isFalse();

        congested = false;
        final ProduceResponseData answer = client.receive(VERSION, ProduceResponseData::new);
        assertThat(answer.responses()).hasSize(1);
    }
}
