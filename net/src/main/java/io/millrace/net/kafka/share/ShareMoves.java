package io.millrace.net.kafka.share;

import io.millrace.engine.core.Core;
import io.millrace.engine.share.Holder;
import io.millrace.engine.status.PlantedBug;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Share partitions go with their partition to the core that owns it from now on, with locks, deliveries and letters, so that
 * members on a listener of the node do not notice. Owned by the core's thread.
 *
 * <pre>
 *   old owner, told of the move:  {@link ShareDeparture} ─► gone, for whatever still comes: where to
 *                                            │
 *   new owner, told of the move:  awaited ───┴─► served
 * </pre>
 *
 * A core that loses the partition while it still awaits what belongs to it passes that on, the way that the partition went; so
 * it may await it several times, and each arrival is that of the first of them.
 */
final class ShareMoves {
    /** What was sent before the move has come long since. */
    private static final long REMEMBERED_NS = 10_000_000_000L;

    private record Gone(int target, long sinceNs, Set<String> groups) {}

    private static final class Awaited {
        /** Of those that have begun anew meanwhile. */
        private final Map<String, Integer> newStates = new HashMap<>();
        /** Where to the partition has gone in turn, or −1. */
        private int nextTarget = -1;

        private int nextEpoch;
    }

    private record Arrival(List<ShareParting> partings, List<Runnable> later) {}

    private final ShareHosts hosts;
    private final Core core;
    private final Map<Long, Gone> gone = new HashMap<>();
    /** None of them is empty. */
    private final Map<Long, ArrayDeque<Awaited>> awaited = new HashMap<>();
    /** Here before this core was told of the move, which it will be, unless the topic is deleted. */
    private final Map<Long, Arrival> early = new HashMap<>();

    ShareMoves(final ShareHosts hosts, final Core core) {
        this.hosts = hosts;
        this.core = core;
    }

    /** The partition has gone to another core, and these with it. */
    void depart(final long partitionKey, final int target, final int epoch, final List<SharePartitionHost> leaving) {
        final Awaited onItsWay = lastAwaited(partitionKey);
        if (onItsWay != null) {
            onItsWay.nextTarget = target;
            onItsWay.nextEpoch = epoch;
            return;
        }
        new ShareDeparture(core, leaving, partings -> send(partitionKey, target, epoch, partings)).begin();
    }

    private void send(final long partitionKey, final int target, final int epoch, final List<ShareParting> partings) {
        final Set<String> groups = new HashSet<>();
        partings.forEach(each -> groups.add(each.key().group()));
        gone.put(partitionKey, new Gone(target, core.nowNs(), groups));
        hosts.on(target, there -> there.moves().arrive(partitionKey, epoch, partings));
    }

    /** The partition has come from another core, and what belongs to it comes too. */
    void await(final long partitionKey, final int epoch) {
        final Arrival arrival = early.remove(partitionKey);
        awaited.computeIfAbsent(partitionKey, key -> new ArrayDeque<>()).addLast(new Awaited());
        if (arrival != null) {
            arrive(partitionKey, epoch, arrival.partings);
            arrival.later.forEach(Runnable::run);
        }
    }

    boolean isAwaited(final long partitionKey) {
        return awaited.containsKey(partitionKey);
    }

    private Awaited lastAwaited(final long partitionKey) {
        final ArrayDeque<Awaited> all = awaited.get(partitionKey);
        return all == null ? null : all.getLast();
    }

    private Awaited removeFirstAwaited(final long partitionKey) {
        final ArrayDeque<Awaited> all = awaited.get(partitionKey);
        if (all == null) {
            return null;
        }
        final Awaited first = all.removeFirst();
        if (all.isEmpty()) {
            awaited.remove(partitionKey);
        }
        return first;
    }

    private void arrive(final long partitionKey, final int epoch, final List<ShareParting> partings) {
        final Awaited expected = removeFirstAwaited(partitionKey);
        gone.remove(partitionKey);
        if (expected == null) {
            if (core.image().partition(partitionKey) == null) {
                partings.forEach(this::drop);
            } else {
                early.put(partitionKey, new Arrival(partings, new ArrayList<>()));
            }
            return;
        }
        final List<ShareParting> valid = new ArrayList<>();
        for (final ShareParting each : partings) {
            if (each.stateEpoch() < expected.newStates.getOrDefault(each.key().group(), -1)) {
                drop(each);
            } else {
                valid.add(each);
            }
        }
        if (expected.nextTarget >= 0) {
            send(partitionKey, expected.nextTarget, expected.nextEpoch, valid);
        } else if (!hosts.isHere(partitionKey, epoch)) {
            valid.forEach(this::drop);
        } else if (!PlantedBug.SHARE_LOCKS_LEFT_BEHIND.isPlanted()) {
            valid.forEach(each -> hosts.takeOver(each, epoch));
        }
    }

    private void drop(final ShareParting parting) {
        hosts.meter().onDropped(parting.share());
    }

    /** A member's session has ended; perhaps what it held has just gone. */
    void release(final String group, final Holder holder) {
        gone.forEach((partitionKey, went) -> release(went, group, partitionKey, holder));
    }

    /** As above, told by a core that the partition came from. */
    void release(final String group, final long partitionKey, final Holder holder) {
        final Arrival arrival = early.get(partitionKey);
        final Gone went = gone.get(partitionKey);
        if (arrival != null) {
            arrival.later.add(() -> hosts.release(group, partitionKey, holder));
        } else if (went != null) {
            release(went, group, partitionKey, holder);
        }
    }

    private void release(final Gone went, final String group, final long partitionKey, final Holder holder) {
        if (went.groups.contains(group)) {
            hosts.on(went.target, there -> there.release(group, partitionKey, holder));
        }
    }

    /** A state has begun anew that is not here; perhaps it has just gone, or is about to come. */
    void reset(final String group, final long partitionKey, final int stateEpoch) {
        final Awaited expected = lastAwaited(partitionKey);
        final Arrival arrival = early.get(partitionKey);
        final Gone went = gone.get(partitionKey);
        if (expected != null) {
            expected.newStates.merge(group, stateEpoch, Math::max);
        } else if (arrival != null) {
            arrival.later.add(() -> hosts.reset(group, partitionKey, stateEpoch));
        } else if (went != null && went.groups.contains(group)) {
            hosts.on(went.target, there -> there.reset(group, partitionKey, stateEpoch));
        }
    }

    /** The topic is deleted. */
    void forget(final long partitionKey) {
        awaited.remove(partitionKey);
        final Arrival arrival = early.remove(partitionKey);
        if (arrival != null) {
            arrival.partings.forEach(this::drop);
        }
        gone.remove(partitionKey);
    }

    /** Now and then. */
    void sweep(final long nowNs) {
        gone.values().removeIf(each -> nowNs - each.sinceNs > REMEMBERED_NS);
    }
}
