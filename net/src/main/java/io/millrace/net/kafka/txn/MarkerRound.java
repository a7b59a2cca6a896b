package io.millrace.net.kafka.txn;

import io.millrace.engine.status.PlantedBug;
import io.millrace.net.kafka.coordinator.MarkerSink;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The markers of one transaction whose end is decided: written to all its partitions, each tried until it is there. Owned
 * by the coordinator's core.
 */
final class MarkerRound {
    private static final Logger LOG = LoggerFactory.getLogger(MarkerRound.class);
    private static final long RETRY_NS = 100_000_000;
    /** Doubled so often, a wait of 100 ms is one of 12.8 s; then somebody is told, and it is not doubled any more. */
    private static final int DOUBLINGS = 7;

    private final Transactions transactions;
    private final String transactionalId;
    private final MarkerSink.Marker marker;
    private final BooleanSupplier serving;
    private final Runnable onWritten;
    private final Set<TopicPartition> missing;

    /**
     * @param serving whether the coordinator still is one; if not, its successor writes the markers
     * @param onWritten told once, when the last marker is committed
     */
    MarkerRound(
            final Transactions transactions,
            final TransactionMetadata transaction,
            final MarkerSink.Marker marker,
            final BooleanSupplier serving,
            final Runnable onWritten) {
        this.transactions = transactions;
        this.transactionalId = transaction.transactionalId();
        this.marker = marker;
        this.serving = serving;
        this.onWritten = onWritten;
        missing = new HashSet<>(transaction.topicPartitions());
    }

    void begin() {
        if (PlantedBug.TXN_MARKER_LOST.isPlanted() && missing.size() > 1) {
            missing.remove(missing.iterator().next());
        }
        if (missing.isEmpty()) {
            onWritten.run();
        }
        for (final TopicPartition partition : List.copyOf(missing)) {
            write(partition, 0);
        }
    }

    private void write(final TopicPartition partition, final int tries) {
        transactions.markers().write(partition, marker, error -> {
            if (!serving.getAsBoolean()) {
                return;
            }
            switch (error) {
                // A topic that is gone has nothing left to end. What is refused is never taken for written.
                case NONE, UNKNOWN_TOPIC_OR_PARTITION -> {
                    if (missing.remove(partition) && missing.isEmpty()) {
                        onWritten.run();
                    }
                }
                default -> writeLater(partition, tries, error);
            }
        });
    }

    private void writeLater(final TopicPartition partition, final int tries, final Errors error) {
        if (tries == DOUBLINGS) {
            LOG.warn(
                    "{} refuses the marker of transactional id {} with {}: its transaction cannot end, and is tried on",
                    partition,
                    transactionalId,
                    error);
        }
        transactions.afterNs(RETRY_NS << Math.min(tries, DOUBLINGS), () -> {
            if (serving.getAsBoolean()) {
                write(partition, Math.min(tries, DOUBLINGS) + 1);
            }
        });
    }
}
