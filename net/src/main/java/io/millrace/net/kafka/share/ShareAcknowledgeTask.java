package io.millrace.net.kafka.share;

import io.millrace.engine.metadata.PartitionImage;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.List;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.PartitionData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.ShareAcknowledgeTopicResponse;
import org.apache.kafka.common.protocol.Errors;

/** One ShareAcknowledge request in flight. Owned by the connection's core. */
final class ShareAcknowledgeTask {
    private static final short RENEWS_SINCE = 2;

    private final ShareHandlers handlers;
    private final Exchange exchange;
    private final RequestHeader header;
    private final ShareAcknowledgeRequestData request;

    ShareAcknowledgeTask(
            final ShareHandlers handlers,
            final Exchange exchange,
            final RequestHeader header,
            final ShareAcknowledgeRequestData request) {
        this.handlers = handlers;
        this.exchange = exchange;
        this.header = header;
        this.request = request;
    }

    void begin() {
        if (!handlers.isServed()) {
            refuse(Errors.UNSUPPORTED_VERSION);
            return;
        }
        if (request.groupId() == null || !ShareHandlers.isMemberId(request.memberId())) {
            refuse(Errors.INVALID_REQUEST);
            return;
        }
        final ShareSession session =
                handlers.sessions().find(new ShareSession.Key(request.groupId(), request.memberId()));
        final Errors error = goOn(session);
        if (error != Errors.NONE) {
            refuse(error);
            return;
        }
        final ShareAcks acks = new ShareAcks(
                handlers,
                header,
                request.groupId(),
                request.memberId(),
                header.version() >= RENEWS_SINCE && request.isRenewAck());
        request.topics()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> acks.add(
                                topic.topicId(),
                                partition.partitionIndex(),
                                partition.acknowledgementBatches().stream()
                                        .map(batch -> new AckAsk.Batch(
                                                batch.firstOffset(),
                                                batch.lastOffset(),
                                                ShareFetchTask.bytesOf(batch.acknowledgeTypes())))
                                        .toList())));
        acks.send(() -> {
            if (request.shareSessionEpoch() == ShareSession.FINAL_EPOCH) {
                handlers.end(session);
            }
            answer(acks.items());
        });
    }

    private Errors goOn(final ShareSession session) {
        final int epoch = request.shareSessionEpoch();
        if (epoch == ShareSession.INITIAL_EPOCH) {
            return Errors.INVALID_SHARE_SESSION_EPOCH;
        }
        if (epoch == ShareSession.FINAL_EPOCH) {
            return session == null ? Errors.SHARE_SESSION_NOT_FOUND : Errors.NONE;
        }
        final Errors error = ShareSessions.complaint(session, epoch);
        if (error == Errors.NONE) {
            session.advance();
        }
        return error;
    }

    /** As Apache Kafka: without a word. */
    private void refuse(final Errors error) {
        ColdApi.respond(exchange, new ShareAcknowledgeResponseData().setErrorCode(error.code()));
    }

    private void answer(final List<ShareItem> items) {
        final ShareAcknowledgeResponseData response = new ShareAcknowledgeResponseData()
                .setAcquisitionLockTimeoutMs(handlers.rules(request.groupId()).lockMs());
        for (final ShareItem item : items) {
            ShareAcknowledgeTopicResponse topic = response.responses().find(item.topicId);
            if (topic == null) {
                topic = new ShareAcknowledgeTopicResponse().setTopicId(item.topicId);
                response.responses().add(topic);
            }
            final PartitionData data = new PartitionData()
                    .setPartitionIndex(item.partition)
                    .setErrorCode(item.ackError.code())
                    .setErrorMessage(ShareFetchAnswer.messageOf(item, item.ackError));
            if (item.ackError == Errors.NOT_LEADER_OR_FOLLOWER) {
                hint(response, data, item);
            }
            topic.partitions().add(data);
        }
        ColdApi.respond(exchange, response);
    }

    private void hint(final ShareAcknowledgeResponseData response, final PartitionData data, final ShareItem item) {
        final PartitionImage image = handlers.core().image().partition(item.key);
        if (image == null) {
            return;
        }
        final var listener = header.listener();
        final int id = listener.brokerId(image.ownerNode(), image.ownerCore());
        data.currentLeader().setLeaderId(id).setLeaderEpoch(image.leaderEpoch());
        for (int i = 0; i < listener.brokerCount(); i++) {
            if (listener.idAt(i) == id && response.nodeEndpoints().find(id) == null) {
                response.nodeEndpoints()
                        .add(new NodeEndpoint()
                                .setNodeId(id)
                                .setHost(listener.hostAt(i))
                                .setPort(listener.portAt(i)));
            }
        }
    }
}
