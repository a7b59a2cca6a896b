package io.millrace.net.kafka.group;

import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.coordinator.Reply;
import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.api.assignor.PartitionAssignor;

/** The one request by which members of the new protocol join, stay and leave (KIP-848). */
final class ConsumerMembership {
    private static final int JOIN = 0;
    private static final int LEAVE = -1;
    private static final int LEAVE_STATIC = -2;
    private static final short CLIENT_NAMES_MEMBER_SINCE = 1;

    private final Groups groups;

    ConsumerMembership(final Groups groups) {
        this.groups = groups;
    }

    void heartbeat(
            final Exchange exchange, final RequestHeader header, final ConsumerGroupHeartbeatRequestData request) {
        final Reply<ConsumerGroupHeartbeatResponseData> reply = new Reply<>(
                exchange,
                response -> response,
                (error, message) -> new ConsumerGroupHeartbeatResponseData()
                        .setErrorCode(error.code())
                        .setErrorMessage(message == null ? error.message() : message));
        if (!groups.servesConsumerProtocol()) {
            reply.onError(Errors.UNSUPPORTED_VERSION, null);
            return;
        }
        final String complaint = complaint(request, header.version());
        if (complaint != null) {
            reply.onError(Errors.INVALID_REQUEST, complaint);
            return;
        }
        if (request.serverAssignor() != null && !assignors().contains(request.serverAssignor())) {
            reply.onError(
                    Errors.UNSUPPORTED_ASSIGNOR,
                    "ServerAssignor " + request.serverAssignor() + " is not supported. Supported assignors: "
                            + String.join(", ", assignors()) + ".");
            return;
        }
        final GroupClient client = GroupClient.of(exchange, header);
        groups.ask(
                header,
                groups.partitionFor(request.groupId()),
                (machine, answer) -> machine.write(
                        "consumer-group-heartbeat",
                        () -> {
                            if (request.memberEpoch() == JOIN) {
                                ClassicGroups.of(machine.shard()).ensureUpgradable(request.groupId(), groups.config());
                            }
                            return machine.shard().consumerGroupHeartbeat(client, request);
                        },
                        answer),
                reply);
    }

    private List<String> assignors() {
        return groups.config().consumerGroupAssignors().stream()
                .map(PartitionAssignor::name)
                .toList();
    }

    /** What is wrong with a request in itself, in Apache Kafka's words, or null. */
    private static String complaint(final ConsumerGroupHeartbeatRequestData request, final short version) {
        final int epoch = request.memberEpoch();
        final boolean named = version >= CLIENT_NAMES_MEMBER_SINCE || epoch > JOIN || epoch == LEAVE;
        final String ofIds = BlankIds.complaint(
                named ? request.memberId() : null, request.groupId(), request.instanceId(), request.rackId());
        if (ofIds != null) {
            return ofIds;
        }
        if (epoch == JOIN) {
            return joinComplaint(request);
        }
        if (epoch == LEAVE_STATIC) {
            return request.instanceId() == null ? "InstanceId can't be null." : null;
        }
        return epoch < LEAVE_STATIC ? "MemberEpoch is invalid." : null;
    }

    private static String joinComplaint(final ConsumerGroupHeartbeatRequestData request) {
        if (request.rebalanceTimeoutMs() == -1) {
            return "RebalanceTimeoutMs must be provided in first request.";
        }
        if (request.topicPartitions() == null || !request.topicPartitions().isEmpty()) {
            return "TopicPartitions must be empty when (re-)joining.";
        }
        return request.subscribedTopicNames() == null && request.subscribedTopicRegex() == null
                ? "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining."
                : null;
    }
}
