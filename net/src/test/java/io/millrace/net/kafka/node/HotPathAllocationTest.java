package io.millrace.net.kafka.node;

import static io.millrace.net.kafka.node.Requests.add;
import static io.millrace.net.kafka.node.Requests.batch;
import static io.millrace.net.kafka.node.Requests.fetch;
import static io.millrace.net.kafka.node.Requests.produce;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.os.DiskCompanion;
import io.millrace.engine.os.OsDisk;
import io.millrace.engine.sim.SimTime;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** What cores allocate for warm produces and fetches, from the frame to the log and back, over two cores. */
class HotPathAllocationTest {
    private static final int WARM = 20_000;
    private static final int ROUNDS = 100_000;
    private static final int PARTITIONS = 4;

    @TempDir
    Path directory;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final List<DiskCompanion> companions = new ArrayList<>();
    private long allocated;

    @AfterEach
    void close() {
        companions.forEach(DiskCompanion::close);
    }

    @Test
    void shouldProduceAndFetchWithoutAllocating(final TestReporter reporter) {
        final TestNode node = new TestNode(2, 64, new SimTime(), (time, core) -> {
            companions.add(new DiskCompanion(directory));
            return new OsDisk(companions.getLast(), () -> {});
        });
        final TopicImage topic = node.createTopic(
                "topic", PARTITIONS, Map.of("millrace.durability", "os", "segment.bytes", "1073741824"));
        final TestClient producer = node.connect(0);
        final TestClient consumer = node.connect(1);
        final ProduceRequestData request = produce(-1);
        for (int i = 0; i < PARTITIONS; i++) {
            add(request, 12, topic, i, batch("a value", "another value"));
        }
        final byte[] produceFrame = producer.encode(request, 12);
        final FetchRequestData open = fetch(0, 0).setSessionEpoch(0);
        final FetchRequestData full = fetch(0, 0);
        for (int i = 0; i < PARTITIONS; i++) {
            add(open, 12, topic, i, 0);
            add(full, 12, topic, i, 0);
            full.topics().get(i).partitions().get(0).setPartitionMaxBytes(500);
        }
        final int session = consumer.call(open, 12, FetchResponseData::new).sessionId();
        final byte[] fullFrame = consumer.encode(full, 12);
        final byte[] sessionFrame = consumer.encode(fetch(0, 0).setMaxBytes(1).setSessionId(session), 12);

        final Rounds rounds = new Rounds(node, producer, produceFrame, consumer, fullFrame, sessionFrame);
        rounds.run(WARM);
        allocated = 0;
        rounds.run(ROUNDS);
        final double perRound = allocated / (double) ROUNDS;
        reporter.publishEntry("bytes for a produce and two fetches of 4 partitions", Double.toString(perRound));
        assertThat(perRound).isLessThan(1);
    }

    private final class Rounds {
        private final TestNode node;
        private final TestClient producer;
        private final byte[] produceFrame;
        private final TestClient consumer;
        private final byte[] fullFrame;
        private final byte[] sessionFrame;
        private final int epochAt;
        private int epoch = 1;

        private Rounds(
                final TestNode node,
                final TestClient producer,
                final byte[] produceFrame,
                final TestClient consumer,
                final byte[] fullFrame,
                final byte[] sessionFrame) {
            this.node = node;
            this.producer = producer;
            this.produceFrame = produceFrame;
            this.consumer = consumer;
            this.fullFrame = fullFrame;
            this.sessionFrame = sessionFrame;
            // Behind the epoch: empty topics, forgotten topics, rack, no tags.
            epochAt = sessionFrame.length - 4 - Integer.BYTES;
        }

        private void run(final int count) {
            for (int i = 0; i < count; i++) {
                ask(producer, produceFrame);
                ask(consumer, fullFrame);
                sessionFrame[epochAt] = (byte) (epoch >>> 24);
                sessionFrame[epochAt + 1] = (byte) (epoch >>> 16);
                sessionFrame[epochAt + 2] = (byte) (epoch >>> 8);
                sessionFrame[epochAt + 3] = (byte) epoch;
                epoch++;
                if (ask(consumer, sessionFrame) < 100) {
                    throw new AssertionError("an answer without records");
                }
            }
        }

        private int ask(final TestClient client, final byte[] frame) {
            client.send(frame);
            while (!client.hasAnswer()) {
                final long before = threads.getCurrentThreadAllocatedBytes();
                node.step();
                allocated += threads.getCurrentThreadAllocatedBytes() - before;
            }
            return client.skipAnswer();
        }
    }
}
