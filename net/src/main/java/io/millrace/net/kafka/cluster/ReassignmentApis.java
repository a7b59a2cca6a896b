package io.millrace.net.kafka.cluster;

import io.millrace.engine.core.Core;
import io.millrace.engine.core.PartitionMoves;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.PartitionKeys;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.metadata.TopicNames;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.admin.AssignmentComplaint;
import io.millrace.net.kafka.admin.CommandBatch;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingPartitionReassignment;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingTopicReassignment;
import org.apache.kafka.common.protocol.Errors;

/**
 * AlterPartitionReassignments and ListPartitionReassignments, where there is one node: its cores are brokers on a listener
 * for each core, and a partition that goes to another of them moves between cores. Where clients see the node alone, a
 * partition stays where it is; but who administers the node may name a core there too, by the id that it would have.
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
        final MoveBatch moves = new MoveBatch(core, request.timeoutMs(), () -> ColdApi.respond(exchange, response));
        for (final ReassignableTopic topic : request.topics()) {
            final ReassignableTopicResponse answers = new ReassignableTopicResponse().setName(topic.name());
            response.responses().add(answers);
            for (final ReassignablePartition wish : topic.partitions()) {
                final ReassignablePartitionResponse answer = new ReassignablePartitionResponse()
                        .setPartitionIndex(wish.partitionIndex())
                        .setErrorMessage(null);
                answers.partitions().add(answer);
                if (isLate) {
                    tell(answer, Errors.REQUEST_TIMED_OUT, null);
                } else {
                    alter(header.listener(), topic.name(), wish, answer, moves);
                }
            }
        }
        moves.end();
    }

    private static long partitions(final AlterPartitionReassignmentsRequestData request) {
        long count = 0;
        for (final ReassignableTopic topic : request.topics()) {
            count += topic.partitions().size();
        }
        return count;
    }

    private void alter(
            final ListenerView listener,
            final String name,
            final ReassignablePartition wish,
            final ReassignablePartitionResponse answer,
            final MoveBatch moves) {
        final TopicImage topic = core.image().topic(name);
        final PartitionImage partition = topic == null ? null : topic.partition(wish.partitionIndex());
        if (topic == null) {
            tell(
                    answer,
                    Errors.UNKNOWN_TOPIC_OR_PARTITION,
                    "Unable to find a topic named " + TopicNames.shortened(name) + ".");
        } else if (partition == null) {
            tell(
                    answer,
                    Errors.UNKNOWN_TOPIC_OR_PARTITION,
                    "Unable to find partition " + name + ":" + wish.partitionIndex() + ".");
        } else if (wish.replicas() == null) {
            moves.cancel(partition, (error, message) -> tell(answer, error, message));
        } else {
            final String complaint = complaint(listener, wish.replicas());
            if (complaint != null) {
                tell(answer, Errors.INVALID_REPLICA_ASSIGNMENT, complaint);
            } else {
                final int target = listener.coreWished(wish.replicas().getFirst(), core.coreCount());
                // The node's own id: it is there.
                if (target >= 0) {
                    moves.move(partition, target, (error, message) -> tell(answer, error, message));
                }
            }
        }
    }

    private static void tell(final ReassignablePartitionResponse answer, final Errors error, final String message) {
        answer.setErrorCode(error.code()).setErrorMessage(message);
    }

    /** Where clients see the node alone, the id of a core that it has not comes from somebody who means cores. */
    private String complaint(final ListenerView listener, final List<Integer> replicas) {
        final int coreCount = core.coreCount();
        if (replicas.size() == 1 && !listener.isPerCore()) {
            final int named = listener.coreNamed(replicas.getFirst());
            if (named >= coreCount) {
                return "There is no core " + named + " (broker " + replicas.getFirst() + "), expected 0 to "
                        + (coreCount - 1) + ".";
            }
        }
        return AssignmentComplaint.of(replicas, id -> listener.isKnown(id) || listener.coreWished(id, coreCount) >= 0);
    }

    /** What is under way, or not yet written; a listener that shows the node alone shows nothing that moves. */
    void list(
            final Exchange exchange, final RequestHeader header, final ListPartitionReassignmentsRequestData request) {
        final ListPartitionReassignmentsResponseData response =
                new ListPartitionReassignmentsResponseData().setErrorMessage(null);
        if (!header.listener().isPerCore()) {
            ColdApi.respond(exchange, response);
            return;
        }
        final int asker = core.id();
        core.calls().run(0, host -> {
            final List<PartitionMoves.Move> underWay = host.moves().all();
            final List<PartitionMoves.Move> unwritten = host.moves().unwritten();
            host.calls().run(asker, here -> {
                final Map<String, OngoingTopicReassignment> byTopic = new TreeMap<>();
                underWay.forEach(move -> describe(header.listener(), request, move, false, byTopic));
                unwritten.forEach(move -> describe(header.listener(), request, move, true, byTopic));
                response.setTopics(List.copyOf(byTopic.values()));
                ColdApi.respond(exchange, response);
            });
        });
    }

    /** One that is in effect and not yet written has left the old core to all but the metadata log. */
    private void describe(
            final ListenerView listener,
            final ListPartitionReassignmentsRequestData request,
            final PartitionMoves.Move move,
            final boolean isInEffect,
            final Map<String, OngoingTopicReassignment> byTopic) {
        final TopicImage topic = core.image().topicByNumber(PartitionKeys.topicNumber(move.partitionKey()));
        final int partition = PartitionKeys.partition(move.partitionKey());
        if (topic == null || !isAskedFor(request, topic.name(), partition)) {
            return;
        }
        final int node = core.image().nodeId();
        final int from = listener.brokerId(node, move.fromCore());
        final int to = listener.brokerId(node, move.toCore());
        byTopic.computeIfAbsent(topic.name(), name -> new OngoingTopicReassignment().setName(name))
                .partitions()
                .add(new OngoingPartitionReassignment()
                        .setPartitionIndex(partition)
                        .setReplicas(isInEffect ? List.of(to) : List.of(to, from))
                        .setAddingReplicas(isInEffect ? List.of() : List.of(to))
                        .setRemovingReplicas(List.of(from)));
    }

    private static boolean isAskedFor(
            final ListPartitionReassignmentsRequestData request, final String topic, final int partition) {
        return request.topics() == null
                || request.topics().stream()
                        .anyMatch(each -> each.name().equals(topic)
                                && each.partitionIndexes().contains(partition));
    }
}
