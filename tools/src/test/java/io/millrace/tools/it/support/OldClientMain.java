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
    private static final int COMMITTED = 10;

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
        writeInTransactions(properties, topic);
        System.out.println(readInGroup(properties, topic) + " of " + COMMITTED + " committed");
    }

    /** Every second transaction is aborted. */
    private static void writeInTransactions(final Properties properties, final String topic) {
        final Properties transactional = new Properties();
        transactional.putAll(properties);
        transactional.put("enable.idempotence", "true");
        transactional.put("transactional.id", "old-" + topic);
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(transactional)) {
            producer.initTransactions();
            for (int i = 0; i < 2 * COMMITTED; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic + "-transactions", 0, null, "v" + i));
                if (i % 2 == 0) {
                    producer.commitTransaction();
                } else {
                    producer.flush();
                    producer.abortTransaction();
                }
            }
        }
    }

    /** Two members after each other: the second goes on where the first has committed. */
    private static int readInGroup(final Properties properties, final String topic) {
        final Properties grouped = new Properties();
        grouped.putAll(properties);
        grouped.put("group.id", "group-" + topic);
        grouped.put("auto.offset.reset", "earliest");
        grouped.put("isolation.level", "read_committed");
        grouped.put("enable.auto.commit", "false");
        grouped.put("max.poll.records", Integer.toString(COMMITTED / 2));
        int read = 0;
        for (int member = 0; member < 2; member++) {
            try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(grouped)) {
                consumer.subscribe(List.of(topic + "-transactions"));
                int found = 0;
                for (int attempt = 0; attempt < 100 && found == 0; attempt++) {
                    for (final var record : consumer.poll(Duration.ofMillis(200))) {
                        found += record.value().equals("v" + 2 * (read + found)) ? 1 : -COMMITTED;
                    }
                }
                consumer.commitSync();
                read += found;
            }
        }
        return read;
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
