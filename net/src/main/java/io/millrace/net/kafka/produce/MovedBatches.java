package io.millrace.net.kafka.produce;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.MetadataListener;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Batches whose partition is on its way to another core. One that came to the old owner too late waits until this core knows
 * the new one, and until the old one has answered all that it was asked from here; whatever comes from here meanwhile queues
 * behind it. So a partition gets the batches of a core in the order in which they came, whoever owns it. Owned by the core's
 * thread.
 */
final class MovedBatches implements MetadataListener {
    private record Waiting(ProduceTask task, int part, long serial) {}

    /** Those of one partition, in the order of their requests. */
    private static final class Queue {
        private final PartitionImage partition;
        private final List<Waiting> waiting = new ArrayList<>();
        /** The new owner's epoch is larger. */
        private int epoch;

        Queue(final PartitionImage partition) {
            this.partition = partition;
        }

        void add(final Waiting newcomer) {
            int at = waiting.size();
            while (at > 0 && waiting.get(at - 1).serial > newcomer.serial) {
                at--;
            }
            waiting.add(at, newcomer);
        }
    }

    private final MetadataImage image;
    private final Long2ObjectHashMap<Queue> byKey = new Long2ObjectHashMap<>();

    MovedBatches(final MetadataImage image) {
        this.image = image;
    }

    /** Whether a batch for the partition may not be sent before others have been. */
    boolean mustWait(final PartitionImage partition) {
        return !partition.mayAppend() || (!byKey.isEmpty() && byKey.containsKey(partition.partitionKey()));
    }

    /**
     * It is sent on in its turn, see {@link ProduceTask#goOn}.
     *
     * @param epoch of the owner that is not, or soon will not be, the owner any more
     */
    void add(final ProduceTask task, final int part, final PartitionImage partition, final int epoch) {
        Queue queue = byKey.get(partition.partitionKey());
        if (queue == null) {
            queue = new Queue(partition);
            byKey.put(partition.partitionKey(), queue);
        }
        queue.epoch = Math.max(queue.epoch, epoch);
        queue.add(new Waiting(task, part, task.serial()));
    }

    /** Sends on what need not wait any more. */
    void release() {
        if (byKey.isEmpty()) {
            return;
        }
        final List<Queue> ready = new ArrayList<>();
        for (final Queue queue : byKey.values()) {
            if (isReady(queue)) {
                ready.add(queue);
            }
        }
        for (final Queue queue : ready) {
            byKey.remove(queue.partition.partitionKey());
            for (final Waiting each : queue.waiting) {
                each.task.goOn(each.part);
            }
        }
    }

    private boolean isReady(final Queue queue) {
        return image.partition(queue.partition.partitionKey()) == null
                || (queue.partition.leaderEpoch() > queue.epoch && queue.partition.mayAppend());
    }

    @Override
    public void onPartitionPlaced(final TopicImage topic, final PartitionImage partition, final int previousCore) {
        release();
    }

    @Override
    public void onTopicDeleted(final TopicImage topic) {
        release();
    }
}
