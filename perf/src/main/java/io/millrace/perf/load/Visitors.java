package io.millrace.perf.load;

import io.millrace.perf.client.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The clients of a soak that are no part of its books: who reads old data, who administers, who is written in C. */
final class Visitors {
    private Visitors() {}

    /** Reads all partitions from their beginning, at a moderate pace, over and over; no offset may be missing. */
    static final class ColdReader extends Client {
        private static final Duration POLL = Duration.ofMillis(100);
        private static final long PACE_MS = 40;

        private final String bootstrap;
        private final List<TopicPartition> partitions;
        private volatile boolean leaving;

        ColdReader(final String bootstrap, final String topic, final int partitions, final Meter meter) {
            super("cold-reader", meter);
            this.bootstrap = bootstrap;
            this.partitions = IntStream.range(0, partitions)
                    .mapToObj(partition -> new TopicPartition(topic, partition))
                    .toList();
        }

        @Override
        void leave(final boolean abruptly) {
            leaving = true;
        }

        @Override
        void live() throws Exception {
            leaving = false;
            final Map<String, Object> properties = Map.of(
                    "bootstrap.servers", bootstrap, "enable.auto.commit", "false", "auto.offset.reset", "earliest");
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.assign(partitions);
                while (isRunning() && !leaving) {
                    readOnce(consumer);
                }
            }
        }

        private void readOnce(final KafkaConsumer<byte[], byte[]> consumer) throws Exception {
            consumer.seekToBeginning(partitions);
            final Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            final Map<TopicPartition, Long> next = new HashMap<>();
            while (isRunning() && !leaving && ends.entrySet().stream().anyMatch(end -> isBehind(consumer, end))) {
                for (final ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    final TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                    final Long expected = next.put(partition, record.offset() + 1);
                    if (expected != null && record.offset() > expected) {
                        expectRetention(consumer, partition, expected, record.offset());
                    }
                }
                Thread.sleep(PACE_MS);
            }
        }

        private static boolean isBehind(
                final KafkaConsumer<byte[], byte[]> consumer, final Map.Entry<TopicPartition, Long> end) {
            return consumer.position(end.getKey()) < end.getValue();
        }

        /** Retention may have taken what was to be read next; nothing else may. */
        private static void expectRetention(
                final KafkaConsumer<byte[], byte[]> consumer,
                final TopicPartition partition,
                final long expected,
                final long found)
                throws IOException {
            final long begin = consumer.beginningOffsets(List.of(partition)).get(partition);
            if (begin < found && begin <= expected) {
                throw new IOException("records of " + partition + " are missing from " + expected + " to " + found);
            }
        }
    }

    /** Looks at everything, and makes, configures and deletes topics. */
    static final class Administrator extends Client {
        private static final long PACE_MS = 2_000;

        private final String bootstrap;
        private final String topic;
        private volatile boolean leaving;
        private int made;

        Administrator(final String bootstrap, final String topic, final Meter meter) {
            super("administrator", meter);
            this.bootstrap = bootstrap;
            this.topic = topic;
        }

        @Override
        void leave(final boolean abruptly) {
            leaving = true;
        }

        @Override
        void live() throws Exception {
            leaving = false;
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
                while (isRunning() && !leaving) {
                    look(admin);
                    makeAndDelete(admin, topic + "-admin-" + ++made);
                    Thread.sleep(PACE_MS);
                }
            }
        }

        private void look(final Admin admin) throws Exception {
            final ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            admin.describeCluster().nodes().get();
            admin.listTopics().names().get();
            admin.describeTopics(List.of(topic)).allTopicNames().get();
            admin.describeConfigs(List.of(resource)).all().get();
            admin.listOffsets(Map.of(new TopicPartition(topic, 0), OffsetSpec.latest()))
                    .all()
                    .get();
        }

        private static void makeAndDelete(final Admin admin, final String name) throws Exception {
            admin.createTopics(List.of(new NewTopic(name, 2, (short) 1))).all().get();
            final ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
            final AlterConfigOp change =
                    new AlterConfigOp(new ConfigEntry("retention.ms", "60000"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(resource, List.of(change)))
                    .all()
                    .get();
            admin.deleteTopics(List.of(name)).all().get();
        }
    }

    /** Has kcat write a few lines and read them back. */
    static final class Kcat extends Client {
        private static final long PACE_MS = 10_000;
        private static final int LINES = 10;

        private final String bootstrap;
        private final String topic;
        private boolean made;
        private int round;

        Kcat(final String bootstrap, final String topic, final Meter meter) {
            super("kcat", meter);
            this.bootstrap = bootstrap;
            this.topic = topic + "-kcat";
        }

        static boolean isInstalled() {
            try {
                return new ProcessBuilder("kcat", "-V")
                                .redirectErrorStream(true)
                                .start()
                                .waitFor()
                        == 0;
            } catch (final IOException missing) {
                return false;
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        void leave(final boolean abruptly) {
            // Each round is a client of its own.
        }

        @Override
        void live() throws Exception {
            if (!made) {
                Topics.create(bootstrap, topic, 1);
                made = true;
            }
            final List<String> lines = new ArrayList<>();
            round++;
            for (int i = 0; i < LINES; i++) {
                lines.add("round " + round + ", line " + i);
            }
            run(String.join("\n", lines) + "\n", List.of("-P"));
            final String read = run("", List.of("-C", "-o", "-" + LINES, "-e", "-q"));
            if (!read.lines().toList().equals(lines)) {
                throw new IOException("kcat wrote " + lines + " and read " + read);
            }
            for (long left = PACE_MS; left > 0 && isRunning(); left -= 100) {
                Thread.sleep(100);
            }
        }

        private String run(final String input, final List<String> options) throws IOException, InterruptedException {
            final List<String> command = new ArrayList<>(List.of("kcat", "-b", bootstrap, "-t", topic, "-p", "0"));
            command.addAll(options);
            final Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (OutputStream out = process.getOutputStream()) {
                out.write(input.getBytes(StandardCharsets.UTF_8));
            }
            final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " ended with " + process.exitValue());
            }
            return output;
        }
    }
}
