package io.millrace.tools.it.compat;

import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/**
 * What operators ask of a cluster is answered as Apache Kafka answers it: one node of which broker and controller are
 * one, with a quorum that does not change, without an authorizer, on a plain port.
 */
class AdministrationCompatibilityIT {
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
        return comparison.tests(List.of(
                new Script(ApiKeys.DESCRIBE_ACLS, 1, 3, SecurityScripts::describeAcls),
                new Script(ApiKeys.CREATE_ACLS, 1, 3, SecurityScripts::createAcls),
                new Script(ApiKeys.DELETE_ACLS, 1, 3, SecurityScripts::deleteAcls),
                new Script(ApiKeys.CREATE_DELEGATION_TOKEN, 1, 3, SecurityScripts::createToken),
                new Script(ApiKeys.RENEW_DELEGATION_TOKEN, 1, 2, SecurityScripts::renewToken),
                new Script(ApiKeys.EXPIRE_DELEGATION_TOKEN, 1, 2, SecurityScripts::expireToken),
                new Script(ApiKeys.DESCRIBE_DELEGATION_TOKEN, 1, 3, SecurityScripts::describeTokens),
                new Script(ApiKeys.ALTER_REPLICA_LOG_DIRS, 1, 2, PlacementScripts::alterLogDirs),
                new Script(ApiKeys.ELECT_LEADERS, 0, 2, PlacementScripts::electLeaders),
                new Script(ApiKeys.ALTER_PARTITION_REASSIGNMENTS, 0, 1, PlacementScripts::alterReassignments),
                new Script(ApiKeys.LIST_PARTITION_REASSIGNMENTS, 0, 0, PlacementScripts::listReassignments),
                new Script(ApiKeys.DESCRIBE_QUORUM, 0, 2, QuorumScripts::describe),
                new Script(ApiKeys.UNREGISTER_BROKER, 0, 0, QuorumScripts::unregisterBroker),
                new Script(ApiKeys.UNREGISTER_CONTROLLER, 0, 0, QuorumScripts::unregisterController),
                new Script(ApiKeys.ADD_RAFT_VOTER, 0, 1, QuorumScripts::addVoter),
                new Script(ApiKeys.REMOVE_RAFT_VOTER, 0, 0, QuorumScripts::removeVoter),
                new Script(ApiKeys.LIST_CONFIG_RESOURCES, 0, 1, QuorumScripts::listConfigResources),
                new Script(ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, 0, 0, SecurityScripts::users),
                new Script(ApiKeys.ALTER_CLIENT_QUOTAS, 0, 1, QuotaScripts::quotas),
                new Script(ApiKeys.CREATE_TOPICS, 7, 7, QuotaScripts::changes),
                new Script(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, 1, SweepScripts::brokers),
                new Script(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, 1, SweepScripts::topics),
                new Script(ApiKeys.UPDATE_FEATURES, 0, 2, FeatureScripts::update)));
    }
}
