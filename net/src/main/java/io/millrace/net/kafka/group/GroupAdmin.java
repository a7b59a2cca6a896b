package io.millrace.net.kafka.group;

import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.coordinator.Answer;
import io.millrace.net.kafka.coordinator.Gathering;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ConsumerGroupDescribeRequest;
import org.apache.kafka.common.requests.DeleteGroupsRequest;
import org.apache.kafka.common.requests.DescribeGroupsRequest;
import org.apache.kafka.common.requests.ShareGroupDescribeRequest;
import org.apache.kafka.common.requests.StreamsGroupDescribeRequest;
import org.apache.kafka.server.share.persister.DeleteShareGroupStateParameters;

/** Groups as administrators see them: listed, described, deleted. */
final class GroupAdmin {
    /** Read, delete, describe, describe and alter configs: what may be done to a group where everything may be done. */
    private static final int ALL_OPERATIONS = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;

    /** As a broker of Apache Kafka says that has no plugin to keep them. */
    private static final byte NO_DESCRIPTION_STORED = 1;

    private final Groups groups;
    private final ShareDeletion shares;

    GroupAdmin(final Groups groups, final SharePersister persister) {
        this.groups = groups;
        shares = new ShareDeletion(persister);
    }

    void list(final Exchange exchange, final RequestHeader header, final ListGroupsRequestData request) {
        final ListGroupsResponseData response = new ListGroupsResponseData();
        final Gathering gathering = new Gathering(() -> {
            if (response.errorCode() != Errors.NONE.code()) {
                response.setGroups(new ArrayList<>());
            }
            ColdApi.respond(exchange, response);
        });
        for (final int partition : groups.partitionsFor(header)) {
            final Answer<List<ListedGroup>> answer =
                    gathering.one(listed -> response.groups().addAll(listed), (error, message) -> {
                        if (error != Errors.NOT_COORDINATOR) {
                            response.setErrorCode(error.code());
                        }
                    });
            groups.ask(
                    header,
                    partition,
                    (machine, told) -> machine.read(
                            "list-groups",
                            (shard, committed) ->
                                    shard.listGroups(request.statesFilter(), request.typesFilter(), committed),
                            told),
                    answer);
        }
        gathering.end();
    }

    void describe(final Exchange exchange, final RequestHeader header, final DescribeGroupsRequestData request) {
        final DescribeGroupsResponseData response = new DescribeGroupsResponseData();
        final List<List<DescribeGroupsResponseData.DescribedGroup>> answers = new ArrayList<>();
        final Gathering gathering = new Gathering(() -> {
            answers.forEach(response.groups()::addAll);
            if (request.includeAuthorizedOperations()) {
                response.groups().stream()
                        .filter(group -> group.errorCode() == Errors.NONE.code())
                        .forEach(group -> group.setAuthorizedOperations(ALL_OPERATIONS));
            }
            ColdApi.respond(exchange, response);
        });
        final GroupClient client = GroupClient.of(exchange, header);
        for (final String group : request.groups()) {
            final int place = answers.size();
            final List<String> one = List.of(group);
            answers.add(List.of());
            groups.ask(
                    header,
                    groups.partitionFor(group),
                    (machine, told) -> machine.read(
                            "describe-groups",
                            (shard, committed) -> shard.describeGroups(client, one, committed),
                            told),
                    gathering.<List<DescribeGroupsResponseData.DescribedGroup>>one(
                            found -> answers.set(place, found),
                            (error, message) ->
                                    answers.set(place, DescribeGroupsRequest.getErrorDescribedGroupList(one, error))));
        }
        gathering.end();
    }

    void describeConsumers(
            final Exchange exchange, final RequestHeader header, final ConsumerGroupDescribeRequestData request) {
        if (!groups.servesConsumerProtocol()) {
            ColdApi.respond(
                    exchange,
                    new ConsumerGroupDescribeResponseData()
                            .setGroups(ConsumerGroupDescribeRequest.getErrorDescribedGroupList(
                                    request.groupIds(), Errors.UNSUPPORTED_VERSION)));
            return;
        }
        describeEach(
                header,
                request.groupIds(),
                "consumer-group-describe",
                one -> (shard, committed) -> shard.consumerGroupDescribe(one, committed),
                ConsumerGroupDescribeRequest::getErrorDescribedGroupList,
                found -> {
                    if (request.includeAuthorizedOperations()) {
                        found.stream()
                                .filter(group -> group.errorCode() == Errors.NONE.code())
                                .forEach(group -> group.setAuthorizedOperations(ALL_OPERATIONS));
                    }
                    ColdApi.respond(exchange, new ConsumerGroupDescribeResponseData().setGroups(found));
                });
    }

    void describeShares(
            final Exchange exchange, final RequestHeader header, final ShareGroupDescribeRequestData request) {
        if (!groups.servesShares()) {
            ColdApi.respond(
                    exchange,
                    new ShareGroupDescribeResponseData()
                            .setGroups(ShareGroupDescribeRequest.getErrorDescribedGroupList(
                                    request.groupIds(), Errors.UNSUPPORTED_VERSION)));
            return;
        }
        describeEach(
                header,
                request.groupIds(),
                "share-group-describe",
                one -> (shard, committed) -> shard.shareGroupDescribe(one, committed),
                GroupAdmin::refusedShares,
                found -> {
                    if (request.includeAuthorizedOperations()) {
                        found.stream()
                                .filter(group -> group.errorCode() == Errors.NONE.code())
                                .forEach(group -> group.setAuthorizedOperations(ALL_OPERATIONS));
                    }
                    ColdApi.respond(exchange, new ShareGroupDescribeResponseData().setGroups(found));
                });
    }

    /** As Apache Kafka: a name that cannot be is refused without a word. */
    private static List<ShareGroupDescribeResponseData.DescribedGroup> refusedShares(
            final List<String> names, final Errors error) {
        final List<ShareGroupDescribeResponseData.DescribedGroup> refused =
                ShareGroupDescribeRequest.getErrorDescribedGroupList(names, error);
        if (error == Errors.INVALID_GROUP_ID) {
            refused.forEach(group -> group.setErrorMessage(null));
        }
        return refused;
    }

    void describeStreams(
            final Exchange exchange, final RequestHeader header, final StreamsGroupDescribeRequestData request) {
        if (!groups.servesStreams()) {
            ColdApi.respond(
                    exchange,
                    new StreamsGroupDescribeResponseData()
                            .setGroups(StreamsGroupDescribeRequest.getErrorDescribedGroupList(
                                    request.groupIds(), Errors.UNSUPPORTED_VERSION)));
            return;
        }
        describeEach(
                header,
                request.groupIds(),
                "streams-group-describe",
                one -> (shard, committed) ->
                        shard.streamsGroupDescribe(one, committed).describedGroups(),
                StreamsGroupDescribeRequest::getErrorDescribedGroupList,
                found -> {
                    for (final StreamsGroupDescribeResponseData.DescribedGroup group : found) {
                        if (group.errorCode() == Errors.NONE.code()) {
                            if (request.includeAuthorizedOperations()) {
                                group.setAuthorizedOperations(ALL_OPERATIONS);
                            }
                            if (request.includeTopologyDescription()) {
                                group.setTopologyDescriptionStatus(NO_DESCRIPTION_STORED);
                            }
                        }
                    }
                    ColdApi.respond(exchange, new StreamsGroupDescribeResponseData().setGroups(found));
                });
    }

    /** Asks each group's coordinator; what they say is told in the order of the request. */
    private <G> void describeEach(
            final RequestHeader header,
            final List<String> ids,
            final String name,
            final Function<List<String>, GroupMachine.Query<List<G>>> query,
            final BiFunction<List<String>, Errors, List<G>> refused,
            final Consumer<List<G>> told) {
        final List<List<G>> answers = new ArrayList<>();
        final Gathering gathering = new Gathering(() -> {
            final List<G> all = new ArrayList<>();
            answers.forEach(all::addAll);
            told.accept(all);
        });
        for (final String group : ids) {
            final int place = answers.size();
            final List<String> one = List.of(group);
            answers.add(List.of());
            final Answer<List<G>> answer = gathering.one(
                    found -> answers.set(place, found),
                    (error, message) -> answers.set(place, refused.apply(one, error)));
            if (group.isEmpty()) {
                answer.onError(Errors.INVALID_GROUP_ID, null);
                continue;
            }
            groups.ask(
                    header,
                    groups.partitionFor(group),
                    (machine, asker) -> machine.read(name, query.apply(one), asker),
                    answer);
        }
        gathering.end();
    }

    void delete(final Exchange exchange, final RequestHeader header, final DeleteGroupsRequestData request) {
        final DeletableGroupResultCollection results = new DeletableGroupResultCollection();
        final Gathering gathering =
                new Gathering(() -> ColdApi.respond(exchange, new DeleteGroupsResponseData().setResults(results)));
        final GroupClient client = GroupClient.of(exchange, header);
        for (final String group : request.groupsNames()) {
            final List<String> one = List.of(group);
            final Answer<DeletableGroupResultCollection> answer = gathering.one(
                    deleted -> add(results, deleted),
                    (error, message) -> add(results, DeleteGroupsRequest.getErrorResultCollection(one, error)));
            deleteState(
                    header,
                    group,
                    answer,
                    () -> groups.ask(
                            header,
                            groups.partitionFor(group),
                            (machine, told) -> machine.write(
                                    "delete-groups", () -> machine.shard().deleteGroups(client, one), told),
                            answer));
        }
        gathering.end();
    }

    /** Of a share group first what it has done with its partitions, then the group. */
    private void deleteState(
            final RequestHeader header,
            final String group,
            final Answer<DeletableGroupResultCollection> refused,
            final Runnable deleted) {
        groups.ask(
                header,
                groups.partitionFor(group),
                (machine, told) -> machine.write(
                        "delete-share-groups",
                        () -> machine.shard().sharePartitionDeleteRequests(List.of(group)),
                        told),
                new Answer<Map<String, Map.Entry<DeleteShareGroupStateParameters, Errors>>>() {
                    @Override
                    public void onAnswer(final Map<String, Map.Entry<DeleteShareGroupStateParameters, Errors>> wanted) {
                        final Map.Entry<DeleteShareGroupStateParameters, Errors> own = wanted.get(group);
                        if (own == null) {
                            deleted.run();
                        } else if (own.getValue() != Errors.NONE) {
                            refused.onError(own.getValue(), null);
                        } else {
                            shares.run(
                                    own.getKey().groupTopicPartitionData(),
                                    results -> results.values().stream()
                                            .filter(error -> error != Errors.NONE)
                                            .findFirst()
                                            .ifPresentOrElse(error -> refused.onError(error, null), deleted));
                        }
                    }

                    @Override
                    public void onError(final Errors error, final String message) {
                        refused.onError(error, message);
                    }
                });
    }

    /** An element belongs to one collection at a time. */
    private static void add(final DeletableGroupResultCollection to, final DeletableGroupResultCollection from) {
        from.forEach(result -> to.add(result.duplicate()));
    }
}
