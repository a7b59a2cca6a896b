package io.millrace.net.kafka.produce;

import static io.millrace.net.kafka.node.Requests.add;
import static io.millrace.net.kafka.node.Requests.produce;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/** What {@code producer.id.expiration.ms} says of producers that have fallen silent. */
class ProducerExpiryTest {
    private static final int VERSION = 12;
    private static final int PRODUCERS = 3000;

    private final SimTime time = new SimTime();
    private final SimDiskImage image = new SimDiskImage();
    private final TestNode node = new TestNode(
            1, 64, time, (clock, core) -> new SimDisk(image, clock, SimDiskFaults.none(), new SeededEntropy(core)));
    private final TopicImage topic = node.createTopic("topic", 2, Map.of());
    private final TestClient client = node.connect(0);

    @Test
    void shouldForgetAllSilentProducersWithinOneRoundOfUpkeep() {
        for (int id = 0; id < PRODUCERS; id++) {
            assertThat(send(id, 0)).isEqualTo(Errors.NONE);
        }
        assertThat(send(0, 7)).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);

        time.advance(TimeUnit.DAYS.toNanos(1) + TimeUnit.MINUTES.toNanos(5));
        final TestClient later = node.connect(0);
        node.run(100);
        for (int id = 0; id < PRODUCERS; id++) {
            assertThat(send(later, id, 7)).isEqualTo(Errors.NONE);
        }
    }

    private Errors send(final long producerId, final int sequence) {
        return send(client, producerId, sequence);
    }

    private Errors send(final TestClient from, final long producerId, final int sequence) {
        final MemoryRecords records = MemoryRecords.withIdempotentRecords(
                Compression.NONE,
                producerId,
                (short) 0,
                sequence,
                new SimpleRecord("value".getBytes(StandardCharsets.UTF_8)));
        final ProduceRequestData request = add(produce(-1), VERSION, topic, 1, records);
        return Errors.forCode(from.call(request, VERSION, ProduceResponseData::new)
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .getFirst()
                .errorCode());
    }
}
