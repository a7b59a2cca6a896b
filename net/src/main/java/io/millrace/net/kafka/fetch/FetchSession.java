package io.millrace.net.kafka.fetch;

import io.millrace.net.kafka.wire.FetchRequest;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/**
 * The partitions that a client fetches again and again (KIP-227): it only names what it changes, and is only told what
 * has changed. In the order in which they get their bytes, those that had some last at the end. Owned by one core.
 */
final class FetchSession {
    static final int INITIAL_EPOCH = 0;
    static final int FINAL_EPOCH = -1;

    final int id;
    final boolean usesTopicIds;
    final long createdMs;
    long lastUsedMs;
    /** The connection of this core that used it last. */
    long connectionId;

    int epoch = nextEpoch(INITIAL_EPOCH);
    /** A fetch is under way and uses the partitions. */
    boolean busy;
    /** Its last fetch had to wait for news. */
    boolean waited;
    /** Version of the metadata image that the partitions' topics were looked up in. */
    long resolvedVersion = -1;

    private FetchPartition[] partitions;
    private FetchPartition[] spare = {};
    private int count;
    private FetchPartition[] buckets;

    FetchSession(final int id, final boolean usesTopicIds, final long nowMs, final int capacity) {
        this.id = id;
        this.usesTopicIds = usesTopicIds;
        createdMs = nowMs;
        lastUsedMs = nowMs;
        partitions = new FetchPartition[Math.max(4, capacity)];
        rebuildTable();
    }

    static boolean isFull(final int requestEpoch) {
        return requestEpoch == INITIAL_EPOCH || requestEpoch == FINAL_EPOCH;
    }

    static int nextEpoch(final int epoch) {
        if (epoch < 0) {
            return FINAL_EPOCH;
        }
        return epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    }

    int size() {
        return count;
    }

    /** The partitions in order; only the first {@link #size} places count. */
    FetchPartition[] partitions() {
        return partitions;
    }

    /** Takes a partition over that is not in the session yet. */
    void add(final FetchPartition partition) {
        partition.hash = hashOf(
                partition.topicIdMsb,
                partition.topicIdLsb,
                partition.name,
                partition.nameOffset,
                partition.nameLength,
                partition.partition);
        if (count == partitions.length) {
            partitions = Arrays.copyOf(partitions, count * 2);
        }
        partitions[count++] = partition;
        if (count > buckets.length) {
            rebuildTable();
        } else {
            link(partition);
        }
    }

    /** Applies an incremental request: partitions new or changed, then those forgotten. */
    void update(final FetchRequest request) {
        request.rewind();
        while (request.nextTopic()) {
            while (request.nextPartition()) {
                FetchPartition partition = find(request);
                if (partition == null) {
                    partition = new FetchPartition();
                    partition.identify(request);
                    partition.keepName();
                    add(partition);
                    resolvedVersion = -1;
                }
                partition.want(request);
            }
        }
        if (request.forgottenTopicCount() > 0) {
            forget(request);
        }
    }

    private void forget(final FetchRequest request) {
        request.rewindForgotten();
        while (request.nextTopic()) {
            while (request.nextPartition()) {
                final FetchPartition partition = find(request);
                if (partition != null) {
                    partition.forgotten = true;
                    unlink(partition);
                }
            }
        }
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (!partitions[i].forgotten) {
                partitions[kept++] = partitions[i];
            }
        }
        Arrays.fill(partitions, kept, count, null);
        count = kept;
    }

    /** Lets those that had bytes queue up behind the others. */
    void rotate() {
        int withBytes = 0;
        for (int i = 0; i < count; i++) {
            withBytes += partitions[i].taken > 0 ? 1 : 0;
        }
        if (withBytes == 0 || withBytes == count) {
            return;
        }
        if (spare.length != partitions.length) {
            spare = new FetchPartition[partitions.length];
        }
        int front = 0;
        int back = count - withBytes;
        for (int i = 0; i < count; i++) {
            spare[partitions[i].taken > 0 ? back++ : front++] = partitions[i];
        }
        final FetchPartition[] rotated = spare;
        spare = partitions;
        partitions = rotated;
        Arrays.fill(spare, 0, count, null);
    }

    FetchPartition find(final FetchRequest request) {
        final boolean byId = request.hasTopicIds();
        final long msb = byId ? request.topicIdMsb() : 0;
        final long lsb = byId ? request.topicIdLsb() : 0;
        final DirectBuffer name = byId ? null : request.buffer();
        final int hash = hashOf(msb, lsb, name, request.nameOffset(), request.nameLength(), request.partition());
        for (FetchPartition p = buckets[hash & buckets.length - 1]; p != null; p = p.nextInBucket) {
            if (p.hash == hash
                    && p.partition == request.partition()
                    && p.topicIdMsb == msb
                    && p.topicIdLsb == lsb
                    && p.sameName(name, request.nameOffset(), request.nameLength())) {
                return p;
            }
        }
        return null;
    }

    private static int hashOf(
            final long msb,
            final long lsb,
            final DirectBuffer name,
            final int nameOffset,
            final int nameLength,
            final int partition) {
        int hash = Long.hashCode(msb * 31 + lsb);
        if (name != null) {
            for (int i = 0; i < nameLength; i++) {
                hash = 31 * hash + name.getByte(nameOffset + i);
            }
        }
        hash = 31 * hash + partition;
        return hash ^ hash >>> 15;
    }

    private void rebuildTable() {
        buckets = new FetchPartition[Integer.highestOneBit(Math.max(4, partitions.length)) * 2];
        for (int i = 0; i < count; i++) {
            link(partitions[i]);
        }
    }

    private void link(final FetchPartition partition) {
        final int bucket = partition.hash & buckets.length - 1;
        partition.nextInBucket = buckets[bucket];
        buckets[bucket] = partition;
    }

    private void unlink(final FetchPartition partition) {
        final int bucket = partition.hash & buckets.length - 1;
        if (buckets[bucket] == partition) {
            buckets[bucket] = partition.nextInBucket;
            return;
        }
        FetchPartition before = buckets[bucket];
        while (before.nextInBucket != partition) {
            before = before.nextInBucket;
        }
        before.nextInBucket = partition.nextInBucket;
    }
}
