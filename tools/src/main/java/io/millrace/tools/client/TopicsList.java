package io.millrace.tools.client;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Option;

/** A row for each topic. */
abstract class TopicsList extends AdminCommand {
    @Option(names = "--internal", description = "The broker's own topics too.")
    private boolean internal;

    abstract boolean json();

    boolean internal() {
        return internal;
    }

    @Override
    final String title() {
        return "topics";
    }

    @Override
    final int run(final Cluster cluster, final Output out) {
        final Set<String> names = cluster.get(cluster.admin()
                .listTopics(new ListTopicsOptions().listInternal(internal()))
                .names());
        final Map<String, TopicDescription> topics = new TreeMap<>();
        cluster.admin()
                .describeTopics(names)
                .topicNameValues()
                // One that is deleted meanwhile is not there.
                .forEach((name, answer) -> cluster.ask(answer).ifPresent(topic -> topics.put(name, topic)));
        final Map<TopicPartition, Long> bytes = cluster.bytes(topics.values());
        final Table table = new Table("name", "partitions", "replicas", "bytes");
        for (final TopicDescription topic : topics.values()) {
            table.row(topic.name(), topic.partitions().size(), replicas(topic), bytes(topic, bytes));
        }
        table.print(out, json());
        if (topics.isEmpty()) {
            say("no topics at " + bootstrap() + (internal() ? "" : " (--internal shows the broker's own)"));
        }
        return 0;
    }

    static int replicas(final TopicDescription topic) {
        return topic.partitions().stream()
                .mapToInt(info -> info.replicas().size())
                .max()
                .orElse(0);
    }

    /** Null where a broker did not tell. */
    private static Long bytes(final TopicDescription topic, final Map<TopicPartition, Long> bytes) {
        long sum = 0;
        for (final TopicPartition partition : Cluster.partitions(topic)) {
            final Long part = bytes.get(partition);
            if (part == null) {
                return null;
            }
            sum += part;
        }
        return sum;
    }
}
