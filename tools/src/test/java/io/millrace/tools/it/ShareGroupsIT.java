package io.millrace.tools.it;

import static io.millrace.tools.it.ShareMembers.EXPLICIT;
import static io.millrace.tools.it.ShareMembers.createGroup;
import static io.millrace.tools.it.ShareMembers.member;
import static io.millrace.tools.it.ShareMembers.poll;
import static io.millrace.tools.it.ShareMembers.rest;
import static io.millrace.tools.it.ShareMembers.set;
import static io.millrace.tools.it.ShareMembers.texts;
import static io.millrace.tools.it.ShareMembers.write;
import static io.millrace.tools.it.support.Clients.bytes;
import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tools.it.support.ApacheKafkaBroker;
import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.Commands;
import io.millrace.tools.it.support.KafkaTool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Share groups (KIP-932) with Kafka's own members: what they say of records, and what becomes of these. */
class ShareGroupsIT {
    private static final int ROUNDS = 3;
    private static final Duration LONG = Duration.ofSeconds(30);

    private static BrokerUnderTest broker;

    @BeforeAll
    static void launch() {
        broker = Brokers.launch(options());
    }

    private static BrokerOptions options() {
        return BrokerOptions.defaults()
                .with("group.share.min.record.lock.duration.ms", "1000")
                .with("group.share.record.lock.duration.ms", "2000")
                // What is kept is said anew again and again, and what it replaces deleted.
                .with("share.coordinator.snapshot.update.records.per.snapshot", "10")
                .with("share.coordinator.state.topic.prune.interval.ms", "1000")
                .with("share.coordinator.cold.partition.snapshot.interval.ms", "2000")
                // A member that is gone is not given partitions for long.
                .with("group.share.min.session.timeout.ms", "5000")
                .with("group.share.session.timeout.ms", "5000")
                .with("group.share.min.heartbeat.interval.ms", "500")
                .with("group.share.heartbeat.interval.ms", "500");
    }

    @AfterAll
    static void close() {
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void shouldHandARecordToOneMember() {
        createGroup(broker, "one", 1);
        write(broker, "one", 0, 1);
        try (KafkaShareConsumer<byte[], byte[]> member = member(broker, "one")) {
            final List<ConsumerRecord<byte[], byte[]>> records = poll(member, 1);
            assertThat(texts(records)).containsExactly("v0");
            assertThat(records.getFirst().deliveryCount()).contains((short) 1);
            assertThat(member.commitSync().values()).allMatch(error -> error.isEmpty());
            assertThat(rest(member)).isEmpty();
        }
        try (KafkaShareConsumer<byte[], byte[]> later = member(broker, "one")) {
            assertThat(rest(later)).as("done is done").isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"batch_optimized", "record_limit"})
    void shouldShareRecordsAmongMembers(final String mode) {
        final String topic = "many-" + mode;
        createGroup(broker, topic, 4);
        write(broker, topic, 0, 2000);
        final List<String> seen = new ArrayList<>();
        final List<KafkaShareConsumer<byte[], byte[]>> members = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                members.add(member(broker, topic, "max.poll.records", "50", "share.acquire.mode", mode));
            }
            final long deadlineNs = System.nanoTime() + LONG.toNanos();
            while (seen.size() < 2000 && System.nanoTime() < deadlineNs) {
                for (final KafkaShareConsumer<byte[], byte[]> member : members) {
                    final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
                    member.poll(Duration.ofMillis(50)).forEach(records::add);
                    seen.addAll(texts(records));
                    if (mode.equals("record_limit")) {
                        assertThat(records).hasSizeLessThanOrEqualTo(50);
                    }
                }
            }
            members.forEach(KafkaShareConsumer::commitSync);
            assertThat(seen).hasSize(2000).doesNotHaveDuplicates();
        } finally {
            members.forEach(KafkaShareConsumer::close);
        }
    }

    @Test
    void shouldWakeAMemberThatWaits() throws InterruptedException {
        createGroup(broker, "wake", 2);
        try (KafkaShareConsumer<byte[], byte[]> member = member(broker, "wake", "fetch.max.wait.ms", "20000")) {
            assertThat(rest(member)).isEmpty();
            final Thread writer = Thread.ofPlatform().start(() -> {
                pause(1500);
                write(broker, "wake", 0, 2);
            });
            final long beganNs = System.nanoTime();
            assertThat(texts(poll(member, 2))).containsExactlyInAnyOrder("v0", "v1");
            assertThat(Duration.ofNanos(System.nanoTime() - beganNs)).isLessThan(Duration.ofSeconds(10));
            writer.join();
        }
    }

    private static void pause(final long ms) {
        try {
            Thread.sleep(ms);
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldDoWithEachRecordWhatItsMemberSays() {
        createGroup(broker, "say", 1);
        write(broker, "say", 0, 4);
        try (KafkaShareConsumer<byte[], byte[]> member = member(broker, "say", EXPLICIT)) {
            final List<ConsumerRecord<byte[], byte[]>> records = poll(member, 4);
            assertThat(records).hasSize(4);
            member.acknowledge(records.get(0), AcknowledgeType.ACCEPT);
            member.acknowledge(records.get(1), AcknowledgeType.RELEASE);
            member.acknowledge(records.get(2), AcknowledgeType.REJECT);
            member.acknowledge(records.get(3), AcknowledgeType.RELEASE);
            assertThat(member.commitSync().values()).allMatch(error -> error.isEmpty());
            final List<ConsumerRecord<byte[], byte[]>> again = poll(member, 2);
            assertThat(texts(again)).containsExactly("v1", "v3");
            assertThat(again).allMatch(record -> record.deliveryCount().orElseThrow() == 2);
            again.forEach(member::acknowledge);
            member.commitSync();
            assertThat(rest(member)).isEmpty();
        }
    }

    @Test
    void shouldGiveARecordUpAfterFiveDeliveries() {
        createGroup(broker, "often", 1);
        write(broker, "often", 0, 1);
        try (KafkaShareConsumer<byte[], byte[]> member = member(broker, "often", EXPLICIT)) {
            for (int delivery = 1; delivery <= 5; delivery++) {
                final List<ConsumerRecord<byte[], byte[]>> records = poll(member, 1);
                assertThat(records).hasSize(1);
                assertThat(records.getFirst().deliveryCount()).contains((short) delivery);
                member.acknowledge(records.getFirst(), AcknowledgeType.RELEASE);
                member.commitSync();
            }
            assertThat(rest(member)).isEmpty();
        }
    }

    @Test
    void shouldHandRecordsOfAMemberThatHangsToAnother() {
        createGroup(broker, "hang", 1);
        write(broker, "hang", 0, 10);
        try (KafkaShareConsumer<byte[], byte[]> hanging = member(broker, "hang", EXPLICIT);
                KafkaShareConsumer<byte[], byte[]> other = member(broker, "hang", EXPLICIT)) {
            assertThat(poll(hanging, 10)).hasSize(10);
            final List<ConsumerRecord<byte[], byte[]>> records = poll(other, 10);
            assertThat(records)
                    .hasSize(10)
                    .allMatch(record -> record.deliveryCount().orElseThrow() == 2);
            records.forEach(other::acknowledge);
            assertThat(other.commitSync().values()).allMatch(error -> error.isEmpty());
        }
    }

    @Test
    void shouldLeaveARecordWithAMemberThatAsksForMoreTime() {
        createGroup(broker, "renew", 1);
        write(broker, "renew", 0, 1);
        try (KafkaShareConsumer<byte[], byte[]> slow = member(broker, "renew", EXPLICIT);
                KafkaShareConsumer<byte[], byte[]> other = member(broker, "renew", EXPLICIT)) {
            final List<ConsumerRecord<byte[], byte[]>> records = poll(slow, 1);
            assertThat(records).hasSize(1);
            for (int i = 0; i < 5; i++) {
                slow.acknowledge(records.getFirst(), AcknowledgeType.RENEW);
                assertThat(slow.commitSync().values()).allMatch(error -> error.isEmpty());
                assertThat(other.poll(Duration.ofMillis(700))).isEmpty();
                slow.poll(Duration.ofMillis(10));
            }
            slow.acknowledge(records.getFirst(), AcknowledgeType.ACCEPT);
            assertThat(slow.commitSync().values()).allMatch(error -> error.isEmpty());
            assertThat(rest(other)).isEmpty();
        }
    }

    @Test
    void shouldGiveBackAtOnceWhatALeavingMemberHolds() {
        createGroup(broker, "leave", 1);
        write(broker, "leave", 0, 10);
        set(broker, "leave", "share.record.lock.duration.ms", "60000");
        final KafkaShareConsumer<byte[], byte[]> leaving = member(broker, "leave", EXPLICIT);
        assertThat(poll(leaving, 10)).hasSize(10);
        leaving.close();
        try (KafkaShareConsumer<byte[], byte[]> other = member(broker, "leave")) {
            assertThat(poll(other, 10)).hasSize(10);
        }
    }

    @Test
    void shouldNotHandOutWhatWasAborted() {
        createGroup(broker, "aborted", 1);
        set(broker, "aborted", "share.isolation.level", "read_committed");
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker, "transactional.id", "aborted")) {
            producer.initTransactions();
            for (int i = 0; i < 6; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("aborted", 0, null, bytes("v" + i)));
                producer.flush();
                if (i % 2 == 0) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }
        try (KafkaShareConsumer<byte[], byte[]> member = member(broker, "aborted")) {
            assertThat(texts(poll(member, 3))).containsExactly("v0", "v2", "v4");
            assertThat(rest(member)).isEmpty();
        }
    }

    @Test
    void shouldGoOnBehindWhatWasDeleted() {
        createGroup(broker, "deleted", 1);
        write(broker, "deleted", 0, 10);
        try (KafkaShareConsumer<byte[], byte[]> member = member(broker, "deleted", EXPLICIT);
                Admin admin = Clients.admin(broker)) {
            final List<ConsumerRecord<byte[], byte[]>> records = poll(member, 10);
            records.forEach(record -> member.acknowledge(record, AcknowledgeType.RELEASE));
            get(admin.deleteRecords(Map.of(new TopicPartition("deleted", 0), RecordsToDelete.beforeOffset(7)))
                    .all());
            member.commitSync();
            assertThat(texts(poll(member, 3))).containsExactly("v7", "v8", "v9");
        }
    }

    @Test
    void shouldTellAdministratorsOfAGroup() {
        createGroup(broker, "admin", 2);
        write(broker, "admin", 0, 10);
        try (Admin admin = Clients.admin(broker)) {
            try (KafkaShareConsumer<byte[], byte[]> member = member(broker, "admin")) {
                poll(member, 10);
                member.commitSync();
                assertThat(get(admin.listGroups(ListGroupsOptions.forShareGroups())
                                .all()))
                        .anyMatch(group ->
                                group.groupId().equals("admin") && group.type().orElseThrow() == GroupType.SHARE);
                final var described =
                        get(admin.describeShareGroups(List.of("admin")).all()).get("admin");
                assertThat(described.groupState()).isEqualTo(GroupState.STABLE);
                assertThat(described.members()).hasSize(1);
                assertThat(described.members().iterator().next().assignment().topicPartitions())
                        .hasSize(2);
                assertThatThrownBy(() ->
                                get(admin.deleteShareGroups(List.of("admin")).all()))
                        .isInstanceOf(GroupNotEmptyException.class);
                final var offsets = get(admin.listShareGroupOffsets(Map.of("admin", new ListShareGroupOffsetsSpec()))
                        .partitionsToOffsetInfo("admin"));
                assertThat(offsets).hasSize(2);
                assertThat(offsets.values()).allMatch(offset -> offset.lag().orElse(-1L) == 0);
            }
            try (Commands commands = new Commands(broker.bootstrap())) {
                assertThat(commands.out("groups", "offsets", "admin", "--topic", "admin:0", "--to", "3", "--execute"))
                        .containsPattern("admin +0 +[0-9]+ +3 +");
                try (KafkaShareConsumer<byte[], byte[]> again =
                        member(broker, "admin", "share.acknowledgement.mode", "explicit")) {
                    final List<ConsumerRecord<byte[], byte[]>> records = poll(again, 2);
                    assertThat(texts(records)).containsExactly("v6", "v8");
                    again.acknowledge(records.get(0), AcknowledgeType.RELEASE);
                    again.acknowledge(records.get(1), AcknowledgeType.ACCEPT);
                    again.commitSync();
                }
                assertThat(commands.out("groups", "describe", "admin"))
                        .containsPattern("TOPIC +PARTITION +START-OFFSET +END +LAG +MEMBERS")
                        .containsPattern("admin +0 +3 +5 +1 +0");
            }
            get(admin.deleteShareGroupOffsets("admin", Set.of("admin")).all());
            get(admin.deleteShareGroups(List.of("admin")).all());
            assertThatThrownBy(() ->
                            get(admin.describeShareGroups(List.of("admin")).all()))
                    .isInstanceOf(GroupIdNotFoundException.class);
            try (KafkaShareConsumer<byte[], byte[]> anew = member(broker, "admin")) {
                assertThat(poll(anew, 10)).as("a new group begins anew").hasSize(10);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "core"})
    void shouldKeepWhatIsDoneAcrossAKill(final String advertise) {
        try (BrokerUnderTest own = Brokers.launch(options().advertising(advertise))) {
            createGroup(own, "kill", 4);
            write(own, "kill", 0, 400);
            final Set<String> done = new HashSet<>();
            try (KafkaShareConsumer<byte[], byte[]> member =
                    member(own, "kill", "share.acknowledgement.mode", "explicit", "max.poll.records", "20")) {
                final long deadlineNs = System.nanoTime() + LONG.toNanos();
                while (done.size() < 200 && System.nanoTime() < deadlineNs) {
                    final List<ConsumerRecord<byte[], byte[]>> records = poll(member, 1);
                    for (final ConsumerRecord<byte[], byte[]> record : records) {
                        // Every fourth comes back once, and has to be remembered as well.
                        final boolean accepted = record.offset() % 4 != 0
                                || record.deliveryCount().orElseThrow() > 1;
                        member.acknowledge(record, accepted ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
                        if (accepted) {
                            done.add(Clients.text(record.value()));
                        }
                    }
                    assertThat(member.commitSync().values()).allMatch(error -> error.isEmpty());
                }
                own.kill();
                member.close(Duration.ofSeconds(1));
            }
            own.start();
            try (KafkaShareConsumer<byte[], byte[]> member = member(own, "kill")) {
                final List<String> values = new ArrayList<>(texts(poll(member, 400 - done.size())));
                values.addAll(texts(rest(member)));
                assertThat(values).doesNotContainAnyElementsOf(done);
                final Set<String> all = new HashSet<>(done);
                all.addAll(values);
                assertThat(all).hasSize(400);
            }
        }
    }

    @Test
    void shouldServeKafkasOwnTools() {
        createGroup(broker, "tools", 1);
        write(broker, "tools", 0, 5);
        final KafkaTool.Result consumed = KafkaTool.run(
                "org.apache.kafka.tools.consumer.ConsoleShareConsumer",
                "--bootstrap-server",
                broker.bootstrap(),
                "--topic",
                "tools",
                "--group",
                "tools",
                "--max-messages",
                "5",
                "--timeout-ms",
                "20000");
        assertThat(consumed.out()).contains("v0", "v4");
        final String command = "org.apache.kafka.tools.consumer.group.ShareGroupCommand";
        final String[] server = {"--bootstrap-server", broker.bootstrap()};
        assertThat(KafkaTool.run(command, server[0], server[1], "--list").out()).contains("tools");
        assertThat(KafkaTool.run(command, server[0], server[1], "--describe", "--group", "tools", "--offsets")
                        .out())
                .contains("tools", "START-OFFSET");
        assertThat(KafkaTool.run(command, server[0], server[1], "--delete", "--group", "tools")
                        .output())
                .contains("successful");
    }

    /** Members that crash: the bar is a million records, by the system property share.records. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldHaveEveryRecordWorkedOffByManyMembers(final boolean crashes) throws Exception {
        final int records = Integer.getInteger("share.records", 40_000);
        final Map<Long, Integer> accepted = workOff(broker, "bar-" + crashes, records, crashes);
        assertThat(accepted).hasSize(records);
        if (!crashes) {
            assertThat(accepted.values()).allMatch(times -> times == 1);
        }
    }

    @Tag("soak")
    @Test
    void shouldBeAsFastAsApacheKafka() throws Exception {
        final int records = Integer.getInteger("share.records", 1_000_000);
        try (BrokerUnderTest kafka = ApacheKafkaBroker.launch(options());
                BrokerUnderTest own = Brokers.launch(options().withDurability("os"))) {
            workOff(kafka, "warm", records / 5, false);
            workOff(own, "warm", records / 5, false);
            final long[] kafkaMs = new long[ROUNDS];
            final long[] ownMs = new long[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                kafkaMs[round] = workOffMs(kafka, round, records);
                ownMs[round] = workOffMs(own, round, records);
            }
            System.out.printf("ms: Apache Kafka %s, own %s%n", Arrays.toString(kafkaMs), Arrays.toString(ownMs));
            Arrays.sort(kafkaMs);
            Arrays.sort(ownMs);
            assertThat(ownMs[ROUNDS / 2]).as("medians").isLessThanOrEqualTo(kafkaMs[ROUNDS / 2]);
        }
    }

    /** Of working off alone. */
    private static long workOffMs(final BrokerUnderTest at, final int round, final int records) throws Exception {
        final String topic = "measured-" + round;
        createGroup(at, topic, 8);
        write(at, topic, 0, records);
        final long beganNs = System.nanoTime();
        assertThat(new ShareFleet(at, topic, 20, false).run(records, Duration.ofSeconds(60 + records / 2000)))
                .hasSize(records);
        return (System.nanoTime() - beganNs) / 1_000_000;
    }

    private static Map<Long, Integer> workOff(
            final BrokerUnderTest at, final String topic, final int records, final boolean crashes) throws Exception {
        createGroup(at, topic, 8);
        write(at, topic, 0, records);
        final long beganNs = System.nanoTime();
        final Map<Long, Integer> accepted =
                new ShareFleet(at, topic, 20, crashes).run(records, Duration.ofSeconds(60 + records / 2000));
        System.out.printf(
                "share groups of %s: %d records, crashes %s: %.1f s, %d accepted more than once%n",
                at.getClass().getSimpleName(),
                records,
                crashes,
                (System.nanoTime() - beganNs) / 1e9,
                accepted.values().stream().filter(times -> times > 1).count());
        return accepted;
    }
}
