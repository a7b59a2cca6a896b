package io.millrace.net.kafka.group;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.coordinator.Reply;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;
import org.apache.kafka.common.requests.TxnOffsetCommitResponse;

/** Offsets that are committed as part of a producer's transaction. */
final class TransactionalOffsets {
    private static final short LOADING_TOLD_SINCE = 2;
    private static final short ABORTABLE_SINCE = 4;
    private static final short ADDS_SINCE = 5;
    private static final short TOPIC_IDS_SINCE = 6;

    private final Groups groups;
    private final MetadataImage image;

    TransactionalOffsets(final Groups groups, final MetadataImage image) {
        this.groups = groups;
        this.image = image;
    }

    void commit(final Exchange exchange, final RequestHeader header, final TxnOffsetCommitRequestData request) {
        final boolean byId = header.version() >= TOPIC_IDS_SINCE;
        final TxnOffsetCommitResponse.Builder refused = TxnOffsetCommitResponse.newBuilder(byId);
        final List<TxnOffsetCommitRequestTopic> known = known(request, byId, refused);
        if (known.isEmpty()) {
            ColdApi.respond(exchange, refused.build().data());
            return;
        }
        request.setTopics(known);
        final short version = header.version();
        final Reply<TxnOffsetCommitResponseData> reply = new Reply<>(
                exchange,
                response -> refused.merge(response).build().data(),
                (error, message) -> refused.merge(
                                TxnOffsetCommitRequest.getErrorResponse(request, asOldClientsKnow(error, version)))
                        .build()
                        .data());
        if (request.groupId().isEmpty()) {
            reply.onError(Errors.INVALID_GROUP_ID, null);
            return;
        }
        final GroupClient client = GroupClient.of(exchange, header);
        groups.ask(
                header,
                groups.partitionFor(request.groupId()),
                (machine, answer) -> machine.commitInTransaction(
                        client,
                        request,
                        (partition, told) -> machine.groups()
                                .admission()
                                .admit(
                                        request.transactionalId(),
                                        request.producerId(),
                                        request.producerEpoch(),
                                        partition,
                                        version >= ADDS_SINCE,
                                        told),
                        answer),
                reply);
    }

    private static Errors asOldClientsKnow(final Errors error, final short version) {
        return switch (error) {
            case COORDINATOR_LOAD_IN_PROGRESS ->
                version < LOADING_TOLD_SINCE ? Errors.COORDINATOR_NOT_AVAILABLE : error;
            case TRANSACTION_ABORTABLE -> version < ABORTABLE_SINCE ? Errors.INVALID_TXN_STATE : error;
            case PRODUCER_FENCED -> Errors.INVALID_PRODUCER_EPOCH;
            default -> error;
        };
    }

    private List<TxnOffsetCommitRequestTopic> known(
            final TxnOffsetCommitRequestData request,
            final boolean byId,
            final TxnOffsetCommitResponse.Builder refused) {
        final List<TxnOffsetCommitRequestTopic> known = new ArrayList<>();
        for (final TxnOffsetCommitRequestTopic topic : request.topics()) {
            final Uuid id = topic.topicId();
            final TopicImage found = byId
                    ? image.topicById(id.getMostSignificantBits(), id.getLeastSignificantBits())
                    : image.topic(topic.name());
            final String name = found == null ? topic.name() : found.name();
            final TxnOffsetCommitRequestTopic valid =
                    new TxnOffsetCommitRequestTopic().setTopicId(id).setName(name);
            for (final TxnOffsetCommitRequestPartition partition : topic.partitions()) {
                if (found == null) {
                    refused.addPartition(
                            id,
                            name,
                            partition.partitionIndex(),
                            byId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION);
                } else if (found.partition(partition.partitionIndex()) == null) {
                    refused.addPartition(id, name, partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
                } else {
                    valid.partitions().add(partition);
                }
            }
            if (!valid.partitions().isEmpty()) {
                known.add(valid);
            }
        }
        return known;
    }
}
