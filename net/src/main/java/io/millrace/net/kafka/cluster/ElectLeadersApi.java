package io.millrace.net.kafka.cluster;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.metadata.TopicNames;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.admin.CommandBatch;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.List;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/**
 * ElectLeaders: a partition's only replica is its preferred leader and leads it already, so that no election is needed,
 * be it a clean one or not.
 */
final class ElectLeadersApi {
    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;
    private static final short ERROR_OF_ALL_SINCE = 1;

    private final Core core;

    ElectLeadersApi(final Core core) {
        this.core = core;
    }

    void handle(final Exchange exchange, final RequestHeader header, final ElectLeadersRequestData request) {
        final ElectLeadersResponseData response = new ElectLeadersResponseData();
        final ApiError refused = refusalOfAll(request);
        if (refused.isFailure()) {
            refuse(response, request, refused, header.version() >= ERROR_OF_ALL_SINCE);
        } else if (partitions(request) > CommandBatch.ITEMS_MAX) {
            refuse(
                    response,
                    request,
                    new ApiError(Errors.POLICY_VIOLATION, null),
                    header.version() >= ERROR_OF_ALL_SINCE);
        } else if (request.topicPartitions() == null) {
            for (int i = 0; i < core.image().topicCount(); i++) {
                // What needs no election is left out where all were meant.
                result(response, core.image().topicAt(i).name());
            }
        } else {
            for (final TopicPartitions wish : request.topicPartitions()) {
                elect(wish, result(response, wish.topic()).partitionResult());
            }
        }
        ColdApi.respond(exchange, response);
    }

    private static long partitions(final ElectLeadersRequestData request) {
        long count = 0;
        if (request.topicPartitions() != null) {
            for (final TopicPartitions wish : request.topicPartitions()) {
                count += wish.partitions().size();
            }
        }
        return count;
    }

    private static ApiError refusalOfAll(final ElectLeadersRequestData request) {
        final boolean asksForNothing =
                request.topicPartitions() != null && request.topicPartitions().isEmpty();
        if (request.timeoutMs() <= 0 && !asksForNothing) {
            return new ApiError(Errors.REQUEST_TIMED_OUT, null);
        }
        final byte type = request.electionType();
        return type == PREFERRED || type == UNCLEAN || asksForNothing
                ? ApiError.NONE
                : new ApiError(Errors.INVALID_REQUEST, "Unknown election type " + type);
    }

    private static void refuse(
            final ElectLeadersResponseData response,
            final ElectLeadersRequestData request,
            final ApiError error,
            final boolean tellsOfAll) {
        if (tellsOfAll) {
            response.setErrorCode(error.error().code());
        }
        if (request.topicPartitions() != null) {
            for (final TopicPartitions wish : request.topicPartitions()) {
                final ReplicaElectionResult result = result(response, wish.topic());
                wish.partitions()
                        .forEach(partition -> result.partitionResult()
                                .add(new PartitionResult()
                                        .setPartitionId(partition)
                                        .setErrorCode(error.error().code())
                                        .setErrorMessage(error.message())));
            }
        }
    }

    private static ReplicaElectionResult result(final ElectLeadersResponseData response, final String topic) {
        final ReplicaElectionResult result = new ReplicaElectionResult().setTopic(topic);
        response.replicaElectionResults().add(result);
        return result;
    }

    private void elect(final TopicPartitions wish, final List<PartitionResult> results) {
        final TopicImage topic = core.image().topic(wish.topic());
        final String unknown = topic != null ? null : "No such topic as " + TopicNames.shortened(wish.topic());
        for (final int partition : wish.partitions()) {
            final PartitionResult result = new PartitionResult().setPartitionId(partition);
            results.add(result);
            if (topic == null) {
                result.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code()).setErrorMessage(unknown);
            } else if (topic.partition(partition) == null) {
                result.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())
                        .setErrorMessage("No such partition as " + wish.topic() + "-" + partition);
            } else {
                result.setErrorCode(Errors.ELECTION_NOT_NEEDED.code())
                        .setErrorMessage(Errors.ELECTION_NOT_NEEDED.message());
            }
        }
    }
}
