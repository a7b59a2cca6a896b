package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.LeaderHints;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirPartitionResult;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirTopicResult;
import org.apache.kafka.common.protocol.Errors;

/** AlterReplicaLogDirs: a node has one data directory, and there everything is already. */
final class AlterReplicaLogDirsApi {
    private final Core core;
    private final NodeFacts node;

    AlterReplicaLogDirsApi(final Core core, final NodeFacts node) {
        this.core = core;
        this.node = node;
    }

    void handle(final Exchange exchange, final RequestHeader header, final AlterReplicaLogDirsRequestData request) {
        final Map<String, TreeMap<Integer, Errors>> outcomes = new LinkedHashMap<>();
        // A partition that is named twice is meant to go where it was named last.
        request.dirs()
                .forEach(directory -> directory
                        .topics()
                        .forEach(topic -> topic.partitions()
                                .forEach(partition -> outcomes.computeIfAbsent(topic.name(), name -> new TreeMap<>())
                                        .put(
                                                partition,
                                                outcome(
                                                        header.listener(),
                                                        directory.path(),
                                                        topic.name(),
                                                        partition)))));
        final AlterReplicaLogDirsResponseData response = new AlterReplicaLogDirsResponseData();
        outcomes.forEach((name, partitions) -> {
            final AlterReplicaLogDirTopicResult result = new AlterReplicaLogDirTopicResult().setTopicName(name);
            response.results().add(result);
            partitions.forEach((partition, error) -> result.partitions()
                    .add(new AlterReplicaLogDirPartitionResult()
                            .setPartitionIndex(partition)
                            .setErrorCode(error.code())));
        });
        ColdApi.respond(exchange, response);
    }

    private Errors outcome(
            final ListenerView listener, final String path, final String topicName, final int partitionIndex) {
        if (!path.equals(node.dataDirectory())) {
            return Errors.LOG_DIR_NOT_FOUND;
        }
        final TopicImage topic = core.image().topic(topicName);
        final PartitionImage partition = topic == null ? null : topic.partition(partitionIndex);
        if (partition == null) {
            return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        return LeaderHints.isServedHere(listener, partition, core.image().nodeId(), core.id())
                ? Errors.NONE
                : Errors.REPLICA_NOT_AVAILABLE;
    }
}
