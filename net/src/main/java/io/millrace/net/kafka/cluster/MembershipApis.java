package io.millrace.net.kafka.cluster;

import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.admin.NodeFacts;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.message.UnregisterControllerRequestData;
import org.apache.kafka.common.message.UnregisterControllerResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/**
 * Who belongs to the cluster and to its quorum: this node, and nobody else. The quorum does not change while it lives,
 * as one of Kafka's that was set up without kraft.version 1; and the node that answers cannot be told to leave.
 */
final class MembershipApis {
    private final NodeFacts node;

    MembershipApis(final NodeFacts node) {
        this.node = node;
    }

    void addVoter(final Exchange exchange, final RequestHeader header, final AddRaftVoterRequestData request) {
        final ApiError error =
                refusal("Add", request.clusterId(), request.voterId(), request.voterDirectoryId(), "adding");
        ColdApi.respond(
                exchange,
                new AddRaftVoterResponseData()
                        .setErrorCode(error.error().code())
                        .setErrorMessage(error.message()));
    }

    void removeVoter(final Exchange exchange, final RequestHeader header, final RemoveRaftVoterRequestData request) {
        final ApiError error =
                refusal("Remove", request.clusterId(), request.voterId(), request.voterDirectoryId(), "removing");
        ColdApi.respond(
                exchange,
                new RemoveRaftVoterResponseData()
                        .setErrorCode(error.error().code())
                        .setErrorMessage(error.message()));
    }

    private ApiError refusal(
            final String what, final String clusterId, final int voter, final Uuid directory, final String doing) {
        if (clusterId != null && !clusterId.equals(node.clusterId())) {
            return new ApiError(
                    Errors.INCONSISTENT_CLUSTER_ID,
                    "The given id \"" + clusterId + "\" doesn't match the cluster id \"" + node.clusterId() + '"');
        }
        if (voter < 0 || directory.equals(Uuid.ZERO_UUID)) {
            return new ApiError(Errors.INVALID_REQUEST, what + " voter request didn't include a valid voter");
        }
        return new ApiError(
                Errors.UNSUPPORTED_VERSION,
                "Cluster doesn't support " + doing + " voter because the kraft.version feature is 0");
    }

    void unregisterBroker(
            final Exchange exchange, final RequestHeader header, final UnregisterBrokerRequestData request) {
        final UnregisterBrokerResponseData response = new UnregisterBrokerResponseData();
        if (header.listener().isKnown(request.brokerId())) {
            response.setErrorCode(Errors.INVALID_REQUEST.code())
                    .setErrorMessage("Broker " + request.brokerId() + " is running: only one that has stopped can be"
                            + " unregistered.");
        } else {
            response.setErrorCode(Errors.BROKER_ID_NOT_REGISTERED.code())
                    .setErrorMessage("Broker ID " + request.brokerId() + " is not currently registered");
        }
        ColdApi.respond(exchange, response);
    }

    void unregisterController(
            final Exchange exchange, final RequestHeader header, final UnregisterControllerRequestData request) {
        final int id = request.controllerId();
        final UnregisterControllerResponseData response = new UnregisterControllerResponseData();
        if (id == header.listener().controllerId()) {
            response.setErrorCode(Errors.INVALID_REQUEST.code())
                    .setErrorMessage("Controller cannot unregister itself while it is active.");
        } else {
            response.setErrorCode(Errors.CONTROLLER_ID_NOT_REGISTERED.code())
                    .setErrorMessage("Controller ID " + id + " is not currently registered.");
        }
        ColdApi.respond(exchange, response);
    }
}
