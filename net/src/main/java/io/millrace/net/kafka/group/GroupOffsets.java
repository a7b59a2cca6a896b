package io.millrace.net.kafka.group;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.coordinator.Answer;
import io.millrace.net.kafka.coordinator.Gathering;
import io.millrace.net.kafka.coordinator.Reply;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetDeleteResponse;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;

/** Committed offsets: written, read and deleted. Topics that do not exist are told here, the rest by the shard. */
final class GroupOffsets {
    private static final short GROUPS_SINCE = 8;

    private final Groups groups;
    private final MetadataImage image;

    GroupOffsets(final Groups groups, final MetadataImage image) {
        this.groups = groups;
        this.image = image;
    }

    void commit(final Exchange exchange, final RequestHeader header, final OffsetCommitRequestData request) {
        final boolean byId = OffsetCommitResponse.useTopicIds(header.version());
        final OffsetCommitResponse.Builder refused = OffsetCommitResponse.newBuilder(byId);
        final List<OffsetCommitRequestTopic> known = new ArrayList<>();
        for (final OffsetCommitRequestTopic topic : request.topics()) {
            final TopicImage found = byId ? topicOf(topic.topicId()) : image.topic(topic.name());
            if (found == null) {
                refused.addPartitions(
                        topic.topicId(),
                        topic.name(),
                        topic.partitions(),
                        OffsetCommitRequestPartition::partitionIndex,
                        byId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION);
                continue;
            }
            final OffsetCommitRequestTopic valid =
                    new OffsetCommitRequestTopic().setTopicId(topic.topicId()).setName(found.name());
            for (final OffsetCommitRequestPartition partition : topic.partitions()) {
                if (found.partition(partition.partitionIndex()) == null) {
                    refused.addPartition(
                            topic.topicId(),
                            found.name(),
                            partition.partitionIndex(),
                            Errors.UNKNOWN_TOPIC_OR_PARTITION);
                } else {
                    valid.partitions().add(partition);
                }
            }
            if (!valid.partitions().isEmpty()) {
                known.add(valid);
            }
        }
        if (known.isEmpty()) {
            ColdApi.respond(exchange, refused.build().data());
            return;
        }
        request.setTopics(known);
        final GroupClient client = GroupClient.of(exchange, header);
        groups.ask(
                header,
                groups.partitionFor(request.groupId()),
                (machine, answer) ->
                        machine.write("commit-offset", () -> machine.shard().commitOffset(client, request), answer),
                new Reply<OffsetCommitResponseData>(
                        exchange,
                        response -> refused.merge(response).build().data(),
                        (error, message) -> refused.merge(OffsetCommitRequest.getErrorResponse(request, error))
                                .build()
                                .data()));
    }

    private TopicImage topicOf(final Uuid id) {
        return image.topicById(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    void fetch(final Exchange exchange, final RequestHeader header, final OffsetFetchRequestData request) {
        final short version = header.version();
        final List<OffsetFetchRequestGroup> asked =
                version >= GROUPS_SINCE ? request.groups() : List.of(oldForm(request));
        final OffsetFetchResponseGroup[] answers = new OffsetFetchResponseGroup[asked.size()];
        final Gathering gathering = new Gathering(() -> ColdApi.respond(
                exchange,
                new OffsetFetchResponse.Builder(List.of(answers)).build(version).data()));
        for (int i = 0; i < answers.length; i++) {
            final int place = i;
            final OffsetFetchRequestGroup group = asked.get(i);
            final Answer<OffsetFetchResponseGroup> answer = gathering.one(
                    response -> answers[place] = response,
                    (error, message) -> answers[place] = OffsetFetchResponse.groupError(group, error, version));
            fetch(header, group, request.requireStable(), answer);
        }
        gathering.end();
    }

    private static OffsetFetchRequestGroup oldForm(final OffsetFetchRequestData request) {
        final OffsetFetchRequestGroup group = new OffsetFetchRequestGroup().setGroupId(request.groupId());
        if (request.topics() == null) {
            return group.setTopics(null);
        }
        request.topics()
                .forEach(topic -> group.topics()
                        .add(new OffsetFetchRequestTopics()
                                .setName(topic.name())
                                .setPartitionIndexes(topic.partitionIndexes())));
        return group;
    }

    private void fetch(
            final RequestHeader header,
            final OffsetFetchRequestGroup group,
            final boolean requireStable,
            final Answer<OffsetFetchResponseGroup> answer) {
        final boolean byId = OffsetFetchRequest.useTopicIds(header.version());
        final List<OffsetFetchResponseTopics> unknown = new ArrayList<>();
        final boolean all = group.topics() == null;
        if (!all && byId) {
            name(group, unknown);
        }
        final Answer<OffsetFetchResponseGroup> whole = new Answer<>() {
            @Override
            public void onAnswer(final OffsetFetchResponseGroup response) {
                if (all && byId) {
                    identify(response);
                }
                if (!unknown.isEmpty() && response.errorCode() == Errors.NONE.code()) {
                    unknown.addAll(0, response.topics());
                    response.setTopics(unknown);
                }
                answer.onAnswer(response);
            }

            @Override
            public void onError(final Errors error, final String message) {
                answer.onError(error, message);
            }
        };
        groups.ask(
                header,
                groups.partitionFor(group.groupId()),
                (machine, told) -> machine.offsets(group, requireStable, told),
                whole);
    }

    /** Gives the topics that were asked by id their names; those of no topic are answered already. */
    private void name(final OffsetFetchRequestGroup group, final List<OffsetFetchResponseTopics> unknown) {
        final List<OffsetFetchRequestTopics> known = new ArrayList<>();
        for (final OffsetFetchRequestTopics topic : group.topics()) {
            final TopicImage found = topicOf(topic.topicId());
            if (found != null) {
                known.add(topic.setName(found.name()));
                continue;
            }
            final OffsetFetchResponseTopics answer = new OffsetFetchResponseTopics().setTopicId(topic.topicId());
            topic.partitionIndexes()
                    .forEach(index -> answer.partitions()
                            .add(new OffsetFetchResponsePartitions()
                                    .setPartitionIndex(index)
                                    .setErrorCode(Errors.UNKNOWN_TOPIC_ID.code())
                                    .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                                    .setMetadata(OffsetFetchResponse.NO_METADATA)
                                    .setCommittedLeaderEpoch(-1)));
            unknown.add(answer);
        }
        group.setTopics(known);
    }

    /** Gives all topics of a group their ids; one that is gone cannot be told. */
    private void identify(final OffsetFetchResponseGroup response) {
        final List<OffsetFetchResponseTopics> found = new ArrayList<>();
        for (final OffsetFetchResponseTopics topic : response.topics()) {
            final TopicImage known = image.topic(topic.name());
            if (known != null) {
                found.add(topic.setTopicId(GroupTopology.idOf(known)));
            }
        }
        response.setTopics(found);
    }

    void delete(final Exchange exchange, final RequestHeader header, final OffsetDeleteRequestData request) {
        final OffsetDeleteResponse.Builder refused = new OffsetDeleteResponse.Builder();
        final OffsetDeleteRequestTopicCollection known = new OffsetDeleteRequestTopicCollection();
        for (final OffsetDeleteRequestTopic topic : request.topics()) {
            final TopicImage found = image.topic(topic.name());
            final OffsetDeleteRequestTopic valid = new OffsetDeleteRequestTopic().setName(topic.name());
            for (final OffsetDeleteRequestPartition partition : topic.partitions()) {
                if (found == null || found.partition(partition.partitionIndex()) == null) {
                    refused.addPartition(topic.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
                } else {
                    valid.partitions().add(partition);
                }
            }
            if (!valid.partitions().isEmpty()) {
                known.add(valid);
            }
        }
        final Reply<OffsetDeleteResponseData> reply = new Reply<>(
                exchange,
                response -> refused.merge(response).build().data(),
                (error, message) -> new OffsetDeleteResponseData().setErrorCode(error.code()));
        if (request.groupId().isEmpty()) {
            reply.onError(Errors.INVALID_GROUP_ID, null);
            return;
        }
        request.setTopics(known);
        final GroupClient client = GroupClient.of(exchange, header);
        groups.ask(
                header,
                groups.partitionFor(request.groupId()),
                (machine, answer) ->
                        machine.write("delete-offsets", () -> machine.shard().deleteOffsets(client, request), answer),
                reply);
    }
}
