package io.millrace.net.kafka.group;

import io.millrace.net.kafka.coordinator.Answer;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.share.persister.GroupTopicPartitionData;
import org.apache.kafka.server.share.persister.PartitionStateData;
import org.apache.kafka.server.share.persister.TopicData;

/**
 * Has the state of partitions begin that a share group has come to, or that an administrator sets back, and tells the
 * group's coordinator how that ended: the group's members get no partition before. On the core that asks.
 */
final class ShareInitialization {
    private final Groups groups;
    private final SharePersister persister;

    ShareInitialization(final Groups groups, final SharePersister persister) {
        this.groups = groups;
        this.persister = persister;
    }

    /** What became of each partition, of those whose state could not begin. */
    record Outcome(Map<Uuid, Map<Integer, InitializeShareGroupStateResponseData.PartitionResult>> failed) {
        boolean isOk() {
            return failed.isEmpty();
        }
    }

    /** Told when all partitions' states have begun or failed, and the group's coordinator knows. */
    void run(final GroupTopicPartitionData<PartitionStateData> wanted, final Consumer<Outcome> told) {
        final Map<Uuid, Set<Integer>> partitions = new HashMap<>();
        final Outcome outcome = new Outcome(new HashMap<>());
        final int[] missing = {
            wanted.topicsData().stream()
                    .map(TopicData::partitions)
                    .mapToInt(Collection::size)
                    .sum()
        };
        if (missing[0] == 0) {
            told.accept(outcome);
            return;
        }
        for (final TopicData<PartitionStateData> topic : wanted.topicsData()) {
            for (final PartitionStateData partition : topic.partitions()) {
                partitions
                        .computeIfAbsent(topic.topicId(), id -> new HashSet<>())
                        .add(partition.partition());
                persister.initialize(
                        null,
                        wanted.groupId(),
                        topic.topicId(),
                        new InitializeShareGroupStateRequestData.PartitionData()
                                .setPartition(partition.partition())
                                .setStateEpoch(partition.stateEpoch())
                                .setStartOffset(partition.startOffset()),
                        result -> {
                            if (result.errorCode() != Errors.NONE.code()) {
                                outcome.failed()
                                        .computeIfAbsent(topic.topicId(), id -> new HashMap<>())
                                        .put(result.partition(), result);
                            }
                            if (--missing[0] == 0) {
                                tell(wanted.groupId(), partitions, outcome, told);
                            }
                        });
            }
        }
    }

    private void tell(
            final String group,
            final Map<Uuid, Set<Integer>> partitions,
            final Outcome outcome,
            final Consumer<Outcome> told) {
        if (!outcome.isOk()) {
            giveUp(group, partitions, outcome, told);
            return;
        }
        groups.ask(
                groups.partitionFor(group),
                (machine, answer) -> machine.write(
                        "initialize-share-group-state",
                        () -> machine.shard().initializeShareGroupState(group, partitions),
                        answer),
                new Answer<Void>() {
                    @Override
                    public void onAnswer(final Void nothing) {
                        told.accept(outcome);
                    }

                    @Override
                    public void onError(final Errors error, final String message) {
                        giveUp(group, partitions, outcome, told);
                    }
                });
    }

    private void giveUp(
            final String group,
            final Map<Uuid, Set<Integer>> partitions,
            final Outcome outcome,
            final Consumer<Outcome> told) {
        groups.ask(
                groups.partitionFor(group),
                (machine, answer) -> machine.write(
                        "uninitialize-share-group-state",
                        () -> machine.shard().uninitializeShareGroupState(group, partitions),
                        answer),
                new Answer<Void>() {
                    @Override
                    public void onAnswer(final Void nothing) {
                        told.accept(outcome);
                    }

                    @Override
                    public void onError(final Errors error, final String message) {
                        // The coordinator tries again by itself, after a while.
                        told.accept(outcome);
                    }
                });
    }
}
