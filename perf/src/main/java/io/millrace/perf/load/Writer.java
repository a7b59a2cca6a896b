package io.millrace.perf.load;

import io.millrace.perf.client.OpenLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends at a fixed rate whatever happens: a record's time is the plan's, not the moment at which its turn came, also
 * for records that fell due while there was no client.
 */
final class Writer extends Client {
    /**
     * @param bootstrap where the broker is
     * @param perSecond records a second of this writer alone
     * @param valueBytes bytes of a value
     * @param properties the producer's
     */
    record Plan(String bootstrap, String topic, double perSecond, int valueBytes, Map<String, String> properties) {}

    /** Records fall due in bursts this far apart where the rate is higher than that: sleeping is not free. */
    private static final double BURSTS_PER_SECOND = 1_000;

    private static final Set<String> IDEMPOTENT_ACKS = Set.of("all", "-1");
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(130);
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final Plan plan;
    private final Ledger ledger;
    private final AckWatch acks = new AckWatch();
    private final Values values;
    private final int burst;
    private final double intervalNs;
    private long startNs;
    private long due;
    private volatile long lastDueNs = System.nanoTime();
    private volatile Incarnation present;

    Writer(final String name, final Plan plan, final Meter meter, final Ledger ledger) {
        super(name, meter);
        this.plan = plan;
        this.ledger = ledger;
        this.values = new Values(plan.valueBytes, name.hashCode());
        this.burst = (int) Math.max(1, Math.round(plan.perSecond / BURSTS_PER_SECOND));
        this.intervalNs = 1e9 / plan.perSecond;
    }

    AckWatch acks() {
        return acks;
    }

    @Override
    void leave(final boolean abruptly) {
        final Incarnation leaving = present;
        if (leaving != null) {
            leaving.abruptly = abruptly;
            leaving.leaving = true;
        }
    }

    /** Ends once all that was due before then is sent: what is late counts too. */
    void finish(final long beforeNs) {
        lastDueNs = beforeNs;
        stop();
    }

    @Override
    void live() {
        final Incarnation incarnation = new Incarnation();
        present = incarnation;
        try {
            if (startNs == 0) {
                startNs = System.nanoTime();
            }
            incarnation.send();
        } finally {
            incarnation.close();
        }
    }

    /** One producer, from its start to its end. */
    private final class Incarnation {
        private final int number = NUMBERS.incrementAndGet();
        private final KafkaProducer<byte[], byte[]> producer;
        private volatile boolean leaving;
        private volatile boolean abruptly;
        private long sequence;

        Incarnation() {
            final Map<String, Object> properties = new HashMap<>(plan.properties);
            properties.put("bootstrap.servers", plan.bootstrap);
            if (!IDEMPOTENT_ACKS.contains(plan.properties.getOrDefault("acks", "all"))
                    || "false".equals(plan.properties.get("enable.idempotence"))) {
                ledger.mayRepeat(number);
            }
            producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        }

        void send() {
            while (!leaving) {
                final long dueNs = startNs + (long) (due * intervalNs);
                if (!isRunning() && dueNs - lastDueNs >= 0) {
                    return;
                }
                OpenLoop.awaitTime(dueNs);
                for (int i = 0; i < burst; i++) {
                    send(dueNs);
                }
                due += burst;
            }
        }

        private void send(final long dueNs) {
            final Stamp stamp = new Stamp(number, sequence++, dueNs);
            meter().onSend();
            acks.onSend(System.nanoTime());
            producer.send(new ProducerRecord<>(plan.topic, values.write(stamp)), (metadata, error) -> {
                acks.onAnswer(System.nanoTime());
                if (error == null) {
                    ledger.acknowledged(metadata.partition(), metadata.offset(), stamp.id());
                    meter().onAcknowledged();
                } else if (abruptly) {
                    meter().onAbandoned();
                } else {
                    meter().onError("a record was refused: " + error);
                }
            });
        }

        void close() {
            producer.close(abruptly ? Duration.ZERO : CLOSE_LIMIT);
        }
    }
}
