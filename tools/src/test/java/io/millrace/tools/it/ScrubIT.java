package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.MillraceBroker;
import io.millrace.tools.it.support.Project;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A byte that turns in a closed segment of a running broker is named, and nothing else changes. */
class ScrubIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String TOPIC = "scrubbed";
    private static final int RECORDS = 4_000;

    private MillraceBroker broker;
    private Path folder;

    @BeforeEach
    void launch() {
        Assumptions.assumeTrue(Brokers.areMillrace(), "skipped: this is about Millrace's files");
        folder = Project.scratch("scrub");
        broker = MillraceBroker.launch(BrokerOptions.defaults()
                .withCores(2)
                .with("millrace.scrub.bytes.per.second", "200000000")
                .with("millrace.scrub.period.ms", "300"));
        Clients.createTopic(broker, TOPIC, 2, "segment.bytes", "1048576");
        produce(RECORDS);
    }

    @AfterEach
    void close() {
        if (broker != null) {
            broker.close();
        }
        if (folder != null) {
            Project.discard(folder);
        }
    }

    @Test
    void shouldNameADamagedByteOfALiveBrokerAndGoOn() throws IOException {
        await(() -> gauge("scrub.passes", "\"total\":") > 2);
        assertThat(broker.output()).doesNotContain("DAMAGE");
        final String path = TOPIC + "-1/00000000000000000000.log";
        final long batch;
        final long offset;
        try (RandomAccessFile file =
                new RandomAccessFile(broker.dataDir().resolve(path).toFile(), "rw")) {
            batch = batchInTheMiddle(file);
            file.seek(batch);
            offset = file.readLong();
            file.seek(batch + 100);
            final int value = file.read();
            file.seek(batch + 100);
            file.write(value ^ 4);
        }
        final String named = "DAMAGE in " + path + " byte " + batch + ", offset " + offset + ": CRC ";
        await(() -> broker.output().contains(named));
        produce(100);
        assertThat(Clients.endOffset(broker, new TopicPartition(TOPIC, 1))).isEqualTo((RECORDS + 100) / 2);
        final long passes = gauge("scrub.passes", "\"total\":");
        await(() -> gauge("scrub.passes", "\"total\":") > passes + 4);
        assertThat(broker.output().lines().filter(line -> line.contains("DAMAGE")))
                .singleElement()
                .asString()
                .contains("ERROR", "inspect --verify");
        assertThat(stat("--once")).contains("1 damaged places in closed segments; the broker's log says where");
        assertThat(gauge("scrub.damaged", "")).isEqualTo(1);
    }

    private void produce(final int records) {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker)) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(TOPIC, i % 2, null, new byte[1_000]));
            }
            producer.flush();
            get(producer.send(new ProducerRecord<>(TOPIC, 0, null, new byte[1])));
        }
    }

    private static long batchInTheMiddle(final RandomAccessFile file) throws IOException {
        long batch = 0;
        while (batch < file.length() / 2) {
            file.seek(batch + Long.BYTES);
            batch += Long.BYTES + Integer.BYTES + file.readInt();
        }
        return batch;
    }

    private void await(final BooleanSupplier condition) {
        final long untilNs = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(broker.output()).isLessThan(untilNs);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    /** Of all cores together. */
    private long gauge(final String name, final String field) {
        final String sample = stat("--once", "--json");
        long sum = 0;
        final var matcher = java.util.regex.Pattern.compile("\"" + name + "\":\\{?" + field + "(\\d+)")
                .matcher(sample);
        while (matcher.find()) {
            sum += Long.parseLong(matcher.group(1));
        }
        return sum;
    }

    private String stat(final String... options) {
        final List<String> command = new java.util.ArrayList<>(
                List.of("stat", "--data-dir", broker.dataDir().toString()));
        command.addAll(List.of(options));
        try (ChildProcess stat = MillraceBroker.command(folder, Map.of(), command)) {
            assertThat(stat.awaitExit(LIMIT)).as(stat.output()).isZero();
            return stat.output();
        }
    }
}
