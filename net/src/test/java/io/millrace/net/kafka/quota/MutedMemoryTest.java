package io.millrace.net.kafka.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.connection.CloseReason;
import io.millrace.net.kafka.node.Requests;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which throttled clients are closed where requests that are under way have taken the memory: on core 0, for core 1. */
class MutedMemoryTest {
    private static final short PRODUCE = 9;
    private static final int LARGE_BYTES = 900_000;
    private static final int CLIENTS = 120;
    private static final int HERE = 0;
    private static final int ELSEWHERE = 1;

    private final TestNode node = new TestNode(2, 64);
    private final TopicImage topic = node.createTopic("t", 2, Map.of());

    @BeforeEach
    void throttle() {
        final AlterClientQuotasRequestData request = new AlterClientQuotasRequestData()
                .setEntries(List.of(new EntryData()
                        .setEntity(List.of(
                                new EntityData().setEntityType("client-id").setEntityName("greedy")))
                        .setOps(List.of(
                                new OpData().setKey("producer_byte_rate").setValue(1)))));
        node.connect(HERE).call(request, 1, AlterClientQuotasResponseData::new);
        node.run(10);
    }

    private TestClient throttledWith(final int bytes) {
        final TestClient client = node.connect(HERE).named("greedy");
        client.call(produce(HERE, 100_000), PRODUCE, ProduceResponseData::new);
        client.send(produce(HERE, bytes), PRODUCE);
        node.run(10);
        return client;
    }

    private ProduceRequestData produce(final int partition, final int bytes) {
        return Requests.add(Requests.produce(1), PRODUCE, topic, partition, Requests.batch("x".repeat(bytes)));
    }

    /** The other core gets no turn, so that what it is asked keeps its memory. */
    private void takeAllMemory() {
        node.holdCore(ELSEWHERE);
        for (int i = 0; i < CLIENTS; i++) {
            node.connect(HERE).named("modest").send(produce(ELSEWHERE, LARGE_BYTES), PRODUCE);
        }
        node.run(5_000);
        assertThat(node.connections(HERE).pool().availableBytes()).isLessThan(2 * LARGE_BYTES);
        assertThat(node.connections(HERE).counters().starved()).isPositive();
    }

    /** It would help nobody: the memory is with those who are served. */
    @Test
    void shouldNotCloseAThrottledClientForAFewKilobytes() {
        final TestClient client = throttledWith(20_000);
        takeAllMemory();
        assertThat(client.isClosed()).isFalse();
        assertThat(node.connections(HERE).counters().closed(CloseReason.MEMORY)).isZero();
    }

    @Test
    void shouldCloseAThrottledClientThatHasMuch() {
        final TestClient modest = throttledWith(20_000);
        final TestClient client = throttledWith(200_000);
        takeAllMemory();
        assertThat(client.isClosed()).isTrue();
        assertThat(modest.isClosed()).isFalse();
    }
}
