package io.millrace.tools.it.support;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes and reads back a thousand records with whichever Kafka client is on the class path. It runs in a process of
 * its own and uses nothing but what clients of all years have.
 */
public final class OldClientMain {
    private static final int RECORDS = 1_000;

    private OldClientMain() {}

    public static void main(final String[] arguments) throws Exception {
        final String topic = arguments[1];
        final Properties properties = new Properties();
        properties.put("bootstrap.servers", arguments[0]);
        properties.put("enable.idempotence", arguments[2]);
        properties.put("key.serializer", StringSerializer.class.getName());
        properties.put("value.serializer", StringSerializer.class.getName());
        properties.put("key.deserializer", StringDeserializer.class.getName());
        properties.put("value.deserializer", StringDeserializer.class.getName());
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(properties)) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>(topic, 0, "k" + i, "v" + i));
            }
            producer.flush();
        }
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(properties)) {
            final TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seek(partition, 0);
            System.out.println(read(consumer) + " of " + RECORDS + " in order");
        }
    }

    private static int read(final KafkaConsumer<String, String> consumer) {
        int next = 0;
        for (int attempt = 0; attempt < 100 && next < RECORDS; attempt++) {
            for (final var record : consumer.poll(Duration.ofMillis(200))) {
                if (record.offset() == next && record.value().equals("v" + next)) {
                    next++;
                }
            }
        }
        return next;
    }
}
