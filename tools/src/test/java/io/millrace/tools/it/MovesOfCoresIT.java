package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.Batches;
import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.KafkaTool.Result;
import io.millrace.tools.it.support.MillraceBroker;
import io.millrace.tools.it.support.Project;
import io.millrace.tools.it.support.RawConnection;
import io.millrace.tools.it.support.ToolHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Where each core is a broker of its own: Kafka's tool moves partitions, and who comes to the old core is told where to go. */
class MovesOfCoresIT {
    private static final String TOPIC = "moves";
    private static final int FIRST = 1_025;
    private static final int SECOND = 1_026;
    private static final short PRODUCE_BY_ID = 13;
    private static final short FETCH_BY_ID = 13;
    private static final short PRODUCE_HINTS = 10;
    private static final short FETCH_HINTS = 16;

    private static MillraceBroker broker;
    private static ToolHost tools;

    @BeforeAll
    static void launch() {
        Assumptions.assumeTrue(Brokers.areMillrace(), "skipped: Apache Kafka has no cores");
        Assumptions.assumeTrue(
                Runtime.getRuntime().availableProcessors() >= 2, "skipped: two cores need two processors");
        broker = MillraceBroker.launch(BrokerOptions.defaults().withCores(2).advertising("core"));
        tools = new ToolHost();
    }

    @AfterAll
    static void close() {
        if (broker != null) {
            tools.close();
            broker.close();
        }
    }

    @Test
    void shouldBeMovedByKafkasTool() throws IOException {
        Clients.createTopic(broker, TOPIC, 2);
        assertThat(leaders(TOPIC)).containsExactly(FIRST, SECOND);
        final Path folder = Project.scratch("reassign");
        final String topics = file(folder, "topics.json", "{\"version\":1,\"topics\":[{\"topic\":\"" + TOPIC + "\"}]}");
        final Result plan = reassign("--generate", "--topics-to-move-json-file", topics, "--broker-list", "1025,1026");
        assertThat(plan.out()).contains("Proposed partition reassignment", "[1025]", "[1026]");

        final String away = file(folder, "away.json", assignment(SECOND, FIRST));
        final Result moved = reassign("--execute", "--reassignment-json-file", away);
        assertThat(moved.exitCode()).as(moved.output()).isZero();
        assertThat(moved.out()).contains("Successfully started partition reassignments for moves-0,moves-1");
        expectDone(away);
        assertThat(leaders(TOPIC)).containsExactly(SECOND, FIRST);
        assertThat(reassign("--cancel", "--reassignment-json-file", away).out())
                .contains("None of the specified partition reassignments are active.");

        final String back = file(folder, "back.json", assignment(FIRST, SECOND));
        final Result slowly = reassign("--execute", "--throttle", "1000000", "--reassignment-json-file", back);
        assertThat(slowly.out()).contains("The inter-broker throttle limit was set to 1000000 B/s");
        expectDone(back);
        assertThat(leaders(TOPIC)).containsExactly(FIRST, SECOND);
        Project.discard(folder);
    }

    @Test
    void shouldRefuseByKafkasToolWhatCannotBe() throws IOException {
        Clients.createTopic(broker, "stays", 1);
        final Path folder = Project.scratch("refuse");
        final String plan = "{\"version\":1,\"partitions\":[{\"topic\":\"stays\",\"partition\":0,\"replicas\":[%s]}]}";
        final Result unknown = reassign(
                "--execute", "--reassignment-json-file", file(folder, "unknown.json", String.format(plan, "1027")));
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.output()).contains("Unknown broker id 1027");
        final Result both = reassign(
                "--execute", "--reassignment-json-file", file(folder, "both.json", String.format(plan, "1025,1026")));
        assertThat(both.exitCode()).isEqualTo(1);
        assertThat(both.output()).contains("stays-0: ", "several brokers that are cores of one node");
        Project.discard(folder);
    }

    @Test
    void shouldTellWhoComesToTheOldCoreWhereToGo() throws IOException {
        Clients.createTopic(broker, "hints", 1);
        assertThat(leaders("hints")).containsExactly(FIRST);
        final Uuid id = topicId("hints");
        final Path folder = Project.scratch("hints");
        try (RawConnection old = new RawConnection(broker.port());
                RawConnection other = new RawConnection(broker.port() + 1)) {
            assertThat(produce(old, id, PRODUCE_BY_ID).partition().errorCode()).isZero();
            final String away = file(
                    folder,
                    "away.json",
                    "{\"version\":1,\"partitions\":[{\"topic\":\"hints\",\"partition\":0,\"replicas\":[1026]}]}");
            assertThat(reassign("--execute", "--reassignment-json-file", away).exitCode())
                    .isZero();
            final int epoch = epoch("hints");
            assertThat(epoch).isPositive();
            for (short version = 3; version <= PRODUCE_BY_ID; version++) {
                final Produced produced = produce(old, id, version);
                assertThat(Errors.forCode(produced.partition().errorCode()))
                        .as("Produce v" + version)
                        .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
                final var leader = produced.partition().currentLeader();
                expectHint(
                        "Produce v" + version,
                        version >= PRODUCE_HINTS,
                        leader.leaderId(),
                        leader.leaderEpoch(),
                        epoch,
                        produced.nodes());
            }
            for (short version = 4; version <= 18; version++) {
                final FetchResponseData fetched = fetch(old, id, version);
                final var partition =
                        fetched.responses().getFirst().partitions().getFirst();
                assertThat(Errors.forCode(partition.errorCode()))
                        .as("Fetch v" + version)
                        .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
                expectHint(
                        "Fetch v" + version,
                        version >= FETCH_HINTS,
                        partition.currentLeader().leaderId(),
                        partition.currentLeader().leaderEpoch(),
                        epoch,
                        fetched.nodeEndpoints().stream()
                                .map(node -> node.nodeId() + " " + node.host() + ":" + node.port())
                                .toList());
            }
            final Produced there = produce(other, id, PRODUCE_BY_ID);
            assertThat(there.partition().errorCode()).isZero();
            assertThat(there.partition().currentLeader().leaderId()).isEqualTo(-1);
            assertThat(there.nodes()).isEmpty();
        }
        Project.discard(folder);
    }

    private static void expectHint(
            final String what,
            final boolean isTold,
            final int leaderId,
            final int leaderEpoch,
            final int epoch,
            final List<String> nodes) {
        assertThat(leaderId).as(what).isEqualTo(isTold ? SECOND : -1);
        assertThat(leaderEpoch).as(what).isEqualTo(isTold ? epoch : -1);
        if (isTold) {
            assertThat(nodes).as(what).containsExactly(SECOND + " 127.0.0.1:" + (broker.port() + 1));
        } else {
            assertThat(nodes).as(what).isEmpty();
        }
    }

    private record Produced(ProduceResponseData.PartitionProduceResponse partition, List<String> nodes) {}

    private static Produced produce(final RawConnection connection, final Uuid id, final short version) {
        final TopicProduceData topic = new TopicProduceData();
        if (version >= PRODUCE_BY_ID) {
            topic.setTopicId(id);
        } else {
            topic.setName("hints");
        }
        topic.partitionData()
                .add(new PartitionProduceData().setIndex(0).setRecords(Batches.records(Batches.plain("value"))));
        final ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000);
        request.topicData().mustAdd(topic);
        final ProduceResponseData answer = connection.call(request, version, ProduceResponseData.class);
        return new Produced(
                answer.responses().iterator().next().partitionResponses().getFirst(),
                answer.nodeEndpoints().stream()
                        .map(node -> node.nodeId() + " " + node.host() + ":" + node.port())
                        .toList());
    }

    private static FetchResponseData fetch(final RawConnection connection, final Uuid id, final short version) {
        final FetchTopic topic = new FetchTopic();
        if (version >= FETCH_BY_ID) {
            topic.setTopicId(id);
        } else {
            topic.setTopic("hints");
        }
        topic.partitions()
                .add(new FetchPartition().setPartition(0).setFetchOffset(0).setPartitionMaxBytes(1_000));
        final FetchRequestData request =
                new FetchRequestData().setMaxWaitMs(0).setMinBytes(0).setSessionEpoch(-1);
        request.topics().add(topic);
        return connection.call(request, version, FetchResponseData.class);
    }

    private static void expectDone(final String file) {
        assertThat(reassign("--list").out()).contains("No partition reassignments found.");
        final Result done = reassign("--verify", "--reassignment-json-file", file);
        assertThat(done.out())
                .contains("Reassignment of partition moves-0 is completed.")
                .contains("Reassignment of partition moves-1 is completed.")
                .contains("Clearing broker-level throttles on brokers 1025,1026")
                .contains("Clearing topic-level throttles on topic moves");
        assertThat(done.exitCode()).isZero();
    }

    private static Result reassign(final String... arguments) {
        final List<String> all = new ArrayList<>(List.of("--bootstrap-server", broker.bootstrap()));
        all.addAll(List.of(arguments));
        return tools.run("org.apache.kafka.tools.reassign.ReassignPartitionsCommand", all.toArray(String[]::new));
    }

    private static String assignment(final int... replicas) {
        final StringBuilder all = new StringBuilder();
        for (int i = 0; i < replicas.length; i++) {
            all.append(i == 0 ? "" : ",")
                    .append("{\"topic\":\"" + TOPIC + "\",\"partition\":" + i + ",\"replicas\":[" + replicas[i] + "]}");
        }
        return "{\"version\":1,\"partitions\":[" + all + "]}";
    }

    private static String file(final Path folder, final String name, final String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }

    private static List<Integer> leaders(final String topic) {
        try (Admin admin = Clients.admin(broker)) {
            return Clients.get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic).partitions().stream()
                    .map(partition -> partition.leader())
                    .map(Node::id)
                    .toList();
        }
    }

    private static Uuid topicId(final String topic) {
        try (Admin admin = Clients.admin(broker)) {
            return Clients.get(admin.describeTopics(List.of(topic)).allTopicNames())
                    .get(topic)
                    .topicId();
        }
    }

    private static int epoch(final String topic) {
        try (Admin admin = Clients.admin(broker)) {
            final var partition = new TopicPartition(topic, 0);
            return Clients.get(admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                            .all())
                    .get(partition)
                    .leaderEpoch()
                    .orElseThrow();
        }
    }
}
