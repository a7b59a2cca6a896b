package io.millrace.net.kafka.produce;

import static io.millrace.net.kafka.node.Requests.add;
import static io.millrace.net.kafka.node.Requests.batch;
import static io.millrace.net.kafka.node.Requests.fetch;
import static io.millrace.net.kafka.node.Requests.partitions;
import static io.millrace.net.kafka.node.Requests.produce;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.net.kafka.node.Requests;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** A disk that takes longer than the client is ready to wait: the client is told, and the batch is stored yet. */
class ProduceTimeoutTest {
    private static final int VERSION = 12;
    private static final int TIMEOUT_MS = 2000;

    private final SimDiskImage image = new SimDiskImage();
    private final SimDiskFaults secondDisk = SimDiskFaults.none();
    private final TestNode node = new TestNode(
            2,
            64,
            new SimTime(),
            (time, core) ->
                    new SimDisk(image, time, core == 1 ? secondDisk : SimDiskFaults.none(), new SeededEntropy(core)));
    private final TopicImage topic = node.createTopic("topic", 2, Map.of());
    private final TestClient client = node.connect(0);

    @Test
    void shouldTellAtTheClientsTimeThatAnAckDidNotComeAndStoreTheBatchAllTheSame() {
        stall();
        final long begin = node.nowMs();
        client.send(request(-1), VERSION);
        final List<PartitionProduceResponse> answers = receive();

        assertThat(node.nowMs() - begin).isBetween((long) TIMEOUT_MS, TIMEOUT_MS + 10L);
        assertThat(answers)
                .extracting(answer -> Errors.forCode(answer.errorCode()))
                .containsExactly(Errors.NONE, Errors.REQUEST_TIMED_OUT);
        assertThat(answers).extracting(PartitionProduceResponse::baseOffset).containsExactly(0L, -1L);
        // The owner has the batch still in hand, so its memory is not anybody else's yet.
        final long lent = node.connections(0).pool().usedBytes();
        assertThat(lent).isPositive();

        secondDisk.delays(5_000, 50_000);
        node.run(20_000);
        assertThat(node.connections(0).pool().usedBytes()).isZero();
        assertThat(read(1)).containsExactly("slow");
    }

    @Test
    void shouldGoOnWithLaterRequestsInOrder() {
        stall();
        client.send(request(-1), VERSION);
        client.send(request(1), VERSION);
        client.send(request(0), VERSION);
        client.send(add(produce(-1), VERSION, topic, 0, batch("quick")), VERSION);

        assertThat(receive()).extracting(PartitionProduceResponse::errorCode).containsExactly((short) 0, (short) 7);
        assertThat(receive()).extracting(PartitionProduceResponse::errorCode).containsExactly((short) 0, (short) 7);
        node.run(20_000);
        assertThat(read(1)).containsExactly("slow", "slow", "slow");
        assertThat(read(0)).containsExactly("fast", "fast", "fast", "quick");
    }

    @Test
    void shouldLetGoOfTheMemoryIfTheClientIsGoneToo() {
        stall();
        client.send(request(-1), VERSION);
        node.run(100);
        client.hangUp();
        node.run(TIMEOUT_MS + 100);
        node.run(20_000);
        assertThat(node.connections(0).pool().usedBytes()).isZero();
        assertThat(node.connections(0).running()).isZero();
    }

    private void stall() {
        final long ns = TimeUnit.SECONDS.toNanos(5);
        secondDisk.delays(ns, ns);
    }

    private ProduceRequestData request(final int acks) {
        final ProduceRequestData request = produce(acks).setTimeoutMs(TIMEOUT_MS);
        add(request, VERSION, topic, 0, batch("fast"));
        return add(request, VERSION, topic, 1, batch("slow"));
    }

    private List<PartitionProduceResponse> receive() {
        return client.receive(VERSION, ProduceResponseData::new).responses().stream()
                .flatMap(answer -> answer.partitionResponses().stream())
                .toList();
    }

    private List<String> read(final int partition) {
        final FetchResponseData response =
                node.connect(1).call(add(fetch(0, 0), VERSION, topic, partition, 0), VERSION, FetchResponseData::new);
        return Requests.values(partitions(response).getFirst());
    }
}
