package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.partition.PartitionQuery;
import io.millrace.engine.port.DiskSpace;
import io.millrace.engine.status.Outcome;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ColdSteps;
import io.millrace.net.kafka.api.LeaderHints;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.TreeSet;
import java.util.stream.IntStream;
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
    private record Asked(TopicImage topic, int partition, int place) {}

    private final Core core;
    private final NodeFacts node;
    private final ColdSteps steps;

    DescribeLogDirsApi(final Core core, final NodeFacts node, final ColdSteps steps) {
        this.core = core;
        this.node = node;
        this.steps = steps;
    }

    void handle(final Exchange exchange, final RequestHeader header, final DescribeLogDirsRequestData request) {
        steps.begin(new Answer(exchange, header.listener(), wishes(request)));
    }

    /** Partitions by topic, all of it for null. */
    private Map<TopicImage, TreeSet<Integer>> wishes(final DescribeLogDirsRequestData request) {
        final Map<TopicImage, TreeSet<Integer>> wishes = new LinkedHashMap<>();
        if (request.topics() == null) {
            for (int i = 0; i < core.image().topicCount(); i++) {
                wishes.put(core.image().topicAt(i), null);
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

    /** One request's answer: some hundred partitions are asked at a time. */
    private final class Answer implements ColdSteps.Step {
        private final Exchange exchange;
        private final ListenerView listener;
        private final Iterator<Map.Entry<TopicImage, TreeSet<Integer>>> topics;
        private final DescribeLogDirsResult directory = new DescribeLogDirsResult().setLogDir(node.dataDirectory());
        private TopicImage topic;
        private PrimitiveIterator.OfInt partitions = IntStream.empty().iterator();
        private DescribeLogDirsTopic described;
        private boolean isLarge;

        Answer(final Exchange exchange, final ListenerView listener, final Map<TopicImage, TreeSet<Integer>> wishes) {
            this.exchange = exchange;
            this.listener = listener;
            topics = wishes.entrySet().iterator();
        }

        /** Asks for the next ones; comes again when these have answered. */
        @Override
        public boolean proceed() {
            if (exchange.isAbandoned()) {
                exchange.finishWithoutReply();
                return false;
            }
            final PartitionAsk ask = new PartitionAsk(core);
            final List<Asked> asked = new ArrayList<>();
            for (int looked = 0; looked < ColdSteps.PARTITIONS_PER_STEP && hasNext(); looked++) {
                final int partition = partitions.nextInt();
                final PartitionImage image = topic.partition(partition);
                if (image != null
                        && LeaderHints.isServedHere(
                                listener, image, core.image().nodeId(), core.id())) {
                    asked.add(new Asked(topic, partition, ask.add(PartitionQuery.SIZE, image, -1, 0)));
                }
            }
            final boolean isLast = !hasNext();
            isLarge |= !isLast;
            ask.send(() -> {
                asked.forEach(each -> describe(each, ask));
                if (isLast) {
                    core.askDiskSpace(this::respond);
                } else {
                    steps.later(this);
                }
            });
            return false;
        }

        private boolean hasNext() {
            while (!partitions.hasNext() && topics.hasNext()) {
                final Map.Entry<TopicImage, TreeSet<Integer>> next = topics.next();
                topic = next.getKey();
                partitions = next.getValue() == null
                        ? IntStream.range(0, topic.partitionCount()).iterator()
                        : next.getValue().stream().mapToInt(Integer::intValue).iterator();
            }
            return partitions.hasNext();
        }

        private void describe(final Asked asked, final PartitionAsk ask) {
            if (ask.outcome(asked.place) != Outcome.OK) {
                return;
            }
            if (described == null || !described.name().equals(asked.topic.name())) {
                described = new DescribeLogDirsTopic().setName(asked.topic.name());
                directory.topics().add(described);
            }
            described
                    .partitions()
                    .add(new DescribeLogDirsPartition()
                            .setPartitionIndex(asked.partition)
                            .setPartitionSize(ask.first(asked.place)));
        }

        private void respond(final DiskSpace space) {
            directory.setTotalBytes(space.totalBytes()).setUsableBytes(space.usableBytes());
            final DescribeLogDirsResponseData response =
                    new DescribeLogDirsResponseData().setResults(List.of(directory));
            if (isLarge) {
                ColdApi.respondLarge(core.housekeeping(), exchange, response);
            } else {
                ColdApi.respond(exchange, response);
            }
        }
    }
}
