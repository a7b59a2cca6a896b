package io.millrace.net.kafka.txn;

import io.millrace.engine.coordinator.CoordinatorHost;
import io.millrace.engine.core.Core;
import io.millrace.engine.core.Deadline;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.settings.CoordinatorSettings;
import io.millrace.net.kafka.coordinator.Coordinators;
import io.millrace.net.kafka.coordinator.MarkerSink;
import org.apache.kafka.common.internals.Topic;

/** The transaction coordinators of one core, and what they share. Owned by the core's thread. */
public final class Transactions extends Coordinators<TransactionMachine> {
    private final MarkerSink markers;

    public Transactions(final Core core, final MarkerSink markers) {
        super(core, Topic.TRANSACTION_STATE_TOPIC_NAME, Transactions.class);
        this.markers = markers;
    }

    @Override
    protected TransactionMachine newMachine(final int partition, final CoordinatorHost host) {
        final int epoch = core().image().topic(topicName()).partition(partition).leaderEpoch();
        return new TransactionMachine(this, core(), host, epoch);
    }

    MarkerSink markers() {
        return markers;
    }

    int batchBytesMax() {
        final TopicImage topic = core().image().topic(topicName());
        return topic == null ? 1 << 20 : topic.config().maxMessageBytes();
    }

    int timeoutMsMax() {
        return core().image().settings().intOf(CoordinatorSettings.TRANSACTION_MAX_TIMEOUT_MS);
    }

    int abortIntervalMs() {
        return core().image().settings().intOf(CoordinatorSettings.TRANSACTION_ABORT_INTERVAL_MS);
    }

    int expirationMs() {
        return core().image().settings().intOf(CoordinatorSettings.TRANSACTIONAL_ID_EXPIRATION_MS);
    }

    /** The highest epoch that a coordinator of transactions has by now. */
    int coordinatorEpochMax() {
        final TopicImage topic = core().image().topic(topicName());
        int epoch = 0;
        for (int i = 0; topic != null && i < topic.partitionCount(); i++) {
            epoch = Math.max(epoch, topic.partition(i).leaderEpoch());
        }
        return epoch;
    }

    long nowMs() {
        return core().nowMs();
    }

    /** Runs the action once, so much later. */
    void afterNs(final long delayNs, final Runnable action) {
        core().deadlines()
                .arm(
                        new Deadline() {
                            @Override
                            protected void onDeadline(final long nowNs, final long nowMs) {
                                action.run();
                            }
                        },
                        core().nowNs() + delayNs);
    }
}
