package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.metadata.TopicNames;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ColdSteps;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.LinkedHashSet;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;

/** Metadata: brokers as the listener shows them, topics, and where their partitions live. */
final class MetadataApi {
    private static final short CLUSTER_OPERATIONS_UNTIL = 10;
    private static final short TOPIC_IDS_SINCE = 12;
    private static final short TOP_LEVEL_ERROR_SINCE = 13;

    private final Core core;
    private final NodeFacts node;
    private final AutoTopics autoTopics;
    private final ColdSteps steps;

    MetadataApi(final Core core, final NodeFacts node, final AutoTopics autoTopics, final ColdSteps steps) {
        this.core = core;
        this.node = node;
        this.autoTopics = autoTopics;
        this.steps = steps;
    }

    void handle(final Exchange exchange, final RequestHeader header, final MetadataRequestData request) {
        final short version = header.version();
        final boolean all =
                request.topics() == null || version == 0 && request.topics().isEmpty();
        final Errors refused = all ? Errors.NONE : refusal(request.topics(), version);
        if (refused != Errors.NONE) {
            ColdApi.respond(exchange, refusal(request.topics(), version, refused));
            return;
        }
        final MetadataResponseData response = new MetadataResponseData()
                .setClusterId(node.clusterId())
                .setControllerId(header.listener().controllerId());
        addBrokers(response, header.listener());
        if (request.includeClusterAuthorizedOperations() && version <= CLUSTER_OPERATIONS_UNTIL) {
            response.setClusterAuthorizedOperations(AuthorizedOperations.CLUSTER);
        }
        final int operations =
                request.includeTopicAuthorizedOperations() ? AuthorizedOperations.TOPIC : AuthorizedOperations.UNASKED;
        final MetadataAnswer answer = new MetadataAnswer(core, exchange, header.listener(), operations, response);
        if (all) {
            answer.addAll();
        } else {
            addWanted(answer, response, request, operations);
        }
        steps.begin(answer);
    }

    /** Versions before 12 know no ids; later ones take a null name as a defect of the broker's unless there are ids. */
    private static Errors refusal(final List<MetadataRequestTopic> topics, final short version) {
        final boolean namesNothing = topics.stream().anyMatch(topic -> topic.name() == null);
        final boolean hasIds =
                topics.stream().anyMatch(topic -> !topic.topicId().equals(Uuid.ZERO_UUID));
        if (version < TOPIC_IDS_SINCE) {
            return namesNothing || hasIds ? Errors.INVALID_REQUEST : Errors.NONE;
        }
        return namesNothing && !hasIds ? Errors.UNKNOWN_SERVER_ERROR : Errors.NONE;
    }

    /** Every topic that was asked for with the error, and nothing else. */
    private static MetadataResponseData refusal(
            final List<MetadataRequestTopic> topics, final short version, final Errors error) {
        final MetadataResponseData response = new MetadataResponseData();
        if (version >= TOP_LEVEL_ERROR_SINCE) {
            response.setErrorCode(error.code());
        }
        for (final MetadataRequestTopic topic : topics) {
            response.topics()
                    .add(new MetadataResponseTopic()
                            .setErrorCode(error.code())
                            .setName(topic.name() == null ? "" : topic.name())
                            .setTopicId(topic.topicId()));
        }
        return response;
    }

    private void addWanted(
            final MetadataAnswer answer,
            final MetadataResponseData response,
            final MetadataRequestData request,
            final int operations) {
        final LinkedHashSet<Uuid> ids = new LinkedHashSet<>();
        final LinkedHashSet<String> names = new LinkedHashSet<>();
        for (final MetadataRequestTopic topic : request.topics()) {
            if (topic.topicId().equals(Uuid.ZERO_UUID)) {
                names.add(topic.name());
            } else {
                ids.add(topic.topicId());
            }
        }
        if (ids.isEmpty()) {
            final boolean mayCreate = request.allowAutoTopicCreation() && autoTopics.isEnabled();
            addNamed(answer, names, mayCreate, operations);
        } else {
            // One id makes the whole request one by ids.
            addIdentified(answer, response, ids);
        }
    }

    /** Those that are not there stand before the others. */
    private void addIdentified(
            final MetadataAnswer answer, final MetadataResponseData response, final LinkedHashSet<Uuid> ids) {
        for (final Uuid id : ids) {
            final TopicImage topic = core.image().topicById(id.getMostSignificantBits(), id.getLeastSignificantBits());
            if (topic != null) {
                answer.add(topic);
            } else {
                response.topics().add(unknown(Errors.UNKNOWN_TOPIC_ID, null, id, AuthorizedOperations.UNASKED));
            }
        }
    }

    private void addNamed(
            final MetadataAnswer answer,
            final LinkedHashSet<String> names,
            final boolean mayCreate,
            final int operations) {
        for (final String name : names) {
            final TopicImage topic = core.image().topic(name);
            if (topic != null) {
                answer.add(topic);
            } else {
                answer.addMissing(unknown(missing(name, mayCreate), name, Uuid.ZERO_UUID, operations));
            }
        }
    }

    private Errors missing(final String name, final boolean mayCreate) {
        if (TopicNames.complaint(name) != null) {
            return Errors.INVALID_TOPIC_EXCEPTION;
        }
        if (mayCreate) {
            autoTopics.create(name);
        }
        return Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    private static MetadataResponseTopic unknown(
            final Errors error, final String name, final Uuid id, final int operations) {
        return new MetadataResponseTopic()
                .setErrorCode(error.code())
                .setName(name)
                .setTopicId(id)
                .setIsInternal(name != null && TopicNames.isInternal(name))
                .setTopicAuthorizedOperations(operations);
    }

    private void addBrokers(final MetadataResponseData response, final ListenerView listener) {
        for (int i = 0; i < listener.brokerCount(); i++) {
            response.brokers()
                    .add(new MetadataResponseBroker()
                            .setNodeId(listener.idAt(i))
                            .setHost(listener.hostAt(i))
                            .setPort(listener.portAt(i))
                            .setRack(node.rack()));
        }
    }
}
