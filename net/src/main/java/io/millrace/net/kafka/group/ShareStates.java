package io.millrace.net.kafka.group;

import io.millrace.engine.coordinator.CoordinatorHost;
import io.millrace.engine.core.Core;
import io.millrace.engine.core.Deadline;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.partition.PartitionQuery;
import io.millrace.engine.status.Outcome;
import io.millrace.net.kafka.coordinator.Answer;
import io.millrace.net.kafka.coordinator.Coordinators;
import io.millrace.net.kafka.coordinator.InternalTopic;
import io.millrace.net.kafka.coordinator.PartitionQuestion;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorShardBuilder;
import org.apache.kafka.coordinator.share.ShareCoordinatorConfig;
import org.apache.kafka.coordinator.share.ShareCoordinatorShard;
import org.apache.kafka.server.share.SharePartitionKey;

/**
 * The coordinators of share groups' state on one core (KIP-932), and the way to those of other cores. Behind what the
 * log holds of a partition's state, old records are deleted as newer ones say all. Owned by the core's thread.
 */
public final class ShareStates extends Coordinators<ShareStateMachine> {
    private static final long RETRY_MS_MIN = 10;
    private static final long RETRY_MS_MAX = 500;
    private static final long GIVE_UP_MS = 10_000;
    private static final long NS_PER_MS = 1_000_000;

    private final InternalTopic topic;
    private final Map<String, String> settings;
    private final GroupTopology topology;
    private final Set<Uuid> deleted = new HashSet<>();
    private Shared shared;

    /** Loaded late: most brokers never see a share group. */
    private record Shared(ShareCoordinatorConfig config, ShareStateMetrics metrics) {}

    public ShareStates(final Core core, final InternalTopic topic, final Map<String, String> settings) {
        super(core, Topic.SHARE_GROUP_STATE_TOPIC_NAME, ShareStates.class);
        this.topic = topic;
        this.settings = Map.copyOf(settings);
        topology = new GroupTopology(core.image(), null);
    }

    @Override
    protected ShareStateMachine newMachine(final int partition, final CoordinatorHost host) {
        return new ShareStateMachine(this, core(), partition, host);
    }

    private Shared shared() {
        if (shared == null) {
            shared = new Shared(
                    new ShareCoordinatorConfig(new AbstractConfig(ShareCoordinatorConfig.CONFIG_DEF, settings, false)),
                    new ShareStateMetrics());
            every(shared.config().shareCoordinatorTopicPruneIntervalMs(), () -> forEachActive(this::prune));
            every(
                    shared.config().shareCoordinatorColdPartitionSnapshotIntervalMs(),
                    () -> forEachActive(machine -> machine.run(
                            "snapshot-cold-partitions", machine.shard()::snapshotColdPartitions, nobody())));
        }
        return shared;
    }

    private void every(final long intervalMs, final Runnable action) {
        final Deadline deadline = new Deadline() {
            @Override
            protected void onDeadline(final long nowNs, final long nowMs) {
                action.run();
                core().deadlines().arm(this, nowNs + intervalMs * NS_PER_MS);
            }
        };
        core().deadlines().arm(deadline, core().nowNs() + intervalMs * NS_PER_MS);
    }

    CoordinatorShardBuilder<ShareCoordinatorShard, CoordinatorRecord> newShard() {
        return new ShareCoordinatorShard.Builder(shared().config())
                .withTime(new GroupTime(core()))
                .withCoordinatorMetrics(shared().metrics());
    }

    GroupTopology topology() {
        return topology;
    }

    int batchBytesMax() {
        final TopicImage image = core().image().topic(topicName());
        return image == null ? 1 << 20 : image.config().maxMessageBytes();
    }

    /** What lies before the offset is said again behind it. */
    private void prune(final ShareStateMachine machine) {
        machine.run("prune", machine.shard()::lastRedundantOffset, new Answer<Optional<Long>>() {
            @Override
            public void onAnswer(final Optional<Long> offset) {
                final TopicImage image = core().image().topic(topicName());
                if (offset.isPresent() && image != null) {
                    PartitionQuestion.ask(
                            core(),
                            image.partition(machine.partition()),
                            PartitionQuery.DELETE_RECORDS,
                            offset.get(),
                            (outcome, start) -> {});
                }
            }

            @Override
            public void onError(final Errors error, final String message) {}
        });
    }

    @Override
    public void onTopicDeleted(final TopicImage gone) {
        super.onTopicDeleted(gone);
        if (deleted.isEmpty()) {
            later(this::forgetDeleted);
        }
        deleted.add(GroupTopology.idOf(gone));
    }

    private void forgetDeleted() {
        final Set<Uuid> ids = Set.copyOf(deleted);
        deleted.clear();
        forEachActive(
                machine -> machine.run("topics deleted", () -> machine.shard().maybeCleanupShareState(ids), nobody()));
    }

    private static <R> Answer<R> nobody() {
        return new Answer<>() {
            @Override
            public void onAnswer(final R nothing) {}

            @Override
            public void onError(final Errors error, final String message) {}
        };
    }

    static String keyOf(final String group, final Uuid topicId, final int partition) {
        return SharePartitionKey.asCoordinatorKey(group, topicId, partition);
    }

    /** Asks on the broker's own behalf: the internal topic is created, and who is not ready yet is asked again. */
    <R> void askPatiently(final String key, final Request<ShareStateMachine, R> request, final Answer<R> answer) {
        new Attempt<>(key, request, answer).begin();
    }

    private final class Attempt<R> extends Deadline implements Answer<R> {
        private final String key;
        private final Request<ShareStateMachine, R> request;
        private final Answer<R> answer;
        private final long giveUpNs = core().nowNs() + GIVE_UP_MS * NS_PER_MS;
        private long delayMs = RETRY_MS_MIN;

        Attempt(final String key, final Request<ShareStateMachine, R> request, final Answer<R> answer) {
            this.key = key;
            this.request = request;
            this.answer = answer;
        }

        void begin() {
            topic.whenThere(outcome -> {
                if (outcome == Outcome.OK) {
                    ask(partitionFor(key), request, this);
                } else {
                    onError(Errors.COORDINATOR_NOT_AVAILABLE, null);
                }
            });
        }

        @Override
        public void onAnswer(final R response) {
            answer.onAnswer(response);
        }

        @Override
        public void onError(final Errors error, final String message) {
            final boolean passes = error == Errors.NOT_COORDINATOR
                    || error == Errors.COORDINATOR_NOT_AVAILABLE
                    || error == Errors.COORDINATOR_LOAD_IN_PROGRESS;
            if (passes && !isStopped() && core().nowNs() < giveUpNs) {
                core().deadlines().arm(this, core().nowNs() + delayMs * NS_PER_MS);
                delayMs = Math.min(RETRY_MS_MAX, delayMs * 2);
            } else {
                answer.onError(error, message);
            }
        }

        @Override
        protected void onDeadline(final long nowNs, final long nowMs) {
            begin();
        }
    }
}
