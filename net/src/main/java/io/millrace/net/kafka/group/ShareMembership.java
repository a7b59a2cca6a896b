package io.millrace.net.kafka.group;

import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.coordinator.Answer;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.share.persister.InitializeShareGroupStateParameters;

/** The one request by which members of share groups join, stay and leave (KIP-932). */
final class ShareMembership {
    private static final int JOIN = 0;
    private static final int LEAVE = -1;
    private static final int MEMBER_ID_CHARACTERS_MAX = 36;

    private final Groups groups;
    private final ShareInitialization initialization;

    ShareMembership(final Groups groups, final SharePersister persister) {
        this.groups = groups;
        initialization = new ShareInitialization(groups, persister);
    }

    void heartbeat(final Exchange exchange, final RequestHeader header, final ShareGroupHeartbeatRequestData request) {
        if (!groups.servesShares()) {
            ColdApi.respond(exchange, refusal(Errors.UNSUPPORTED_VERSION, null));
            return;
        }
        if (request.memberId().isEmpty() || request.memberId().length() > MEMBER_ID_CHARACTERS_MAX) {
            // As Apache Kafka: without a word.
            ColdApi.respond(exchange, refusal(Errors.INVALID_REQUEST, null));
            return;
        }
        final String complaint = complaint(request);
        if (complaint != null) {
            ColdApi.respond(exchange, refusal(Errors.INVALID_REQUEST, complaint));
            return;
        }
        final GroupClient client = GroupClient.of(exchange, header);
        groups.ask(
                header,
                groups.partitionFor(request.groupId()),
                (machine, answer) -> machine.write(
                        "share-group-heartbeat", () -> machine.shard().shareGroupHeartbeat(client, request), answer),
                new Answer<
                        Map.Entry<ShareGroupHeartbeatResponseData, Optional<InitializeShareGroupStateParameters>>>() {
                    @Override
                    public void onAsked(final int core) {
                        exchange.asks(core);
                    }

                    @Override
                    public void onAnswer(
                            final Map.Entry<
                                            ShareGroupHeartbeatResponseData,
                                            Optional<InitializeShareGroupStateParameters>>
                                    result) {
                        ColdApi.respond(exchange, result.getKey());
                        // As Apache Kafka: the member is answered, and gets the partitions by a later heartbeat.
                        result.getValue()
                                .ifPresent(
                                        wanted -> initialization.run(wanted.groupTopicPartitionData(), outcome -> {}));
                    }

                    @Override
                    public void onError(final Errors error, final String message) {
                        ColdApi.respond(exchange, refusal(error, message));
                    }
                });
    }

    private static ShareGroupHeartbeatResponseData refusal(final Errors error, final String message) {
        return new ShareGroupHeartbeatResponseData().setErrorCode(error.code()).setErrorMessage(message);
    }

    /** What is wrong with a request in itself, in Apache Kafka's words, or null. */
    private static String complaint(final ShareGroupHeartbeatRequestData request) {
        final String ofIds = BlankIds.complaint(request.memberId(), request.groupId(), null, request.rackId());
        if (ofIds != null) {
            return ofIds;
        }
        if (request.memberEpoch() == JOIN) {
            return request.subscribedTopicNames() == null
                            || request.subscribedTopicNames().isEmpty()
                    ? "SubscribedTopicNames must be set in first request."
                    : null;
        }
        return request.memberEpoch() < LEAVE ? "MemberEpoch is invalid." : null;
    }
}
