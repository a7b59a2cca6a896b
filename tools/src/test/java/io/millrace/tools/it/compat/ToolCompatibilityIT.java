package io.millrace.tools.it.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.KafkaTool.Result;
import io.millrace.tools.it.support.Project;
import io.millrace.tools.it.support.ToolHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Apache Kafka's own tools say of this broker what they say of Apache Kafka's, and end with the same code, but for what
 * {@link ToolOutput} takes out: addresses, folders, ids, times.
 */
class ToolCompatibilityIT {
    private static final String TOOLS = "org.apache.kafka.tools.";
    private static final String CLUSTER = TOOLS + "ClusterTool";
    private static final String CONFIGS = "kafka.admin.ConfigCommand";
    private static final int ATTEMPTS = 20;
    private static final long SPREADING_NS = 150_000_000;
    private static final String REASSIGN = TOOLS + "reassign.ReassignPartitionsCommand";

    private static Comparison comparison;
    private static Path folder;
    /** One for each broker, so that two tools run at once. */
    private static final Map<BrokerUnderTest, ToolHost> HOSTS = new HashMap<>();

    @BeforeAll
    static void launch() {
        comparison = Comparison.launch();
        comparison.brokers().forEach(broker -> HOSTS.put(broker, new ToolHost()));
        folder = Project.scratch("tool-files");
    }

    @AfterAll
    static void close() {
        HOSTS.values().forEach(ToolHost::close);
        HOSTS.clear();
        if (comparison != null) {
            comparison.close();
        }
        if (folder != null) {
            Project.discard(folder);
        }
    }

    private static void topic(final String name, final int partitions, final String... configs) {
        comparison.each(party -> party.createTopic(name, partitions, configs));
    }

    /** The outputs of the reference and of the subject, in which nothing is left that may differ. */
    private static List<String> outputs(
            final UnaryOperator<List<String>> lines, final String tool, final String... arguments) {
        // Not on the common pool, which has one thread for two processors.
        try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
            return comparison.brokers().stream()
                    .map(broker -> CompletableFuture.supplyAsync(() -> run(broker, lines, tool, arguments), each))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();
        }
    }

    private static String run(
            final BrokerUnderTest broker,
            final UnaryOperator<List<String>> lines,
            final String tool,
            final String... arguments) {
        final List<String> all = new ArrayList<>(List.of(arguments));
        // Behind the verbs of a tool whose verbs have options of their own.
        all.addAll(tool.equals(CLUSTER) ? all.size() : 0, List.of("--bootstrap-server", broker.bootstrap()));
        final Result result = HOSTS.get(broker).run(tool, all.toArray(String[]::new));
        final List<String> out = lines.apply(ToolOutput.lines(broker, result.out()));
        return String.join("\n", out) + "\n-- " + String.join("\n", ToolOutput.lines(broker, result.err()))
                + "\nexit code " + result.exitCode();
    }

    private static void same(final String tool, final String... arguments) {
        same(UnaryOperator.identity(), tool, arguments);
    }

    private static void same(final UnaryOperator<List<String>> lines, final String tool, final String... arguments) {
        List<String> outputs = outputs(lines, tool, arguments);
        if (isQuestion(arguments)) {
            // What was changed before may still spread: Apache Kafka's broker hears of it beside the answer.
            for (int i = 0; i < ATTEMPTS && !outputs.get(1).equals(outputs.get(0)); i++) {
                LockSupport.parkNanos(SPREADING_NS);
                outputs = outputs(lines, tool, arguments);
            }
        } else {
            LockSupport.parkNanos(SPREADING_NS);
        }
        assertThat(outputs.get(1)).as("%s %s", tool, List.of(arguments)).isEqualTo(outputs.get(0));
    }

    private static boolean isQuestion(final String... arguments) {
        return List.of(arguments).stream().anyMatch(argument -> argument.matches("(--)?(describe|list)"));
    }

    private static List<String> sorted(final List<String> lines) {
        return lines.stream().sorted().toList();
    }

    private static String file(final String name, final String text) {
        try {
            return Files.writeString(folder.resolve(name), text).toString();
        } catch (final IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void shouldSayTheSameOfTopics() {
        same(TOOLS + "TopicCommand", "--create", "--topic", "t", "--partitions", "2", "--config", "retention.ms=5000");
        same(TOOLS + "TopicCommand", "--describe", "--topic", "t");
        same(TOOLS + "TopicCommand", "--create", "--topic", "t");
        same(TOOLS + "TopicCommand", "--create", "--topic", "two", "--replication-factor", "2");
        same(TOOLS + "TopicCommand", "--create", "--topic", "odd", "--replica-assignment", "1,2");
        same(TOOLS + "TopicCommand", "--alter", "--topic", "t", "--partitions", "1");
        same(TOOLS + "TopicCommand", "--alter", "--topic", "t", "--partitions", "3");
        same(TOOLS + "TopicCommand", "--describe", "--topic", "nobody-made-this");
        same(TOOLS + "TopicCommand", "--describe", "--under-replicated-partitions");
        same(TOOLS + "TopicCommand", "--describe", "--unavailable-partitions");
        same(TOOLS + "TopicCommand", "--delete", "--topic", "nobody-made-this");
        same(TOOLS + "TopicCommand", "--delete", "--topic", "t");
    }

    @Test
    void shouldSayTheSameOfTopicsConfigs() {
        topic("configs", 1);
        final String[] of = {"--entity-type", "topics", "--entity-name", "configs"};
        same(CONFIGS, with(of, "--alter", "--add-config", "retention.ms=12345,cleanup.policy=[compact,delete]"));
        same(ToolCompatibilityIT::sorted, CONFIGS, with(of, "--describe"));
        same(ToolCompatibilityIT::withoutOurs, CONFIGS, with(of, "--describe", "--all"));
        same(CONFIGS, with(of, "--alter", "--add-config", "retention.ms=soon"));
        same(CONFIGS, with(of, "--alter", "--add-config", "no.such.setting=1"));
        same(CONFIGS, with(of, "--alter", "--delete-config", "retention.ms"));
        same(CONFIGS, with(of, "--alter", "--delete-config", "retention.ms"));
        same(CONFIGS, "--describe", "--entity-type", "topics", "--entity-name", "nobody-made-this");
    }

    @Test
    void shouldSayTheSameOfBrokersConfigs() {
        final String[] of = {"--entity-type", "brokers", "--entity-name", "1"};
        same(CONFIGS, with(of, "--alter", "--add-config", "log.retention.ms=86400000,num.io.threads=9"));
        same(ToolCompatibilityIT::sorted, CONFIGS, with(of, "--describe"));
        same(CONFIGS, with(of, "--alter", "--add-config", "log.retention.ms=soon"));
        same(CONFIGS, with(of, "--alter", "--add-config", "log.dirs=/elsewhere"));
        same(CONFIGS, with(of, "--alter", "--delete-config", "log.retention.ms,num.io.threads"));
        final String[] all = {"--entity-type", "brokers", "--entity-default"};
        same(CONFIGS, with(all, "--alter", "--add-config", "log.retention.ms=777777"));
        same(ToolCompatibilityIT::withoutMinIsr, CONFIGS, with(all, "--describe"));
        same(CONFIGS, with(all, "--alter", "--delete-config", "log.retention.ms"));
        same(CONFIGS, "--describe", "--entity-type", "brokers", "--entity-name", "7");
        same(CONFIGS, "--describe", "--entity-type", "broker-loggers", "--entity-name", "7");
    }

    @Test
    void shouldSayTheSameOfOthersConfigs() {
        final String[] group = {"--entity-type", "groups", "--entity-name", "g"};
        same(CONFIGS, with(group, "--alter", "--add-config", "consumer.session.timeout.ms=50000"));
        same(ToolCompatibilityIT::sorted, CONFIGS, with(group, "--describe"));
        same(ToolCompatibilityIT::sorted, CONFIGS, with(group, "--describe", "--all"));
        same(CONFIGS, "--describe", "--entity-type", "groups");
        same(CONFIGS, with(group, "--alter", "--delete-config", "consumer.session.timeout.ms"));
        final String[] metrics = {"--entity-type", "client-metrics", "--entity-name", "m"};
        same(CONFIGS, with(metrics, "--alter", "--add-config", "interval.ms=500,match=[client_id=x]"));
        same(ToolCompatibilityIT::sorted, CONFIGS, with(metrics, "--describe"));
        same(CONFIGS, "--describe", "--entity-type", "client-metrics");
        same(TOOLS + "ClientMetricsCommand", "--list");
        same(TOOLS + "ClientMetricsCommand", "--describe", "--name", "m");
        same(TOOLS + "ClientMetricsCommand", "--delete", "--name", "m");
        same(TOOLS + "ClientMetricsCommand", "--list");
    }

    @Test
    void shouldSayTheSameOfUsers() {
        final String[] user = {"--entity-type", "users", "--entity-name", "alice"};
        same(CONFIGS, with(user, "--alter", "--add-config", "SCRAM-SHA-256=[iterations=4096,password=secret]"));
        same(CONFIGS, with(user, "--alter", "--delete-config", "SCRAM-SHA-256"));
        same(CONFIGS, with(user, "--alter", "--delete-config", "SCRAM-SHA-256"));
    }

    @Test
    void shouldSayTheSameOfQuotas() {
        final String[] user = {"--entity-type", "users", "--entity-name", "quentin"};
        final String[] client = {"--entity-type", "clients", "--entity-name", "quick"};
        final String[] both = {"--entity-type", "users", "--entity-default", "--entity-type", "clients"};
        final String[] address = {"--entity-type", "ips", "--entity-name", "127.0.0.1"};
        same(CONFIGS, with(user, "--alter", "--add-config", "request_percentage=12.5"));
        same(CONFIGS, with(client, "--alter", "--add-config", "consumer_byte_rate=2048"));
        same(CONFIGS, with(both, "--entity-default", "--alter", "--add-config", "controller_mutation_rate=4"));
        same(CONFIGS, with(address, "--alter", "--add-config", "connection_creation_rate=8"));
        same(CONFIGS, with(address, "--alter", "--add-config", "producer_byte_rate=8"));
        same(CONFIGS, with(user, "--alter", "--add-config", "producer_byte_rate=-8"));
        for (final String[] entity : List.of(user, client, address)) {
            same(CONFIGS, with(entity, "--describe"));
        }
        for (final String type : List.of("users", "clients", "ips")) {
            same(ToolCompatibilityIT::sorted, CONFIGS, "--describe", "--entity-type", type);
            same(CONFIGS, "--describe", "--entity-type", type, "--entity-default");
        }
        same(CONFIGS, with(both, "--describe"));
        same(CONFIGS, with(user, "--alter", "--delete-config", "request_percentage"));
        same(CONFIGS, with(user, "--alter", "--delete-config", "request_percentage"));
        same(CONFIGS, with(client, "--alter", "--delete-config", "consumer_byte_rate"));
        same(CONFIGS, with(both, "--entity-default", "--alter", "--delete-config", "controller_mutation_rate"));
        same(CONFIGS, with(address, "--alter", "--delete-config", "connection_creation_rate"));
    }

    @Test
    void shouldSayTheSameOfElections() {
        topic("elections", 2);
        final String tool = TOOLS + "LeaderElectionCommand";
        same(tool, "--election-type", "preferred", "--topic", "elections", "--partition", "1");
        same(tool, "--election-type", "unclean", "--topic", "elections", "--partition", "0");
        same(tool, "--election-type", "preferred", "--topic", "elections", "--partition", "7");
        same(tool, "--election-type", "preferred", "--all-topic-partitions");
        final String file = file("elect.json", "{\"partitions\":[{\"topic\":\"elections\",\"partition\":0}]}");
        same(tool, "--election-type", "preferred", "--path-to-json-file", file);
    }

    @Test
    void shouldSayTheSameOfReassignments() {
        topic("moves", 2);
        final String topics = file("topics.json", "{\"version\":1,\"topics\":[{\"topic\":\"moves\"}]}");
        same(REASSIGN, "--generate", "--topics-to-move-json-file", topics, "--broker-list", "1");
        same(REASSIGN, "--generate", "--topics-to-move-json-file", topics, "--broker-list", "1,2");
        final String stay = file("stay.json", assignment("1"));
        same(REASSIGN, "--execute", "--reassignment-json-file", stay);
        same(REASSIGN, "--verify", "--reassignment-json-file", stay);
        same(REASSIGN, "--list");
        same(REASSIGN, "--cancel", "--reassignment-json-file", stay);
        same(REASSIGN, "--execute", "--reassignment-json-file", file("away.json", assignment("2")));
        same(REASSIGN, "--execute", "--throttle", "1000000", "--reassignment-json-file", stay);
        same(ToolCompatibilityIT::sorted, CONFIGS, "--describe", "--entity-type", "brokers", "--entity-name", "1");
        same(REASSIGN, "--verify", "--reassignment-json-file", stay);
        same(ToolCompatibilityIT::sorted, CONFIGS, "--describe", "--entity-type", "topics", "--entity-name", "moves");
    }

    private static String assignment(final String replicas) {
        return "{\"version\":1,\"partitions\":[{\"topic\":\"moves\",\"partition\":0,\"replicas\":[" + replicas
                + "],\"log_dirs\":[\"any\"]}]}";
    }

    @Test
    void shouldSayTheSameOfTheQuorum() {
        final String tool = TOOLS + "MetadataQuorumCommand";
        same(tool, "describe", "--status");
        same(tool, "describe", "--replication");
        same(tool, "remove-controller", "--controller-id", "7", "--controller-directory-id", "AAAAAAAAAAMAAAAAAAAABA");
    }

    @Test
    void shouldSayTheSameOfFeatures() {
        final String tool = TOOLS + "FeatureCommand";
        final List<String> described = outputs(UnaryOperator.identity(), tool, "describe");
        assertThat(described.get(0).lines())
                .containsAll(described.get(1).lines().toList());
        assertThat(described.get(1)).contains("group.version", "transaction.version", "share.version");
        same(tool, "upgrade", "--feature", "group.version=1");
        same(tool, "upgrade", "--feature", "group.version=9");
        same(tool, "upgrade", "--feature", "no.such.feature=1");
        same(tool, "downgrade", "--feature", "transaction.version=1", "--dry-run");
        same(tool, "downgrade", "--feature", "share.version=1", "--dry-run");
        same(tool, "disable", "--feature", "group.version", "--dry-run");
    }

    @Test
    void shouldSayTheSameOfRulesAndTokens() {
        final String acls = TOOLS + "AclCommand";
        same(acls, "--list");
        same(acls, "--add", "--allow-principal", "User:me", "--operation", "Read", "--topic", "t");
        same(acls, "--remove", "--allow-principal", "User:me", "--operation", "Read", "--topic", "t", "--force");
        final String config = file("client.properties", "request.timeout.ms=20000\n");
        same(TOOLS + "DelegationTokenCommand", "--describe", "--command-config", config);
        same(TOOLS + "DelegationTokenCommand", "--create", "--max-life-time-period", "-1", "--command-config", config);
    }

    @Test
    void shouldSayTheSameOfRecordsAndWhereTheyLie() {
        // The records are of long ago: retention would delete them as soon as it looks.
        topic("records", 2, "retention.ms", "-1");
        for (final BrokerUnderTest broker : comparison.brokers()) {
            try (var producer = Clients.producer(broker)) {
                for (int i = 0; i < 9; i++) {
                    Clients.get(producer.send(new ProducerRecord<>("records", 0, 1_000L + i, null, new byte[100])));
                }
            }
        }
        for (final String time :
                List.of("earliest", "latest", "max-timestamp", "1004", "9999", "-5", "latest-tiered")) {
            same(TOOLS + "GetOffsetShell", "--topic", "records", "--time", time);
        }
        same(TOOLS + "GetOffsetShell", "--topic-partitions", "records:7");
        same(TOOLS + "GetOffsetShell", "--topic", "nobody-made-this");
        final String file = file("deletes.json", deletion("records", 4));
        same(TOOLS + "DeleteRecordsCommand", "--offset-json-file", file);
        same(TOOLS + "DeleteRecordsCommand", "--offset-json-file", file("far.json", deletion("records", 99)));
        same(TOOLS + "GetOffsetShell", "--topic", "records", "--time", "earliest");
        topic("empty", 1);
        same(TOOLS + "LogDirsCommand", "--describe", "--topic-list", "empty");
        same(TOOLS + "LogDirsCommand", "--describe", "--topic-list", "nobody-made-this");
        same(TOOLS + "LogDirsCommand", "--describe", "--broker-list", "1,7", "--topic-list", "empty");
    }

    private static String deletion(final String topic, final int offset) {
        return "{\"version\":1,\"partitions\":[{\"topic\":\"" + topic + "\",\"partition\":0,\"offset\":" + offset
                + "}]}";
    }

    @Test
    void shouldSayTheSameOfTheCluster() {
        final List<String> endpoints = outputs(UnaryOperator.identity(), CLUSTER, "list-endpoints");
        assertThat(endpoints.get(0)).contains("ENDPOINT_TYPE").contains("exit code 0");
        // The addresses are apart, and the table's columns as wide as they are.
        assertThat(endpoints.get(1).replaceAll(" [0-9]{4,5} ", " (port) "))
                .isEqualTo(endpoints.get(0).replaceAll(" [0-9]{4,5} ", " (port) "));
        same(CLUSTER, "unregister", "--id", "7");
    }

    @Test
    void shouldSayTheSameOfGroups() {
        topic("of-groups", 1);
        comparison.brokers().forEach(broker -> {
            try (var consumer = Clients.consumer(broker, "group.id", "readers", "enable.auto.commit", "false")) {
                final TopicPartition partition = new TopicPartition("of-groups", 0);
                consumer.assign(List.of(partition));
                consumer.commitSync(Map.of(partition, new OffsetAndMetadata(0)));
            }
        });
        final String groups = TOOLS + "consumer.group.ConsumerGroupCommand";
        same(TOOLS + "GroupsCommand", "--list");
        same(groups, "--list", "--state", "--type");
        same(groups, "--describe", "--group", "readers");
        same(groups, "--describe", "--group", "readers", "--state");
        same(groups, "--describe", "--group", "readers", "--members");
        same(groups, "--describe", "--group", "nobody");
        same(groups, "--reset-offsets", "--group", "readers", "--topic", "of-groups", "--to-latest", "--dry-run");
        same(groups, "--reset-offsets", "--group", "readers", "--topic", "of-groups", "--to-offset", "9", "--execute");
        same(groups, "--delete-offsets", "--group", "readers", "--topic", "of-groups");
        same(groups, "--delete", "--group", "readers");
        same(groups, "--delete", "--group", "readers");
    }

    @Test
    void shouldSayTheSameOfShareGroups() {
        topic("of-shares", 1);
        comparison.brokers().forEach(ToolCompatibilityIT::share);
        final String shares = TOOLS + "consumer.group.ShareGroupCommand";
        final String[] of = {"--describe", "--group", "sharers"};
        same(shares, "--list");
        same(shares, "--list", "--state");
        same(shares, of);
        same(shares, with(of, "--offsets", "--verbose"));
        same(shares, with(of, "--members"));
        same(shares, with(of, "--state"));
        same(shares, "--describe", "--group", "nobody");
        final String[] reset = {"--reset-offsets", "--group", "sharers", "--topic", "of-shares"};
        same(shares, with(reset, "--to-latest", "--dry-run"));
        same(shares, with(reset, "--to-earliest", "--execute"));
        same(shares, of);
        same(shares, "--delete-offsets", "--group", "sharers", "--topic", "of-shares");
        same(shares, "--delete", "--group", "sharers");
        same(shares, "--delete", "--group", "sharers");
    }

    /** Has one record of three done, and that is not the first. */
    private static void share(final BrokerUnderTest broker) {
        try (var admin = Clients.admin(broker);
                var producer = Clients.producer(broker)) {
            Clients.get(admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.GROUP, "sharers"),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET))))
                    .all());
            for (int i = 0; i < 3; i++) {
                producer.send(new ProducerRecord<>("of-shares", 0, null, Clients.bytes("v" + i)));
            }
        }
        try (var member = Clients.shareConsumer(broker, "sharers", "share.acknowledgement.mode", "explicit")) {
            member.subscribe(List.of("of-shares"));
            final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            boolean isDone = false;
            while (!isDone && System.nanoTime() < deadlineNs) {
                for (final ConsumerRecord<byte[], byte[]> record : member.poll(Duration.ofMillis(200))) {
                    final boolean isWanted = record.offset() == 1;
                    member.acknowledge(record, isWanted ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
                    isDone |= isWanted;
                }
                member.commitSync();
            }
        }
    }

    @Test
    void shouldSayTheSameOfStreamsGroups() {
        topic("of-streams", 2);
        final String group = "program";
        comparison.each(party -> StreamsScripts.enter(party, group, "of-streams"));
        final String tool = TOOLS + "streams.StreamsGroupCommand";
        final String[] of = {"--describe", "--group", group};
        same(tool, with(of, "--state", "--verbose"));
        same(tool, with(of, "--members", "--verbose"));
        same(tool, with(of, "--offsets", "--verbose"));
        same(tool, "--delete", "--group", group);
        comparison.each(party -> StreamsScripts.leave(party, group));
        same(tool, "--list");
        same(tool, "--list", "--state");
        same(tool, of);
        same(tool, with(of, "--members"));
        same(tool, "--describe", "--group", "nobody");
        final String[] reset = {"--reset-offsets", "--group", group, "--input-topic", "of-streams"};
        same(tool, with(reset, "--to-latest", "--dry-run"));
        same(tool, with(reset, "--shift-by", "-1", "--execute"));
        same(tool, "--delete-offsets", "--group", group, "--all-input-topics");
        same(TOOLS + "GroupsCommand", "--list", "--streams");
        same(tool, "--delete", "--group", group, "--delete-all-internal-topics");
        same(tool, "--delete", "--group", group);
    }

    @Test
    void shouldSayTheSameOfTransactions() {
        topic("of-transactions", 1);
        comparison.brokers().forEach(broker -> {
            try (var producer = Clients.producer(broker, "transactional.id", "mover")) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("of-transactions", 0, null, new byte[10]));
                producer.commitTransaction();
            }
        });
        final String transactions = TOOLS + "TransactionsCommand";
        same(transactions, "list");
        same(transactions, "describe", "--transactional-id", "mover");
        same(transactions, "describe", "--transactional-id", "nobody");
        same(transactions, "describe-producers", "--topic", "of-transactions", "--partition", "0");
        same(transactions, "find-hanging", "--broker-id", "1");
    }

    /** What is not served is UNSUPPORTED here; all else is the same. */
    @Test
    void shouldSayTheSameOfWhatIsServed() {
        final List<String> versions = outputs(
                lines -> lines.stream()
                        .map(line -> line.endsWith(",") ? line.substring(0, line.length() - 1) : line)
                        .toList(),
                TOOLS + "BrokerApiVersionsCommand");
        assertThat(versions.get(0).lines())
                .containsAll(versions.get(1)
                        .lines()
                        .filter(line -> !line.endsWith("UNSUPPORTED"))
                        .toList());
        assertThat(versions.get(1)).contains("Fetch(1): 4 to 18 [usable: 18]");
    }

    private static String[] with(final String[] some, final String... more) {
        final List<String> all = new ArrayList<>(List.of(some));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static List<String> withoutOurs(final List<String> lines) {
        return lines.stream()
                .filter(line -> !line.contains("millrace.") && !line.contains("record.validation"))
                .filter(line -> !line.contains("min.insync.replicas"))
                .sorted()
                .toList();
    }

    /** Apache Kafka's controller sets it by itself once eligible leader replicas are finalized. */
    private static List<String> withoutMinIsr(final List<String> lines) {
        return lines.stream()
                .filter(line -> !line.contains("min.insync.replicas"))
                .toList();
    }
}
