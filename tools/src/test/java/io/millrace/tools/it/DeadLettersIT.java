package io.millrace.tools.it;

import static io.millrace.tools.it.ShareMembers.EXPLICIT;
import static io.millrace.tools.it.ShareMembers.createGroup;
import static io.millrace.tools.it.ShareMembers.member;
import static io.millrace.tools.it.ShareMembers.poll;
import static io.millrace.tools.it.ShareMembers.rest;
import static io.millrace.tools.it.ShareMembers.set;
import static io.millrace.tools.it.ShareMembers.write;
import static io.millrace.tools.it.support.Clients.bytes;
import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.ApacheKafkaBroker;
import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dead letters of share groups (KIP-1191), beside those that Apache Kafka writes of the same records. */
class DeadLettersIT {
    private static final String NAME = "errors.deadletterqueue.topic.name";
    private static final String COPIES = "errors.deadletterqueue.copy.record.enable";
    private static final String TAKES = "errors.deadletterqueue.group.enable";
    private static final String CREATES = "errors.deadletterqueue.auto.create.topics.enable";
    /** Whoever looks for a topic does not make it. */
    private static final String[] UNMADE = {"allow.auto.create.topics", "false"};

    private static final Duration LONG = Duration.ofSeconds(30);

    private record Letter(int partition, String key, String value, Map<String, String> headers) {}

    private static BrokerUnderTest own;
    private static BrokerUnderTest kafka;

    @BeforeAll
    static void launch() {
        own = Brokers.launch(options());
        kafka = ApacheKafkaBroker.launch(options());
    }

    private static BrokerOptions options() {
        return BrokerOptions.defaults()
                .with(CREATES, "true")
                .with("num.partitions", "3")
                .with("group.share.min.record.lock.duration.ms", "1000")
                // A member that is gone is not given partitions for long.
                .with("group.share.min.session.timeout.ms", "5000")
                .with("group.share.session.timeout.ms", "5000")
                .with("group.share.min.heartbeat.interval.ms", "500")
                .with("group.share.heartbeat.interval.ms", "500");
    }

    @AfterAll
    static void close() {
        if (own != null) {
            own.close();
        }
        if (kafka != null) {
            kafka.close();
        }
    }

    /** A topic and its group, and where its letters go. */
    private static void createWithLetters(
            final BrokerUnderTest at, final String name, final int partitions, final String letters) {
        createGroup(at, name, partitions);
        set(at, name, NAME, letters);
        set(at, name, "share.delivery.count.limit", "2");
    }

    private static void createLetters(final BrokerUnderTest at, final String name, final boolean takes) {
        Clients.createTopic(at, name, 2, TAKES, Boolean.toString(takes));
    }

    private static void same(final Function<BrokerUnderTest, ?> script) {
        assertThat(script.apply(own)).isEqualTo(script.apply(kafka));
    }

    /** The letters, as soon as there are so many, in the order of the records they tell of. */
    private static List<Letter> letters(final BrokerUnderTest at, final String topic, final int count) {
        final List<Letter> letters = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = Clients.consumer(at, UNMADE)) {
            final long deadlineNs = System.nanoTime() + LONG.toNanos();
            List<TopicPartition> partitions = List.of();
            while (partitions.isEmpty() && System.nanoTime() < deadlineNs) {
                partitions = consumer.partitionsFor(topic).stream()
                        .map(each -> new TopicPartition(topic, each.partition()))
                        .toList();
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (letters.size() < count && System.nanoTime() < deadlineNs) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> letters.add(letter(record)));
            }
            // Perhaps more than there should be.
            consumer.poll(Duration.ofMillis(300)).forEach(record -> letters.add(letter(record)));
        }
        letters.sort(Comparator.comparing(letter -> letter.headers.get("__dlq.errors.partition")
                + '/'
                + "%09d".formatted(Long.parseLong(letter.headers.get("__dlq.errors.offset")))));
        return letters;
    }

    private static Letter letter(final ConsumerRecord<byte[], byte[]> record) {
        final Map<String, String> headers = new LinkedHashMap<>();
        record.headers().forEach(header -> headers.put(header.key(), text(header.value())));
        return new Letter(record.partition(), text(record.key()), text(record.value()), headers);
    }

    private static String text(final byte[] bytes) {
        return bytes == null ? null : Clients.text(bytes);
    }

    @ParameterizedTest
    @CsvSource({"false, none", "true, none", "true, lz4"})
    void shouldWriteTheLettersThatApacheKafkaWrites(final boolean copies, final String codec) {
        final String name = "said-" + copies + '-' + codec;
        same(at -> {
            createWithLetters(at, name, 3, "dlq." + name);
            createLetters(at, "dlq." + name, true);
            set(at, name, COPIES, Boolean.toString(copies));
            writeKeyed(at, name, codec);
            try (KafkaShareConsumer<byte[], byte[]> member = member(at, name, EXPLICIT)) {
                int count = 0;
                final long deadlineNs = System.nanoTime() + LONG.toNanos();
                while (count < 90 && System.nanoTime() < deadlineNs) {
                    for (final ConsumerRecord<byte[], byte[]> record : poll(member, 1)) {
                        final int delivery = record.deliveryCount().orElseThrow();
                        member.acknowledge(record, answer(record.offset() % 4, delivery));
                        count++;
                    }
                    assertThat(member.commitSync().values()).allMatch(error -> error.isEmpty());
                }
                final List<Letter> letters = letters(at, "dlq." + name, 45);
                assertThat(letters).hasSize(45);
                assertThat(rest(member)).isEmpty();
                return letters;
            }
        });
    }

    /** Of each four records one is accepted, one rejected, one given back twice, and one rejected at last. */
    private static AcknowledgeType answer(final long kind, final int delivery) {
        if (kind < 2) {
            return kind == 0 ? AcknowledgeType.ACCEPT : AcknowledgeType.REJECT;
        }
        return delivery == 1 || kind == 2 ? AcknowledgeType.RELEASE : AcknowledgeType.REJECT;
    }

    private static void writeKeyed(final BrokerUnderTest at, final String topic, final String codec) {
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(at, "compression.type", codec, "linger.ms", "50")) {
            for (int i = 0; i < 60; i++) {
                final ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                        topic, i % 3, i % 5 == 0 ? null : bytes("k" + i), i % 7 == 0 ? null : bytes("v" + i));
                record.headers().add("mine", bytes("h" + i));
                producer.send(record);
            }
        }
    }

    @Test
    void shouldWriteALetterOfWhatMembersKeepTooLong() {
        same(at -> {
            createWithLetters(at, "late", 1, "dlq.late");
            createLetters(at, "dlq.late", true);
            set(at, "late", "share.record.lock.duration.ms", "1000");
            write(at, "late", 0, 3);
            try (KafkaShareConsumer<byte[], byte[]> first = member(at, "late", EXPLICIT);
                    KafkaShareConsumer<byte[], byte[]> second = member(at, "late", EXPLICIT)) {
                assertThat(poll(first, 3)).hasSize(3);
                assertThat(poll(second, 3)).hasSize(3);
                final List<Letter> letters = letters(at, "dlq.late", 3);
                assertThat(letters).hasSize(3);
                return letters;
            }
        });
    }

    @Test
    void shouldCreateTheTopicWhereThatIsAllowed() {
        same(at -> {
            createWithLetters(at, "made", 1, "dlq.made");
            write(at, "made", 0, 2);
            reject(at, "made", 2);
            assertThat(letters(at, "dlq.made", 2)).hasSize(2);
            try (Admin admin = Clients.admin(at)) {
                final ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "dlq.made");
                final var configs =
                        get(admin.describeConfigs(List.of(topic)).all()).get(topic);
                return List.of(
                        get(admin.describeTopics(List.of("dlq.made")).allTopicNames())
                                .get("dlq.made")
                                .partitions()
                                .size(),
                        configs.get(TAKES).value(),
                        configs.get(TAKES).source(),
                        configs.get("message.timestamp.type").source());
            }
        });
    }

    private static void reject(final BrokerUnderTest at, final String group, final int count) {
        try (KafkaShareConsumer<byte[], byte[]> member = member(at, group, EXPLICIT)) {
            for (int rejected = 0; rejected < count; ) {
                final List<ConsumerRecord<byte[], byte[]>> records = poll(member, 1);
                assertThat(records).isNotEmpty();
                records.forEach(record -> member.acknowledge(record, AcknowledgeType.REJECT));
                assertThat(member.commitSync().values()).allMatch(error -> error.isEmpty());
                rejected += records.size();
            }
        }
    }

    @Test
    void shouldArchiveWithoutALetterWhatMayHaveNone() {
        same(at -> {
            createLetters(at, "dlq.closed", false);
            createLetters(at, "else.where", true);
            final List<Long> ends = new ArrayList<>();
            for (final String letters : new String[] {"dlq.closed", "else.where"}) {
                final String name = "to-" + letters;
                createWithLetters(at, name, 1, letters);
                write(at, name, 0, 2);
                reject(at, name, 2);
                try (KafkaShareConsumer<byte[], byte[]> member = member(at, name)) {
                    assertThat(rest(member)).isEmpty();
                }
                write(at, name, 2, 3);
                try (KafkaShareConsumer<byte[], byte[]> member = member(at, name)) {
                    assertThat(poll(member, 1)).hasSize(1);
                }
                ends.add(Clients.endOffset(at, new TopicPartition(letters, 0)));
            }
            assertThat(ends).containsExactly(0L, 0L);
            return ends;
        });
    }

    @Test
    void shouldWriteLettersFromTheSecondVersionOn() {
        same(at -> {
            createWithLetters(at, "version", 1, "dlq.version");
            createLetters(at, "dlq.version", true);
            shareVersion(at, 1, FeatureUpdate.UpgradeType.SAFE_DOWNGRADE);
            write(at, "version", 0, 2);
            reject(at, "version", 2);
            shareVersion(at, 2, FeatureUpdate.UpgradeType.UPGRADE);
            write(at, "version", 2, 5);
            reject(at, "version", 3);
            final List<Letter> letters = letters(at, "dlq.version", 3);
            assertThat(letters).hasSize(3);
            return letters;
        });
    }

    private static void shareVersion(final BrokerUnderTest at, final int level, final FeatureUpdate.UpgradeType how) {
        try (Admin admin = Clients.admin(at)) {
            get(admin.updateFeatures(
                            Map.of("share.version", new FeatureUpdate((short) level, how)), new UpdateFeaturesOptions())
                    .all());
            final long deadlineNs = System.nanoTime() + LONG.toNanos();
            while (get(admin.describeFeatures().featureMetadata())
                                    .finalizedFeatures()
                                    .get("share.version")
                                    .maxVersionLevel()
                            != level
                    && System.nanoTime() < deadlineNs) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void shouldHeedAtOnceWhetherTopicsMayBeCreated() {
        createWithLetters(own, "switch", 1, "dlq.switch");
        write(own, "switch", 0, 1);
        allowCreation(false);
        reject(own, "switch", 1);
        write(own, "switch", 1, 2);
        try (KafkaShareConsumer<byte[], byte[]> member = member(own, "switch", EXPLICIT)) {
            final List<ConsumerRecord<byte[], byte[]>> records = poll(member, 1);
            assertThat(records)
                    .singleElement()
                    .satisfies(record -> assertThat(record.offset()).isEqualTo(1));
            allowCreation(true);
            member.acknowledge(records.getFirst(), AcknowledgeType.REJECT);
            member.commitSync();
            assertThat(letters(own, "dlq.switch", 1))
                    .singleElement()
                    .satisfies(letter -> assertThat(letter.headers).containsEntry("__dlq.errors.offset", "1"));
        }
    }

    private static void allowCreation(final boolean allowed) {
        try (Admin admin = Clients.admin(own)) {
            get(admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.BROKER, ""),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry(CREATES, Boolean.toString(allowed)), AlterConfigOp.OpType.SET))))
                    .all());
        }
    }

    @Test
    void shouldLoseNoLetterInAKill() {
        try (BrokerUnderTest killed = Brokers.launch(options())) {
            createWithLetters(killed, "kill", 4, "dlq.kill");
            set(killed, "kill", COPIES, "true");
            write(killed, "kill", 0, 2000);
            try (KafkaShareConsumer<byte[], byte[]> member =
                    member(killed, "kill", EXPLICIT[0], EXPLICIT[1], "max.poll.records", "2000")) {
                final Set<String> rejected = new HashSet<>();
                while (rejected.size() < 1000) {
                    for (final ConsumerRecord<byte[], byte[]> record : poll(member, 1)) {
                        member.acknowledge(record, AcknowledgeType.REJECT);
                        rejected.add(Clients.text(record.value()));
                    }
                    assertThat(member.commitSync().values()).allMatch(error -> error.isEmpty());
                }
                killed.kill();
                member.close(Duration.ofSeconds(1));
            }
            killed.start();
            final Set<String> told = new HashSet<>();
            try (KafkaShareConsumer<byte[], byte[]> member = member(killed, "kill", EXPLICIT);
                    KafkaConsumer<byte[], byte[]> reader =
                            Clients.consumer(killed, "group.id", "readers", UNMADE[0], UNMADE[1])) {
                reader.subscribe(List.of("dlq.kill"));
                final long deadlineNs = System.nanoTime() + LONG.toNanos();
                while (told.size() < 2000 && System.nanoTime() < deadlineNs) {
                    final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
                    member.poll(Duration.ofMillis(100)).forEach(records::add);
                    records.forEach(record -> member.acknowledge(record, AcknowledgeType.REJECT));
                    member.commitSync();
                    reader.poll(Duration.ofMillis(100)).forEach(record -> told.add(Clients.text(record.value())));
                }
            }
            assertThat(told)
                    .containsAll(IntStream.range(0, 2000).mapToObj(i -> "v" + i).toList());
        }
    }
}
