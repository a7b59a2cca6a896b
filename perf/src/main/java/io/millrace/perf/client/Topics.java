package io.millrace.perf.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Makes the topics of a run. */
public final class Topics {
    /** As long as any workload's records need to be: the time of sending stands at their beginning. */
    private static final byte[] FIRST_RECORD = new byte[Long.BYTES];

    private Topics() {}

    /** Returns where the leader of each partition listens. */
    public static int[] create(final String bootstrap, final String topic, final int partitions) throws Exception {
        return create(bootstrap, topic, partitions, Map.of());
    }

    public static int[] create(
            final String bootstrap, final String topic, final int partitions, final Map<String, String> configs)
            throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs)))
                    .all()
                    .get();
            final int[] ports = leaders(admin, topic);
            touch(bootstrap, topic, partitions);
            return ports;
        }
    }

    /** Where the leader of each partition of a topic listens that is there already. */
    public static int[] ports(final String bootstrap, final String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return leaders(admin, topic);
        }
    }

    public static void delete(final String bootstrap, final String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.deleteTopics(List.of(topic)).all().get();
        }
    }

    /** A leader that is named may not know it yet; a raw client would be told so, one of Kafka's own tries again. */
    public static void touch(final String bootstrap, final String topic, final int partitions) throws Exception {
        final Map<String, Object> properties = Map.of("bootstrap.servers", bootstrap, "acks", "all");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            final List<Future<?>> sent = new ArrayList<>();
            for (int i = 0; i < partitions; i++) {
                sent.add(producer.send(new ProducerRecord<>(topic, i, null, FIRST_RECORD)));
            }
            for (final Future<?> one : sent) {
                one.get();
            }
        }
    }

    /** A server may need a moment until all partitions have a leader. */
    private static int[] leaders(final Admin admin, final String topic) throws Exception {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            final List<TopicPartitionInfo> partitions = partitions(admin, topic);
            if (!partitions.isEmpty() && partitions.stream().allMatch(partition -> partition.leader() != null)) {
                return partitions.stream()
                        .mapToInt(partition -> partition.leader().port())
                        .toArray();
            }
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException("partitions of " + topic + " have no leader");
            }
            Thread.sleep(20);
        }
    }

    /** Empty while the server does not know the topic it has just made. */
    private static List<TopicPartitionInfo> partitions(final Admin admin, final String topic)
            throws InterruptedException, ExecutionException {
        try {
            return admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .partitions();
        } catch (final ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return List.of();
            }
            throw e;
        }
    }
}
