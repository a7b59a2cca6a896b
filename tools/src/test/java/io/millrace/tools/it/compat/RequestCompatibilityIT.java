package io.millrace.tools.it.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.ApacheKafkaBroker;
import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every request of a served API is answered as Apache Kafka's broker answers it: the same bytes go to both, in every
 * version, and the answers are compared field by field, wordings too.
 *
 * <p>What differs on purpose, besides what {@link Normal} takes out, is not asked:
 *
 * <ul>
 *   <li>A wrong record count or a missing key inside a compressed batch, and an offset delta that is not the record's
 *       index: the first two are not looked for, the third is refused here and stored by Apache Kafka.
 *   <li>Loggers other than root: there is but one here.
 *   <li>Null records are answered INVALID_RECORD; Apache Kafka never answers them.
 * </ul>
 */
class RequestCompatibilityIT {
    private static BrokerUnderTest kafka;
    private static BrokerUnderTest broker;
    private static Party reference;
    private static Party subject;

    @BeforeAll
    static void launch() {
        kafka = ApacheKafkaBroker.launch(BrokerOptions.defaults());
        // As the reference is set up.
        broker = Brokers.launch(BrokerOptions.defaults()
                .with("node.id", "1")
                .with("offsets.topic.replication.factor", "1")
                .with("transaction.state.log.replication.factor", "1")
                .with("transaction.state.log.min.isr", "1")
                .with("share.coordinator.state.topic.replication.factor", "1")
                .with("share.coordinator.state.topic.min.isr", "1"));
        reference = new Party(kafka);
        subject = new Party(broker);
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

    @TestFactory
    Stream<DynamicContainer> shouldAnswerAsTheReferenceDoes() {
        return scripts().stream()
                .map(script -> DynamicContainer.dynamicContainer(
                        script.api().name,
                        IntStream.rangeClosed(script.from(), script.to())
                                .mapToObj(version ->
                                        DynamicTest.dynamicTest("v" + version, () -> play(script, version)))));
    }

    private static List<Script> scripts() {
        return List.of(
                new Script(ApiKeys.DESCRIBE_CONFIGS, 1, 4, ResourceScripts::describeConfigs),
                new Script(ApiKeys.ALTER_CONFIGS, 0, 2, ResourceScripts::alterConfigs),
                new Script(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 0, 1, ResourceScripts::groups),
                new Script(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 0, 1, ResourceScripts::metrics),
                new Script(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 0, 1, ResourceScripts::loggers),
                new Script(ApiKeys.DESCRIBE_CONFIGS, 1, 4, OddScripts::describeConfigs),
                new Script(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 0, 1, OddScripts::incrementalAlterConfigs),
                new Script(ApiKeys.ALTER_CONFIGS, 0, 2, OddScripts::alterConfigs),
                new Script(ApiKeys.CREATE_PARTITIONS, 0, 3, OddScripts::createPartitions),
                new Script(ApiKeys.DELETE_TOPICS, 1, 6, OddScripts::deleteTopics),
                new Script(ApiKeys.DELETE_RECORDS, 0, 2, OddScripts::deleteRecords),
                new Script(ApiKeys.LIST_OFFSETS, 1, 11, OddScripts::listOffsets),
                new Script(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 2, 4, OddScripts::offsetForLeaderEpoch),
                new Script(ApiKeys.API_VERSIONS, 0, 5, ClusterScripts::apiVersions),
                new Script(ApiKeys.DESCRIBE_CLUSTER, 0, 2, ClusterScripts::describeCluster),
                new Script(ApiKeys.METADATA, 0, 13, ClusterScripts::metadata),
                new Script(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, 0, ClusterScripts::describeTopicPartitions),
                new Script(ApiKeys.DESCRIBE_LOG_DIRS, 1, 5, ClusterScripts::describeLogDirs),
                new Script(ApiKeys.PRODUCE, 3, 13, ProduceScripts::produce),
                new Script(ApiKeys.INIT_PRODUCER_ID, 0, 5, ProduceScripts::initProducerId),
                new Script(ApiKeys.FETCH, 4, 18, FetchScripts::fetch),
                new Script(ApiKeys.LIST_OFFSETS, 1, 11, OffsetScripts::listOffsets),
                new Script(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 2, 4, OffsetScripts::offsetForLeaderEpoch),
                new Script(ApiKeys.DELETE_RECORDS, 0, 2, OffsetScripts::deleteRecords),
                new Script(ApiKeys.CREATE_TOPICS, 2, 7, TopicScripts::createTopics),
                new Script(ApiKeys.DELETE_TOPICS, 1, 6, TopicScripts::deleteTopics),
                new Script(ApiKeys.CREATE_PARTITIONS, 0, 3, TopicScripts::createPartitions),
                new Script(ApiKeys.DESCRIBE_CONFIGS, 1, 4, ConfigScripts::describeConfigs),
                new Script(ApiKeys.ALTER_CONFIGS, 0, 2, ConfigScripts::alterConfigs),
                new Script(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 0, 1, ConfigScripts::incrementalAlterConfigs),
                new Script(ApiKeys.FIND_COORDINATOR, 0, 6, GroupScripts::findCoordinator),
                new Script(ApiKeys.JOIN_GROUP, 0, 9, GroupScripts::joinGroup),
                new Script(ApiKeys.LEAVE_GROUP, 0, 5, GroupScripts::membership),
                new Script(ApiKeys.OFFSET_COMMIT, 2, 10, GroupScripts::offsetCommit),
                new Script(ApiKeys.OFFSET_FETCH, 1, 10, GroupScripts::offsetFetch),
                new Script(ApiKeys.OFFSET_DELETE, 0, 0, GroupScripts::offsetDelete),
                new Script(ApiKeys.DESCRIBE_GROUPS, 0, 6, GroupScripts::describeGroups),
                new Script(ApiKeys.LIST_GROUPS, 0, 5, GroupScripts::listGroups),
                new Script(ApiKeys.DELETE_GROUPS, 0, 3, GroupScripts::deleteGroups),
                new Script(ApiKeys.CONSUMER_GROUP_HEARTBEAT, 0, 1, GroupScripts::consumerHeartbeat),
                new Script(ApiKeys.CONSUMER_GROUP_DESCRIBE, 0, 1, GroupScripts::describeConsumers),
                new Script(ApiKeys.INIT_PRODUCER_ID, 0, 5, TransactionScripts::initProducerId),
                new Script(ApiKeys.ADD_PARTITIONS_TO_TXN, 0, 5, TransactionScripts::addPartitions),
                new Script(ApiKeys.ADD_OFFSETS_TO_TXN, 0, 4, TransactionScripts::addOffsets),
                new Script(ApiKeys.END_TXN, 0, 5, TransactionScripts::end),
                new Script(ApiKeys.TXN_OFFSET_COMMIT, 0, 6, TransactionScripts::offsetCommit),
                new Script(ApiKeys.WRITE_TXN_MARKERS, 1, 2, TransactionScripts::writeMarkers),
                new Script(ApiKeys.DESCRIBE_TRANSACTIONS, 0, 0, TransactionScripts::describe),
                new Script(ApiKeys.LIST_TRANSACTIONS, 0, 2, TransactionScripts::list),
                new Script(ApiKeys.DESCRIBE_PRODUCERS, 0, 0, TransactionScripts::describeProducers));
    }

    private static void play(final Script script, final int version) throws IOException {
        final Twins twins = new Twins(subject, reference, version);
        script.play().run(twins);
        keepAnswers(script, twins);
        assertThat(twins.differences())
                .as("%d questions of %s v%d", twins.asked(), script.api().name, version)
                .isEmpty();
        assertThat(twins.asked()).isPositive();
    }

    /** With -Dmillrace.it.answers=FOLDER, what the reference said is kept for people to look things up in. */
    private static void keepAnswers(final Script script, final Twins twins) throws IOException {
        final String folder = System.getProperty("millrace.it.answers");
        if (folder != null) {
            Files.createDirectories(Path.of(folder));
            Files.write(Path.of(folder, script.api().name + "-v" + twins.version() + ".txt"), twins.answers());
        }
    }
}
