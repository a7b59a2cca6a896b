package io.millrace.tools.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Partitions of topics with their leaders and offsets, and the settings that are not the default. */
@Command(
        name = "describe",
        description = "Show the partitions of topics with their offsets, and the settings that are not the default.",
        footer = {"", "For example:  ./run.sh topics describe orders", "", ClientCommand.EXIT_CODES},
        mixinStandardHelpOptions = true)
final class TopicsDescribe extends TopicsVerb {
    @Parameters(arity = "1..*", paramLabel = "NAME", description = "The topics.")
    private List<String> names;

    @Override
    int run(final Cluster cluster, final Output out) {
        return showEach(names, out, (name, first) -> describe(cluster, out, first, cluster.topic(name)));
    }

    private void describe(final Cluster cluster, final Output out, final boolean first, final TopicDescription topic) {
        final Table partitions = partitions(cluster, topic);
        final Table configs = configs(cluster, topic.name());
        final int replicas = TopicsList.replicas(topic);
        if (json()) {
            out.line(Json.of(Json.object(
                    "name",
                    topic.name(),
                    "id",
                    topic.topicId(),
                    "internal",
                    topic.isInternal(),
                    "replicas",
                    replicas,
                    "partitions",
                    partitions.objects(),
                    "configs",
                    configs.objects())));
            return;
        }
        out.text(first ? "" : "\n");
        out.line(topic.name() + ": " + counted(topic.partitions().size(), "partition") + ", "
                + counted(replicas, "replica") + ", id " + topic.topicId() + (topic.isInternal() ? ", internal" : ""));
        partitions.print(out, false);
        if (!configs.isEmpty()) {
            out.newline();
            configs.print(out, false);
        }
    }

    private static Table partitions(final Cluster cluster, final TopicDescription topic) {
        final List<TopicPartition> led = new ArrayList<>();
        for (final TopicPartitionInfo info : topic.partitions()) {
            if (Cluster.hasLeader(info)) {
                led.add(new TopicPartition(topic.name(), info.partition()));
            }
        }
        final Map<TopicPartition, Long> starts = cluster.offsets(led, OffsetSpec.earliest());
        final Map<TopicPartition, Long> ends = cluster.offsets(led, OffsetSpec.latest());
        final Map<TopicPartition, Long> bytes = cluster.bytes(List.of(topic));
        final Table table = new Table("partition", "leader", "replicas", "in-sync", "start", "end", "bytes");
        for (final TopicPartitionInfo info : topic.partitions()) {
            final TopicPartition partition = new TopicPartition(topic.name(), info.partition());
            table.row(
                    info.partition(),
                    Cluster.hasLeader(info) ? info.leader().id() : null,
                    ids(info.replicas()),
                    ids(info.isr()),
                    starts.get(partition),
                    ends.get(partition),
                    bytes.get(partition));
        }
        return table;
    }

    private static List<Integer> ids(final List<Node> nodes) {
        return nodes.stream().map(Node::id).toList();
    }

    private static Table configs(final Cluster cluster, final String name) {
        final ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        final Config config = cluster.ask(cluster.admin()
                        .describeConfigs(List.of(resource))
                        .values()
                        .get(resource))
                .orElse(new Config(List.of()));
        final Table table = ConfigsCommand.table();
        config.entries().stream()
                .filter(entry -> !entry.isDefault())
                .sorted(Comparator.comparing(ConfigEntry::name))
                .forEach(entry -> ConfigsCommand.row(table, entry));
        return table;
    }
}
