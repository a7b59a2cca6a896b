package io.millrace.engine.partition;

import io.millrace.engine.log.Log;
import io.millrace.engine.log.LogArrival;
import io.millrace.engine.log.LogCompletion;
import io.millrace.engine.replication.ReplicaProducers;
import io.millrace.engine.settings.TopicConfig;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Partitions that other cores are about to hand over to this one: their files are open, and requests of those who know
 * sooner than this core that it owns them wait here. Owned by the core's thread.
 */
final class PartitionArrivals {
    private record Expected(Partition partition, PartitionHandover handover, LogArrival log) {}

    private final PartitionContext context;
    /** Those whose files are being opened, or are open, while another core still serves them. */
    private final Long2ObjectHashMap<LogArrival> ahead = new Long2ObjectHashMap<>();

    private final Long2ObjectHashMap<Expected> byKey = new Long2ObjectHashMap<>();

    PartitionArrivals(final PartitionContext context) {
        this.context = context;
    }

    boolean isEmpty() {
        return byKey.isEmpty() && ahead.isEmpty();
    }

    /** @param done told once as many of its files are open as can be */
    void openAhead(final long key, final LogArrival.Files files, final LogCompletion done) {
        final LogArrival log = new LogArrival(context.logs());
        ahead.put(key, log);
        log.openAhead(files, done);
    }

    /** @param opened told once all of its files are open, or why it cannot come */
    Partition expect(
            final long key,
            final int leaderEpoch,
            final TopicConfig config,
            final PartitionHandover handover,
            final LogCompletion opened) {
        final Partition partition = new Partition(key, leaderEpoch, config, context, handover.producers());
        partition.suspend();
        final LogArrival opening = ahead.remove(key);
        final LogArrival log = opening == null ? new LogArrival(context.logs()) : opening;
        byKey.put(key, new Expected(partition, handover, log));
        log.arrive(handover.log(), opened);
        return partition;
    }

    /** It does not come; returns what waited for it. */
    Partition discard(final long key) {
        final LogArrival opening = ahead.remove(key);
        if (opening != null) {
            opening.discard();
        }
        final Expected expected = byKey.remove(key);
        if (expected == null) {
            return null;
        }
        expected.log.discard();
        return expected.partition;
    }

    /** It is this core's from now on. */
    Partition take(final long key, final TopicConfig config) {
        final Expected expected = byKey.remove(key);
        if (expected == null) {
            throw new IllegalStateException("partition " + key + " was moved here, and nobody has handed it over");
        }
        final PartitionHandover handover = expected.handover;
        handover.producers().goOnWith(context.crc32c());
        final Log log = expected.log.log(context.logConfig(config), new ReplicaProducers(handover.producers()));
        final Partition partition = expected.partition;
        partition.updateConfig(config);
        log.listener(partition);
        partition.goOn(log);
        partition.checkpointed(
                handover.checkpointedRecoveryPoint(), handover.checkpointedStart(), handover.checkpointedCleaned());
        partition.startDurable(handover.durableStart());
        return partition;
    }
}
