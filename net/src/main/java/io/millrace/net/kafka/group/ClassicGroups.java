package io.millrace.net.kafka.group;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.coordinator.group.Group;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorShard;
import org.apache.kafka.coordinator.group.GroupMetadataManager;
import org.apache.kafka.coordinator.group.classic.ClassicGroup;

/**
 * The classic groups of Apache Kafka's shard, of which it does not tell whether they have chosen a protocol. Owned by
 * the core's thread.
 */
final class ClassicGroups {
    /** The shard keeps them to itself. */
    private static final MethodHandle MANAGER = manager();

    private final GroupMetadataManager groups;

    private ClassicGroups(final GroupMetadataManager groups) {
        this.groups = groups;
    }

    private static MethodHandle manager() {
        try {
            return MethodHandles.privateLookupIn(GroupCoordinatorShard.class, MethodHandles.lookup())
                    .findGetter(GroupCoordinatorShard.class, "groupMetadataManager", GroupMetadataManager.class);
        } catch (final ReflectiveOperationException other) {
            throw new IllegalStateException("another version of Apache Kafka's group coordinator", other);
        }
    }

    static ClassicGroups of(final GroupCoordinatorShard shard) {
        try {
            return new ClassicGroups((GroupMetadataManager) MANAGER.invokeExact(shard));
        } catch (final Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Refuses for a while who would make a group a consumer group of which no rebalance has ended yet. Apache Kafka tells
     * those who wait in it to join anew, and then fails with UNKNOWN_SERVER_ERROR for want of a protocol, which a member
     * takes for its end; this error has it come again.
     */
    void ensureUpgradable(final String groupId, final GroupCoordinatorConfig config) {
        final Group found = groups.maybeGroup(groupId, Long.MAX_VALUE);
        if (found instanceof final ClassicGroup group
                && group.usesConsumerGroupProtocol()
                && group.protocolName().isEmpty()
                && group.numMembers() > 0
                && group.numMembers() <= config.consumerGroupMaxSize()
                && config.consumerGroupMigrationPolicy().isUpgradeEnabled()) {
            throw new CoordinatorLoadInProgressException(
                    "The members of group " + groupId + " have not agreed upon a protocol yet.");
        }
    }
}
