package io.millrace.net.kafka.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.Feature;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.node.Requests;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitionsCollection;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.junit.jupiter.api.Test;

/** What differs where each core is a broker, and what outlives a request; the rest is compared with Apache Kafka. */
class ClusterApisTest {
    private static final ListenerView PER_CORE = ListenerView.ofCores("CORES", TestNode.NODE_ID, "here", 9092, 9093);
    private static final int FIRST_CORE = 1025;
    private static final int SECOND_CORE = 1026;
    private static final byte UPGRADE = 1;
    private static final byte SAFE_DOWNGRADE = 2;

    private final TestNode node = new TestNode(2, 64);
    private final TestClient client = node.connect(0);
    private final TestClient coreClient = node.connect(1, PER_CORE);

    private static AlterPartitionReassignmentsRequestData reassignment(final Integer... replicas) {
        return new AlterPartitionReassignmentsRequestData()
                .setTopics(List.of(new ReassignableTopic()
                        .setName("t")
                        .setPartitions(List.of(
                                new ReassignablePartition().setPartitionIndex(1).setReplicas(List.of(replicas))))));
    }

    private static ReassignablePartitionResponse reassign(final TestClient asker, final Integer... replicas) {
        return asker.call(reassignment(replicas), 1, AlterPartitionReassignmentsResponseData::new)
                .responses()
                .getFirst()
                .partitions()
                .getFirst();
    }

    @Test
    void shouldLeavePartitionsWhereTheyAreByTheIdsOfTheListener() {
        node.createTopic("t", 2, Map.of());
        assertThat(reassign(client, TestNode.NODE_ID).errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(reassign(coreClient, SECOND_CORE).errorCode()).isEqualTo(Errors.NONE.code());
        final ReassignablePartitionResponse node1 = reassign(coreClient, TestNode.NODE_ID);
        assertThat(node1.errorMessage())
                .isEqualTo("The manual partition assignment includes broker 1, but no such broker is registered.");
        assertThat(node.core(0).image().topic("t").partition(1).leaderEpoch()).isZero();
    }

    @Test
    void shouldMoveAPartitionToTheCoreThatIsNamed() {
        node.createTopic("t", 2, Map.of());
        assertThat(reassign(coreClient, FIRST_CORE).errorCode()).isEqualTo(Errors.NONE.code());
        for (int core = 0; core < 2; core++) {
            final PartitionImage moved = node.core(core).image().topic("t").partition(1);
            assertThat(moved.ownerCore()).isZero();
            assertThat(moved.leaderEpoch()).isEqualTo(1);
        }
        final long key = node.core(0).image().topic("t").partition(1).partitionKey();
        assertThat(node.core(0).partitions().partition(key).isServing()).isTrue();
        assertThat(node.core(1).partitions().partition(key)).isNull();
        assertThat(reassign(coreClient, FIRST_CORE, SECOND_CORE).errorMessage())
                .contains("several brokers that are cores of one node");
    }

    @Test
    void shouldMoveAPartitionByTheIdOfACoreWhereClientsSeeTheNodeAlone() {
        node.createTopic("t", 2, Map.of());
        assertThat(reassign(client, FIRST_CORE).errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(node.core(1).image().topic("t").partition(1).ownerCore()).isZero();
        assertThat(reassign(client, SECOND_CORE + 1).errorMessage())
                .isEqualTo("There is no core 2 (broker 1027), expected 0 to 1.");
        assertThat(reassign(coreClient, SECOND_CORE + 1).errorMessage())
                .isEqualTo("The manual partition assignment includes broker 1027, but no such broker is registered.");
    }

    /** A consumer validates the epoch that it was told; one that is unknown would be a truncation to it. */
    @Test
    void shouldKnowWhereAnEpochEndsWhoseLeaderWroteNothing() {
        final TopicImage topic = node.createTopic("t", 2, Map.of());
        client.call(
                Requests.add(Requests.produce(-1), 12, topic, 1, Requests.batch("a", "b")),
                12,
                ProduceResponseData::new);
        for (int epoch = 1; epoch <= 2; epoch++) {
            assertThat(reassign(client, epoch == 1 ? FIRST_CORE : SECOND_CORE).errorCode())
                    .isEqualTo(Errors.NONE.code());
            assertThat(topic.partition(1).leaderEpoch()).isEqualTo(epoch);
        }
        assertEnd(0, 0, 2);
        assertEnd(1, 0, 2);
        assertEnd(2, 2, 2);
        assertEnd(3, -1, -1);
    }

    private void assertEnd(final int asked, final int epoch, final long endOffset) {
        final OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData();
        request.topics()
                .add(new OffsetForLeaderTopic()
                        .setTopic("t")
                        .setPartitions(List.of(
                                new OffsetForLeaderPartition().setPartition(1).setLeaderEpoch(asked))));
        final EpochEndOffset end = client.call(request, 4, OffsetForLeaderEpochResponseData::new)
                .topics()
                .find("t")
                .partitions()
                .getFirst();
        assertThat(end.errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(end.leaderEpoch()).as("epoch for %d", asked).isEqualTo(epoch);
        assertThat(end.endOffset()).as("end for %d", asked).isEqualTo(endOffset);
    }

    /** Whoever asks while the partition is on its way waits, and is answered by whoever has it then. */
    @Test
    void shouldAnswerQuestionsWhileAPartitionMoves() {
        node.createTopic("t", 2, Map.of());
        final TestClient[] askers = {node.connect(0), node.connect(1)};
        final ListOffsetsRequestData question = new ListOffsetsRequestData()
                .setTopics(List.of(new ListOffsetsTopic()
                        .setName("t")
                        .setPartitions(List.of(new ListOffsetsPartition()
                                .setPartitionIndex(1)
                                .setTimestamp(ListOffsetsRequest.LATEST_TIMESTAMP)))));
        for (int move = 0; move < 20; move++) {
            client.send(reassignment(move % 2 == 0 ? FIRST_CORE : SECOND_CORE), 1);
            int asked = 0;
            while (!client.hasAnswer()) {
                askers[asked++ % 2].send(question, 7);
                node.step();
            }
            client.receive(1, AlterPartitionReassignmentsResponseData::new);
            for (int i = 0; i < asked; i++) {
                final ListOffsetsResponseData answer = askers[i % 2].receive(7, ListOffsetsResponseData::new);
                assertThat(answer.topics().getFirst().partitions().getFirst().errorCode())
                        .as("question %d of %d in move %d", i, asked, move)
                        .isEqualTo(Errors.NONE.code());
            }
        }
    }

    @Test
    void shouldSayThatNothingIsBeingMoved() {
        node.createTopic("t", 2, Map.of());
        final ListPartitionReassignmentsResponseData listed = coreClient.call(
                new ListPartitionReassignmentsRequestData().setTimeoutMs(1000),
                0,
                ListPartitionReassignmentsResponseData::new);
        assertThat(listed.topics()).isEmpty();
    }

    @Test
    void shouldNotMakeMuchOfASmallRequest() {
        final String name = "x".repeat(30_000);
        final ElectLeadersRequestData elects =
                new ElectLeadersRequestData().setTimeoutMs(1000).setTopicPartitions(new TopicPartitionsCollection());
        elects.topicPartitions()
                .add(new ElectLeadersRequestData.TopicPartitions()
                        .setTopic(name)
                        .setPartitions(Collections.nCopies(9_000, 0)));
        final var elected = client.call(elects, 2, ElectLeadersResponseData::new)
                .replicaElectionResults()
                .getFirst()
                .partitionResult();
        assertThat(elected).hasSize(9_000);
        assertThat(elected.getFirst().errorMessage()).hasSizeLessThan(300);
        assertThat(elected.getLast().errorMessage())
                .isEqualTo(elected.getFirst().errorMessage());
        elects.topicPartitions().iterator().next().setPartitions(Collections.nCopies(10_001, 0));
        assertThat(client.call(elects, 2, ElectLeadersResponseData::new).errorCode())
                .isEqualTo(Errors.POLICY_VIOLATION.code());

        final AlterPartitionReassignmentsRequestData moves =
                new AlterPartitionReassignmentsRequestData().setTimeoutMs(1000);
        moves.topics()
                .add(new ReassignableTopic()
                        .setName(name)
                        .setPartitions(Collections.nCopies(10_001, new ReassignablePartition())));
        final AlterPartitionReassignmentsResponseData refused =
                client.call(moves, 0, AlterPartitionReassignmentsResponseData::new);
        assertThat(refused.errorCode()).isEqualTo(Errors.POLICY_VIOLATION.code());
        assertThat(refused.responses()).isEmpty();
    }

    @Test
    void shouldShowTheQuorumByTheIdsAndAddressOfTheListener() {
        node.createTopic("t", 2, Map.of());
        final DescribeQuorumRequestData request = new DescribeQuorumRequestData()
                .setTopics(List.of(new DescribeQuorumRequestData.TopicData()
                        .setTopicName("__cluster_metadata")
                        .setPartitions(List.of(new DescribeQuorumRequestData.PartitionData()))));
        final DescribeQuorumResponseData answer = coreClient.call(request, 2, DescribeQuorumResponseData::new);
        final var quorum = answer.topics().getFirst().partitions().getFirst();
        assertThat(quorum.leaderId()).isEqualTo(FIRST_CORE);
        assertThat(quorum.currentVoters())
                .singleElement()
                .satisfies(voter -> assertThat(voter.replicaId()).isEqualTo(FIRST_CORE));
        assertThat(quorum.highWatermark()).isEqualTo(node.core(1).image().version() + 1);
        assertThat(answer.nodes().find(FIRST_CORE).listeners().find("CORES").port())
                .isEqualTo(9092);
    }

    @Test
    void shouldNotUnregisterItself() {
        final UnregisterBrokerResponseData itself = coreClient.call(
                new UnregisterBrokerRequestData().setBrokerId(SECOND_CORE), 0, UnregisterBrokerResponseData::new);
        assertThat(itself.errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        final UnregisterBrokerResponseData another =
                coreClient.call(new UnregisterBrokerRequestData().setBrokerId(1), 0, UnregisterBrokerResponseData::new);
        assertThat(another.errorCode()).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED.code());
    }

    private Errors update(final Feature feature, final int level, final byte how) {
        final UpdateFeaturesRequestData request = new UpdateFeaturesRequestData();
        request.featureUpdates()
                .add(new FeatureUpdateKey()
                        .setFeature(feature.featureName())
                        .setMaxVersionLevel((short) level)
                        .setUpgradeType(how));
        return Errors.forCode(
                client.call(request, 2, UpdateFeaturesResponseData::new).errorCode());
    }

    private Errors heartbeat() {
        final ConsumerGroupHeartbeatRequestData request = new ConsumerGroupHeartbeatRequestData()
                .setGroupId("")
                .setMemberId("m")
                .setRebalanceTimeoutMs(1_000);
        return Errors.forCode(node.connect(1)
                .call(request, 1, ConsumerGroupHeartbeatResponseData::new)
                .errorCode());
    }

    @Test
    void shouldHaveAFeatureOffUntilItIsOnAgain() {
        assertThat(heartbeat()).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(update(Feature.GROUP_VERSION, 0, UPGRADE)).isEqualTo(Errors.INVALID_UPDATE_VERSION);
        assertThat(update(Feature.GROUP_VERSION, 0, SAFE_DOWNGRADE)).isEqualTo(Errors.NONE);
        for (int core = 0; core < 2; core++) {
            assertThat(Feature.GROUP_VERSION.level(node.core(core).image())).isZero();
            assertThat(Feature.TRANSACTION_VERSION.level(node.core(core).image()))
                    .isEqualTo((short) 2);
        }
        assertThat(heartbeat()).isEqualTo(Errors.UNSUPPORTED_VERSION);
        assertThat(update(Feature.GROUP_VERSION, 1, UPGRADE)).isEqualTo(Errors.NONE);
        assertThat(heartbeat()).isEqualTo(Errors.INVALID_REQUEST);
    }
}
