package io.millrace.tools.client;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a group is in a partition.
 *
 * @param offset what it has committed; of a share group where it begins to look for what nobody has acknowledged
 * @param told   how much is before a share group, as the broker counts it: behind the start some may be done already; null
 *               where the broker does not tell
 */
record Position(long offset, Long told, boolean isShared) {
    /** Of every partition in which the group is somewhere. */
    static Map<TopicPartition, Position> of(final Cluster cluster, final Group group) {
        final Map<TopicPartition, Position> positions = new HashMap<>();
        final String name = group.name();
        switch (group.type()) {
            case Group.SHARE ->
                cluster.get(cluster.admin()
                                .listShareGroupOffsets(Map.of(name, new ListShareGroupOffsetsSpec()))
                                .partitionsToOffsetInfo(name))
                        .forEach((partition, info) -> put(positions, partition, info));
            case Group.STREAMS ->
                cluster.get(cluster.admin()
                                .listStreamsGroupOffsets(Map.of(name, new ListStreamsGroupOffsetsSpec()))
                                .partitionsToOffsetAndMetadata(name))
                        .forEach((partition, offset) -> put(positions, partition, offset));
            default ->
                cluster.get(cluster.admin().listConsumerGroupOffsets(name).partitionsToOffsetAndMetadata(name))
                        .forEach((partition, offset) -> put(positions, partition, offset));
        }
        return positions;
    }

    private static void put(
            final Map<TopicPartition, Position> positions,
            final TopicPartition partition,
            final SharePartitionOffsetInfo info) {
        if (info != null) {
            positions.put(partition, new Position(info.startOffset(), info.lag().orElse(null), true));
        }
    }

    private static void put(
            final Map<TopicPartition, Position> positions,
            final TopicPartition partition,
            final OffsetAndMetadata offset) {
        if (offset != null) {
            positions.put(partition, new Position(offset.offset(), null, false));
        }
    }

    /** What is yet to be read up to the end, if there is one; null where nobody knows. */
    Long lag(final Long end) {
        return isShared ? told : end == null ? null : Long.valueOf(Math.max(0, end - offset));
    }
}
