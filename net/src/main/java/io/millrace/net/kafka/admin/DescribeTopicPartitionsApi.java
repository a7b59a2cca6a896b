package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.metadata.TopicNames;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.Errors;

/** DescribeTopicPartitions: topics in the order of their names, in pages of so many partitions (KIP-966). */
final class DescribeTopicPartitionsApi {
    private final Core core;

    DescribeTopicPartitionsApi(final Core core) {
        this.core = core;
    }

    void handle(final Exchange exchange, final RequestHeader header, final DescribeTopicPartitionsRequestData request) {
        final String from = request.cursor() == null ? "" : request.cursor().topicName();
        final TreeSet<String> names = names(request, from);
        if (isInvalid(request, names)) {
            respondInvalid(exchange, request);
            return;
        }
        final DescribeTopicPartitionsResponseData response = new DescribeTopicPartitionsResponseData();
        final int pageMax = core.image().settings().intOf(BrokerSettings.MAX_REQUEST_PARTITION_SIZE_LIMIT);
        int room = Math.max(1, Math.min(pageMax, request.responsePartitionLimit()));
        for (final String name : names) {
            if (room == 0) {
                response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(0));
                break;
            }
            final TopicImage topic = core.image().topic(name);
            final DescribeTopicPartitionsResponseTopic described = new DescribeTopicPartitionsResponseTopic()
                    .setName(name)
                    .setIsInternal(TopicNames.isInternal(name))
                    .setTopicAuthorizedOperations(AuthorizedOperations.TOPIC);
            response.topics().add(described);
            if (topic == null) {
                final boolean isLegal = TopicNames.complaint(name) == null;
                described.setErrorCode(
                        (isLegal ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION).code());
                continue;
            }
            described.setTopicId(NodeFacts.topicId(topic));
            final int first = request.cursor() != null && name.equals(from)
                    ? request.cursor().partitionIndex()
                    : 0;
            final int end = (int) Math.min(topic.partitionCount(), (long) first + room);
            for (int i = first; i < end; i++) {
                described.partitions().add(describe(topic.partition(i), header.listener()));
            }
            room -= described.partitions().size();
            if (end < topic.partitionCount()) {
                response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(end));
                break;
            }
        }
        ColdApi.respond(exchange, response);
    }

    /** What is asked for from the cursor on: everything, if nothing is named. */
    private TreeSet<String> names(final DescribeTopicPartitionsRequestData request, final String from) {
        final TreeSet<String> names = new TreeSet<>();
        if (request.topics().isEmpty()) {
            for (int i = 0; i < core.image().topicCount(); i++) {
                names.add(core.image().topicAt(i).name());
            }
        } else {
            request.topics().forEach(topic -> names.add(topic.name()));
        }
        names.headSet(from).clear();
        return names;
    }

    private static boolean isInvalid(final DescribeTopicPartitionsRequestData request, final TreeSet<String> names) {
        if (request.cursor() == null) {
            return false;
        }
        final boolean isElsewhere =
                !request.topics().isEmpty() && !names.contains(request.cursor().topicName());
        return isElsewhere || request.cursor().partitionIndex() < 0;
    }

    private static void respondInvalid(final Exchange exchange, final DescribeTopicPartitionsRequestData request) {
        final DescribeTopicPartitionsResponseData response = new DescribeTopicPartitionsResponseData();
        for (final TopicRequest topic : request.topics()) {
            response.topics()
                    .add(new DescribeTopicPartitionsResponseTopic()
                            .setName(topic.name())
                            .setErrorCode(Errors.INVALID_REQUEST.code()));
        }
        ColdApi.respond(exchange, response);
    }

    private static DescribeTopicPartitionsResponsePartition describe(
            final PartitionImage partition, final ListenerView listener) {
        final int owner = listener.brokerId(partition.ownerNode(), partition.ownerCore());
        return new DescribeTopicPartitionsResponsePartition()
                .setPartitionIndex(partition.partition())
                .setLeaderId(owner)
                .setLeaderEpoch(partition.leaderEpoch())
                .setReplicaNodes(List.of(owner))
                .setIsrNodes(List.of(owner))
                .setEligibleLeaderReplicas(List.of())
                .setLastKnownElr(List.of())
                .setOfflineReplicas(List.of());
    }
}
