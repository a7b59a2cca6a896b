package io.millrace.tools.it.compat;

import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
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
    private static Comparison comparison;

    @BeforeAll
    static void launch() {
        comparison = Comparison.launch();
    }

    @AfterAll
    static void close() {
        if (comparison != null) {
            comparison.close();
        }
    }

    @TestFactory
    Stream<DynamicContainer> shouldAnswerAsTheReferenceDoes() {
        return comparison.tests(scripts());
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
                new Script(ApiKeys.SHARE_GROUP_HEARTBEAT, 1, 1, ShareScripts::heartbeat),
                new Script(ApiKeys.SHARE_GROUP_DESCRIBE, 1, 1, ShareScripts::describe),
                new Script(ApiKeys.SHARE_FETCH, 1, 2, ShareScripts::fetch),
                new Script(ApiKeys.SHARE_ACKNOWLEDGE, 1, 2, ShareScripts::acknowledge),
                new Script(ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS, 0, 1, ShareScripts::describeOffsets),
                new Script(ApiKeys.ALTER_SHARE_GROUP_OFFSETS, 0, 0, ShareScripts::alterOffsets),
                new Script(ApiKeys.DELETE_SHARE_GROUP_OFFSETS, 0, 0, ShareScripts::deleteOffsets),
                new Script(ApiKeys.STREAMS_GROUP_HEARTBEAT, 0, 1, StreamsScripts::refusals),
                new Script(ApiKeys.STREAMS_GROUP_HEARTBEAT, 0, 1, StreamsScripts::membership),
                new Script(ApiKeys.STREAMS_GROUP_HEARTBEAT, 0, 1, StreamsScripts::unserved),
                new Script(ApiKeys.STREAMS_GROUP_DESCRIBE, 0, 1, StreamsScripts::describe),
                new Script(ApiKeys.STREAMS_GROUP_TOPOLOGY_DESCRIPTION_UPDATE, 0, 0, StreamsScripts::description),
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
}
