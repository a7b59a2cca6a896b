package io.millrace.tools.it.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Uses with whichever Kafka client is on the class path all that clients of its version have: records written and read,
 * transactions, groups of each kind. It runs in a process of its own; what not all versions have stands behind {@link
 * #has} and, where classes are missing in old ones, in {@link OldClientAdmin}.
 */
public final class OldClientMain {
    private static final int RECORDS = 1_000;
    private static final int COMMITTED = 10;
    private static final int ATTEMPTS = 150;
    private static final Duration POLL = Duration.ofMillis(200);

    private final Properties properties;
    private final String topic;
    private final String written;
    private final String[] version;

    private OldClientMain(final String bootstrap, final String topic, final String version) {
        this.topic = topic;
        this.version = version.split("\\.");
        written = topic + "-transactions";
        properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("enable.idempotence", Boolean.toString(has(2, 8)));
        properties.put("key.serializer", StringSerializer.class.getName());
        properties.put("value.serializer", StringSerializer.class.getName());
        properties.put("key.deserializer", StringDeserializer.class.getName());
        properties.put("value.deserializer", StringDeserializer.class.getName());
    }

    public static void main(final String[] arguments) throws Exception {
        final OldClientMain client = new OldClientMain(arguments[0], arguments[1], arguments[2]);
        client.write();
        System.out.println(client.read() + " of " + RECORDS + " in order");
        client.writeInTransactions();
        System.out.println(client.readInGroup() + " of " + COMMITTED + " committed");
        if (client.has(2, 5)) {
            System.out.println(client.moveInTransactions() + " of " + COMMITTED + " moved");
            client.share("shared-", "partition.assignment.strategy", cooperative());
            System.out.println("shared");
        }
        if (client.has(4, 0)) {
            client.share("shared-new-", "group.protocol", "consumer");
            System.out.println("shared anew");
        }
        if (client.has(2, 8)) {
            System.out.println(OldClientAdmin.manage(client.properties, client.topic, client.has(3, 1)));
        }
    }

    /** Whether the client is of this version or a later one. */
    private boolean has(final int major, final int minor) {
        final int ownMajor = Integer.parseInt(version[0]);
        return ownMajor > major || ownMajor == major && Integer.parseInt(version[1]) >= minor;
    }

    private static String cooperative() {
        return "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";
    }

    private void write() {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(properties)) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>(topic, 0, "k" + i, "v" + i));
            }
            producer.flush();
        }
    }

    private int read() {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(properties)) {
            final TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seek(partition, 0);
            int next = 0;
            for (int attempt = 0; attempt < ATTEMPTS && next < RECORDS; attempt++) {
                for (final var record : consumer.poll(POLL)) {
                    if (record.offset() == next && record.value().equals("v" + next)) {
                        next++;
                    }
                }
            }
            return next;
        }
    }

    private KafkaProducer<String, String> transactional(final String id) {
        final Properties transactional = new Properties();
        transactional.putAll(properties);
        transactional.put("enable.idempotence", "true");
        transactional.put("transactional.id", id);
        final KafkaProducer<String, String> producer = new KafkaProducer<>(transactional);
        producer.initTransactions();
        return producer;
    }

    private KafkaConsumer<String, String> member(final String group, final String... settings) {
        final Properties grouped = new Properties();
        grouped.putAll(properties);
        grouped.put("group.id", group);
        grouped.put("auto.offset.reset", "earliest");
        grouped.put("isolation.level", "read_committed");
        grouped.put("enable.auto.commit", "false");
        if (!List.of(settings).contains("group.protocol")) {
            // Members hear of a rebalance by their next heartbeat.
            grouped.put("heartbeat.interval.ms", "500");
        }
        for (int i = 0; i < settings.length; i += 2) {
            grouped.put(settings[i], settings[i + 1]);
        }
        return new KafkaConsumer<>(grouped);
    }

    /** Every second transaction is aborted. */
    private void writeInTransactions() {
        try (KafkaProducer<String, String> producer = transactional("old-" + topic)) {
            for (int i = 0; i < 2 * COMMITTED; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(written, 0, null, "v" + i));
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
    private int readInGroup() {
        final String half = Integer.toString(COMMITTED / 2);
        int read = 0;
        for (int one = 0; one < 2; one++) {
            try (KafkaConsumer<String, String> consumer = member("group-" + topic, "max.poll.records", half)) {
                consumer.subscribe(List.of(written));
                int found = 0;
                for (int attempt = 0; attempt < ATTEMPTS && found == 0; attempt++) {
                    for (final var record : consumer.poll(POLL)) {
                        found += record.value().equals("v" + 2 * (read + found)) ? 1 : -COMMITTED;
                    }
                }
                consumer.commitSync();
                read += found;
            }
        }
        return read;
    }

    /** What was committed, to another topic, with the offsets in the transaction; the first try is aborted. */
    private int moveInTransactions() {
        final TopicPartition from = new TopicPartition(written, 0);
        final Set<String> values = new HashSet<>();
        try (KafkaProducer<String, String> producer = transactional("mover-" + topic);
                KafkaConsumer<String, String> consumer = member("mover-" + topic)) {
            consumer.subscribe(List.of(written));
            for (int attempt = 0; attempt < 2; attempt++) {
                final List<ConsumerRecord<String, String>> records = poll(consumer, COMMITTED);
                producer.beginTransaction();
                for (final ConsumerRecord<String, String> record : records) {
                    producer.send(new ProducerRecord<>(topic + "-moved", 0, null, record.value() + "/" + attempt));
                }
                final long next = records.get(records.size() - 1).offset() + 1;
                producer.sendOffsetsToTransaction(Map.of(from, new OffsetAndMetadata(next)), consumer.groupMetadata());
                if (attempt == 0) {
                    producer.abortTransaction();
                    consumer.seek(from, 0);
                } else {
                    producer.commitTransaction();
                    values.add(consumer.committed(Set.of(from)).get(from).offset() == next ? "" : "offset lost");
                }
            }
        }
        try (KafkaConsumer<String, String> consumer = member("moved-" + topic)) {
            consumer.subscribe(List.of(topic + "-moved"));
            poll(consumer, COMMITTED).forEach(record -> values.add(record.value()));
        }
        return values.contains("") && values.stream().allMatch(v -> v.isEmpty() || v.endsWith("/1"))
                ? values.size() - 1
                : 0;
    }

    private static List<ConsumerRecord<String, String>> poll(
            final KafkaConsumer<String, String> consumer, final int count) {
        final List<ConsumerRecord<String, String>> records = new ArrayList<>();
        for (int attempt = 0; attempt < ATTEMPTS && records.size() < count; attempt++) {
            consumer.poll(POLL).forEach(records::add);
        }
        return records;
    }

    /** Two static members at once, until each has one of the two partitions. */
    private void share(final String group, final String setting, final String value) {
        final Map<String, KafkaConsumer<String, String>> members = new HashMap<>();
        for (final String id : List.of("a", "b")) {
            members.put(
                    id,
                    member(group + topic, setting, value, "group.instance.id", id, "max.poll.interval.ms", "20000"));
        }
        final Collection<KafkaConsumer<String, String>> both = members.values();
        both.forEach(one -> one.subscribe(List.of(topic + "-shared")));
        try {
            for (int attempt = 0; both.stream().anyMatch(one -> one.assignment().size() != 1); attempt++) {
                if (attempt > ATTEMPTS) {
                    throw new IllegalStateException("the members never shared the two partitions");
                }
                both.forEach(one -> one.poll(Duration.ofMillis(50)));
            }
        } finally {
            both.forEach(one -> one.close(Duration.ofSeconds(5)));
        }
    }
}
