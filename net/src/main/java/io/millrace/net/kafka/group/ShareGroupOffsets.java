package io.millrace.net.kafka.group;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.partition.PartitionQuery;
import io.millrace.engine.status.Outcome;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.api.WireErrors;
import io.millrace.net.kafka.coordinator.Answer;
import io.millrace.net.kafka.coordinator.Gathering;
import io.millrace.net.kafka.coordinator.PartitionQuestion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData.AlterShareGroupOffsetsResponsePartition;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData.AlterShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData.DeleteShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponsePartition;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.message.InitializeShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.GroupCoordinatorShard.DeleteShareGroupOffsetsResultHolder;
import org.apache.kafka.server.share.persister.InitializeShareGroupStateParameters;

/** How far share groups have come in their partitions, as administrators see it, set it back, and delete it. */
final class ShareGroupOffsets {
    private static final long UNKNOWN = -1;

    private final Core core;
    private final Groups groups;
    private final SharePersister persister;
    private final ShareInitialization initialization;
    private final ShareDeletion deletion;

    ShareGroupOffsets(final Core core, final Groups groups, final SharePersister persister) {
        this.core = core;
        this.groups = groups;
        this.persister = persister;
        initialization = new ShareInitialization(groups, persister);
        deletion = new ShareDeletion(persister);
    }

    // Describe

    void describe(
            final Exchange exchange, final RequestHeader header, final DescribeShareGroupOffsetsRequestData request) {
        final DescribeShareGroupOffsetsResponseData response = new DescribeShareGroupOffsetsResponseData();
        final Gathering gathering = new Gathering(() -> ColdApi.respond(exchange, response));
        for (final DescribeShareGroupOffsetsRequestGroup group : request.groups()) {
            final DescribeShareGroupOffsetsResponseGroup described = new DescribeShareGroupOffsetsResponseGroup()
                    .setGroupId(group.groupId())
                    .setTopics(new ArrayList<>());
            response.groups().add(described);
            if (group.topics() != null) {
                final Answer<Void> one = gathering.one(nothing -> {}, (error, message) -> {});
                final Map<String, List<Integer>> wanted = new HashMap<>();
                group.topics().forEach(topic -> wanted.put(topic.topicName(), topic.partitions()));
                if (group.groupId().isEmpty()
                        && wanted.keySet().stream()
                                .anyMatch(name -> core.image().topic(name) != null)) {
                    // As Apache Kafka, whose share coordinator takes no such name.
                    described
                            .setErrorCode(Errors.UNKNOWN_SERVER_ERROR.code())
                            .setErrorMessage(Errors.UNKNOWN_SERVER_ERROR.message());
                    one.onAnswer(null);
                    continue;
                }
                describe(described, wanted, one);
            } else {
                describeAll(header, described, gathering);
            }
        }
        gathering.end();
    }

    private void describeAll(
            final RequestHeader header,
            final DescribeShareGroupOffsetsResponseGroup described,
            final Gathering gathering) {
        final Answer<Void> one = gathering.one(
                nothing -> {},
                (error, message) -> described.setErrorCode(error.code()).setErrorMessage(message));
        groups.ask(
                header,
                groups.partitionFor(described.groupId()),
                (machine, told) -> machine.read(
                        "share-group-initialized-partitions",
                        (shard, committed) -> shard.initializedShareGroupPartitions(described.groupId()),
                        told),
                new Answer<Map<Uuid, Set<Integer>>>() {
                    @Override
                    public void onAnswer(final Map<Uuid, Set<Integer>> begun) {
                        final Map<String, List<Integer>> wanted = new HashMap<>();
                        begun.forEach((id, partitions) -> {
                            final TopicImage topic = topicOf(id);
                            if (topic != null) {
                                wanted.put(topic.name(), List.copyOf(partitions));
                            }
                        });
                        describe(described, wanted, one);
                    }

                    @Override
                    public void onError(final Errors error, final String message) {
                        one.onError(error, message == null ? error.message() : message);
                    }
                });
    }

    private TopicImage topicOf(final Uuid id) {
        return core.image().topicById(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    private void describe(
            final DescribeShareGroupOffsetsResponseGroup described,
            final Map<String, List<Integer>> wanted,
            final Answer<Void> done) {
        final int[] missing = {1};
        final Runnable each = () -> {
            if (--missing[0] == 0) {
                done.onAnswer(null);
            }
        };
        wanted.forEach((name, partitions) -> {
            final TopicImage topic = core.image().topic(name);
            final DescribeShareGroupOffsetsResponseTopic answer = new DescribeShareGroupOffsetsResponseTopic()
                    .setTopicName(name)
                    .setTopicId(topic == null ? Uuid.ZERO_UUID : GroupTopology.idOf(topic))
                    .setPartitions(new ArrayList<>());
            described.topics().add(answer);
            for (final int partition : partitions) {
                final DescribeShareGroupOffsetsResponsePartition place =
                        new DescribeShareGroupOffsetsResponsePartition()
                                .setPartitionIndex(partition)
                                .setStartOffset(UNKNOWN);
                answer.partitions().add(place);
                if (topic != null) {
                    missing[0]++;
                    persister.summary(
                            null,
                            described.groupId(),
                            answer.topicId(),
                            new ReadShareGroupStateSummaryRequestData.PartitionData().setPartition(partition),
                            summary -> tell(topic.partition(partition), summary, place, each));
                }
            }
        });
        each.run();
    }

    private void tell(
            final PartitionImage partition,
            final ReadShareGroupStateSummaryResponseData.PartitionResult summary,
            final DescribeShareGroupOffsetsResponsePartition place,
            final Runnable done) {
        if (summary.errorCode() != Errors.NONE.code()) {
            place.setStartOffset(UNKNOWN).setLag(UNKNOWN);
            done.run();
            return;
        }
        place.setStartOffset(summary.startOffset())
                .setLeaderEpoch(summary.leaderEpoch())
                .setLag(UNKNOWN);
        if (summary.startOffset() == UNKNOWN || summary.deliveryCompleteCount() == UNKNOWN || partition == null) {
            done.run();
            return;
        }
        PartitionQuestion.ask(core, partition, PartitionQuery.LATEST, 0, (outcome, end) -> {
            if (outcome == Outcome.OK) {
                place.setLag(end - summary.startOffset() - summary.deliveryCompleteCount());
            } else {
                final Errors error = WireErrors.of(outcome);
                place.setErrorCode(error.code()).setErrorMessage(error.message());
            }
            done.run();
        });
    }

    // Alter

    void alter(final Exchange exchange, final RequestHeader header, final AlterShareGroupOffsetsRequestData request) {
        final AlterShareGroupOffsetsResponseData unknown = new AlterShareGroupOffsetsResponseData();
        if (request.groupId().isEmpty()) {
            ColdApi.respond(exchange, refusal(unknown, Errors.INVALID_GROUP_ID, null));
            return;
        }
        final AlterShareGroupOffsetsRequestData known =
                new AlterShareGroupOffsetsRequestData().setGroupId(request.groupId());
        request.topics().forEach(topic -> {
            if (core.image().topic(topic.topicName()) == null) {
                final AlterShareGroupOffsetsResponseTopic refused =
                        new AlterShareGroupOffsetsResponseTopic().setTopicName(topic.topicName());
                topic.partitions()
                        .forEach(partition -> refused.partitions()
                                .add(refusal(partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION, null)));
                unknown.responses().add(refused);
            } else {
                known.topics().add(topic.duplicate());
            }
        });
        groups.ask(
                header,
                groups.partitionFor(request.groupId()),
                (machine, told) -> machine.write(
                        "share-group-offsets-alter",
                        () -> machine.shard().alterShareGroupOffsets(request.groupId(), known),
                        told),
                new Answer<Map.Entry<AlterShareGroupOffsetsResponseData, InitializeShareGroupStateParameters>>() {
                    @Override
                    public void onAnswer(
                            final Map.Entry<AlterShareGroupOffsetsResponseData, InitializeShareGroupStateParameters>
                                    result) {
                        initialization.run(result.getValue().groupTopicPartitionData(), outcome -> {
                            final AlterShareGroupOffsetsResponseData response = result.getKey();
                            mark(response, outcome);
                            unknown.responses()
                                    .forEach(topic -> response.responses().add(topic.duplicate()));
                            ColdApi.respond(exchange, response);
                        });
                    }

                    @Override
                    public void onError(final Errors error, final String message) {
                        ColdApi.respond(exchange, refusal(new AlterShareGroupOffsetsResponseData(), error, message));
                    }
                });
    }

    private static AlterShareGroupOffsetsResponseData refusal(
            final AlterShareGroupOffsetsResponseData response, final Errors error, final String message) {
        return response.setErrorCode(error.code()).setErrorMessage(message == null ? error.message() : message);
    }

    private static AlterShareGroupOffsetsResponsePartition refusal(
            final int partition, final Errors error, final String message) {
        return new AlterShareGroupOffsetsResponsePartition()
                .setPartitionIndex(partition)
                .setErrorCode(error.code())
                .setErrorMessage(message == null ? error.message() : message);
    }

    private static void mark(
            final AlterShareGroupOffsetsResponseData response, final ShareInitialization.Outcome outcome) {
        response.responses()
                .forEach(topic -> topic.partitions().forEach(partition -> {
                    final InitializeShareGroupStateResponseData.PartitionResult failed = outcome.failed()
                            .getOrDefault(topic.topicId(), Map.of())
                            .get(partition.partitionIndex());
                    if (failed != null && partition.errorCode() == Errors.NONE.code()) {
                        partition.setErrorCode(failed.errorCode()).setErrorMessage(failed.errorMessage());
                    }
                }));
    }

    // Delete

    void delete(final Exchange exchange, final RequestHeader header, final DeleteShareGroupOffsetsRequestData request) {
        if (request.groupId().isEmpty()) {
            respond(exchange, Errors.INVALID_GROUP_ID, null);
            return;
        }
        groups.ask(
                header,
                groups.partitionFor(request.groupId()),
                (machine, told) -> machine.write(
                        "initiate-delete-share-group-offsets",
                        () -> machine.shard().initiateDeleteShareGroupOffsets(request.groupId(), request),
                        told),
                new Answer<DeleteShareGroupOffsetsResultHolder>() {
                    @Override
                    public void onAnswer(final DeleteShareGroupOffsetsResultHolder begun) {
                        delete(exchange, header, request.groupId(), begun);
                    }

                    @Override
                    public void onError(final Errors error, final String message) {
                        respond(exchange, error, message);
                    }
                });
    }

    private void delete(
            final Exchange exchange,
            final RequestHeader header,
            final String group,
            final DeleteShareGroupOffsetsResultHolder begun) {
        if (begun.topLevelErrorCode() != Errors.NONE.code()) {
            respond(exchange, Errors.forCode(begun.topLevelErrorCode()), begun.topLevelErrorMessage());
            return;
        }
        final List<DeleteShareGroupOffsetsResponseTopic> results = new ArrayList<>();
        if (begun.errorTopicResponseList() != null) {
            results.addAll(begun.errorTopicResponseList());
        }
        if (begun.deleteStateRequestParameters() == null) {
            ColdApi.respond(exchange, new DeleteShareGroupOffsetsResponseData().setResponses(results));
            return;
        }
        deletion.run(begun.deleteStateRequestParameters().groupTopicPartitionData(), deleted -> {
            final Map<Uuid, String> gone = new HashMap<>();
            deleted.forEach((id, error) -> {
                final TopicImage topic = topicOf(id);
                final String name = topic == null ? "" : topic.name();
                if (error == Errors.NONE) {
                    gone.put(id, name);
                } else {
                    results.add(new DeleteShareGroupOffsetsResponseTopic()
                            .setTopicId(id)
                            .setTopicName(name)
                            .setErrorCode(error.code())
                            .setErrorMessage(error.message()));
                }
            });
            complete(exchange, header, group, gone, results);
        });
    }

    private void complete(
            final Exchange exchange,
            final RequestHeader header,
            final String group,
            final Map<Uuid, String> gone,
            final List<DeleteShareGroupOffsetsResponseTopic> results) {
        if (gone.isEmpty()) {
            ColdApi.respond(exchange, new DeleteShareGroupOffsetsResponseData().setResponses(results));
            return;
        }
        groups.ask(
                header,
                groups.partitionFor(group),
                (machine, told) -> machine.write(
                        "complete-delete-share-group-offsets",
                        () -> machine.shard().completeDeleteShareGroupOffsets(group, gone, results),
                        told),
                new Answer<DeleteShareGroupOffsetsResponseData>() {
                    @Override
                    public void onAnswer(final DeleteShareGroupOffsetsResponseData response) {
                        ColdApi.respond(exchange, response);
                    }

                    @Override
                    public void onError(final Errors error, final String message) {
                        respond(exchange, error, message);
                    }
                });
    }

    private static void respond(final Exchange exchange, final Errors error, final String message) {
        ColdApi.respond(
                exchange,
                new DeleteShareGroupOffsetsResponseData()
                        .setErrorCode(error.code())
                        .setErrorMessage(message == null ? error.message() : message));
    }
}
