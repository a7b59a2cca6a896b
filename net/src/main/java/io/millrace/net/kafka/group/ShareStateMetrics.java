package io.millrace.net.kafka.group;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.coordinator.share.metrics.ShareCoordinatorMetrics;
import org.apache.kafka.coordinator.share.metrics.ShareCoordinatorMetricsShard;
import org.apache.kafka.timeline.SnapshotRegistry;

/** Apache Kafka's own metrics of share state, whose sensors nobody reads here: they are not moved. */
final class ShareStateMetrics extends ShareCoordinatorMetrics {
    ShareStateMetrics() {
        super(new Metrics());
    }

    @Override
    public ShareCoordinatorMetricsShard newMetricsShard(
            final SnapshotRegistry snapshots, final TopicPartition partition) {
        return new ShareCoordinatorMetricsShard(snapshots, Map.of(), partition) {
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
