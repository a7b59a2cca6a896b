package io.millrace.net.simulation;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * What the members of one group were told: whose a partition was in which generation, or member's epoch, and how far it
 * was worked off. An offset whose commit was acknowledged is never lost, and never goes back.
 */
final class GroupBook {
    /** A partition's owner as of an epoch, and since when somebody knows. */
    private record Owner(String member, int epoch, long since, boolean isClassic) {}

    /** Who is known to have a group.instance.id, and since when. */
    private record Instance(String memberId, long since) {}

    private final String group;
    private final SimWorld world;
    private final Map<String, String> ownerByEpoch = new HashMap<>();
    private final TreeMap<Integer, Owner> owners = new TreeMap<>();
    private final Map<Integer, Long> acked = new TreeMap<>();
    private final Map<Integer, Long> sent = new TreeMap<>();
    private final Map<String, Instance> instances = new HashMap<>();
    /** Static members that another one has followed, and since when that is known. */
    private final Map<String, Long> replaced = new HashMap<>();

    /** The static member that has to be there before any other may be, or null. */
    private String anchor;

    private boolean isAnchored;

    private long clock;

    GroupBook(final SimWorld world, final String group) {
        this.world = world;
        this.group = group;
    }

    String group() {
        return group;
    }

    long now() {
        return ++clock;
    }

    /**
     * The group is never without that member, which counts as there while it begins anew: else a group that changes its
     * protocol would begin a life of its own, and count its epochs from the start again.
     */
    void anchor(final String instance) {
        anchor = instance;
    }

    boolean isOpenTo(final String instance) {
        return anchor == null || anchor.equals(instance) || isAnchored;
    }

    /** The leader's assignment is in the log: what a group was before is nowhere but in memory. */
    void onSynced(final String instance) {
        isAnchored |= instance != null && instance.equals(anchor);
    }

    /** A static member was let in: whoever had its instance id before is fenced from now on. */
    void onInstance(final String instance, final String memberId, final long sentAt) {
        final Instance before = instances.get(instance);
        // A member that chooses its id itself may come back with it.
        replaced.remove(memberId);
        if (before != null && !before.memberId.equals(memberId)) {
            world.count("static member followed by another");
            if (before.since >= sentAt) {
                // Of two requests that were under way at once nobody knows which came first.
                instances.put(instance, new Instance("", ++clock));
                return;
            }
            replaced.putIfAbsent(before.memberId, ++clock);
        }
        instances.put(instance, new Instance(memberId, ++clock));
    }

    /** A request was let in: its sender must not have been followed by another one before. */
    void onLetIn(final String memberId, final long sentAt) {
        final Long since = replaced.get(memberId);
        if (since != null && since < sentAt) {
            throw new ViolationException(
                    group + ": static member " + memberId + " was let in after another one had taken its place");
        }
    }

    /** A member was told that the partition is its own. */
    void onAssigned(final int partition, final String member, final int epoch, final boolean isClassic) {
        final Owner last = owners.get(partition);
        if (last != null && last.epoch > epoch && last.isClassic != isClassic) {
            // All had left, and a member of the other protocol came: its group has epochs of its own.
            world.count("group began anew with another protocol");
            owners.clear();
            ownerByEpoch.clear();
        }
        final String other = ownerByEpoch.putIfAbsent(epoch + "/" + partition, member);
        if (other != null && !other.equals(member)) {
            throw new ViolationException(group + ": partition " + partition + " belongs to " + member + " and to "
                    + other + " in epoch " + epoch);
        }
        final Owner before = owners.get(partition);
        if (before == null || before.epoch < epoch) {
            owners.put(partition, new Owner(member, epoch, ++clock, isClassic));
        }
    }

    void onCommitSent(final int partition, final long offset) {
        sent.merge(partition, offset, Math::max);
    }

    /**
     * A commit was let in, at once or as part of a transaction: its sender must not have been replaced before. One that
     * still owns the partition may name any epoch since it was given it (KIP-1251).
     */
    void onLetIn(final int partition, final String sender, final int epoch, final long sentAt) {
        final Owner owner = owners.get(partition);
        if (owner != null && owner.epoch > epoch && owner.since < sentAt && !owner.member.equals(sender)) {
            throw new ViolationException(group + ": a commit for partition " + partition + " from epoch " + epoch
                    + " was let in, but there was already " + owner);
        }
    }

    void onCommitted(final int partition, final long offset) {
        acked.merge(partition, offset, Math::max);
        world.count("offset committed");
        world.trace(offset);
    }

    /** What was acknowledged so far; what is asked for from now on is not below. */
    long acked(final int partition) {
        return acked.getOrDefault(partition, -1L);
    }

    void onFetched(final int partition, final long offset, final long ackedBefore) {
        if (offset < ackedBefore) {
            throw new ViolationException(group + ": offset " + ackedBefore + " of partition " + partition
                    + " was acknowledged, and now it is " + offset);
        }
        if (offset > sent.getOrDefault(partition, -1L)) {
            throw new ViolationException(
                    group + ": offset " + offset + " of partition " + partition + " was committed by nobody");
        }
        world.trace(offset);
    }

    /** Compares with all that there was to be worked off, and with what came of it. */
    static void auditMoved(
            final Map<TopicPartition, TreeMap<Long, String>> from,
            final Map<TopicPartition, TreeMap<Long, String>> to) {
        final Map<String, String> moved = new HashMap<>();
        to.forEach((partition, records) -> records.forEach((offset, record) -> {
            final String source = record.substring(record.indexOf('/') + 1);
            final String where = partition + "@" + offset;
            final String other = moved.put(source, where);
            if (other != null) {
                throw new ViolationException("record " + source + " was moved to " + other + " and to " + where);
            }
        }));
        from.forEach((partition, records) -> records.keySet().forEach(offset -> {
            if (moved.remove(partition.partition() + ":" + offset) == null) {
                throw new ViolationException(partition + ": the record at " + offset + " was never moved");
            }
        }));
        if (!moved.isEmpty()) {
            throw new ViolationException("moved, but never to be seen: " + moved);
        }
    }
}
