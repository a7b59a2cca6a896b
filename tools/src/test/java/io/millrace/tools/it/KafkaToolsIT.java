package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.KafkaTool;
import io.millrace.tools.it.support.KafkaTool.Result;
import io.millrace.tools.it.support.Project;
import io.millrace.tools.it.support.ToolHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Apache Kafka's own command line tools do their work, and print what they print of Apache Kafka. */
class KafkaToolsIT {
    private static final String TOOLS = "org.apache.kafka.tools.";

    private static BrokerUnderTest broker;

    @BeforeAll
    static void launch() {
        // A member of a share group hears of its partitions with its second heartbeat.
        broker = Brokers.launch(BrokerOptions.defaults()
                .with("group.share.min.heartbeat.interval.ms", "500")
                .with("group.share.heartbeat.interval.ms", "500"));
    }

    @AfterAll
    static void close() {
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void shouldManageTopics() {
        assertThat(topics("--create", "--topic", "tool", "--partitions", "3", "--replication-factor", "1")
                        .out())
                .contains("Created topic tool.");
        assertThat(topics("--list").out()).contains("tool");
        assertThat(topics("--describe", "--topic", "tool").out())
                .contains("PartitionCount: 3", "ReplicationFactor: 1")
                .contains("Topic: tool\tPartition: 2\tLeader: 1\tReplicas: 1\tIsr: 1");
        assertThat(topics("--alter", "--topic", "tool", "--partitions", "4").exitCode())
                .isZero();
        assertThat(topics("--describe", "--topic", "tool").out()).contains("PartitionCount: 4");
        final Result twice =
                run("TopicCommand", "--bootstrap-server", broker.bootstrap(), "--create", "--topic", "tool");
        assertThat(twice.exitCode()).isEqualTo(1);
        assertThat(twice.output()).contains("already exists");
        assertThat(topics("--delete", "--topic", "tool").exitCode()).isZero();
        assertThat(topics("--list").out()).doesNotContain("tool");
    }

    @Test
    void shouldAlterAndDescribeSettings() {
        Clients.createTopic(broker, "tool-configs", 1);
        assertThat(configs(
                                "--alter",
                                "--entity-type",
                                "topics",
                                "--entity-name",
                                "tool-configs",
                                "--add-config",
                                "retention.ms=12345,segment.bytes=1048576")
                        .out())
                .contains("Completed updating config for topic tool-configs");
        assertThat(configs("--describe", "--entity-type", "topics", "--entity-name", "tool-configs")
                        .out())
                .contains("retention.ms=12345", "segment.bytes=1048576", "DYNAMIC_TOPIC_CONFIG:retention.ms=12345");
        assertThat(configs(
                                "--alter",
                                "--entity-type",
                                "topics",
                                "--entity-name",
                                "tool-configs",
                                "--delete-config",
                                "retention.ms")
                        .exitCode())
                .isZero();
        assertThat(configs("--describe", "--entity-type", "topics", "--entity-name", "tool-configs")
                        .out())
                .doesNotContain("retention.ms=12345");
        assertThat(configs("--describe", "--entity-type", "brokers", "--entity-name", "1", "--all")
                        .out())
                .contains("node.id=1");
    }

    @Test
    void shouldProduceAndConsumeOnTheConsole() {
        Clients.createTopic(broker, "console", 2);
        final StringBuilder input = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            input.append("key").append(i).append(':').append("line ").append(i).append('\n');
        }
        final Result produced = KafkaTool.runWith(
                input.toString(),
                TOOLS + "ConsoleProducer",
                "--bootstrap-server",
                broker.bootstrap(),
                "--topic",
                "console",
                "--reader-property",
                "parse.key=true",
                "--reader-property",
                "key.separator=:");
        assertThat(produced.exitCode()).as(produced.output()).isZero();
        final List<String> lines = new ArrayList<>();
        final long first = end("console", 0);
        final long second = end("console", 1);
        assertThat(first + second).isEqualTo(100);
        lines.addAll(consume("console", 0, first));
        lines.addAll(consume("console", 1, second));
        assertThat(lines).hasSize(100).contains("key0 line 0", "key99 line 99");
    }

    private static List<String> consume(final String topic, final int partition, final long count) {
        final Result consumed = KafkaTool.run(
                TOOLS + "consumer.ConsoleConsumer",
                "--bootstrap-server",
                broker.bootstrap(),
                "--topic",
                topic,
                "--partition",
                Integer.toString(partition),
                "--offset",
                "earliest",
                "--max-messages",
                Long.toString(count),
                "--timeout-ms",
                "20000",
                "--formatter-property",
                "print.key=true",
                "--formatter-property",
                "key.separator= ");
        assertThat(consumed.exitCode()).as(consumed.output()).isZero();
        return consumed.out().lines().toList();
    }

    @Test
    void shouldGetOffsets() {
        Clients.createTopic(broker, "offsets", 2, "retention.ms", "-1");
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < 7; i++) {
                Clients.get(producer.send(new ProducerRecord<>("offsets", 1, 1_000L + i, null, new byte[1])));
            }
        }
        assertThat(offsets("--topic", "offsets", "--time", "-1")).containsExactly("offsets:0:0", "offsets:1:7");
        assertThat(offsets("--topic", "offsets", "--time", "earliest")).containsExactly("offsets:0:0", "offsets:1:0");
        assertThat(offsets("--topic-partitions", "offsets:1", "--time", "1003")).containsExactly("offsets:1:3");
        assertThat(offsets("--topic-partitions", "offsets:1", "--time", "max-timestamp"))
                .containsExactly("offsets:1:6");
    }

    private static List<String> offsets(final String... arguments) {
        return withServer("GetOffsetShell", arguments).out().lines().toList();
    }

    @Test
    void shouldDeleteRecordsAndDescribeLogDirs() throws IOException {
        Clients.createTopic(broker, "del", 1);
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>("del", 0, null, new byte[1_000]));
            }
        }
        final Path folder = Project.scratch("offsets");
        final Path file = folder.resolve("offsets.json");
        Files.writeString(file, "{\"version\":1,\"partitions\":[{\"topic\":\"del\",\"partition\":0,\"offset\":6}]}");
        assertThat(withServer("DeleteRecordsCommand", "--offset-json-file", file.toString())
                        .out())
                .contains("partition: del-0\tlow_watermark: 6");
        Project.discard(folder);
        assertThat(withServer("LogDirsCommand", "--describe", "--topic-list", "del")
                        .out())
                .contains("\"partition\":\"del-0\"", "\"logDir\":\"" + broker.dataDir() + "\"", "\"error\":null");
    }

    @Test
    void shouldListTheVersionsOfItsApis() {
        final Result versions = withServer("BrokerApiVersionsCommand");
        assertThat(versions.out())
                .contains("(id: 1 rack: null")
                .contains("Fetch(1): 4 to 18 [usable: 18]")
                .contains("Metadata(3): 0 to 13 [usable: 13]");
    }

    @Test
    void shouldTakeTheProducerPerformanceTool() {
        Clients.createTopic(broker, "perf", 3);
        for (final String size : List.of("100", "1024")) {
            final Result result = KafkaTool.run(
                    TOOLS + "ProducerPerformance",
                    "--topic",
                    "perf",
                    "--num-records",
                    "50000",
                    "--record-size",
                    size,
                    "--throughput",
                    "-1",
                    "--producer-props",
                    "bootstrap.servers=" + broker.bootstrap(),
                    "acks=all");
            assertThat(result.exitCode()).as(result.output()).isZero();
            assertThat(result.out()).contains("50000 records sent").doesNotContain("Exception");
        }
        assertThat(end("perf", 0) + end("perf", 1) + end("perf", 2)).isEqualTo(100_000);
    }

    @Test
    void shouldServeTheToolsThatVerifyAndMeasure() {
        Clients.createTopic(broker, "verified", 1);
        try (ToolHost host = new ToolHost()) {
            // It sums up when its process ends.
            assertThat(withServer("VerifiableProducer", "--topic", "verified", "--max-messages", "5")
                            .out())
                    .contains("\"name\":\"tool_data\",\"sent\":5,\"acked\":5");
            assertThat(hosted(
                            host,
                            "VerifiableConsumer",
                            "--topic",
                            "verified",
                            "--max-messages",
                            "5",
                            "--group-id",
                            "verifier",
                            "--group-protocol",
                            "CONSUMER",
                            "--reset-policy",
                            "earliest"))
                    .contains("\"name\":\"records_consumed\",\"count\":5", "\"maxOffset\":4");
            expectShared(host, "auto");
            expectShared(host, "sync");
            expectShared(host, "async");
            final String[] latency = {"--num-records", "20", "--producer-acks", "all", "--record-size", "20"};
            assertThat(hosted(host, "EndToEndLatency", with(latency, "--topic", "verified")))
                    .contains("Avg latency");
            assertThat(hosted(host, "StreamsResetter", "--application-id", "verifier", "--input-topics", "verified"))
                    .contains("Topic: verified Partition: 0 Offset: 0");
            final String earliest = "share.auto.offset.reset=earliest";
            final String[] group = {"--entity-type", "groups", "--entity-name", "sharers", "--add-config", earliest};
            checked(host.run("kafka.admin.ConfigCommand", server(with(group, "--alter"))));
            final String[] all = {"--topic", "verified", "--group", "sharers", "--num-records", "25"};
            assertThat(hosted(host, "ShareConsumerPerformance", all).lines().toList())
                    .hasSize(2)
                    .last()
                    .asString()
                    .contains(", 25, ");
        }
    }

    /** All five records are accepted, and the group has nothing left to do. */
    private static void expectShared(final ToolHost host, final String mode) {
        final String group = "sharers-" + mode;
        final String[] all = {"--topic", "verified", "--max-messages", "5", "--group-id", group};
        final String[] earliest = {"--offset-reset-strategy", "earliest", "--acknowledgement-mode", mode};
        assertThat(hosted(host, "VerifiableShareConsumer", with(all, earliest)))
                .contains("\"name\":\"records_consumed\",\"count\":5", "\"offsets\":[0,1,2,3,4]")
                .contains("\"name\":\"offsets_acknowledged\",\"count\":5");
        assertThat(hosted(host, "consumer.group.ShareGroupCommand", "--describe", "--offsets", "--group", group))
                .containsPattern("verified +0 +[05] +0\\s");
    }

    private static String hosted(final ToolHost host, final String tool, final String... arguments) {
        return checked(host.run(TOOLS + tool, server(arguments))).out();
    }

    private static String[] with(final String[] some, final String... more) {
        return Stream.of(some, more).flatMap(Stream::of).toArray(String[]::new);
    }

    private static long end(final String topic, final int partition) {
        try (var consumer = Clients.consumer(broker)) {
            final TopicPartition which = new TopicPartition(topic, partition);
            return consumer.endOffsets(List.of(which)).get(which);
        }
    }

    private static Result topics(final String... arguments) {
        return withServer("TopicCommand", arguments);
    }

    private static Result configs(final String... arguments) {
        return checked(KafkaTool.run("kafka.admin.ConfigCommand", server(arguments)));
    }

    private static Result withServer(final String tool, final String... arguments) {
        return checked(KafkaTool.run(TOOLS + tool, server(arguments)));
    }

    private static String[] server(final String... arguments) {
        final List<String> all = new ArrayList<>(List.of("--bootstrap-server", broker.bootstrap()));
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }

    private static Result run(final String tool, final String... arguments) {
        return KafkaTool.run(TOOLS + tool, arguments);
    }

    private static Result checked(final Result result) {
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result;
    }
}
