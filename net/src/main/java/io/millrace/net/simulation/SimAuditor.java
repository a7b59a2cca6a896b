package io.millrace.net.simulation;

import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** Reads everything at the end of a run, from the start of each log, for the last comparison. */
final class SimAuditor extends SimConsumer {
    private final TreeMap<Integer, TreeMap<Long, String>> records = new TreeMap<>();
    /** What could not be read, from and to: it is damaged, or lies behind damage. */
    private final TreeMap<Integer, TreeMap<Long, Long>> gaps = new TreeMap<>();

    SimAuditor(final SimWorld world, final String topic, final int partitions) {
        super("auditor", world, topic, partitions, SimNode.NODE_PORT);
    }

    @Override
    void onRecord(final TopicPartition partition, final long offset, final String record) {
        super.onRecord(partition, offset, record);
        records.computeIfAbsent(partition.partition(), key -> new TreeMap<>()).put(offset, record);
    }

    @Override
    void onGap(final TopicPartition partition, final long from, final long to) {
        gaps.computeIfAbsent(partition.partition(), key -> new TreeMap<>()).merge(from, to, Math::max);
    }

    void audit(final String topic, final int partitions) {
        for (int i = 0; i < partitions; i++) {
            world().history()
                    .audit(
                            new TopicPartition(topic, i),
                            startOffset(i),
                            position(i),
                            records.getOrDefault(i, new TreeMap<>()),
                            gaps.getOrDefault(i, new TreeMap<>()));
        }
    }
}
