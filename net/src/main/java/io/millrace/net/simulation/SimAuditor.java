package io.millrace.net.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** Reads everything at the end of a run, from the start of each log, for the last comparison. */
final class SimAuditor extends SimConsumer {
    private final TreeMap<Integer, List<String>> records = new TreeMap<>();
    private final TreeMap<Integer, Long> starts = new TreeMap<>();

    SimAuditor(final SimWorld world, final String topic, final int partitions) {
        super("auditor", world, topic, partitions, SimNode.NODE_PORT);
    }

    @Override
    void onRecord(final TopicPartition partition, final long offset, final String record) {
        super.onRecord(partition, offset, record);
        starts.putIfAbsent(partition.partition(), offset);
        records.computeIfAbsent(partition.partition(), key -> new ArrayList<>()).add(record);
    }

    void audit(final String topic, final int partitions) {
        for (int i = 0; i < partitions; i++) {
            world().history()
                    .audit(
                            new TopicPartition(topic, i),
                            starts.getOrDefault(i, position(i)),
                            records.getOrDefault(i, List.of()));
        }
    }
}
