package io.millrace.tools.it.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.ApacheKafkaBroker;
import io.millrace.tools.it.support.Batches;
import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.ProduceResponseData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Settings that change answers change them as they change Apache Kafka's. */
class SettingsCompatibilityIT {
    private static final Map<String, String> SETTINGS = Map.of(
            "delete.topic.enable", "false",
            "auto.create.topics.enable", "false",
            "num.partitions", "3",
            "max.request.partition.size.limit", "2",
            "message.max.bytes", "600",
            "fetch.max.bytes", "1024",
            "max.incremental.fetch.session.cache.slots", "0",
            "log.message.timestamp.type", "LogAppendTime",
            "socket.request.max.bytes", "20000",
            "min.insync.replicas", "2");
    private static final String TOPIC = "settings";

    private static BrokerUnderTest kafka;
    private static BrokerUnderTest broker;
    private static Party reference;
    private static Party subject;

    @BeforeAll
    static void launch() {
        BrokerOptions options = BrokerOptions.defaults().with("node.id", "1");
        for (final Map.Entry<String, String> setting : SETTINGS.entrySet()) {
            options = options.with(setting.getKey(), setting.getValue());
        }
        kafka = ApacheKafkaBroker.launch(options);
        broker = Brokers.launch(options);
        reference = new Party(kafka);
        subject = new Party(broker);
        subject.createTopic(TOPIC, 3);
        reference.createTopic(TOPIC, 3);
    }

    @AfterAll
    static void close() {
        if (broker != null) {
            broker.close();
        }
        if (kafka != null) {
            kafka.close();
        }
    }

    private static void compare(final int version, final Consumer<Twins> questions) {
        final Twins twins = new Twins(subject, reference, version);
        questions.accept(twins);
        assertThat(twins.differences()).isEmpty();
        assertThat(twins.asked()).isPositive();
    }

    @Test
    void shouldDeleteNoTopicWhereThatIsSwitchedOff() {
        for (int version = 1; version <= 5; version++) {
            compare(
                    version,
                    twins -> twins.ask(
                            "one",
                            party -> new DeleteTopicsRequestData()
                                    .setTopicNames(List.of(TOPIC))
                                    .setTimeoutMs(5_000)));
        }
        compare(
                6,
                twins -> twins.ask(
                        "one",
                        party -> new DeleteTopicsRequestData()
                                .setTopics(List.of(new DeleteTopicState().setName(TOPIC)))
                                .setTimeoutMs(5_000)));
    }

    @Test
    void shouldMakeNoTopicByTheAskingWhereThatIsSwitchedOff() {
        compare(
                12,
                twins -> twins.ask(
                        "asked for",
                        party -> new MetadataRequestData()
                                .setAllowAutoTopicCreation(true)
                                .setTopics(List.of(new MetadataRequestTopic().setName("not-made")))));
        compare(12, twins -> twins.ask("all", party -> new MetadataRequestData().setTopics(null)));
    }

    @Test
    void shouldTakeTheNumberOfPartitionsFromTheSettings() {
        compare(
                7,
                twins -> twins.ask("by default", party -> {
                    final CreateTopicsRequestData request =
                            new CreateTopicsRequestData().setTimeoutMs(20_000).setValidateOnly(true);
                    request.topics()
                            .add(new CreatableTopic()
                                    .setName("defaults")
                                    .setNumPartitions(-1)
                                    .setReplicationFactor((short) -1));
                    return request;
                }));
    }

    @Test
    void shouldPageThroughPartitions() {
        compare(
                0,
                twins -> twins.ask(
                        "a page",
                        party -> new DescribeTopicPartitionsRequestData()
                                .setTopics(List.of(new TopicRequest().setName(TOPIC)))
                                .setResponsePartitionLimit(2_000)));
    }

    @Test
    void shouldTakeBatchesAsTheSettingsSay() {
        compare(9, twins -> {
            twins.ask("small", party -> ProduceScripts.of(party, 9, TOPIC, 0, Batches.plain("a", "b")));
            twins.ask("too large", party -> ProduceScripts.of(party, 9, TOPIC, 0, Batches.plain("x".repeat(700))));
            twins.ask(
                    "beyond a request",
                    party -> ProduceScripts.of(party, 9, TOPIC, 0, Batches.plain("x".repeat(30_000))));
            twins.ask("again", party -> ProduceScripts.of(party, 9, TOPIC, 0, Batches.plain("c")));
        });
    }

    @Test
    void shouldHoldFetchesToTheirLimits() {
        for (int i = 0; i < 5; i++) {
            for (final Party party : List.of(subject, reference)) {
                party.call(
                        ProduceScripts.of(party, 9, TOPIC, 1, Batches.plain("y".repeat(400))),
                        (short) 9,
                        ProduceResponseData.class);
            }
        }
        compare(13, twins -> {
            // Stamped by each broker's own clock, so lengths are compared and not bytes.
            twins.ask("at most a kilobyte", party -> FetchScripts.of(party, 13, TOPIC, 2, 0));
            twins.ask(
                    "no session to be had",
                    party -> FetchScripts.of(party, 13, TOPIC, 2, 0).setSessionEpoch(0));
        });
        for (final Party party : List.of(subject, reference)) {
            final var answer = party.call(
                    FetchScripts.of(party, 13, TOPIC, 1, 0),
                    (short) 13,
                    org.apache.kafka.common.message.FetchResponseData.class);
            final var records = answer.responses().get(0).partitions().get(0).records();
            assertThat(records.sizeInBytes()).isLessThanOrEqualTo(1024).isGreaterThan(900);
        }
    }
}
