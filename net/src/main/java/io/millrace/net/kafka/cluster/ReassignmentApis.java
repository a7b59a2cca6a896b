package io.millrace.net.kafka.cluster;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.metadata.TopicNames;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.admin.CommandBatch;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.List;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/**
 * AlterPartitionReassignments and ListPartitionReassignments, where there is one node: a partition stays where it is,
 * and so nothing is ever being moved. That a partition may go to another core, where each core is a broker, belongs
 * into {@link #move}.
 */
final class ReassignmentApis {
    private final Core core;

    ReassignmentApis(final Core core) {
        this.core = core;
    }

    void alter(
            final Exchange exchange, final RequestHeader header, final AlterPartitionReassignmentsRequestData request) {
        final AlterPartitionReassignmentsResponseData response = new AlterPartitionReassignmentsResponseData()
                .setErrorMessage(null)
                .setAllowReplicationFactorChange(request.allowReplicationFactorChange());
        final boolean isLate = request.timeoutMs() <= 0 && !request.topics().isEmpty();
        if (partitions(request) > CommandBatch.ITEMS_MAX) {
            response.setErrorCode(Errors.POLICY_VIOLATION.code()).setErrorMessage(CommandBatch.TOO_LARGE);
            ColdApi.respond(exchange, response);
            return;
        }
        if (isLate) {
            response.setErrorCode(Errors.REQUEST_TIMED_OUT.code());
        } else if (request.topics().isEmpty()) {
            response.setErrorMessage("");
        }
        for (final ReassignableTopic topic : request.topics()) {
            final ReassignableTopicResponse answers = new ReassignableTopicResponse().setName(topic.name());
            response.responses().add(answers);
            for (final ReassignablePartition wish : topic.partitions()) {
                final ApiError error = isLate
                        ? new ApiError(Errors.REQUEST_TIMED_OUT, null)
                        : alter(header.listener(), topic.name(), wish);
                answers.partitions()
                        .add(new ReassignablePartitionResponse()
                                .setPartitionIndex(wish.partitionIndex())
                                .setErrorCode(error.error().code())
                                .setErrorMessage(error.message()));
            }
        }
        ColdApi.respond(exchange, response);
    }

    private static long partitions(final AlterPartitionReassignmentsRequestData request) {
        long count = 0;
        for (final ReassignableTopic topic : request.topics()) {
            count += topic.partitions().size();
        }
        return count;
    }

    private ApiError alter(final ListenerView listener, final String name, final ReassignablePartition wish) {
        final TopicImage topic = core.image().topic(name);
        if (topic == null) {
            return unknown("Unable to find a topic named " + TopicNames.shortened(name) + ".");
        }
        final PartitionImage partition = topic.partition(wish.partitionIndex());
        if (partition == null) {
            return unknown("Unable to find partition " + name + ":" + wish.partitionIndex() + ".");
        }
        if (wish.replicas() == null) {
            return new ApiError(Errors.NO_REASSIGNMENT_IN_PROGRESS, null);
        }
        final String complaint = complaint(listener, wish.replicas());
        return complaint == null
                ? move(listener, partition, wish.replicas().getFirst())
                : new ApiError(Errors.INVALID_REPLICA_ASSIGNMENT, complaint);
    }

    private static ApiError unknown(final String message) {
        return new ApiError(Errors.UNKNOWN_TOPIC_OR_PARTITION, message);
    }

    /** What Kafka has against the replicas, in the order of their ids; the first is the leader that is wished for. */
    private static String complaint(final ListenerView listener, final List<Integer> replicas) {
        if (replicas.isEmpty()) {
            return "The manual partition assignment includes an empty replica list.";
        }
        final List<Integer> sorted = replicas.stream().sorted().toList();
        for (int i = 0; i < sorted.size(); i++) {
            final int id = sorted.get(i);
            if (!listener.isKnown(id)) {
                return "The manual partition assignment includes broker " + id + ", but no such broker is registered.";
            }
            if (i > 0 && sorted.get(i - 1) == id) {
                return "The manual partition assignment includes the broker " + id + " more than once.";
            }
        }
        return sorted.size() == 1
                ? null
                : "The manual partition assignment includes several brokers that are cores of one node.";
    }

    /** To the broker that it shall live on from now on; to stay is no move. */
    private ApiError move(final ListenerView listener, final PartitionImage partition, final int brokerId) {
        if (brokerId == listener.brokerId(partition.ownerNode(), partition.ownerCore())) {
            return ApiError.NONE;
        }
        return new ApiError(
                Errors.INVALID_REPLICA_ASSIGNMENT,
                "Broker " + brokerId + " is another core of the same node: this version of Millrace does not move"
                        + " partitions between cores yet.");
    }

    void list(
            final Exchange exchange, final RequestHeader header, final ListPartitionReassignmentsRequestData request) {
        ColdApi.respond(exchange, new ListPartitionReassignmentsResponseData().setErrorMessage(null));
    }
}
