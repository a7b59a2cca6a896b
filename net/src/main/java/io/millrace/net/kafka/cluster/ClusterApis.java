package io.millrace.net.kafka.cluster;

import io.millrace.engine.core.Core;
import io.millrace.net.kafka.admin.NodeFacts;
import io.millrace.net.kafka.api.Api;
import io.millrace.net.kafka.api.ApiTable;
import io.millrace.net.kafka.api.ColdApi;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterControllerRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;

/** Puts every API of this package into a core's table. */
public final class ClusterApis {
    private ClusterApis() {}

    public static void register(final ApiTable table, final Core core, final NodeFacts node) {
        final ReassignmentApis reassignments = new ReassignmentApis(core);
        table.serve(
                        Api.DESCRIBE_QUORUM,
                        new ColdApi<>(DescribeQuorumRequestData::new, new DescribeQuorumApi(core)::handle))
                .serve(
                        Api.ELECT_LEADERS,
                        new ColdApi<>(ElectLeadersRequestData::new, new ElectLeadersApi(core)::handle))
                .serve(
                        Api.ALTER_PARTITION_REASSIGNMENTS,
                        new ColdApi<>(AlterPartitionReassignmentsRequestData::new, reassignments::alter))
                .serve(
                        Api.LIST_PARTITION_REASSIGNMENTS,
                        new ColdApi<>(ListPartitionReassignmentsRequestData::new, reassignments::list));
        table.serve(
                Api.UPDATE_FEATURES,
                new ColdApi<>(UpdateFeaturesRequestData::new, new UpdateFeaturesApi(core)::handle));
        final MembershipApis members = new MembershipApis(node);
        table.serve(Api.UNREGISTER_BROKER, new ColdApi<>(UnregisterBrokerRequestData::new, members::unregisterBroker))
                .serve(
                        Api.UNREGISTER_CONTROLLER,
                        new ColdApi<>(UnregisterControllerRequestData::new, members::unregisterController))
                .serve(Api.ADD_RAFT_VOTER, new ColdApi<>(AddRaftVoterRequestData::new, members::addVoter))
                .serve(Api.REMOVE_RAFT_VOTER, new ColdApi<>(RemoveRaftVoterRequestData::new, members::removeVoter));
    }
}
