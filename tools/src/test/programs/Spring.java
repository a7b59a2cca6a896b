import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DefaultAfterRollbackProcessor;
import org.springframework.kafka.listener.MessageListener;
import org.springframework.kafka.transaction.KafkaTransactionManager;
import org.springframework.util.backoff.FixedBackOff;

/**
 * A listener container that moves records from "orders" to "done" in transactions, and what it cannot handle to the
 * dead-letter topic "orders-dlt" after three tries: {@code Spring <bootstrap>}.
 */
public final class Spring {
    public static void main(final String[] arguments) {
        final DefaultKafkaProducerFactory<String, String> producers = new DefaultKafkaProducerFactory<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0]),
                new StringSerializer(),
                new StringSerializer());
        producers.setTransactionIdPrefix("spring-");
        final KafkaTemplate<String, String> template = new KafkaTemplate<>(producers);

        final Map<String, Object> consumer = new HashMap<>();
        consumer.put("bootstrap.servers", arguments[0]);
        consumer.put("group.id", "spring");
        consumer.put("auto.offset.reset", "earliest");
        consumer.put("isolation.level", "read_committed");
        consumer.put("enable.auto.commit", "false");
        consumer.put("fetch.max.wait.ms", "50");

        final ContainerProperties properties = new ContainerProperties("orders");
        properties.setKafkaAwareTransactionManager(new KafkaTransactionManager<>(producers));
        properties.setMessageListener((MessageListener<String, String>) record -> {
            template.send("done", record.key(), record.value());
            if (record.value().startsWith("bad")) {
                throw new IllegalArgumentException(record.value());
            }
        });
        final ConcurrentMessageListenerContainer<String, String> container = new ConcurrentMessageListenerContainer<>(
                new DefaultKafkaConsumerFactory<>(consumer, new StringDeserializer(), new StringDeserializer()),
                properties);
        container.setConcurrency(2);
        container.setAfterRollbackProcessor(new DefaultAfterRollbackProcessor<>(
                new DeadLetterPublishingRecoverer(template), new FixedBackOff(0, 2), template, true));
        container.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            container.stop();
            producers.destroy();
        }));
        System.out.println("started");
    }
}
