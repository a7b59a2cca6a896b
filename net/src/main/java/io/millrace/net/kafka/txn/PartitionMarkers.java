package io.millrace.net.kafka.txn;

import io.millrace.engine.core.Core;
import io.millrace.engine.core.InternalAppends;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.kafka.api.WireErrors;
import io.millrace.net.kafka.coordinator.MarkerSink;
import io.millrace.net.kafka.group.Groups;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;

/**
 * Writes markers: into a partition's log at its owner, or through the group coordinator where the log is its own. Owned
 * by one core's thread.
 */
public final class PartitionMarkers implements MarkerSink {
    private final Core core;
    private final Groups groups;
    private final InternalAppends appends;
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    public PartitionMarkers(final Core core, final Groups groups) {
        this.core = core;
        this.groups = groups;
        appends = new InternalAppends(core);
    }

    @Override
    public void write(final TopicPartition partition, final Marker marker, final Consumer<Errors> told) {
        final TopicImage topic = core.image().topic(partition.topic());
        final PartitionImage image = topic == null ? null : topic.partition(partition.partition());
        if (image == null) {
            told.accept(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        } else if (partition.topic().equals(Topic.TRANSACTION_STATE_TOPIC_NAME)) {
            // No transaction reaches into the log of transactions.
            told.accept(Errors.INVALID_TOPIC_EXCEPTION);
        } else if (partition.topic().equals(Topic.GROUP_METADATA_TOPIC_NAME)) {
            groups.mark(partition.partition(), marker, told);
        } else {
            final ByteBuffer batch = marker.toBatch(core.nowMs());
            view.wrap(batch, batch.position(), batch.remaining());
            appends.appendMarker(
                    image,
                    view,
                    0,
                    view.capacity(),
                    marker.bumpsEpoch(),
                    (outcome, baseOffset) -> told.accept(WireErrors.of(outcome)));
        }
    }
}
