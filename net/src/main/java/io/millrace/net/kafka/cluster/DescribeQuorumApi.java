package io.millrace.net.kafka.cluster;

import io.millrace.engine.core.Core;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.List;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Listener;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ListenerCollection;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Node;
import org.apache.kafka.common.message.DescribeQuorumResponseData.PartitionData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ReplicaState;
import org.apache.kafka.common.message.DescribeQuorumResponseData.TopicData;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeQuorum: one node keeps the metadata, leads itself, and has all of it; in Kafka's terms a quorum that does not
 * change. It has no listener of its own: any of the node's ports takes what a controller takes.
 */
final class DescribeQuorumApi {
    /** The log never had another leader. */
    private static final int EPOCH = 1;

    private static final short NODES_SINCE = 2;

    private final Core core;

    DescribeQuorumApi(final Core core) {
        this.core = core;
    }

    void handle(final Exchange exchange, final RequestHeader header, final DescribeQuorumRequestData request) {
        ColdApi.respond(exchange, isAboutMetadata(request) ? quorum(header) : refusal(request));
    }

    private static boolean isAboutMetadata(final DescribeQuorumRequestData request) {
        return request.topics().size() == 1
                && request.topics().getFirst().topicName().equals(Topic.CLUSTER_METADATA_TOPIC_NAME)
                && request.topics().getFirst().partitions().size() == 1
                && request.topics().getFirst().partitions().getFirst().partitionIndex() == 0;
    }

    private static DescribeQuorumResponseData refusal(final DescribeQuorumRequestData request) {
        final DescribeQuorumResponseData response = new DescribeQuorumResponseData();
        request.topics().forEach(topic -> {
            final TopicData answers = new TopicData().setTopicName(topic.topicName());
            response.topics().add(answers);
            topic.partitions()
                    .forEach(partition -> answers.partitions()
                            .add(new PartitionData()
                                    .setPartitionIndex(partition.partitionIndex())
                                    .setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())
                                    .setErrorMessage(Errors.UNKNOWN_TOPIC_OR_PARTITION.message())));
        });
        return response;
    }

    private DescribeQuorumResponseData quorum(final RequestHeader header) {
        final ListenerView listener = header.listener();
        // Entries are numbered from 1 on.
        final long end = core.image().version() + 1;
        final ReplicaState voter = new ReplicaState()
                .setReplicaId(listener.controllerId())
                .setLogEndOffset(end)
                .setLastFetchTimestamp(core.nowMs())
                .setLastCaughtUpTimestamp(core.nowMs());
        final PartitionData partition = new PartitionData()
                .setPartitionIndex(0)
                .setLeaderId(listener.controllerId())
                .setLeaderEpoch(EPOCH)
                .setHighWatermark(end)
                .setCurrentVoters(List.of(voter));
        final DescribeQuorumResponseData response = new DescribeQuorumResponseData();
        response.topics()
                .add(new TopicData()
                        .setTopicName(Topic.CLUSTER_METADATA_TOPIC_NAME)
                        .setPartitions(List.of(partition)));
        if (header.version() >= NODES_SINCE) {
            response.nodes().add(node(listener));
        }
        return response;
    }

    private static Node node(final ListenerView listener) {
        final ListenerCollection listeners = new ListenerCollection();
        listeners.add(new Listener()
                .setName(listener.name())
                .setHost(listener.hostAt(0))
                .setPort(listener.portAt(0)));
        return new Node().setNodeId(listener.controllerId()).setListeners(listeners);
    }
}
