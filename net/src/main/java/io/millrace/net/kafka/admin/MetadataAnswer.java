package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.metadata.TopicNames;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ColdSteps;
import io.millrace.net.kafka.api.ListenerView;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;

/**
 * The topics of one answer to Metadata: some hundred partitions are described in a duty cycle, and what is large is
 * written off the core. Used once, on the connection's core.
 */
final class MetadataAnswer implements ColdSteps.Step {
    /** A topic takes as long as so many partitions. */
    private static final int TOPIC_COST = 2;

    private final Core core;
    private final Exchange exchange;
    private final ListenerView listener;
    private final int operations;
    private final MetadataResponseData response;
    private final List<TopicImage> topics = new ArrayList<>();
    private final List<MetadataResponseTopic> after = new ArrayList<>();
    private int topicNext;
    private int partitionNext;
    private MetadataResponseTopic described;
    private boolean isLarge;

    MetadataAnswer(
            final Core core,
            final Exchange exchange,
            final ListenerView listener,
            final int operations,
            final MetadataResponseData response) {
        this.core = core;
        this.exchange = exchange;
        this.listener = listener;
        this.operations = operations;
        this.response = response;
    }

    /** All that there are now: others that come or go until the answer is written make no difference to it. */
    void addAll() {
        for (int i = 0; i < core.image().topicCount(); i++) {
            topics.add(core.image().topicAt(i));
        }
    }

    void add(final TopicImage topic) {
        topics.add(topic);
    }

    /** Stands behind those that are there. */
    void addMissing(final MetadataResponseTopic missing) {
        after.add(missing);
    }

    @Override
    public boolean proceed() {
        if (exchange.isAbandoned()) {
            exchange.finishWithoutReply();
            return false;
        }
        int room = ColdSteps.PARTITIONS_PER_STEP;
        while (room > 0 && topicNext < topics.size()) {
            final TopicImage topic = topics.get(topicNext);
            if (described == null) {
                described = begin(topic);
                room -= TOPIC_COST;
            }
            final int end = (int) Math.min(topic.partitionCount(), (long) partitionNext + Math.max(1, room));
            room -= end - partitionNext;
            while (partitionNext < end) {
                described.partitions().add(describe(topic.partition(partitionNext)));
                partitionNext++;
            }
            if (end == topic.partitionCount()) {
                topicNext++;
                partitionNext = 0;
                described = null;
            }
        }
        if (topicNext < topics.size()) {
            isLarge = true;
            return true;
        }
        response.topics().addAll(after);
        if (isLarge) {
            ColdApi.respondLarge(core.housekeeping(), exchange, response);
        } else {
            ColdApi.respond(exchange, response);
        }
        return false;
    }

    private MetadataResponseTopic begin(final TopicImage topic) {
        final MetadataResponseTopic begun = new MetadataResponseTopic()
                .setName(topic.name())
                .setTopicId(NodeFacts.topicId(topic))
                .setIsInternal(TopicNames.isInternal(topic.name()))
                .setTopicAuthorizedOperations(operations);
        response.topics().add(begun);
        return begun;
    }

    private MetadataResponsePartition describe(final PartitionImage partition) {
        final int owner = listener.brokerId(partition.ownerNode(), partition.ownerCore());
        return new MetadataResponsePartition()
                .setPartitionIndex(partition.partition())
                .setLeaderId(owner)
                .setLeaderEpoch(partition.leaderEpoch())
                .setReplicaNodes(List.of(owner))
                .setIsrNodes(List.of(owner));
    }
}
