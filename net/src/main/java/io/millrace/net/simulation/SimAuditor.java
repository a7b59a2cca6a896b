package io.millrace.net.simulation;

import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** Reads everything at the end of a run, from the start of each log, for the last comparison. */
final class SimAuditor extends SimConsumer {
    private final TreeMap<Integer, TreeMap<Long, String>> records = new TreeMap<>();
    /** What could not be read, from and to: it is damaged, or lies behind damage. */
    private final TreeMap<Integer, TreeMap<Long, Long>> gaps = new TreeMap<>();

    private final String topic;
    private final int partitions;
    private final String prefix;

    /** @param prefix what each record of the topic begins with */
    SimAuditor(final SimWorld world, final String topic, final int partitions, final String prefix) {
        super("auditor-" + topic, world, topic, partitions, SimNode.NODE_PORT);
        this.topic = topic;
        this.partitions = partitions;
        this.prefix = prefix;
    }

    @Override
    void onRecord(final TopicPartition partition, final long offset, final String record) {
        super.onRecord(partition, offset, record);
        if (!record.startsWith(prefix)) {
            throw new ViolationException(partition + ": " + record + " at " + offset + " belongs to another topic");
        }
        records.computeIfAbsent(partition.partition(), key -> new TreeMap<>()).put(offset, record);
    }

    @Override
    void onGap(final TopicPartition partition, final long from, final long to) {
        gaps.computeIfAbsent(partition.partition(), key -> new TreeMap<>()).merge(from, to, Math::max);
    }

    void audit() {
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
