package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.connection.CloseReason;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;

/** Metadata: brokers as the listener shows them, topics, and where their partitions live. */
final class MetadataApi {
    private static final short TOPIC_IDS_SINCE = 12;

    private final Core core;
    private final NodeFacts node;
    private final AutoTopics autoTopics;

    MetadataApi(final Core core, final NodeFacts node, final AutoTopics autoTopics) {
        this.core = core;
        this.node = node;
        this.autoTopics = autoTopics;
    }

    void handle(final Exchange exchange, final RequestHeader header, final MetadataRequestData request) {
        final short version = header.version();
        final boolean all =
                request.topics() == null || version == 0 && request.topics().isEmpty();
        if (!all && version < TOPIC_IDS_SINCE && asksWhatItMayNot(request.topics())) {
            respondInvalid(exchange, request, version);
            return;
        }
        final MetadataResponseData response = new MetadataResponseData()
                .setClusterId(node.clusterId())
                .setControllerId(header.listener().controllerId());
        addBrokers(response, header.listener());
        if (all) {
            for (int i = 0; i < core.image().topicCount(); i++) {
                response.topics().add(describe(core.image().topicAt(i), header.listener()));
            }
        } else {
            addNamed(response, request, header.listener());
        }
        ColdApi.respond(exchange, response);
    }

    private static boolean asksWhatItMayNot(final List<MetadataRequestTopic> topics) {
        return topics.stream()
                .anyMatch(topic -> topic.name() == null || !topic.topicId().equals(Uuid.ZERO_UUID));
    }

    /** Kafka answers each topic that was asked for with INVALID_REQUEST. */
    private static void respondInvalid(
            final Exchange exchange, final MetadataRequestData request, final short version) {
        if (request.topics().stream().anyMatch(topic -> topic.name() == null)) {
            // A null name cannot be written into an answer of these versions.
            exchange.fail(CloseReason.MALFORMED_REQUEST);
            return;
        }
        final MetadataResponseData response = new MetadataResponseData().setControllerId(-1);
        for (final MetadataRequestTopic topic : request.topics()) {
            response.topics()
                    .add(new MetadataResponseTopic()
                            .setErrorCode(Errors.INVALID_REQUEST.code())
                            .setName(topic.name())
                            .setTopicId(topic.topicId()));
        }
        ColdApi.respond(exchange, response);
    }

    private void addNamed(
            final MetadataResponseData response, final MetadataRequestData request, final ListenerView listener) {
        final MetadataImage image = core.image();
        final LinkedHashSet<Uuid> ids = new LinkedHashSet<>();
        final LinkedHashSet<String> names = new LinkedHashSet<>();
        for (final MetadataRequestTopic topic : request.topics()) {
            if (!topic.topicId().equals(Uuid.ZERO_UUID)) {
                ids.add(topic.topicId());
            } else if (topic.name() != null) {
                names.add(topic.name());
            }
        }
        if (!ids.isEmpty()) {
            // One id makes the whole request one by ids.
            for (final Uuid id : ids) {
                final TopicImage topic = image.topicById(id.getMostSignificantBits(), id.getLeastSignificantBits());
                response.topics()
                        .add(topic != null ? describe(topic, listener) : unknown(Errors.UNKNOWN_TOPIC_ID, null, id));
            }
            return;
        }
        final boolean mayCreate = request.allowAutoTopicCreation() && autoTopics.isEnabled();
        final List<MetadataResponseTopic> missing = new ArrayList<>();
        for (final String name : names) {
            final TopicImage topic = image.topic(name);
            if (topic != null) {
                response.topics().add(describe(topic, listener));
            } else {
                missing.add(unknown(missing(name, mayCreate), name, Uuid.ZERO_UUID));
            }
        }
        missing.forEach(response.topics()::add);
    }

    private Errors missing(final String name, final boolean mayCreate) {
        try {
            Topic.validate(name);
        } catch (final InvalidTopicException invalid) {
            return Errors.INVALID_TOPIC_EXCEPTION;
        }
        if (mayCreate) {
            autoTopics.create(name);
        }
        return Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    private static MetadataResponseTopic unknown(final Errors error, final String name, final Uuid id) {
        return new MetadataResponseTopic()
                .setErrorCode(error.code())
                .setName(name)
                .setTopicId(id)
                .setIsInternal(name != null && NodeFacts.isInternal(name));
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

    private MetadataResponseTopic describe(final TopicImage topic, final ListenerView listener) {
        final MetadataResponseTopic described = new MetadataResponseTopic()
                .setName(topic.name())
                .setTopicId(NodeFacts.topicId(topic))
                .setIsInternal(NodeFacts.isInternal(topic.name()));
        for (int i = 0; i < topic.partitionCount(); i++) {
            final PartitionImage partition = topic.partition(i);
            final int owner = listener.brokerId(partition.ownerNode(), partition.ownerCore());
            described
                    .partitions()
                    .add(new MetadataResponsePartition()
                            .setPartitionIndex(i)
                            .setLeaderId(owner)
                            .setLeaderEpoch(partition.leaderEpoch())
                            .setReplicaNodes(List.of(owner))
                            .setIsrNodes(List.of(owner)));
        }
        return described;
    }
}
