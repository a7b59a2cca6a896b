package io.millrace.tools.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sets what a group has committed: shows what would change, and does it only when told. */
@Command(
        name = "offsets",
        description = {
            "Set the committed offsets of a group that has no members now. It shows what would change; --execute does it."
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
        checkGroup(cluster);
        final Map<TopicPartition, OffsetAndMetadata> before =
                cluster.get(cluster.admin().listConsumerGroupOffsets(name).partitionsToOffsetAndMetadata(name));
        final Map<TopicPartition, Long> after = offsets(cluster, partitions);
        if (execute) {
            final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            after.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
            cluster.get(
                    "cannot set the offsets of " + name + ": ",
                    cluster.admin().alterConsumerGroupOffsets(name, offsets).all());
        }
        final Table table = new Table("topic", "partition", "before", "after", "change");
        for (final TopicPartition partition : partitions) {
            final OffsetAndMetadata old = before.get(partition);
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

    private void checkGroup(final Cluster cluster) {
        final Optional<Group> group = Group.find(cluster, name);
        if (group.isPresent()) {
            if (!group.get().hasOffsetsOfConsumers()) {
                throw new CommandFailure(name + " is a " + group.get().type() + " group, expected one of consumers");
            }
            final List<Group.Member> members = group.get().members();
            if (members != null && !members.isEmpty()) {
                throw new CommandFailure(name + " has " + TopicsVerb.counted(members.size(), "member")
                        + " (./run.sh groups describe " + name + "): stop them first");
            }
        }
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
