package io.millrace.net.kafka.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class TopicApisTest {
    private static final int CORES = 2;
    private static final ListenerView PER_CORE = ListenerView.ofCores("CORES", TestNode.NODE_ID, "here", 9092, 9093);

    private final TestNode node = new TestNode(CORES, 64);
    private final TestClient client = node.connect(1);

    private static CreateTopicsRequestData creation(final CreatableTopic... topics) {
        final CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(1000);
        for (final CreatableTopic topic : topics) {
            request.topics().add(topic);
        }
        return request;
    }

    private static CreatableTopic topic(final String name, final int partitions) {
        return new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short) -1);
    }

    private CreateTopicsResponseData create(final CreateTopicsRequestData request) {
        return client.call(request, 7, CreateTopicsResponseData::new);
    }

    private static void assertError(final CreatableTopicResult result, final Errors error) {
        assertThat(Errors.forCode(result.errorCode())).as(result.errorMessage()).isEqualTo(error);
    }

    @Test
    void shouldKnowANewTopicOnEveryCoreBeforeItAnswers() {
        final CreatableTopicResult result =
                create(creation(topic("a", 3))).topics().find("a");
        assertError(result, Errors.NONE);
        assertThat(result.errorMessage()).isNull();
        assertThat(result.numPartitions()).isEqualTo(3);
        assertThat(result.replicationFactor()).isEqualTo((short) 1);
        assertThat(result.configs()).anyMatch(config -> config.name().equals("retention.ms"));
        for (int core = 0; core < CORES; core++) {
            assertThat(NodeFacts.topicId(node.core(core).image().topic("a"))).isEqualTo(result.topicId());
        }
    }

    @Test
    void shouldRefuseANameThatIsThereTwiceAndMakeTheOthers() {
        final CreateTopicsResponseData response =
                create(creation(topic("twice", 1), topic("once", 1), topic("twice", 2)));
        assertThat(response.topics()).hasSize(2);
        assertError(response.topics().find("once"), Errors.NONE);
        assertError(response.topics().find("twice"), Errors.INVALID_REQUEST);
        assertThat(node.core(1).image().topic("twice")).isNull();
    }

    @Test
    void shouldMakeNothingWhenItOnlyValidates() {
        final CreateTopicsRequestData request = creation(topic("a", -1)).setValidateOnly(true);
        final CreatableTopicResult result = create(request).topics().find("a");
        assertError(result, Errors.NONE);
        assertThat(result.topicId()).isNotEqualTo(Uuid.ZERO_UUID);
        assertThat(result.numPartitions()).isEqualTo(1);
        assertThat(node.core(1).image().topic("a")).isNull();
    }

    @Test
    void shouldTellTheConfigsOfANewTopicAndWhereTheyCameFrom() {
        final CreatableTopic topic = topic("a", 1);
        topic.configs().add(new CreatableTopicConfig().setName("retention.ms").setValue("77"));
        final CreatableTopicResult result = create(creation(topic)).topics().find("a");
        assertThat(result.configs())
                .filteredOn(config -> config.name().equals("retention.ms"))
                .singleElement()
                .satisfies(config -> {
                    assertThat(config.value()).isEqualTo("77");
                    assertThat(config.configSource()).isEqualTo((byte) 1);
                });
    }

    @Test
    void shouldTimeOutWithoutTime() {
        final CreateTopicsRequestData request = creation(topic("a", 1)).setTimeoutMs(0);
        assertError(create(request).topics().find("a"), Errors.REQUEST_TIMED_OUT);
    }

    @Test
    void shouldPlaceAManualAssignmentOnTheCoreThatItsBrokerIdMeans() {
        final CreatableTopic topic = topic("a", -1);
        for (int partition = 0; partition < 3; partition++) {
            topic.assignments()
                    .add(new CreatableReplicaAssignment()
                            .setPartitionIndex(partition)
                            .setBrokerIds(List.of(PER_CORE.idAt(1))));
        }
        final CreateTopicsResponseData response =
                node.connect(0, PER_CORE).call(creation(topic), 7, CreateTopicsResponseData::new);
        assertError(response.topics().find("a"), Errors.NONE);
        for (int partition = 0; partition < 3; partition++) {
            assertThat(node.core(0).image().topic("a").partition(partition).ownerCore())
                    .isEqualTo(1);
        }
    }

    @Test
    void shouldRefuseToCountCoresAsReplicas() {
        final CreatableTopic topic = topic("a", -1);
        topic.assignments()
                .add(new CreatableReplicaAssignment()
                        .setPartitionIndex(0)
                        .setBrokerIds(List.of(PER_CORE.idAt(0), PER_CORE.idAt(1))));
        final CreateTopicsResponseData response =
                node.connect(0, PER_CORE).call(creation(topic), 7, CreateTopicsResponseData::new);
        assertError(response.topics().find("a"), Errors.INVALID_REPLICA_ASSIGNMENT);
        assertThat(response.topics().find("a").errorMessage())
                .isEqualTo("The manual partition assignment includes several brokers that are cores of one node.");
        final CreatableTopic two = topic("b", 1).setReplicationFactor((short) 2);
        assertError(create(creation(two)).topics().find("b"), Errors.INVALID_REPLICATION_FACTOR);
    }

    @Test
    void shouldNameABrokerThatIsNotThereAsTheClientDid() {
        final TestClient coreClient = node.connect(0, PER_CORE);
        final int known = PER_CORE.idAt(0);
        create(creation(topic("b", 1)));
        for (final int unknown : List.of(1, known + CORES)) {
            final CreatableTopic topic = topic("a", -1);
            topic.assignments()
                    .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(List.of(unknown)));
            final CreatableTopicResult created = coreClient
                    .call(creation(topic), 7, CreateTopicsResponseData::new)
                    .topics()
                    .find("a");
            final String expected = "The manual partition assignment includes broker " + unknown
                    + ", but no such broker is registered.";
            assertThat(created.errorMessage()).isEqualTo(expected);
            final CreatePartitionsRequestData growth = new CreatePartitionsRequestData().setTimeoutMs(1000);
            growth.topics()
                    .add(new CreatePartitionsTopic()
                            .setName("b")
                            .setCount(3)
                            .setAssignments(List.of(
                                    new CreatePartitionsAssignment().setBrokerIds(List.of(known)),
                                    new CreatePartitionsAssignment().setBrokerIds(List.of(unknown)))));
            assertThat(coreClient
                            .call(growth, 3, CreatePartitionsResponseData::new)
                            .results()
                            .getFirst()
                            .errorMessage())
                    .isEqualTo(expected);
        }
    }

    @Test
    void shouldDeleteByNameAndByIdAndAnswerWhatItCannot() {
        create(creation(topic("a", 1), topic("b", 1), topic("c", 1)));
        final Uuid idOfB = NodeFacts.topicId(node.core(0).image().topic("b"));
        final Uuid idOfC = NodeFacts.topicId(node.core(0).image().topic("c"));
        final DeleteTopicsRequestData request = new DeleteTopicsRequestData().setTimeoutMs(1000);
        request.topics().add(new DeleteTopicState().setName("a"));
        request.topics().add(new DeleteTopicState().setName(null).setTopicId(idOfB));
        request.topics().add(new DeleteTopicState().setName("c"));
        request.topics().add(new DeleteTopicState().setName(null).setTopicId(idOfC));
        request.topics().add(new DeleteTopicState().setName("none"));
        final DeleteTopicsResponseData response = client.call(request, 6, DeleteTopicsResponseData::new);
        assertThat(response.responses())
                .extracting(DeletableTopicResult::name)
                .containsExactlyInAnyOrder("a", "b", "c", "none");
        assertDeleted(response, "a", Errors.NONE);
        assertDeleted(response, "b", Errors.NONE);
        assertDeleted(response, "c", Errors.INVALID_REQUEST);
        assertDeleted(response, "none", Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(node.core(1).image().topicCount()).isEqualTo(1);
    }

    private static void assertDeleted(final DeleteTopicsResponseData response, final String name, final Errors error) {
        assertThat(response.responses().find(name).errorCode()).as(name).isEqualTo(error.code());
    }

    @Test
    void shouldGrowATopicOnceAndSayNoMoreThanTheCodeOfAnUnknownOne() {
        create(creation(topic("a", 1)));
        final CreatePartitionsRequestData request = new CreatePartitionsRequestData().setTimeoutMs(1000);
        request.topics()
                .add(new CreatePartitionsTopic().setName("a").setCount(4).setAssignments(null));
        request.topics()
                .add(new CreatePartitionsTopic().setName("none").setCount(4).setAssignments(null));
        final CreatePartitionsResponseData response = client.call(request, 3, CreatePartitionsResponseData::new);
        assertThat(response.results().get(0).errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(response.results().get(1).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(response.results().get(1).errorMessage()).isNull();
        assertThat(node.core(1).image().topic("a").partitionCount()).isEqualTo(4);
    }
}
