package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.partition.PartitionQuery;
import io.millrace.engine.port.DiskSpace;
import io.millrace.engine.status.Outcome;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.LeaderHints;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;

/**
 * DescribeLogDirs: how large partitions are. On a listener for each core a broker tells of its own partitions only, so
 * that their sum over all brokers is right.
 */
final class DescribeLogDirsApi {
    private record Asked(String topic, int partition, int place) {}

    private final Core core;
    private final NodeFacts node;

    DescribeLogDirsApi(final Core core, final NodeFacts node) {
        this.core = core;
        this.node = node;
    }

    void handle(final Exchange exchange, final RequestHeader header, final DescribeLogDirsRequestData request) {
        final PartitionAsk ask = new PartitionAsk(core);
        final List<Asked> asked = new ArrayList<>();
        wishes(request).forEach((topic, partitions) -> {
            for (final int partition : partitions) {
                final PartitionImage image = topic.partition(partition);
                if (image != null
                        && LeaderHints.isServedHere(
                                header.listener(), image, core.image().nodeId(), core.id())) {
                    asked.add(new Asked(topic.name(), partition, ask.add(PartitionQuery.SIZE, image, -1, 0)));
                }
            }
        });
        ask.send(() -> core.askDiskSpace(space -> ColdApi.respond(
                exchange, new DescribeLogDirsResponseData().setResults(List.of(describe(ask, asked, space))))));
    }

    /** Partitions by topic; all of them if the request names none. */
    private Map<TopicImage, TreeSet<Integer>> wishes(final DescribeLogDirsRequestData request) {
        final Map<TopicImage, TreeSet<Integer>> wishes = new LinkedHashMap<>();
        if (request.topics() == null) {
            for (int i = 0; i < core.image().topicCount(); i++) {
                final TopicImage topic = core.image().topicAt(i);
                final TreeSet<Integer> partitions = new TreeSet<>();
                for (int p = 0; p < topic.partitionCount(); p++) {
                    partitions.add(p);
                }
                wishes.put(topic, partitions);
            }
            return wishes;
        }
        for (final DescribableLogDirTopic wish : request.topics()) {
            final TopicImage topic = core.image().topic(wish.topic());
            if (topic != null) {
                wishes.computeIfAbsent(topic, each -> new TreeSet<>()).addAll(wish.partitions());
            }
        }
        return wishes;
    }

    private DescribeLogDirsResult describe(final PartitionAsk ask, final List<Asked> asked, final DiskSpace space) {
        final DescribeLogDirsResult directory = new DescribeLogDirsResult()
                .setLogDir(node.dataDirectory())
                .setTotalBytes(space.totalBytes())
                .setUsableBytes(space.usableBytes());
        final Map<String, DescribeLogDirsTopic> topics = new LinkedHashMap<>();
        for (final Asked each : asked) {
            if (ask.outcome(each.place) == Outcome.OK) {
                topics.computeIfAbsent(each.topic, name -> new DescribeLogDirsTopic().setName(name))
                        .partitions()
                        .add(new DescribeLogDirsPartition()
                                .setPartitionIndex(each.partition)
                                .setPartitionSize(ask.first(each.place)));
            }
        }
        directory.topics().addAll(topics.values());
        return directory;
    }
}
