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
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
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
            "Show the members of groups, and for each partition the committed offset, the end and the lag between them."
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
        final Map<TopicPartition, Long> committed = committed(cluster, group);
        final Map<TopicPartition, String> readers = new HashMap<>();
        if (group.members() != null) {
            group.members().forEach(member -> member.partitions().forEach(p -> readers.put(p, member.id())));
        }
        final Set<TopicPartition> all =
                new TreeSet<>(Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition));
        all.addAll(committed.keySet());
        all.addAll(readers.keySet());
        final Map<TopicPartition, Long> ends = ends(cluster, new ArrayList<>(all));
        final Table table = new Table("topic", "partition", "committed", "end", "lag", "member");
        for (final TopicPartition partition : all) {
            final Long offset = committed.get(partition);
            final Long end = ends.get(partition);
            if (offset == null && end == null) {
                // A source of a streams task that has fewer partitions than another.
                continue;
            }
            table.row(
                    partition.topic(),
                    partition.partition(),
                    offset,
                    end,
                    offset == null || end == null ? null : Math.max(0, end - offset),
                    readers.get(partition));
        }
        return table;
    }

    /** For a share group: where it begins to look for what nobody has acknowledged. */
    private static Map<TopicPartition, Long> committed(final Cluster cluster, final Group group) {
        final Map<TopicPartition, Long> offsets = new HashMap<>();
        final String name = group.name();
        switch (group.type()) {
            case "share" ->
                cluster.get(cluster.admin()
                                .listShareGroupOffsets(Map.of(name, new ListShareGroupOffsetsSpec()))
                                .partitionsToOffsetInfo(name))
                        .forEach((partition, info) -> {
                            if (info != null) {
                                offsets.put(partition, info.startOffset());
                            }
                        });
            case "streams" ->
                cluster.get(cluster.admin()
                                .listStreamsGroupOffsets(Map.of(name, new ListStreamsGroupOffsetsSpec()))
                                .partitionsToOffsetAndMetadata(name))
                        .forEach((partition, offset) -> {
                            if (offset != null) {
                                offsets.put(partition, offset.offset());
                            }
                        });
            default ->
                cluster.get(cluster.admin().listConsumerGroupOffsets(name).partitionsToOffsetAndMetadata(name))
                        .forEach((partition, offset) -> {
                            if (offset != null) {
                                offsets.put(partition, offset.offset());
                            }
                        });
        }
        return offsets;
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
