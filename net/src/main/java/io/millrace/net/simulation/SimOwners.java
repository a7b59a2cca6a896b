package io.millrace.net.simulation;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.partition.Partition;
import io.millrace.engine.partition.Partitions;
import java.util.List;
import org.agrona.collections.Long2LongHashMap;

/** Looks, after each turn of a node, that no partition is served by two cores, and that none which was moved is lost. */
final class SimOwners {
    private static final long NOBODY = -1;

    private final Long2LongHashMap servedBy = new Long2LongHashMap(NOBODY);

    /** @param epochs null if what they were may be lost */
    void check(final List<Core> cores, final SimEpochs epochs) {
        servedBy.clear();
        for (final Core core : cores) {
            final Partitions partitions = core.partitions();
            for (int i = 0; i < partitions.count(); i++) {
                final Partition partition = partitions.at(i);
                if (partition.isServing()) {
                    if (epochs != null) {
                        epochs.serves(partition, core.id());
                    }
                    final long other = servedBy.put(partition.key(), core.id());
                    if (other != NOBODY) {
                        throw new ViolationException(
                                partition + " is served by two cores, " + other + " and " + core.id());
                    }
                }
            }
        }
    }

    /**
     * Whether no move is under way, or not yet written, and each partition is served by the one core that owns it, and by no
     * other.
     */
    boolean areSettled(final SimNode node) {
        final List<Core> cores = node.cores();
        for (final Core core : cores) {
            if (!core.moves().isIdle()
                    || core.moves().mayWriteMore()
                    || !core.partitions().movesNothing()) {
                return false;
            }
        }
        final MetadataImage image = node.image();
        for (int t = 0; t < image.topicCount(); t++) {
            final TopicImage topic = image.topicAt(t);
            for (int p = 0; p < topic.partitionCount(); p++) {
                final PartitionImage placed = topic.partition(p);
                for (final Core core : cores) {
                    final Partition partition = core.partitions().partition(placed.partitionKey());
                    final boolean owns = core.id() == placed.ownerCore();
                    if (owns ? partition == null || !partition.isServing() : partition != null) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** Whoever moved it was told so: each core knows, and the owner has it. */
    void moved(final SimNode node, final String topic, final int partition) {
        int owner = -1;
        long key = -1;
        for (final Core core : node.cores()) {
            final MetadataImage image = core.image();
            final TopicImage described = image.topic(topic);
            final PartitionImage placed = described == null ? null : described.partition(partition);
            if (placed == null) {
                return; // deleted meanwhile
            }
            if (owner >= 0 && owner != placed.ownerCore()) {
                throw new ViolationException(topic + '-' + partition + " was moved, but to core " + owner + " or "
                        + placed.ownerCore() + ", as one asks");
            }
            owner = placed.ownerCore();
            key = placed.partitionKey();
        }
        if (owner >= 0 && node.cores().get(owner).partitions().partition(key) == null) {
            throw new ViolationException(
                    topic + '-' + partition + " was moved to core " + owner + ", which has forgotten it");
        }
    }
}
