package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.bytes;
import static io.millrace.tools.it.support.Clients.get;
import static io.millrace.tools.it.support.Clients.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.MillraceBroker;
import io.millrace.tools.it.support.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Compaction beside all else that happens to a log: restarts, the topic's end, other policies, tools that look on. */
class CompactionUpkeepIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final BrokerOptions BUSY = BrokerOptions.defaults()
            .with("log.cleaner.backoff.ms", "100")
            .with("log.cleaner.min.cleanable.ratio", "0.01")
            .with("log.retention.check.interval.ms", "200")
            .with("offsets.topic.num.partitions", "2")
            .with("offsets.topic.segment.bytes", "65536") // less than a topic may have
            .with("transaction.state.log.num.partitions", "2")
            .with("transaction.state.log.segment.bytes", "1048576");
    private static final String[] COMPACTED = {
        "cleanup.policy", "compact", "segment.bytes", "1048576", "segment.ms", "200"
    };

    private MillraceBroker broker;
    private int nudges;

    @AfterEach
    void close() {
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void shouldCompactWhatCoordinatorsKeepAndReadItAtAStart() {
        broker = MillraceBroker.launch(BUSY.with("log.roll.ms", "1000"));
        Clients.createTopic(broker, "copied", 4);
        commitOften(0);
        commitTransactions();
        assertThat(ended("__consumer_offsets")).isGreaterThanOrEqualTo(2_000);
        assertThat(ended("__transaction_state")).isGreaterThanOrEqualTo(450);
        // All that a start reads: the newest of each key, and what the newest segments have.
        until(() -> bytesOf("__consumer_offsets-") < 20_000 && bytesOf("__transaction_state-") < 5_000);
        for (final boolean orderly : new boolean[] {true, false}) {
            if (orderly) {
                broker.stop();
            } else {
                broker.kill();
            }
            broker.start();
            expectOffsets(orderly ? 0 : 1);
            commitOften(1);
            expectOffsets(1);
        }
        try (Admin admin = Clients.admin(broker)) {
            final var before = get(admin.describeTransactions(List.of("mover")).description("mover"));
            assertThat(before.state()).isEqualTo(TransactionState.COMPLETE_COMMIT);
            try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker, "transactional.id", "mover")) {
                producer.initTransactions();
                final var after =
                        get(admin.describeTransactions(List.of("mover")).description("mover"));
                assertThat(after.producerId()).isEqualTo(before.producerId());
                assertThat(after.producerEpoch()).isGreaterThan(before.producerEpoch());
            }
        }
        assertThat(Clients.readCommitted(broker, "copied", 4, 150)).hasSize(150);
    }

    @Test
    void shouldGiveUpWhenTheTopicEndsOrIsCompactedNoMore() {
        broker = MillraceBroker.launch(
                BUSY.withCores(1).with("log.cleaner.io.max.bytes.per.second", Integer.toString(4 << 20)));
        Clients.createTopic(broker, "slow", 1, COMPACTED);
        fill("slow", 2_500, 1_000);
        until(() -> isBusy("slow"));
        try (Admin admin = Clients.admin(broker)) {
            get(admin.deleteTopics(List.of("slow")).all());
        }
        until(() -> count(broker.dataDir(), "slow-0") == 0 && openFiles("slow-0") == 0);
        Clients.createTopic(broker, "turned", 1, COMPACTED);
        fill("turned", 2_500, 1_000);
        until(() -> isBusy("turned"));
        configure("turned", "cleanup.policy", "delete");
        until(() -> !isBusy("turned"));
        configure("turned", "cleanup.policy", "compact");
        until(() -> isBusy("turned"));
        broker.kill();
        broker.start(BUSY);
        until(() -> countRecords("turned") < 1_100);
        assertThat(latest("turned")).hasSize(1_000).containsEntry("key-999", "value-1999");
        until(() -> !isBusy("turned"));
        assertThat(openFiles("(deleted)")).isZero();
    }

    @Test
    void shouldDeleteOldSegmentsOfACompactedTopicToo() {
        broker = MillraceBroker.launch(BUSY);
        Clients.createTopic(broker, "both", 1, COMPACTED);
        configure("both", "cleanup.policy", "compact,delete");
        fill("both", 2_500, 100);
        until(() -> countRecords("both") < 110);
        assertThat(latest("both")).hasSize(100);
        assertThat(startOffset("both")).isZero();
        configure("both", "retention.ms", "1");
        until(() -> countRecords("both") == 0);
        assertThat(startOffset("both")).isGreaterThanOrEqualTo(2_500);
        configure("both", "retention.ms", "3600000");
        fill("both", 1_000, 50);
        until(() -> countRecords("both") < 60);
        assertThat(latest("both")).hasSize(50).containsEntry("key-49", "value-999");
        assertThat(startOffset("both")).isBetween(2_500L, 2_600L);
        broker.kill();
        broker.start();
        assertThat(latest("both")).hasSize(50).containsEntry("key-49", "value-999");
    }

    @Test
    void shouldHeedSettingsThatAreAlteredWhileItRuns() {
        broker = MillraceBroker.launch(BUSY.with("log.cleaner.backoff.ms", "3600000"));
        Clients.createTopic(broker, "later", 1, COMPACTED);
        fill("later", 1_000, 100);
        try (Admin admin = Clients.admin(broker)) {
            get(admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.BROKER, ""),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("log.cleaner.backoff.ms", "100"), AlterConfigOp.OpType.SET))))
                    .all());
        }
        until(() -> countRecords("later") < 110);
    }

    @Test
    void shouldBeSoundToWhoeverLooksOnAndCopies() throws IOException {
        broker = MillraceBroker.launch(BUSY);
        Clients.createTopic(broker, "watched", 1, COMPACTED);
        final Path folder = Project.scratch("watched");
        final Path copy = folder.resolve("copy");
        fill("watched", 1_000, 100);
        try (ChildProcess follower = follow(folder, copy)) {
            for (int i = 0; i < 2; i++) {
                try (ChildProcess inspected = inspect(folder, broker.dataDir())) {
                    for (int more = 0; more < 10; more++) {
                        fill("watched", 300, 100);
                        pause(100);
                    }
                    assertThat(inspected.awaitExit(LIMIT))
                            .as(inspected.output())
                            .isZero();
                }
            }
            until(() -> countRecords("watched") < 110);
            follower.terminateCleanly(LIMIT);
        }
        expectSound(folder, copy);
        // A copy that begins now finds holes from the first byte on, and so does its own next start.
        final Path late = folder.resolve("late");
        for (int i = 0; i < 2; i++) {
            try (ChildProcess follower = follow(folder, late, "--once")) {
                assertThat(follower.awaitExit(LIMIT)).as(follower.output()).isZero();
            }
            expectSound(folder, late);
            fill("watched", 10, 10);
        }
        Project.discard(folder);
    }

    // What is done to the broker

    private void commitOften(final int generation) {
        try (var consumer = Clients.consumer(broker, "group.id", "readers")) {
            final int rounds = generation == 0 ? 500 : 20;
            for (int i = 0; i < rounds; i++) {
                final Map<TopicPartition, OffsetAndMetadata> offsets = new TreeMap<>(this::compare);
                for (int partition = 0; partition < 4; partition++) {
                    offsets.put(
                            new TopicPartition("copied", partition),
                            new OffsetAndMetadata(generation * 100_000L + i, ("note " + i).repeat(300)));
                }
                consumer.commitSync(offsets);
            }
        }
    }

    private int compare(final TopicPartition left, final TopicPartition right) {
        return Integer.compare(left.partition(), right.partition());
    }

    private void expectOffsets(final int generation) {
        final long expected = generation == 0 ? 499 : 100_019;
        try (Admin admin = Clients.admin(broker)) {
            final var offsets = get(admin.listConsumerGroupOffsets("readers").partitionsToOffsetAndMetadata());
            assertThat(offsets).hasSize(4);
            assertThat(offsets.values())
                    .allSatisfy(each -> assertThat(each.offset()).isEqualTo(expected));
        }
    }

    private void commitTransactions() {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker, "transactional.id", "mover")) {
            producer.initTransactions();
            for (int i = 0; i < 150; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("copied", i % 4, null, bytes("value " + i)));
                producer.commitTransaction();
            }
        }
    }

    private void fill(final String topic, final int count, final int keys) {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker, "batch.size", "20000")) {
            for (int i = 0; i < count; i++) {
                final String value = "value-" + i + " " + "x".repeat(1_000);
                producer.send(new ProducerRecord<>(topic, bytes("key-" + i % keys), bytes(value)));
            }
        }
    }

    private void configure(final String topic, final String name, final String value) {
        final ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        final AlterConfigOp set = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
        try (Admin admin = Clients.admin(broker)) {
            get(admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all());
        }
    }

    private ChildProcess follow(final Path folder, final Path copy, final String... more) {
        final List<String> arguments = new ArrayList<>(List.of("follow", "--from", broker.bootstrap()));
        arguments.addAll(List.of("--topic", "watched", "--partition", "0", "--data-dir", copy.toString()));
        arguments.addAll(List.of(more));
        return MillraceBroker.command(folder, Map.of(), arguments);
    }

    private static ChildProcess inspect(final Path folder, final Path what) {
        return MillraceBroker.command(folder, Map.of(), List.of("inspect", what.toString(), "--verify"));
    }

    // What is seen of it

    private void expectSound(final Path folder, final Path copy) throws IOException {
        try (ChildProcess inspected = inspect(folder, copy.resolve("watched-0"))) {
            assertThat(inspected.awaitExit(LIMIT)).as(inspected.output()).isZero();
        }
    }

    private List<ConsumerRecord<byte[], byte[]>> readAll(final String topic) {
        final TopicPartition partition = new TopicPartition(topic, 0);
        final List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (var consumer = Clients.consumer(broker)) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            final long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(found::add);
            }
        }
        found.removeIf(each -> text(each.key()).equals("nudge"));
        return found;
    }

    /** A new record rolls the segment, and gives the cleaner a reason to come again. */
    private int countRecords(final String topic) {
        final int count = readAll(topic).size();
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker)) {
            get(producer.send(new ProducerRecord<>(topic, bytes("nudge"), bytes("nudge " + nudges++))));
        }
        return count;
    }

    private Map<String, String> latest(final String topic) {
        final Map<String, String> latest = new TreeMap<>();
        readAll(topic)
                .forEach(each -> latest.put(text(each.key()), text(each.value()).split(" ")[0]));
        return latest;
    }

    private long startOffset(final String topic) {
        final TopicPartition partition = new TopicPartition(topic, 0);
        try (var consumer = Clients.consumer(broker)) {
            return consumer.beginningOffsets(List.of(partition)).get(partition);
        }
    }

    private long ended(final String topic) {
        return Clients.endOffset(broker, new TopicPartition(topic, 0))
                + Clients.endOffset(broker, new TopicPartition(topic, 1));
    }

    private boolean isBusy(final String topic) {
        return count(broker.dataDir().resolve(topic + "-0"), ".cleaned") > 0;
    }

    private long bytesOf(final String prefix) {
        return list(broker.dataDir()).stream()
                .filter(each -> each.getFileName().toString().startsWith(prefix))
                .flatMap(each -> list(each).stream())
                .filter(each -> each.toString().endsWith(".log"))
                .mapToLong(each -> each.toFile().length())
                .sum();
    }

    private static long count(final Path directory, final String part) {
        return list(directory).stream()
                .filter(each -> each.getFileName().toString().contains(part))
                .count();
    }

    private long openFiles(final String part) {
        return list(Path.of("/proc/" + broker.pid() + "/fd")).stream()
                .filter(each -> {
                    try {
                        final String name = Files.readSymbolicLink(each).toString();
                        return name.startsWith(broker.dataDir().toString()) && name.contains(part);
                    } catch (final IOException closedMeanwhile) {
                        return false;
                    }
                })
                .count();
    }

    private static List<Path> list(final Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        } catch (final NoSuchFileException gone) {
            return List.of();
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void until(final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                throw new AssertionError("did not happen; the broker says:\n" + broker.output());
            }
            pause(50);
        }
    }

    private static void pause(final long ms) {
        LockSupport.parkNanos(ms * 1_000_000);
    }
}
