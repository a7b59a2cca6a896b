package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Kafka's own clients are held to what they may take, and understand it; others feel nothing. */
class QuotaIT {
    private static final int RATE = 400_000;
    private static final int SECONDS = 6;
    private static final int RECORD_BYTES = 10_000;

    private static BrokerUnderTest broker;
    private static Admin admin;

    @BeforeAll
    static void launch() {
        broker = Brokers.launch(BrokerOptions.defaults().withCores(2));
        admin = Clients.admin(broker);
    }

    @AfterAll
    static void close() {
        if (admin != null) {
            admin.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    private static void quota(final String clientId, final String key, final Double value) {
        quota(admin, clientId, key, value);
    }

    private static void quota(final Admin asked, final String clientId, final String key, final Double value) {
        alter(asked, new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, clientId)), key, value);
    }

    private static void alter(final Admin asked, final ClientQuotaEntity entity, final String key, final Double value) {
        Clients.get(asked.alterClientQuotas(
                        List.of(new ClientQuotaAlteration(entity, List.of(new ClientQuotaAlteration.Op(key, value)))))
                .all());
    }

    private static double metric(final Map<MetricName, ? extends Metric> metrics, final String name) {
        return metrics.entrySet().stream()
                .filter(entry -> entry.getKey().name().equals(name))
                .mapToDouble(entry -> (Double) entry.getValue().metricValue())
                .filter(Double::isFinite)
                .max()
                .orElse(0);
    }

    /** Spread over the cores; returns for how long it took. */
    private static double produceSeconds(final KafkaProducer<byte[], byte[]> producer, final String topic) {
        final long beganNs = System.nanoTime();
        final List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = 0; i < SECONDS * RATE / RECORD_BYTES; i++) {
            sent.add(producer.send(new ProducerRecord<>(topic, i % 2, null, new byte[RECORD_BYTES])));
        }
        sent.forEach(Clients::get);
        return (System.nanoTime() - beganNs) / 1e9;
    }

    @Test
    void shouldHoldAProducerToItsRate() {
        Clients.createTopic(broker, "produced", 2);
        quota("greedy-producer", "producer_byte_rate", (double) RATE);
        try (var greedy = Clients.producer(broker, "client.id", "greedy-producer", "batch.size", "50000");
                var modest = Clients.producer(broker, "client.id", "modest-producer", "batch.size", "50000")) {
            // A little was there at the beginning, and who exceeds is served before it waits.
            assertThat(produceSeconds(greedy, "produced")).isBetween(SECONDS - 1.0, SECONDS * 1.5);
            assertThat(metric(greedy.metrics(), "produce-throttle-time-max")).isPositive();
            produceSeconds(modest, "produced");
            assertThat(metric(modest.metrics(), "produce-throttle-time-max")).isZero();
            quota("greedy-producer", "producer_byte_rate", null);
            produceSeconds(greedy, "produced");
        }
        assertThat(Clients.get(admin.describeClientQuotas(ClientQuotaFilter.all())
                                .entities())
                        .keySet()
                        .stream()
                        .filter(entity -> entity.entries().containsValue("greedy-producer")))
                .isEmpty();
    }

    @Test
    void shouldHoldAProducerToItsRateAfterACrash() {
        try (BrokerUnderTest other = Brokers.launch(BrokerOptions.defaults().withCores(2))) {
            Clients.createTopic(other, "produced", 2);
            try (Admin asked = Clients.admin(other)) {
                quota(asked, "greedy", "producer_byte_rate", (double) RATE);
            }
            other.kill();
            other.start();
            try (var greedy = Clients.producer(other, "client.id", "greedy", "batch.size", "50000")) {
                assertThat(produceSeconds(greedy, "produced")).isGreaterThan(SECONDS - 1);
                assertThat(metric(greedy.metrics(), "produce-throttle-time-max"))
                        .isPositive();
            }
        }
    }

    @Test
    void shouldHoldAConsumerToItsRate() {
        Clients.createTopic(broker, "consumed", 2);
        try (var producer = Clients.producer(broker, "batch.size", "50000")) {
            produceSeconds(producer, "consumed");
        }
        quota("greedy-consumer", "consumer_byte_rate", (double) RATE);
        assertThat(consumeSeconds("greedy-consumer", true)).isGreaterThan(SECONDS - 1);
        consumeSeconds("modest-consumer", false);
    }

    private static double consumeSeconds(final String clientId, final boolean isThrottled) {
        try (var consumer = Clients.consumer(broker, "client.id", clientId)) {
            final List<TopicPartition> both =
                    List.of(new TopicPartition("consumed", 0), new TopicPartition("consumed", 1));
            consumer.assign(both);
            consumer.seekToBeginning(both);
            final long beganNs = System.nanoTime();
            int read = 0;
            while (read < SECONDS * RATE / RECORD_BYTES) {
                read += consumer.poll(Duration.ofMillis(100)).count();
            }
            assertThat(metric(consumer.metrics(), "fetch-throttle-time-max") > 0)
                    .as("throttled %s", clientId)
                    .isEqualTo(isThrottled);
            return (System.nanoTime() - beganNs) / 1e9;
        }
    }

    @Test
    void shouldHoldAClientToItsShareOfTime() {
        Clients.createTopic(broker, "asked", 1);
        // A hundredth of a percent of a core: 0.1 ms in a second.
        quota("busy", "request_percentage", 0.01);
        try (var busy = Clients.producer(broker, "client.id", "busy")) {
            for (int i = 0; i < 2_000 && metric(busy.metrics(), "produce-throttle-time-max") == 0; i++) {
                Clients.get(busy.send(new ProducerRecord<>("asked", 0, null, new byte[10])));
            }
            assertThat(metric(busy.metrics(), "produce-throttle-time-max")).isBetween(1.0, 1_000.0);
        }
    }

    @Test
    void shouldRefuseChangesThatAreTooMany() {
        quota("builder", "controller_mutation_rate", 1.0);
        try (var builder = Clients.admin(broker, "client.id", "builder")) {
            final CreateTopicsOptions atOnce = new CreateTopicsOptions().retryOnQuotaViolation(false);
            Clients.get(builder.createTopics(List.of(new NewTopic("built", 12, (short) 1)), atOnce)
                    .all());
            assertThatThrownBy(() -> builder.createTopics(List.of(new NewTopic("refused", 1, (short) 1)), atOnce)
                            .all()
                            .get(30, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(ThrottlingQuotaExceededException.class);
            // By itself the client tries again when it may.
            Clients.get(builder.createTopics(List.of(new NewTopic("refused", 1, (short) 1)))
                    .all());
        }
    }
}
