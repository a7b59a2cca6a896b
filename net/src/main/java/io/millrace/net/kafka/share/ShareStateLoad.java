package io.millrace.net.kafka.share;

import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.partition.PartitionQuery;
import io.millrace.engine.status.Outcome;
import io.millrace.net.kafka.api.WireErrors;
import io.millrace.net.kafka.coordinator.PartitionQuestion;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.protocol.Errors;

/** Reads what is kept of a share partition, and finds where a group begins that has not begun. Used once. */
final class ShareStateLoad {
    private static final long NOT_BEGUN = -1;

    private final ShareHosts hosts;
    private final ShareKey key;
    private final GroupRulesInForce rules;

    ShareStateLoad(final ShareHosts hosts, final ShareKey key, final GroupRulesInForce rules) {
        this.hosts = hosts;
        this.key = key;
        this.rules = rules;
    }

    /** Hears what was found, or why nothing was. */
    @FunctionalInterface
    interface Told {
        void onLoaded(Errors error, ReadShareGroupStateResponseData.PartitionResult kept, long startOffset);
    }

    void run(final Told told) {
        hosts.persister()
                .read(
                        null,
                        key.group(),
                        key.topicId(),
                        new ReadShareGroupStateRequestData.PartitionData()
                                .setPartition(key.partition())
                                .setLeaderEpoch(key.leaderEpoch()),
                        kept -> onRead(kept, told));
    }

    private void onRead(final ReadShareGroupStateResponseData.PartitionResult kept, final Told told) {
        final Errors error = Errors.forCode(kept.errorCode());
        if (error != Errors.NONE || kept.startOffset() != NOT_BEGUN) {
            told.onLoaded(shown(error), kept, kept.startOffset());
            return;
        }
        final PartitionImage image = hosts.core().image().partition(key.partitionKey());
        if (image == null) {
            told.onLoaded(Errors.NOT_LEADER_OR_FOLLOWER, kept, NOT_BEGUN);
            return;
        }
        final long timeMs = rules.resetTimeMs(hosts.core().nowMs());
        if (timeMs >= 0) {
            ask(image, PartitionQuery.BY_TIMESTAMP, timeMs, (outcome, offset) -> {
                if (outcome == Outcome.OK && offset < 0) {
                    // Nothing is as young as that: what comes next is.
                    ask(image, PartitionQuery.LATEST, 0, begins(kept, told));
                } else {
                    begins(kept, told).onAnswer(outcome, offset);
                }
            });
        } else {
            final boolean earliest = rules.reset().equals(GroupRulesInForce.EARLIEST);
            ask(image, earliest ? PartitionQuery.EARLIEST : PartitionQuery.LATEST, 0, begins(kept, told));
        }
    }

    private static Errors shown(final Errors error) {
        return switch (error) {
            case NONE, GROUP_ID_NOT_FOUND, UNKNOWN_TOPIC_OR_PARTITION -> error;
            case FENCED_LEADER_EPOCH, FENCED_STATE_EPOCH -> Errors.NOT_LEADER_OR_FOLLOWER;
            case NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS ->
                Errors.COORDINATOR_NOT_AVAILABLE;
            default -> Errors.UNKNOWN_SERVER_ERROR;
        };
    }

    private static PartitionQuestion.Told begins(
            final ReadShareGroupStateResponseData.PartitionResult kept, final Told told) {
        return (outcome, offset) -> told.onLoaded(WireErrors.of(outcome), kept, offset);
    }

    private void ask(
            final PartitionImage image,
            final PartitionQuery kind,
            final long argument,
            final PartitionQuestion.Told told) {
        PartitionQuestion.ask(hosts.core(), image, kind, argument, told);
    }
}
