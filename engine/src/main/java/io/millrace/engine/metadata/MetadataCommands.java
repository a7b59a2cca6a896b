package io.millrace.engine.metadata;

import io.millrace.codec.metadata.AlterConfigEncoder;
import io.millrace.codec.metadata.CreatePartitionsEncoder;
import io.millrace.codec.metadata.CreateTopicEncoder;
import io.millrace.codec.metadata.DeleteTopicEncoder;
import io.millrace.codec.metadata.MessageHeaderEncoder;
import io.millrace.codec.metadata.MovePartitionEncoder;
import io.millrace.codec.metadata.RemapEncoder;
import io.millrace.codec.metadata.ReserveEpochEncoder;
import io.millrace.codec.metadata.TakeProducerIdsEncoder;
import io.millrace.codec.metadata.TogetherEncoder;
import java.util.List;
import java.util.Map;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes commands for the controller; each method returns the bytes written. The buffer should be expandable. Used on
 * the core that asks; commands are rare, so this allocates.
 */
public final class MetadataCommands {
    /** Length of what is too large to be written down at all, and so for every message; nothing was written. */
    public static final int TOO_LARGE = 1 << 30;

    private static final int GROUP_MAX = 65_534;

    private MetadataCommands() {}

    /**
     * Where a client wants a replica.
     *
     * @param core -1 unless the client named a core, as it does on a listener where cores appear as brokers
     */
    public record Replica(int node, int core) {}

    /** A manual assignment of one partition, the preferred leader first. */
    public record Assignment(int partition, List<Replica> replicas) {}

    /**
     * @param partitions        -1: the default, or what the assignments say
     * @param replicationFactor -1: the default, or what the assignments say
     * @param assignments       empty: the controller chooses
     * @param configs           overrides; a null value is refused by the controller as Kafka does
     */
    public static int createTopic(
            final MutableDirectBuffer buffer,
            final int offset,
            final String name,
            final int partitions,
            final int replicationFactor,
            final List<Assignment> assignments,
            final Map<String, String> configs,
            final boolean validateOnly) {
        return createTopic(
                buffer,
                offset,
                name,
                partitions,
                replicationFactor,
                assignments,
                configs,
                validateOnly,
                TopicBatches.NONE);
    }

    /**
     * @param batch names that came in one request, and may collide with each other; 0 if the name may with none
     */
    public static int createTopic(
            final MutableDirectBuffer buffer,
            final int offset,
            final String name,
            final int partitions,
            final int replicationFactor,
            final List<Assignment> assignments,
            final Map<String, String> configs,
            final boolean validateOnly,
            final long batch) {
        if (assignments.size() > GROUP_MAX
                || configs.size() > GROUP_MAX
                || assignments.stream()
                        .anyMatch(assignment -> assignment.replicas().size() > GROUP_MAX)) {
            return TOO_LARGE;
        }
        final CreateTopicEncoder command = new CreateTopicEncoder()
                .wrapAndApplyHeader(buffer, offset, new MessageHeaderEncoder())
                .partitions(partitions)
                .replicationFactor((short) replicationFactor)
                .validateOnly(flag(validateOnly))
                .batch(batch);
        final CreateTopicEncoder.AssignmentsEncoder group = command.assignmentsCount(assignments.size());
        for (final Assignment assignment : assignments) {
            final CreateTopicEncoder.AssignmentsEncoder.ReplicasEncoder replicas = group.next()
                    .partition(assignment.partition())
                    .replicasCount(assignment.replicas().size());
            assignment
                    .replicas()
                    .forEach(replica -> replicas.next().node(replica.node()).core(replica.core()));
        }
        final CreateTopicEncoder.ConfigsEncoder values = command.configsCount(configs.size());
        configs.forEach((configName, value) -> values.next()
                .present(flag(value != null))
                .configName(configName)
                .configValue(value == null ? "" : value));
        command.topicName(name);
        return command.limit() - offset;
    }

    public static int deleteTopic(final MutableDirectBuffer buffer, final int offset, final String name) {
        return deleteTopic(buffer, offset, name, 0, 0);
    }

    public static int deleteTopic(
            final MutableDirectBuffer buffer, final int offset, final long idHigh, final long idLow) {
        return deleteTopic(buffer, offset, "", idHigh, idLow);
    }

    private static int deleteTopic(
            final MutableDirectBuffer buffer,
            final int offset,
            final String name,
            final long idHigh,
            final long idLow) {
        final DeleteTopicEncoder command = new DeleteTopicEncoder()
                .wrapAndApplyHeader(buffer, offset, new MessageHeaderEncoder())
                .topicIdHigh(idHigh)
                .topicIdLow(idLow);
        command.topicName(name);
        return command.limit() - offset;
    }

    /**
     * @param partitions  the new total
     * @param assignments replicas of each new partition, or null: the controller chooses
     */
    public static int createPartitions(
            final MutableDirectBuffer buffer,
            final int offset,
            final String name,
            final int partitions,
            final List<List<Replica>> assignments,
            final boolean validateOnly) {
        if (assignments != null
                && (assignments.size() > GROUP_MAX
                        || assignments.stream().anyMatch(replicas -> replicas.size() > GROUP_MAX))) {
            return TOO_LARGE;
        }
        final CreatePartitionsEncoder command = new CreatePartitionsEncoder()
                .wrapAndApplyHeader(buffer, offset, new MessageHeaderEncoder())
                .partitions(partitions)
                .validateOnly(flag(validateOnly))
                .assigned(flag(assignments != null));
        final CreatePartitionsEncoder.AssignmentsEncoder group =
                command.assignmentsCount(assignments == null ? 0 : assignments.size());
        if (assignments != null) {
            for (final List<Replica> chosen : assignments) {
                final CreatePartitionsEncoder.AssignmentsEncoder.ReplicasEncoder replicas =
                        group.next().replicasCount(chosen.size());
                chosen.forEach(replica -> replicas.next().node(replica.node()).core(replica.core()));
            }
        }
        command.topicName(name);
        return command.limit() - offset;
    }

    /**
     * @param resourceName a topic's name; a node id in decimal, or "" for all brokers
     * @param replaceAll   overrides that are not named are removed (AlterConfigs); all operations are then SET
     */
    public static int alterConfig(
            final MutableDirectBuffer buffer,
            final int offset,
            final ResourceType resourceType,
            final String resourceName,
            final List<ConfigChange> changes,
            final boolean replaceAll,
            final boolean validateOnly) {
        if (changes.size() > GROUP_MAX) {
            return TOO_LARGE;
        }
        final AlterConfigEncoder command = new AlterConfigEncoder()
                .wrapAndApplyHeader(buffer, offset, new MessageHeaderEncoder())
                .resourceType(resourceType.wire())
                .validateOnly(flag(validateOnly))
                .replaceAll(flag(replaceAll));
        final AlterConfigEncoder.ChangesEncoder group = command.changesCount(changes.size());
        for (final ConfigChange change : changes) {
            group.next()
                    .operation((byte) change.operation().ordinal())
                    .present(flag(change.value() != null))
                    .configName(change.name())
                    .configValue(change.value() == null ? "" : change.value());
        }
        command.resourceName(resourceName);
        return command.limit() - offset;
    }

    /** Writes one command; returns its length. */
    @FunctionalInterface
    public interface Part {
        int write(MutableDirectBuffer buffer, int offset);
    }

    /** Several of {@link #alterConfig}, each of another resource: all are done, in one entry of the log, or none. */
    public static int together(final MutableDirectBuffer buffer, final int offset, final List<Part> parts) {
        if (parts.size() > GROUP_MAX) {
            return TOO_LARGE;
        }
        final ExpandableArrayBuffer part = new ExpandableArrayBuffer();
        final TogetherEncoder command =
                new TogetherEncoder().wrapAndApplyHeader(buffer, offset, new MessageHeaderEncoder());
        final TogetherEncoder.CommandsEncoder group = command.commandsCount(parts.size());
        for (final Part each : parts) {
            final int length = each.write(part, 0);
            if (length == TOO_LARGE) {
                return TOO_LARGE;
            }
            group.next().putCommand(part, 0, length);
        }
        return command.limit() - offset;
    }

    /** Answered with the first id and their number. */
    public static int takeProducerIds(
            final MutableDirectBuffer buffer, final int offset, final int core, final int idCount) {
        final TakeProducerIdsEncoder command = new TakeProducerIdsEncoder()
                .wrapAndApplyHeader(buffer, offset, new MessageHeaderEncoder())
                .core(core)
                .idCount(idCount);
        return command.limit() - offset;
    }

    /** At start, before any core opens a partition. */
    public static int remap(final MutableDirectBuffer buffer, final int offset, final int coreCount) {
        final RemapEncoder command = new RemapEncoder()
                .wrapAndApplyHeader(buffer, offset, new MessageHeaderEncoder())
                .coreCount(coreCount);
        return command.limit() - offset;
    }

    /**
     * Before the partition is moved: the epoch above its owner's is reserved for the move, which may then take effect
     * before it stands in the log.
     */
    public static int reserveEpoch(
            final MutableDirectBuffer buffer, final int offset, final long partitionKey, final int leaderEpoch) {
        final ReserveEpochEncoder command = new ReserveEpochEncoder()
                .wrapAndApplyHeader(buffer, offset, new MessageHeaderEncoder())
                .topicNumber(PartitionKeys.topicNumber(partitionKey))
                .partition(PartitionKeys.partition(partitionKey))
                .leaderEpoch(leaderEpoch);
        return command.limit() - offset;
    }

    /** Once the partition's owner has made it ready, and the other core has its files open; and again if it was lost. */
    public static int movePartition(
            final MutableDirectBuffer buffer,
            final int offset,
            final long partitionKey,
            final int toCore,
            final int leaderEpoch) {
        final MovePartitionEncoder command = new MovePartitionEncoder()
                .wrapAndApplyHeader(buffer, offset, new MessageHeaderEncoder())
                .topicNumber(PartitionKeys.topicNumber(partitionKey))
                .partition(PartitionKeys.partition(partitionKey))
                .core(toCore)
                .leaderEpoch(leaderEpoch);
        return command.limit() - offset;
    }

    private static short flag(final boolean value) {
        return (short) (value ? 1 : 0);
    }
}
