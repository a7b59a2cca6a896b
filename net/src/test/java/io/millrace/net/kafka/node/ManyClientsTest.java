package io.millrace.net.kafka.node;

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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Producers and consumers of all kinds at once, on both cores, over a slow disk and with few leases. */
class ManyClientsTest {
    private static final int PARTITIONS = 6;
    private static final int VALUES = 1500;

    private final List<List<String>> acknowledged = new ArrayList<>();
    private final List<Producer> producers = new ArrayList<>();
    private TestNode node;
    private TopicImage topic;
    private Random random;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldReadWhatWasAcknowledgedInItsOrder(final long seed) {
        random = new Random(seed);
        final SimDiskImage image = new SimDiskImage();
        final SimDiskFaults faults =
                SimDiskFaults.none().delays(1_000, 3_000_000).residentWindow(20_000);
        node = new TestNode(
                2, 3, new SimTime(), (time, core) -> new SimDisk(image, time, faults, new SeededEntropy(seed + core)));
        topic = node.createTopic("topic", PARTITIONS, Map.of("internal.segment.bytes", "30000"));
        for (int i = 0; i < PARTITIONS; i++) {
            acknowledged.add(new ArrayList<>());
            producers.add(new Producer(i));
        }
        final List<Consumer> consumers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            consumers.add(new Consumer(i % 2, i < 2));
        }
        node.await(() -> {
            producers.forEach(Producer::work);
            consumers.forEach(Consumer::work);
            return consumers.stream().allMatch(Consumer::isDone);
        });
        for (final Consumer consumer : consumers) {
            assertThat(consumer.seen).isEqualTo(acknowledged);
        }
        node.run(1000);
        assertThat(node.lent()).isZero();
    }

    /** Writes to one partition, up to three requests ahead. */
    private final class Producer {
        private final int partition;
        private final TestClient client;
        private final List<List<String>> inFlight = new ArrayList<>();
        private int sent;

        private Producer(final int partition) {
            this.partition = partition;
            client = node.connect(random.nextInt(2));
        }

        private void work() {
            if (client.hasAnswer()) {
                final var answer = client.receive(12, ProduceResponseData::new)
                        .responses()
                        .iterator()
                        .next()
                        .partitionResponses()
                        .get(0);
                assertThat(answer.errorCode()).isZero();
                assertThat(answer.baseOffset())
                        .isEqualTo(acknowledged.get(partition).size());
                acknowledged.get(partition).addAll(inFlight.removeFirst());
            }
            if (inFlight.size() < 3 && sent < VALUES) {
                final List<String> values = new ArrayList<>();
                for (int i = 1 + random.nextInt(5); i > 0; i--) {
                    values.add(partition + "-" + sent++ + "x".repeat(random.nextInt(200)));
                }
                final ProduceRequestData request = produce(-1);
                add(request, 12, topic, partition, batch(values.toArray(String[]::new)));
                client.send(request, 12);
                inFlight.add(values);
            }
        }

        private boolean isDone() {
            return sent >= VALUES && inFlight.isEmpty();
        }
    }

    /** Reads all partitions from the start, in a session or without. */
    private final class Consumer {
        private final List<List<String>> seen = new ArrayList<>();
        private final TestClient client;
        private final boolean usesSession;
        private int session;
        private int epoch;
        private boolean waiting;
        private boolean[] moved = new boolean[PARTITIONS];

        private Consumer(final int core, final boolean usesSession) {
            client = node.connect(core);
            this.usesSession = usesSession;
            for (int i = 0; i < PARTITIONS; i++) {
                seen.add(new ArrayList<>());
            }
        }

        private void work() {
            if (waiting && client.hasAnswer()) {
                waiting = false;
                final FetchResponseData response = client.receive(13, FetchResponseData::new);
                assertThat(response.errorCode()).isZero();
                session = response.sessionId();
                partitions(response).forEach(this::take);
            }
            if (!waiting && !isDone()) {
                waiting = true;
                client.send(request(), 13);
            }
        }

        private FetchRequestData request() {
            final FetchRequestData request = fetch(1 + random.nextInt(500), 1 + random.nextInt(3000))
                    .setMaxBytes(1000 + random.nextInt(20_000))
                    .setSessionId(session)
                    .setSessionEpoch(usesSession ? epoch++ : -1);
            for (int i = 0; i < PARTITIONS; i++) {
                if (!usesSession || request.sessionEpoch() == 0 || moved[i]) {
                    add(request, 13, topic, i, seen.get(i).size());
                }
            }
            moved = new boolean[PARTITIONS];
            return request;
        }

        private void take(final PartitionData data) {
            assertThat(data.errorCode()).isZero();
            final List<String> values = seen.get(data.partitionIndex());
            for (final Record record : ((MemoryRecords) data.records()).records()) {
                if (record.offset() >= values.size()) {
                    assertThat(record.offset()).isEqualTo(values.size());
                    values.add(StandardCharsets.UTF_8.decode(record.value()).toString());
                    moved[data.partitionIndex()] = true;
                }
            }
        }

        private boolean isDone() {
            return producers.stream().allMatch(Producer::isDone)
                    && seen.stream().mapToInt(List::size).sum()
                            >= acknowledged.stream().mapToInt(List::size).sum();
        }
    }
}
