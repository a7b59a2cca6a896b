package io.millrace.net.kafka.group;

import com.yammer.metrics.core.MetricsRegistry;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetricsShard;
import org.apache.kafka.timeline.SnapshotRegistry;

/** Apache Kafka's own metrics of groups, whose sensors nobody reads here: they are not moved, since each takes a lock. */
final class GroupMetrics extends GroupCoordinatorMetrics {
    GroupMetrics() {
        super(new MetricsRegistry(), new Metrics());
    }

    @Override
    public GroupCoordinatorMetricsShard newMetricsShard(
            final SnapshotRegistry snapshots, final TopicPartition partition) {
        return new GroupCoordinatorMetricsShard(snapshots, Map.of(), partition) {
            @Override
            public void record(final String sensorName) {
                // Nobody reads it.
            }

            @Override
            public void record(final String sensorName, final double value) {
                // Nobody reads it.
            }
        };
    }
}
