package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.MetadataCommands.Replica;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.status.Outcome;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.api.WireErrors;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.agrona.ExpandableArrayBuffer;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.Errors;

/** CreatePartitions: topics grow, never shrink. */
final class CreatePartitionsApi {
    private static final short STRICT_QUOTA_SINCE = 3;

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private final Core core;

    CreatePartitionsApi(final Core core) {
        this.core = core;
    }

    void handle(final Exchange exchange, final RequestHeader header, final CreatePartitionsRequestData request) {
        final CreatePartitionsResponseData response = new CreatePartitionsResponseData();
        final Errors refused = refusalOfAll(request);
        if (refused != Errors.NONE) {
            for (final CreatePartitionsTopic topic : request.topics()) {
                final String message = refused == Errors.POLICY_VIOLATION ? CommandBatch.TOO_LARGE : null;
                response.results().add(result(topic.name(), refused, message));
            }
            ColdApi.respond(exchange, response);
            return;
        }
        final Set<String> names = new LinkedHashSet<>();
        final Set<String> duplicates = new LinkedHashSet<>();
        request.topics().forEach(topic -> {
            if (!names.add(topic.name())) {
                duplicates.add(topic.name());
            }
        });
        for (final String name : duplicates) {
            response.results().add(result(name, Errors.INVALID_REQUEST, "Duplicate topic name."));
        }
        final long[] partitions = new long[request.topics().size()];
        final CommandBatch judging = new CommandBatch(
                core,
                () -> ChangeQuota.pay(
                        core,
                        exchange,
                        header.version() >= STRICT_QUOTA_SINCE,
                        partitions,
                        quota -> grow(exchange, header, request, duplicates, response, quota)));
        if (ChangeQuota.isHeld(exchange)) {
            judge(judging, header.listener(), request, duplicates, partitions);
        }
        judging.end();
    }

    /** Finds out what each topic takes that may grow. */
    private void judge(
            final CommandBatch judging,
            final ListenerView listener,
            final CreatePartitionsRequestData request,
            final Set<String> duplicates,
            final long[] partitions) {
        int next = 0;
        for (final CreatePartitionsTopic topic : request.topics()) {
            final int number = next++;
            if (!duplicates.contains(topic.name())) {
                judging.send(
                        buffer,
                        encode(listener, topic, true),
                        (outcome, first, second, message) ->
                                partitions[number] = outcome == Outcome.OK ? addedTo(topic) : 0);
            }
        }
    }

    private long addedTo(final CreatePartitionsTopic wish) {
        final TopicImage topic = core.image().topic(wish.name());
        return topic == null ? 0 : Math.max(0, wish.count() - topic.partitionCount());
    }

    private void grow(
            final Exchange exchange,
            final RequestHeader header,
            final CreatePartitionsRequestData request,
            final Set<String> duplicates,
            final CreatePartitionsResponseData response,
            final ChangeQuota quota) {
        final CommandBatch batch = new CommandBatch(core, () -> ColdApi.respond(exchange, response));
        int number = 0;
        for (final CreatePartitionsTopic topic : request.topics()) {
            if (!duplicates.contains(topic.name())) {
                final CreatePartitionsTopicResult result = result(topic.name(), Errors.NONE, null);
                response.results().add(result);
                if (quota.refuses(number)) {
                    result.setErrorCode(ChangeQuota.REFUSAL.code());
                } else {
                    grow(batch, header.listener(), topic, request.validateOnly(), result, quota, number);
                }
            }
            number++;
        }
        batch.end();
    }

    private static Errors refusalOfAll(final CreatePartitionsRequestData request) {
        if (request.topics().isEmpty()) {
            return Errors.NONE;
        }
        long items = 0;
        for (final CreatePartitionsTopic topic : request.topics()) {
            items++;
            if (topic.assignments() != null) {
                for (final CreatePartitionsAssignment assignment : topic.assignments()) {
                    items += Math.max(1, assignment.brokerIds().size());
                }
            }
        }
        if (request.timeoutMs() <= 0) {
            return Errors.REQUEST_TIMED_OUT;
        }
        return items > CommandBatch.ITEMS_MAX ? Errors.POLICY_VIOLATION : Errors.NONE;
    }

    private static CreatePartitionsTopicResult result(final String name, final Errors error, final String message) {
        return new CreatePartitionsTopicResult()
                .setName(name)
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }

    private void grow(
            final CommandBatch batch,
            final ListenerView listener,
            final CreatePartitionsTopic topic,
            final boolean validateOnly,
            final CreatePartitionsTopicResult result,
            final ChangeQuota quota,
            final int number) {
        final int length = encode(listener, topic, validateOnly);
        batch.send(buffer, length, (outcome, first, second, message) -> {
            final Errors error = WireErrors.of(outcome);
            final String named = topic.assignments() == null
                    ? message
                    : AssignmentComplaint.named(
                            message,
                            topic.assignments().stream().map(CreatePartitionsAssignment::brokerIds),
                            listener::isKnown);
            result.setErrorCode(error.code()).setErrorMessage(CommandBatch.messageOrNull(named, error.message()));
            if (error != Errors.NONE) {
                quota.giveBack(number);
            }
        });
    }

    /** Returns the length of the command in the buffer. */
    private int encode(final ListenerView listener, final CreatePartitionsTopic topic, final boolean validateOnly) {
        final List<List<Replica>> assignments = topic.assignments() == null ? null : new ArrayList<>();
        if (assignments != null) {
            topic.assignments()
                    .forEach(assignment -> assignments.add(CreateTopicsApi.replicas(assignment.brokerIds(), listener)));
        }
        return MetadataCommands.createPartitions(buffer, 0, topic.name(), topic.count(), assignments, validateOnly);
    }
}
