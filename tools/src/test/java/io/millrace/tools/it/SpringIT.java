package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.bytes;
import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.Artifacts;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.Programs;
import io.millrace.tools.it.support.Project;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Spring Kafka: a listener container in transactions, whose bad records go to a dead-letter topic. */
class SpringIT {
    private static final int PARTITIONS = 2;
    private static final int ORDERS = 100;
    private static final int BAD = 5;

    private BrokerUnderTest broker;
    private Path folder;

    @BeforeEach
    void launch() {
        Artifacts.springKafka();
        folder = Project.scratch("spring");
        broker = Brokers.launch();
        List.of("orders", "done", "orders-dlt").forEach(topic -> Clients.createTopic(broker, topic, PARTITIONS));
    }

    @AfterEach
    void close() {
        if (broker != null) {
            broker.close();
            Project.discard(folder);
        }
    }

    @Test
    void shouldMoveEachRecordOnceAndBadOnesToTheDeadLetterTopic() {
        final List<String> good = new ArrayList<>();
        final List<String> bad = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker)) {
            for (int i = 0; i < ORDERS; i++) {
                final boolean isBad = i % (ORDERS / BAD) == 3;
                final String value = (isBad ? "bad" : "good") + i;
                (isBad ? bad : good).add(value);
                producer.send(new ProducerRecord<>("orders", i % PARTITIONS, bytes("k" + i), bytes(value)));
            }
        }
        try (ChildProcess spring = Programs.startJava("Spring", folder, Artifacts.springKafka(), broker.bootstrap())) {
            spring.awaitLine("started", Duration.ofSeconds(60));
            assertThat(Clients.values(Clients.readCommitted(broker, "done", PARTITIONS, good.size())))
                    .containsExactlyInAnyOrderElementsOf(good);
            final List<ConsumerRecord<byte[], byte[]>> dead =
                    Clients.readCommitted(broker, "orders-dlt", PARTITIONS, bad.size());
            assertThat(Clients.values(dead)).containsExactlyInAnyOrderElementsOf(bad);
            assertThat(dead)
                    .allSatisfy(record -> assertThat(record.headers().lastHeader("kafka_dlt-original-topic"))
                            .satisfies(header ->
                                    assertThat(Clients.text(header.value())).isEqualTo("orders")));
            spring.terminateCleanly(Duration.ofSeconds(30));
        }
        try (Admin admin = Clients.admin(broker)) {
            assertThat(get(admin.listConsumerGroupOffsets("spring").partitionsToOffsetAndMetadata())
                            .values())
                    .allSatisfy(offset -> assertThat(offset.offset()).isEqualTo(ORDERS / PARTITIONS))
                    .hasSize(PARTITIONS)
                    .hasOnlyElementsOfType(OffsetAndMetadata.class);
        }
    }
}
