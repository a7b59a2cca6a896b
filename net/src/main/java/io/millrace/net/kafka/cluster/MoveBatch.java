package io.millrace.net.kafka.cluster;

import io.millrace.engine.core.Core;
import io.millrace.engine.core.Deadline;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.status.Outcome;
import io.millrace.net.kafka.api.WireErrors;
import org.apache.kafka.common.protocol.Errors;

/**
 * The moves of one request: told once the last of them has ended, or when the client's time is over; those that have not
 * ended then go on, and as in Apache Kafka the request was a success. One whose entry cannot be written has ended. Used
 * once, on the connection's core.
 */
final class MoveBatch extends Deadline {
    /** Hears how one ended. */
    @FunctionalInterface
    interface Told {
        void onEnded(Errors error, String message);
    }

    private static final int HOST = 0;
    private static final long NS_PER_MS = 1_000_000;
    /** A client that gives less time gives up the connection, if it waits no longer. */
    private static final long WAIT_MS_MAX = 15_000;

    private final Core core;
    private final Runnable done;
    private int unanswered = 1;
    private boolean ended;

    MoveBatch(final Core core, final int timeoutMs, final Runnable done) {
        this.core = core;
        this.done = done;
        final long waitMs = Math.clamp(timeoutMs / 2, 0, WAIT_MS_MAX);
        core.deadlines().arm(this, core.nowNs() + waitMs * NS_PER_MS);
    }

    void move(final PartitionImage partition, final int toCore, final Told told) {
        unanswered++;
        final int asker = core.id();
        final long key = partition.partitionKey();
        core.calls()
                .run(
                        HOST,
                        host -> host.moves()
                                .move(
                                        key,
                                        toCore,
                                        (outcome, message) ->
                                                host.calls().run(asker, here -> onEnded(outcome, message, told))));
    }

    void cancel(final PartitionImage partition, final Told told) {
        unanswered++;
        final int asker = core.id();
        final long key = partition.partitionKey();
        core.calls().run(HOST, host -> {
            final boolean cancelled = host.moves().cancel(key);
            final String message = cancelled ? null : host.moves().whyTooLate(key);
            host.calls().run(asker, here -> {
                if (!ended) {
                    told.onEnded(cancelled ? Errors.NONE : Errors.NO_REASSIGNMENT_IN_PROGRESS, message);
                }
                end();
            });
        });
    }

    private void onEnded(final Outcome outcome, final String message, final Told told) {
        if (!ended) {
            told.onEnded(errorOf(outcome), message.isEmpty() ? null : message);
        }
        end();
    }

    private static Errors errorOf(final Outcome outcome) {
        return switch (outcome) {
            case NOT_READY, NOT_OWNER -> Errors.INVALID_REPLICA_ASSIGNMENT;
            default -> WireErrors.of(outcome);
        };
    }

    /** Nothing more follows. Counts as one answer. */
    void end() {
        if (--unanswered == 0 && !ended) {
            ended = true;
            core.deadlines().disarm(this);
            done.run();
        }
    }

    @Override
    protected void onDeadline(final long nowNs, final long nowMs) {
        if (!ended) {
            ended = true;
            done.run();
        }
    }
}
