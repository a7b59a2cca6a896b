package io.millrace.tools.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sets what a group has committed, or where a share group starts: shows what would change, and does it only when told. */
@Command(
        name = "offsets",
        description = {
            "Set the committed offsets of a group that has no members now, or where a share group starts.",
            "It shows what would change; --execute does it."
        },
        footer = {
            "",
            "For example:",
            "  ./run.sh groups offsets billing --topic orders --to earliest",
            "  ./run.sh groups offsets billing --topic orders:0 --to 4711 --execute",
            "  ./run.sh groups offsets billing --topic orders --to 2h --execute",
            "",
            ClientCommand.EXIT_CODES
        },
        mixinStandardHelpOptions = true)
final class GroupsOffsets extends GroupsVerb {
    @Parameters(paramLabel = "NAME", description = "The group; one that is not there is made.")
    private String name;

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "T[:P]",
            required = true,
            description = "The topic, or one partition of it; may be repeated.")
    private List<String> topics;

    @Option(
            names = "--to",
            paramLabel = "WHERE",
            required = true,
            description = "earliest, latest, an offset, a time (2026-01-31T12:00Z), or so long ago (15m, 2h, 7d).")
    private String to;

    @Option(names = "--execute", description = "Do it.")
    private boolean execute;

    private StartPoint where;
    private final List<Target> targets = new ArrayList<>();

    @Override
    void validate() {
        where = StartPoint.parse("--to", to, System.currentTimeMillis());
        topics.forEach(topic -> targets.add(Target.parse("--topic", topic)));
    }

    @Override
    int run(final Cluster cluster, final Output out) {
        final List<TopicPartition> partitions = new ArrayList<>();
        targets.forEach(target -> target.partitions(cluster).forEach(partition -> {
            if (!partitions.contains(partition)) {
                partitions.add(partition);
            }
        }));
        final Group group = group(cluster);
        final Map<TopicPartition, Position> before = Position.of(cluster, group);
        final Map<TopicPartition, Long> after = offsets(cluster, partitions);
        if (execute) {
            cluster.get("cannot set the offsets of " + name + ": ", alter(cluster.admin(), group, after));
        }
        final Table table = new Table("topic", "partition", "before", "after", "change");
        for (final TopicPartition partition : partitions) {
            final Position old = before.get(partition);
            final long offset = after.get(partition);
            table.row(
                    partition.topic(),
                    partition.partition(),
                    old == null ? null : old.offset(),
                    offset,
                    old == null ? null : offset - old.offset());
        }
        table.print(out, json());
        if (!execute) {
            out.flush();
            say("nothing is changed yet: --execute does it");
        }
        return 0;
    }

    /** One that is not there is one of consumers, which the first commit makes. */
    private Group group(final Cluster cluster) {
        final Group group =
                Group.find(cluster, name).orElseGet(() -> new Group(name, Group.CLASSIC, "", null, List.of()));
        final List<Group.Member> members = group.members();
        if (members != null && !members.isEmpty()) {
            throw new CommandFailure(name + " has " + TopicsVerb.counted(members.size(), "member")
                    + " (./run.sh groups describe " + name + "): stop them first");
        }
        return group;
    }

    private static KafkaFuture<Void> alter(
            final Admin admin, final Group group, final Map<TopicPartition, Long> wanted) {
        if (group.isShare()) {
            return admin.alterShareGroupOffsets(group.name(), wanted).all();
        }
        final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        wanted.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
        return group.isStreams()
                ? admin.alterStreamsGroupOffsets(group.name(), offsets).all()
                : admin.alterConsumerGroupOffsets(group.name(), offsets).all();
    }

    private Map<TopicPartition, Long> offsets(final Cluster cluster, final List<TopicPartition> partitions) {
        final Map<TopicPartition, Long> starts = cluster.offsets(partitions, OffsetSpec.earliest());
        final Map<TopicPartition, Long> ends = cluster.offsets(partitions, OffsetSpec.latest());
        final Map<TopicPartition, Long> offsets = where.resolve(cluster, starts, ends);
        for (final TopicPartition partition : partitions) {
            final long offset = offsets.get(partition);
            if (offset < starts.get(partition) || offset > ends.get(partition)) {
                throw new CommandFailure("--to " + to + ": expected " + starts.get(partition) + " to "
                        + ends.get(partition) + " for partition " + partition.partition() + " of "
                        + partition.topic());
            }
        }
        return offsets;
    }
}
