package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.ApacheKafkaBroker;
import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.Commands;
import io.millrace.tools.it.support.KafkaTool.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** topics, configs and groups through the front door. */
class AdminCommandsIT {
    private static BrokerUnderTest broker;
    private static Commands commands;

    @BeforeAll
    static void launch() {
        broker = Brokers.launch();
        commands = new Commands(broker.bootstrap());
    }

    @AfterAll
    static void close() {
        commands.close();
        broker.close();
    }

    @Test
    void shouldAdministerTopics() {
        administerTopics(broker, commands);
    }

    @Test
    void shouldAdministerApacheKafkaToo() {
        Assumptions.assumeTrue(Brokers.areMillrace(), "skipped: the other tests do this");
        try (BrokerUnderTest kafka = ApacheKafkaBroker.launch(BrokerOptions.defaults());
                Commands ours = new Commands(kafka.bootstrap())) {
            administerTopics(kafka, ours);
            administerGroups(kafka, ours);
        }
    }

    private static void administerTopics(final BrokerUnderTest target, final Commands ours) {
        assertThat(ours.out("topics", "create", "orders", "--partitions", "2", "--config", "retention.ms=7200000"))
                .isEqualTo("created orders: 2 partitions, 1 replica\n");
        assertThat(ours.out("topics", "create", "orders", "--if-not-exists")).isEqualTo("orders exists\n");
        fill(target, "orders", 3);
        final List<String> list = ours.out("topics").lines().toList();
        assertThat(list.get(0))
                .startsWith("NAME")
                .contains("PARTITIONS  REPLICAS")
                .endsWith("BYTES");
        assertThat(list.get(1)).matches("orders +2 +1 +[1-9][0-9]*");
        assertThat(ours.out("topics", "list", "--json"))
                .contains("{\"name\":\"orders\",\"partitions\":2,\"replicas\":1,\"bytes\":");
        assertThat(ours.out("topics", "grow", "orders", "--partitions", "3"))
                .isEqualTo("grew orders from 2 to 3 partitions\n");
        final String described = ours.out("topics", "describe", "orders");
        assertThat(described).startsWith("orders: 3 partitions, 1 replica, id ");
        assertThat(described.lines()).anyMatch(line -> line.matches(" +0 +1 +1 +1 +0 +3 +[0-9]+"));
        assertThat(described).containsPattern("retention.ms +7200000 +dynamic-topic");
        assertThat(ours.out("topics", "describe", "orders", "--json"))
                .contains("\"partition\":0,\"leader\":1,\"replicas\":[1],\"in-sync\":[1],\"start\":0,\"end\":3,");
        assertThat(ours.out("topics", "delete", "orders")).isEqualTo("deleted orders\n");
        final Result gone = ours.run("topics", "delete", "orders");
        assertThat(gone.exitCode()).isEqualTo(1);
        assertThat(gone.err())
                .isEqualTo("millrace topics: no topic orders at " + target.bootstrap()
                        + " (./run.sh topics lists them)\n");
    }

    @Test
    void shouldTellInOneLineWhatIsWrongWithATopic() {
        Clients.createTopic(broker, "wrong", 2);
        expect(1, "millrace topics: cannot create wrong: ", "topics", "create", "wrong");
        expect(1, "millrace topics: cannot create a/b: ", "topics", "create", "a/b");
        expect(1, "millrace topics: cannot create x: ", "topics", "create", "x", "--config", "retention.ms=soon");
        expect(2, "millrace: --config k: expected key=value", "topics", "create", "x", "--config", "k");
        expect(2, "millrace: --partitions 0: expected 1 or more", "topics", "create", "x", "--partitions", "0");
        expect(2, "millrace: Missing required parameter: 'NAME'", "topics", "delete");
        expect(1, "millrace topics: no topic none at ", "topics", "describe", "none");
        expect(1, "millrace topics: --partitions 2: wrong has 2, ", "topics", "grow", "wrong", "--partitions", "2");
        assertThat(commands.out("topics", "delete", "none", "--if-exists")).isEqualTo("no topic none\n");
    }

    @Test
    void shouldShowAndChangeConfigs() {
        Clients.createTopic(broker, "set", 1);
        assertThat(commands.out("configs", "topic", "set", "--set", "retention.ms=1000", "--set", "segment.ms=2000"))
                .isEqualTo("topic set: retention.ms=1000\ntopic set: segment.ms=2000\n");
        assertThat(commands.out("configs", "topic", "set"))
                .containsPattern("retention.ms +1000 +dynamic-topic")
                .containsPattern("segment.ms +2000 +dynamic-topic")
                .doesNotContain("cleanup.policy");
        assertThat(commands.out("configs", "topic", "set", "--unset", "retention.ms"))
                .isEqualTo("topic set: retention.ms back to the default\n");
        assertThat(commands.out("configs", "topic", "set", "--all"))
                .containsPattern("retention.ms +604800000 +default")
                .containsPattern("cleanup.policy +delete +default");
        assertThat(commands.out("configs", "broker", "1", "--json")).contains("{\"setting\":\"listeners\",\"value\":");
        commands.out("configs", "group", "some", "--set", "consumer.session.timeout.ms=50000");
        assertThat(commands.out("configs", "group", "some"))
                .containsPattern("consumer.session.timeout.ms +50000 +dynamic-group");
        commands.out("configs", "client-metrics", "slow", "--set", "interval.ms=30000");
        assertThat(commands.out("configs", "client-metrics", "slow"))
                .containsPattern("interval.ms +30000 +dynamic-client-metrics");
    }

    @Test
    void shouldShowAndChangeQuotas() {
        final String[] kafkas = {
            "configs",
            "--alter",
            "--entity-type",
            "users",
            "--entity-name",
            "al/ice",
            "--entity-type",
            "clients",
            "--entity-default",
            "--add-config",
            "producer_byte_rate=1000,request_percentage=0.5"
        };
        assertThat(commands.out(kafkas))
                .isEqualTo("user al/ice, client-id <default>: producer_byte_rate=1000\n"
                        + "user al/ice, client-id <default>: request_percentage=0.5\n");
        commands.out("configs", "--client", "c", "--set", "consumer_byte_rate=7");
        commands.out("configs", "--ip-defaults", "--set", "connection_creation_rate=1000");
        assertThat(commands.out("configs", "--user", "al/ice", "--client-defaults"))
                .containsPattern("user al/ice, client-id <default> +producer_byte_rate +1000");
        assertThat(commands.out("configs", "--entity-type", "clients"))
                .containsPattern("client-id c +consumer_byte_rate +7")
                .doesNotContain("al/ice");
        assertThat(commands.out("configs", "--entity-type", "ips", "--entity-default", "--json"))
                .contains("\"connection_creation_rate\"");
        assertThat(commands.out("configs", "--ip-defaults", "--delete-config", "connection_creation_rate"))
                .isEqualTo("ip <default>: connection_creation_rate removed\n");
        final String percentage = "request_percentage";
        commands.out("configs", "--entity-type", "users", "--entity-name", "<default>", "--set", percentage + "=3");
        assertThat(commands.out("configs", "--entity-type", "users"))
                .containsPattern("user \"<default>\" +request_percentage +3")
                .doesNotContain("user <default>");
        assertThat(commands.out("configs", "--entity-type", "users", "--client-defaults"))
                .containsPattern("user al/ice, client-id <default> +request_percentage +0.5")
                .doesNotContain("client-id c");
        shouldChangeNoQuotaByMistake();
        expect(2, "millrace: --entity-type topics: expected users, ", "configs", "--entity-type", "topics");
        expect(2, "millrace: quotas are changed of one: ", "configs", "--entity-type", "users", "--set", "a=1");
        expect(
                2,
                "millrace: producer_byte_rate=much: expected a number",
                "configs",
                "--user",
                "a",
                "--set",
                "producer_byte_rate=much");
        expect(2, "millrace: expected KIND and NAME", "configs");
        expect(
                1,
                "millrace configs: cannot change quotas of user a: Invalid configuration key b",
                "configs",
                "--user",
                "a",
                "--set",
                "b=1");
    }

    private static void shouldChangeNoQuotaByMistake() {
        final String key = "producer_byte_rate";
        commands.out("configs", "--user-defaults", "--set", key + "=5");
        final String unnamed = "millrace: Expected parameter for option '--entity-name' but found '--delete-config'";
        expect(2, unnamed, "configs", "--entity-type", "users", "--entity-name", "--delete-config", key);
        expect(2, "millrace: an empty name of a user", "configs", "--user", "", "--unset", key);
        expect(2, "millrace: --entity-default: expected ", "configs", "--user", "a", "--entity-default");
        expect(2, "millrace: --unset : expected the name", "configs", "--user-defaults", "--unset", ",");
        final String notSet = "millrace configs: cannot change quotas of user <default>: ";
        final String both = key + ",consumer_byte_rate";
        expect(1, notSet + "consumer_byte_rate is not set, only " + key, "configs", "--user-defaults", "--unset", both);
        assertThat(commands.out("configs", "--user-defaults", "--unset", " " + key + " "))
                .isEqualTo("user <default>: " + key + " removed\n");
        expect(1, notSet + key + " is not set", "configs", "--user-defaults", "--unset", key);
    }

    @Test
    void shouldTellInOneLineWhatIsWrongWithConfigs() {
        Clients.createTopic(broker, "unset", 1);
        expect(1, "millrace configs: no topic none at ", "configs", "topic", "none");
        expect(1, "millrace configs: no broker 7 at ", "configs", "broker", "7");
        expect(1, "millrace configs: cannot change topic unset: ", "configs", "topic", "unset", "--set", "a=b");
        expect(2, "millrace: --unset a=b: expected the name ", "configs", "topic", "unset", "--unset", "a=b");
        expect(2, "millrace: Invalid value for positional parameter", "configs", "planet", "unset");
    }

    @Test
    void shouldAdministerGroups() {
        administerGroups(broker, commands);
    }

    private static void administerGroups(final BrokerUnderTest target, final Commands ours) {
        Clients.createTopic(target, "read", 2);
        fill(target, "read", 5);
        try (var consumer = Clients.consumer(target, "group.id", "readers", "client.id", "reader")) {
            consumer.subscribe(List.of("read"));
            assertThat(Clients.poll(consumer, 5)).hasSize(5);
            consumer.commitSync(Map.of(new TopicPartition("read", 0), new OffsetAndMetadata(2)));
            assertThat(ours.out("groups")).containsPattern("readers +classic +consumer +stable +1");
            final String described = ours.out("groups", "describe", "readers");
            assertThat(described)
                    .startsWith("readers: classic group, stable, 1 member\n")
                    .containsPattern("reader-[^ ]+ +reader +[^ ]*127.0.0.1 +2")
                    .containsPattern("read +0 +2 +5 +3 +reader-")
                    .containsPattern("read +1 +- +0 +- +reader-");
            final Result busy = ours.run("groups", "delete", "readers");
            assertThat(busy.exitCode()).isEqualTo(1);
            assertThat(busy.err()).startsWith("millrace groups: cannot delete readers: it has members");
            assertThat(ours.run("groups", "offsets", "readers", "--topic", "read", "--to", "earliest")
                            .err())
                    .startsWith("millrace groups: readers has 1 member (");
        }
        final Result dry = ours.run("groups", "offsets", "readers", "--topic", "read:0", "--to", "4");
        assertThat(dry.out()).containsPattern("read +0 +2 +4 +2");
        assertThat(dry.err()).isEqualTo("millrace groups: nothing is changed yet: --execute does it\n");
        assertThat(ours.out("groups", "describe", "readers")).containsPattern("read +0 +2 +5 +3 +-");
        ours.out("groups", "offsets", "readers", "--topic", "read:0", "--to", "4", "--execute");
        assertThat(ours.out("groups", "describe", "readers")).containsPattern("read +0 +4 +5 +1 +-");
        assertThat(ours.out("groups", "offsets", "readers", "--topic", "read:0", "--to", "1h"))
                .containsPattern("read +0 +4 +0 +-4");
        assertThat(ours.out("groups", "offsets", "readers", "--topic", "read:0", "--to", "2100-01-01"))
                .containsPattern("read +0 +4 +5 +1");
        assertThat(ours.run("groups", "offsets", "readers", "--topic", "read:0", "--to", "6")
                        .err())
                .isEqualTo("millrace groups: --to 6: expected 0 to 5 for partition 0 of read\n");
        assertThat(ours.out("groups", "delete", "readers")).isEqualTo("deleted readers\n");
    }

    @Test
    void shouldTellInOneLineWhatIsWrongWithAGroup() {
        Clients.createTopic(broker, "unread", 1);
        expect(1, "millrace groups: no group none (", "groups", "describe", "none");
        expect(1, "millrace groups: no group none (", "groups", "delete", "none");
        expect(
                2,
                "millrace: --to then: expected earliest, latest, an offset",
                "groups",
                "offsets",
                "g",
                "--topic",
                "unread",
                "--to",
                "then");
        expect(2, "millrace: --topic t:x: expected", "groups", "offsets", "g", "--topic", "t:x", "--to", "latest");
        expect(1, "millrace groups: no partition 1", "groups", "offsets", "g", "--topic", "unread:1", "--to", "latest");
    }

    @Test
    void shouldSayWhereNobodyAnswers() throws IOException {
        try (Commands nowhere = new Commands("127.0.0.1:1")) {
            final Result refused = nowhere.run("topics");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.output())
                    .isEqualTo("millrace topics: cannot reach a broker at 127.0.0.1:1 (connection refused): start one"
                            + " with ./run.sh start, or name another with --bootstrap HOST:PORT\n");
        }
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Commands there = new Commands("127.0.0.1:" + silent.getLocalPort())) {
            final long beganNs = System.nanoTime();
            final Result unanswered = there.run("topics", "--timeout", "3");
            assertThat(unanswered.exitCode()).isEqualTo(1);
            assertThat(unanswered.output())
                    .startsWith("millrace topics: no answer from 127.0.0.1:" + silent.getLocalPort() + " within 3 s")
                    .hasLineCount(1);
            assertThat(Duration.ofNanos(System.nanoTime() - beganNs)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void shouldExplainThemselves() {
        for (final List<String> command : List.of(
                List.of("topics"),
                List.of("topics", "create"),
                List.of("configs"),
                List.of("groups"),
                List.of("groups", "offsets"))) {
            final List<String> arguments = new ArrayList<>(command);
            arguments.add("--help");
            assertThat(commands.out(arguments.toArray(String[]::new)))
                    .contains("Usage: ./run.sh " + String.join(" ", command), "For example:", "--bootstrap");
        }
    }

    private static void expect(final int code, final String line, final String... arguments) {
        final Result result = commands.run(arguments);
        assertThat(result.output()).startsWith(line).hasLineCount(1);
        assertThat(result.exitCode()).isEqualTo(code);
    }

    /** So many records in partition 0. */
    private static void fill(final BrokerUnderTest target, final String topic, final int count) {
        try (var producer = Clients.producer(target)) {
            for (int i = 0; i < count; i++) {
                get(producer.send(new ProducerRecord<>(topic, 0, null, Clients.bytes("value " + i))));
            }
        }
    }
}
