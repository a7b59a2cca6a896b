package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tools.it.support.Artifacts;
import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.Commands;
import io.millrace.tools.it.support.Programs;
import io.millrace.tools.it.support.Project;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupMemberDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Kafka Streams under exactly_once_v2: a program is killed in the midst of its transactions, another restores its state
 * from the changelogs alone, then the broker is killed under that one. Each update must come out once, with its value.
 */
class StreamsIT {
    private static final String GROUP = "shop";
    private static final int PARTITIONS = 3;
    private static final int WORDS = 7;
    private static final int ACCOUNTS = 5;
    private static final int ROUND = 300;
    private static final int ROUNDS = 3;
    private static final long FIRST_MS = 1_700_000_000_000L;
    private static final Duration WITHIN = Duration.ofSeconds(60);

    private BrokerUnderTest broker;
    private Path folder;

    @BeforeEach
    void launch() {
        Artifacts.kafkaStreams();
        folder = Project.scratch("streams");
        broker = Brokers.launch(BrokerOptions.defaults()
                .with("group.streams.min.session.timeout.ms", "6000")
                .with("group.streams.session.timeout.ms", "6000")
                .with("group.streams.min.heartbeat.interval.ms", "500")
                .with("group.streams.heartbeat.interval.ms", "500")
                .with("group.streams.initial.rebalance.delay.ms", "500"));
        List.of(
                        "lines",
                        "amounts",
                        "customers",
                        "limits",
                        "orders",
                        "word-counts",
                        "window-sums",
                        "customer-limits",
                        "customer-orders")
                .forEach(topic -> Clients.createTopic(broker, topic, PARTITIONS));
    }

    @AfterEach
    void close() {
        if (broker != null) {
            broker.close();
            Project.discard(folder);
        }
    }

    @Test
    void shouldUpdateEachResultOnceThroughKills() {
        updateThroughKills("streams");
    }

    @Test
    @Tag("soak")
    void shouldUpdateEachResultOnceThroughKillsOfClassicMembers() {
        updateThroughKills("classic");
    }

    private void updateThroughKills(final String protocol) {
        writeTables(0);
        try (ChildProcess first = start("state-0", protocol)) {
            first.awaitLine("running", WITHIN);
            assertThat(Clients.readCommitted(broker, "customer-limits", PARTITIONS, ACCOUNTS))
                    .hasSizeGreaterThanOrEqualTo(ACCOUNTS);
            writeRound(0);
            assertThat(Clients.readCommitted(broker, "word-counts", PARTITIONS, ROUND))
                    .hasSizeGreaterThanOrEqualTo(ROUND);
            writeRound(1);
            first.kill();
        }
        try (ChildProcess second = start("state-1", protocol)) {
            second.awaitLine("running", WITHIN);
            writeTables(1);
            writeRound(2);
            broker.kill();
            broker.start();
            checkWords();
            checkWindows();
            checkJoins();
            second.terminateCleanly(Duration.ofSeconds(30));
            assertThat(second.output()).doesNotContain("failed:");
        }
    }

    @Test
    void shouldShareTheTasksOfAStreamsGroupAndTakeOverThoseOfWhoLeaves() {
        writeTables(1);
        try (ChildProcess first = start("state-0", "streams");
                ChildProcess second = start("state-1", "streams")) {
            first.awaitLine("running", WITHIN);
            second.awaitLine("running", WITHIN);
            awaitBusyProcesses(2);
            assertThat(describe().groupState()).isEqualTo(GroupState.STABLE);
            checkInternalTopics();
            checkReaders();
            writeRound(0);
            assertThat(Clients.readCommitted(broker, "word-counts", PARTITIONS, 2 * ROUND))
                    .hasSize(2 * ROUND);
            second.terminateCleanly(Duration.ofSeconds(30));
            writeRound(1);
            awaitBusyProcesses(1);
            writeRound(2);
            checkWords();
            checkWindows();
            checkJoins();
            first.terminateCleanly(Duration.ofSeconds(30));
            assertThat(first.output() + second.output()).doesNotContain("failed:");
        }
        assertThat(describe().groupState()).isEqualTo(GroupState.EMPTY);
        try (Admin admin = Clients.admin(broker)) {
            assertThat(Clients.get(admin.listGroups(ListGroupsOptions.forStreamsGroups())
                            .all()))
                    .extracting(GroupListing::groupId)
                    .containsExactly(GROUP);
            assertThat(Clients.get(admin.listStreamsGroupOffsets(Map.of(GROUP, new ListStreamsGroupOffsetsSpec()))
                            .partitionsToOffsetAndMetadata(GROUP)))
                    .containsKey(new TopicPartition("lines", 0));
            try (Commands commands = new Commands(broker.bootstrap())) {
                commands.out("groups", "offsets", GROUP, "--topic", "lines:0", "--to", "0", "--execute");
            }
            assertThat(Clients.get(admin.listStreamsGroupOffsets(Map.of(GROUP, new ListStreamsGroupOffsetsSpec()))
                                    .partitionsToOffsetAndMetadata(GROUP))
                            .get(new TopicPartition("lines", 0))
                            .offset())
                    .isZero();
            Clients.get(admin.deleteStreamsGroups(List.of(GROUP)).all());
            assertThatThrownBy(() -> Clients.get(
                            admin.describeStreamsGroups(List.of(GROUP)).all()))
                    .isInstanceOf(GroupIdNotFoundException.class);
        }
    }

    private StreamsGroupDescription describe() {
        try (Admin admin = Clients.admin(broker)) {
            return Clients.get(admin.describeStreamsGroups(List.of(GROUP)).all())
                    .get(GROUP);
        }
    }

    /** Waits until all tasks are the members' of so many processes, each of which has some. */
    private void awaitBusyProcesses(final int count) {
        StreamsGroupDescription group = describe();
        final long deadlineNs = System.nanoTime() + WITHIN.toNanos();
        while ((busyProcesses(group) != count || group.groupState() != GroupState.STABLE)
                && System.nanoTime() < deadlineNs) {
            LockSupport.parkNanos(100_000_000);
            group = describe();
        }
        assertThat(busyProcesses(group)).as("%s", group).isEqualTo(count);
    }

    private static int busyProcesses(final StreamsGroupDescription group) {
        return (int) group.members().stream()
                .filter(member -> !member.assignment().activeTasks().isEmpty())
                .map(StreamsGroupMemberDescription::processId)
                .distinct()
                .count();
    }

    /** Each partition that the tasks read has a member that reads it. */
    private void checkReaders() {
        try (Commands commands = new Commands(broker.bootstrap())) {
            final String described = commands.out("groups", "describe", GROUP);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                assertThat(described)
                        .containsPattern("lines +" + partition + " .* [^ -][^ ]+ *\n")
                        .containsPattern(GROUP + "-counts-repartition +" + partition + " .* [^ -][^ ]+ *\n");
            }
        }
    }

    private void checkInternalTopics() {
        final ConfigResource changelog = new ConfigResource(ConfigResource.Type.TOPIC, GROUP + "-counts-changelog");
        final ConfigResource repartition = new ConfigResource(ConfigResource.Type.TOPIC, GROUP + "-counts-repartition");
        try (Admin admin = Clients.admin(broker)) {
            final var configs = Clients.get(
                    admin.describeConfigs(List.of(changelog, repartition)).all());
            assertThat(configs.get(changelog).get("cleanup.policy").value()).isEqualTo("compact");
            assertThat(configs.get(repartition).get("cleanup.policy").value()).isEqualTo("delete");
            assertThat(configs.get(repartition).get("retention.ms").value()).isEqualTo("-1");
        }
    }

    private ChildProcess start(final String state, final String protocol) {
        return Programs.startJava(
                "Streams",
                folder,
                Artifacts.kafkaStreams(),
                broker.bootstrap(),
                GROUP,
                folder.resolve(state).toString(),
                "group.protocol=" + protocol);
    }

    private static String line(final int i) {
        return "w" + i % WORDS + " w" + i % 2;
    }

    private static String account(final int i) {
        return "a" + i % ACCOUNTS;
    }

    /** Ten amounts of each account in a second. */
    private static long time(final int i) {
        return FIRST_MS + 20L * i;
    }

    private void writeTables(final int version) {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker)) {
            for (int i = 0; i < ACCOUNTS; i++) {
                final byte[] key = bytes(account(i));
                producer.send(new ProducerRecord<>("customers", key, bytes("c" + i)));
                producer.send(new ProducerRecord<>("limits", key, number(100L * version + i)));
            }
        }
    }

    private void writeRound(final int round) {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker)) {
            for (int i = round * ROUND; i < (round + 1) * ROUND; i++) {
                final byte[] key = bytes(account(i));
                producer.send(new ProducerRecord<>("lines", i % PARTITIONS, null, bytes(line(i))));
                producer.send(new ProducerRecord<>("amounts", null, time(i), key, number(i)));
                producer.send(new ProducerRecord<>("orders", key, bytes("o" + i)));
            }
        }
    }

    private void checkWords() {
        final Map<String, Integer> expected = new TreeMap<>();
        for (int i = 0; i < ROUNDS * ROUND; i++) {
            for (final String word : line(i).split(" ")) {
                expected.merge(word, 1, Integer::sum);
            }
        }
        final Map<String, List<Long>> counts = new TreeMap<>();
        for (final ConsumerRecord<byte[], byte[]> record :
                Clients.readCommitted(broker, "word-counts", PARTITIONS, 2 * ROUNDS * ROUND)) {
            values(counts, record).add(ByteBuffer.wrap(record.value()).getLong());
        }
        assertThat(counts.keySet()).isEqualTo(expected.keySet());
        counts.forEach((word, values) -> assertThat(values)
                .as(word)
                .isEqualTo(LongStream.rangeClosed(1, expected.get(word)).boxed().toList()));
    }

    private void checkWindows() {
        final Map<String, List<Long>> expected = new TreeMap<>();
        for (int i = 0; i < ROUNDS * ROUND; i++) {
            final List<Long> sums =
                    expected.computeIfAbsent(account(i) + "@" + time(i) / 1_000 * 1_000, ignored -> new ArrayList<>());
            sums.add(i + (sums.isEmpty() ? 0 : sums.getLast()));
        }
        final Map<String, List<Long>> sums = new TreeMap<>();
        for (final ConsumerRecord<byte[], byte[]> record :
                Clients.readCommitted(broker, "window-sums", PARTITIONS, ROUNDS * ROUND)) {
            values(sums, record).add(ByteBuffer.wrap(record.value()).getLong());
        }
        assertThat(sums).isEqualTo(expected);
    }

    private void checkJoins() {
        final Map<String, String> limits = new TreeMap<>();
        // How many results the last one comes after depends on which record of a table came first.
        for (int attempt = 1; attempt <= 10 && !areLast(limits); attempt++) {
            Clients.readCommitted(broker, "customer-limits", PARTITIONS, Math.min(3, attempt) * ACCOUNTS)
                    .forEach(record -> limits.put(Clients.text(record.key()), Clients.text(record.value())));
        }
        assertThat(limits)
                .hasSize(ACCOUNTS)
                .allSatisfy((key, value) ->
                        assertThat(value).isEqualTo("c" + key.substring(1) + " may 10" + key.substring(1)));
        assertThat(Clients.readCommitted(broker, "customer-orders", PARTITIONS, ROUNDS * ROUND).stream()
                        .map(record -> Clients.text(record.value())))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, ROUNDS * ROUND)
                        .mapToObj(i -> "o" + i + " by c" + i % ACCOUNTS)
                        .toList());
    }

    private static boolean areLast(final Map<String, String> limits) {
        return limits.size() == ACCOUNTS && limits.values().stream().allMatch(limit -> limit.contains(" may 10"));
    }

    private static List<Long> values(final Map<String, List<Long>> of, final ConsumerRecord<byte[], byte[]> record) {
        return of.computeIfAbsent(Clients.text(record.key()), ignored -> new ArrayList<>());
    }

    private static byte[] number(final long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }
}
