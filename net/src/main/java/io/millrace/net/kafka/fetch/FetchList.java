package io.millrace.net.kafka.fetch;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.kafka.api.PartitionIndex;
import io.millrace.net.kafka.wire.FetchRequest;
import java.util.Arrays;

/**
 * The partitions of a request that names them all, kept for reuse. If a known partition is named twice, the later wish
 * counts and takes the earlier place, as in Apache Kafka. Owned by one core's thread.
 */
final class FetchList {
    private static final int KEPT_MAX = 4096;

    private final PartitionIndex index = new PartitionIndex();
    private FetchPartition[] partitions = new FetchPartition[4];
    private int count;

    void read(final FetchRequest request, final MetadataImage image) {
        count = 0;
        index.reset(request.partitionCount());
        makeRoom(request.partitionCount());
        request.rewind();
        while (request.nextTopic()) {
            final TopicImage topic = find(request, image);
            while (request.nextPartition()) {
                add(request, topic);
            }
        }
    }

    private static TopicImage find(final FetchRequest request, final MetadataImage image) {
        return request.hasTopicIds()
                ? image.topicById(request.topicIdMsb(), request.topicIdLsb())
                : image.topic(request.buffer(), request.nameOffset(), request.nameLength());
    }

    private void add(final FetchRequest request, final TopicImage topic) {
        final PartitionImage known = topic == null ? null : topic.partition(request.partition());
        final int before = known == null ? PartitionIndex.NONE : index.putIfAbsent(known.partitionKey(), count);
        if (before != PartitionIndex.NONE) {
            partitions[before].want(request);
            return;
        }
        FetchPartition partition = partitions[count];
        if (partition == null) {
            partition = new FetchPartition();
            partitions[count] = partition;
        }
        count++;
        partition.identify(request);
        partition.topic = topic;
        partition.want(request);
    }

    private void makeRoom(final int capacity) {
        if (partitions.length < capacity || partitions.length > KEPT_MAX && capacity <= KEPT_MAX) {
            partitions = Arrays.copyOf(partitions, Math.max(4, Integer.highestOneBit(capacity) * 2));
        }
    }

    FetchPartition[] partitions() {
        return partitions;
    }

    int size() {
        return count;
    }

    /** Gives all partitions to a session; the next request gets new ones. */
    void moveTo(final FetchSession session) {
        for (int i = 0; i < count; i++) {
            partitions[i].keepName();
            session.add(partitions[i]);
            partitions[i] = null;
        }
        count = 0;
    }
}
