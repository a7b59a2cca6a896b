package io.millrace.net.kafka.coordinator;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Where markers go: to the partitions that a transaction has touched, whichever core owns them. */
public interface MarkerSink {
    /**
     * A marker that ends a producer's transaction.
     *
     * @param bumpsEpoch whether its epoch is above the one of the data (KIP-890)
     */
    record Marker(long producerId, short producerEpoch, boolean commit, int coordinatorEpoch, boolean bumpsEpoch) {
        /** The control batch that says so; one record. */
        public ByteBuffer toBatch(final long nowMs) {
            final ControlRecordType type = commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
            return MemoryRecords.withEndTransactionMarker(
                            nowMs, producerId, producerEpoch, new EndTransactionMarker(type, coordinatorEpoch))
                    .buffer();
        }
    }

    /** Told once the marker is committed, or why it was refused. */
    void write(TopicPartition partition, Marker marker, Consumer<Errors> told);
}
