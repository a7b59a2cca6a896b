package io.millrace.tools.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Members of groups, and how far each partition is read. */
@Command(
        name = "describe",
        description = {
            "Show the members of groups, and for each partition the committed offset, the end and the lag between them;",
            "of a share group its start offset, and as lag how many records from there on nobody is done with."
        },
        footer = {"", "For example:  ./run.sh groups describe billing", "", ClientCommand.EXIT_CODES},
        mixinStandardHelpOptions = true)
final class GroupsDescribe extends GroupsVerb {
    @Parameters(arity = "1..*", paramLabel = "NAME", description = "The groups.")
    private List<String> names;

    @Override
    int run(final Cluster cluster, final Output out) {
        return showEach(names, out, (name, first) -> describe(cluster, out, first, Group.named(cluster, name)));
    }

    private void describe(final Cluster cluster, final Output out, final boolean first, final Group group) {
        final Table members = members(group);
        final Table partitions = partitions(cluster, group);
        if (json()) {
            out.line(Json.of(Json.object(
                    "group",
                    group.name(),
                    "type",
                    group.type(),
                    "protocol",
                    group.protocol(),
                    "state",
                    group.state(),
                    "members",
                    members.objects(),
                    "partitions",
                    partitions.objects())));
            return;
        }
        out.text(first ? "" : "\n");
        out.line(group.name() + ": " + group.type() + " group, " + (group.state() == null ? "?" : group.state()) + ", "
                + (group.members() == null
                        ? "members unknown"
                        : TopicsVerb.counted(group.members().size(), "member")));
        if (!members.isEmpty()) {
            members.print(out, false);
        }
        if (!members.isEmpty() && !partitions.isEmpty()) {
            out.newline();
        }
        if (!partitions.isEmpty()) {
            partitions.print(out, false);
        }
    }

    private static Table members(final Group group) {
        final Table table = new Table("member", "client", "host", "partitions");
        if (group.members() != null) {
            group.members()
                    .forEach(member -> table.row(
                            member.id(),
                            member.clientId(),
                            member.host(),
                            member.partitions().size()));
        }
        return table;
    }

    private Table partitions(final Cluster cluster, final Group group) {
        final Map<TopicPartition, Position> positions = Position.of(cluster, group);
        final Map<TopicPartition, List<String>> readers = readers(group);
        final Set<TopicPartition> all =
                new TreeSet<>(Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition));
        all.addAll(positions.keySet());
        all.addAll(readers.keySet());
        final Map<TopicPartition, Long> ends = ends(cluster, new ArrayList<>(all));
        final boolean shared = group.isShare();
        final Table table = shared
                ? new Table("topic", "partition", "start-offset", "end", "lag", "members")
                : new Table("topic", "partition", "committed", "end", "lag", "member");
        for (final TopicPartition partition : all) {
            final Position position = positions.get(partition);
            final Long end = ends.get(partition);
            if (position == null && end == null) {
                // A source of a streams task that has fewer partitions than another.
                continue;
            }
            final List<String> members = readers.getOrDefault(partition, List.of());
            table.row(
                    partition.topic(),
                    partition.partition(),
                    position == null ? null : position.offset(),
                    end,
                    position == null ? null : position.lag(end),
                    shared ? members.size() : members.isEmpty() ? null : members.getLast());
        }
        return table;
    }

    private static Map<TopicPartition, List<String>> readers(final Group group) {
        final Map<TopicPartition, List<String>> readers = new HashMap<>();
        if (group.members() != null) {
            group.members()
                    .forEach(member -> member.partitions()
                            .forEach(partition -> readers.computeIfAbsent(partition, one -> new ArrayList<>())
                                    .add(member.id())));
        }
        return readers;
    }

    /** A topic that is gone has none. */
    private Map<TopicPartition, Long> ends(final Cluster cluster, final List<TopicPartition> partitions) {
        final Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        partitions.forEach(partition -> wanted.put(partition, OffsetSpec.latest()));
        final Map<TopicPartition, Long> ends = new HashMap<>();
        final ListOffsetsResult answers = cluster.admin().listOffsets(wanted);
        for (final TopicPartition partition : partitions) {
            try {
                ends.put(partition, answers.partitionResult(partition).get().offset());
            } catch (final ExecutionException failure) {
                if (!(Failures.cause(failure) instanceof UnknownTopicOrPartitionException)) {
                    throw Failures.of("offsets of " + partition + ": ", failure, bootstrap());
                }
            } catch (final InterruptedException interrupted) {
                throw new InterruptException(interrupted);
            }
        }
        return ends;
    }
}
