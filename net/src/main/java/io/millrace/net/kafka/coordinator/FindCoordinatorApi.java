package io.millrace.net.kafka.coordinator;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.status.Outcome;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.server.share.SharePartitionKey;

/** FindCoordinator: which broker keeps the state of a group or transaction, as the listener shows brokers. */
public final class FindCoordinatorApi {
    private static final short BATCHED_SINCE = 4;
    private static final short SHARES_SINCE = 6;

    private final Core core;
    private final Map<Byte, InternalTopic> topics;

    /** @param topics by the protocol's key type */
    public FindCoordinatorApi(final Core core, final Map<Byte, InternalTopic> topics) {
        this.core = core;
        this.topics = Map.copyOf(topics);
    }

    public void handle(final Exchange exchange, final RequestHeader header, final FindCoordinatorRequestData request) {
        final InternalTopic topic = topics.get(request.keyType());
        if (topic == null) {
            answer(exchange, header, request, Outcome.INVALID_REQUEST, null);
        } else {
            topic.whenThere(outcome -> answer(exchange, header, request, outcome, topic));
        }
    }

    private void answer(
            final Exchange exchange,
            final RequestHeader header,
            final FindCoordinatorRequestData request,
            final Outcome outcome,
            final InternalTopic topic) {
        final boolean batched = header.version() >= BATCHED_SINCE;
        final List<String> keys = batched ? request.coordinatorKeys() : List.of(request.key());
        final FindCoordinatorResponseData response = new FindCoordinatorResponseData();
        for (final String key : keys) {
            final Node node = outcome == Outcome.OK && isKey(header.version(), request.keyType(), key)
                    ? nodeOf(header.listener(), topic, key)
                    : Node.noNode();
            final Errors error;
            if (topic == null || !isKey(header.version(), request.keyType(), key)) {
                error = Errors.INVALID_REQUEST;
            } else {
                error = node.isEmpty() ? Errors.COORDINATOR_NOT_AVAILABLE : Errors.NONE;
            }
            if (batched) {
                final Coordinator found = FindCoordinatorResponse.prepareCoordinatorResponse(error, key, node);
                // As Apache Kafka: an explanation for what is wrong with the question only.
                response.coordinators().add(topic == null ? found : found.setErrorMessage(""));
            } else {
                ColdApi.respond(
                        exchange,
                        FindCoordinatorResponse.prepareOldResponse(error, node).data());
                return;
            }
        }
        ColdApi.respond(exchange, response);
    }

    /** That of a share partition has three parts, and is known to the last version alone. */
    private static boolean isKey(final short version, final byte type, final String key) {
        if (type != CoordinatorType.SHARE.id()) {
            return true;
        }
        if (version < SHARES_SINCE) {
            return false;
        }
        try {
            SharePartitionKey.validate(key);
            return true;
        } catch (final IllegalArgumentException malformed) {
            return false;
        }
    }

    private Node nodeOf(final ListenerView listener, final InternalTopic topic, final String key) {
        final TopicImage image = core.image().topic(topic.name());
        if (image == null) {
            return Node.noNode();
        }
        final PartitionImage partition = image.partition(Coordinators.partitionOf(key, image.partitionCount()));
        final int id = listener.brokerId(partition.ownerNode(), partition.ownerCore());
        for (int i = 0; i < listener.brokerCount(); i++) {
            if (listener.idAt(i) == id) {
                return new Node(id, listener.hostAt(i), listener.portAt(i));
            }
        }
        return Node.noNode();
    }
}
