package io.millrace.net.kafka.group;

import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.coordinator.Answer;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.StreamsGroupTopologyDescriptionUpdateRequestData;
import org.apache.kafka.common.message.StreamsGroupTopologyDescriptionUpdateResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse.Status;
import org.apache.kafka.coordinator.group.streams.StreamsGroupHeartbeatResult;

/**
 * The one request by which threads of streams programs join, stay and leave (KIP-1071). The first tells the program's
 * topology; the topics that it needs for itself are created here.
 */
final class StreamsMembership {
    private static final int JOIN = 0;
    private static final int LEAVE_STATIC = -2;

    /** A string of an answer has 32,767 bytes, and a character of a topic's name up to three. */
    private static final int TEXT_CHARS_MAX = 10_000;

    /** A program has some tens of parts and some hundred topics; a heartbeat has room for a hundred thousand. */
    private static final int TOPICS_MAX = 10_000;

    private static final int PARTS_MAX = 1_000;

    /** The coordinator goes, for each part, over all pairs of what each writes to and reads from other parts. */
    private static final long STEPS_MAX = 10_000_000;

    private static final long TASKS_MAX = 100_000;

    private final Groups groups;
    private final StreamsTopics topics;

    StreamsMembership(final Groups groups, final StreamsTopics topics) {
        this.groups = groups;
        this.topics = topics;
    }

    void heartbeat(
            final Exchange exchange, final RequestHeader header, final StreamsGroupHeartbeatRequestData request) {
        if (!groups.servesStreams()) {
            ColdApi.respond(exchange, refusal(Errors.UNSUPPORTED_VERSION, null));
            return;
        }
        final String ofTopology = topologyComplaint(request);
        if (ofTopology != null) {
            ColdApi.respond(exchange, refusal(Errors.STREAMS_INVALID_TOPOLOGY, ofTopology));
            return;
        }
        final String complaint = complaint(request);
        if (complaint != null) {
            ColdApi.respond(exchange, refusal(Errors.INVALID_REQUEST, complaint));
            return;
        }
        final String changelog = request.memberEpoch() == JOIN ? changelogComplaint(request) : null;
        if (changelog != null) {
            ColdApi.respond(exchange, refusal(Errors.STREAMS_INVALID_TOPOLOGY, changelog));
            return;
        }
        final GroupClient client = GroupClient.of(exchange, header);
        groups.ask(
                header,
                groups.partitionFor(request.groupId()),
                (machine, answer) -> machine.write(
                        "streams-group-heartbeat",
                        () -> machine.shard().streamsGroupHeartbeat(client, request),
                        answer),
                new Answer<StreamsGroupHeartbeatResult>() {
                    @Override
                    public void onAsked(final int core) {
                        exchange.asks(core);
                    }

                    @Override
                    public void onAnswer(final StreamsGroupHeartbeatResult result) {
                        create(request.groupId(), result);
                        shorten(result.data());
                        ColdApi.respond(exchange, result.data());
                    }

                    @Override
                    public void onError(final Errors error, final String message) {
                        ColdApi.respond(exchange, refusal(error, message));
                    }
                });
    }

    /** As Apache Kafka: the member is answered at once, and a later heartbeat finds the topics, or why there are none. */
    private void create(final String group, final StreamsGroupHeartbeatResult result) {
        if (result.creatableTopics().isEmpty()) {
            return;
        }
        topics.create(result.creatableTopics().values(), 2L * groups.streamsHeartbeatMs(group));
        final List<StreamsGroupHeartbeatResponseData.Status> status =
                result.data().status();
        if (status == null) {
            return;
        }
        status.stream()
                .filter(each -> each.statusCode() == Status.MISSING_INTERNAL_TOPICS.code())
                .findFirst()
                .ifPresent(missing -> {
                    final String why = topics.failures(result.creatableTopics().keySet());
                    if (!why.isEmpty()) {
                        final String said = missing.statusDetail() == null ? "" : missing.statusDetail();
                        missing.setStatusDetail(said + "; Creation failed: " + why + ".");
                    }
                });
    }

    /** What lists topics may say more than an answer has room for. */
    private static void shorten(final StreamsGroupHeartbeatResponseData response) {
        response.setErrorMessage(shortened(response.errorMessage()));
        if (response.status() != null) {
            response.status().forEach(each -> each.setStatusDetail(shortened(each.statusDetail())));
        }
    }

    private static String shortened(final String text) {
        return text == null || text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX) + "…";
    }

    /** Descriptions of topologies are kept by a plugin of the broker's, of which there is none. */
    void updateDescription(
            final Exchange exchange,
            final RequestHeader header,
            final StreamsGroupTopologyDescriptionUpdateRequestData request) {
        final String message = groups.servesStreams()
                ? "The broker has no streams group topology description plugin configured."
                : null;
        ColdApi.respond(
                exchange,
                new StreamsGroupTopologyDescriptionUpdateResponseData()
                        .setErrorCode(Errors.UNSUPPORTED_VERSION.code())
                        .setErrorMessage(message));
    }

    private static StreamsGroupHeartbeatResponseData refusal(final Errors error, final String message) {
        return new StreamsGroupHeartbeatResponseData()
                .setErrorCode(error.code())
                .setErrorMessage(shortened(message));
    }

    /** What is wrong with the names of a program's topics, in Apache Kafka's words, or null. */
    private String topologyComplaint(final StreamsGroupHeartbeatRequestData request) {
        if (request.topology() == null) {
            return null;
        }
        final String size = sizeComplaint(request.topology().subtopologies());
        if (size != null) {
            return size;
        }
        final List<String> names = request.topology().subtopologies().stream()
                .flatMap(StreamsMembership::topicsOf)
                .distinct()
                .toList();
        final String internal = joined(names, Topic::isInternal);
        if (!internal.isEmpty()) {
            return "Use of Kafka internal topics " + internal + " in a Kafka Streams topology is prohibited.";
        }
        final String invalid = joined(names, name -> !Topic.isValid(name));
        return invalid.isEmpty() ? null : "Topic names " + invalid + " are not valid topic names.";
    }

    /** What would keep the coordinator's core for seconds; Apache Kafka takes it. */
    private String sizeComplaint(final List<Subtopology> parts) {
        long topicCount = 0;
        long pairs = 0;
        long tasks = 0;
        for (final Subtopology part : parts) {
            topicCount += topicsOf(part).count();
            pairs += (long) part.repartitionSinkTopics().size()
                    * part.repartitionSourceTopics().size();
            tasks += taskCount(part);
        }
        return parts.size() <= PARTS_MAX
                        && topicCount <= TOPICS_MAX
                        && parts.size() * pairs <= STEPS_MAX
                        && tasks <= TASKS_MAX
                ? null
                : "The topology has " + parts.size() + " subtopologies, " + topicCount + " topics, " + pairs
                        + " pairs of repartition sinks and sources of a subtopology, and " + tasks
                        + " tasks: expected at most " + PARTS_MAX + ", " + TOPICS_MAX + ", " + STEPS_MAX
                        + " over the number of subtopologies, and " + TASKS_MAX + ".";
    }

    /** As many as the widest topic has partitions from which the part reads. */
    private int taskCount(final Subtopology part) {
        return IntStream.concat(
                        part.sourceTopics().stream().mapToInt(groups::partitionCount),
                        part.repartitionSourceTopics().stream()
                                .mapToInt(topic -> Math.max(topic.partitions(), groups.partitionCount(topic.name()))))
                .max()
                .orElse(0);
    }

    private static String joined(final List<String> names, final Predicate<String> which) {
        return names.stream().filter(which).collect(Collectors.joining(","));
    }

    private static Stream<String> topicsOf(final Subtopology part) {
        return Stream.of(
                        part.sourceTopics().stream(),
                        part.repartitionSinkTopics().stream(),
                        part.repartitionSourceTopics().stream().map(TopicInfo::name),
                        part.stateChangelogTopics().stream().map(TopicInfo::name))
                .flatMap(names -> names);
    }

    /** What is wrong with a request in itself, in Apache Kafka's words, or null. */
    private static String complaint(final StreamsGroupHeartbeatRequestData request) {
        if (request.topology() != null
                && request.topology().subtopologies().stream()
                        .anyMatch(part -> !part.sourceTopicRegex().isEmpty())) {
            return "Regular expressions for source topics are not supported yet.";
        }
        final String ofIds =
                BlankIds.complaint(request.memberId(), request.groupId(), request.instanceId(), request.rackId());
        if (ofIds != null) {
            return ofIds;
        }
        final String ofEpoch = epochComplaint(request);
        return ofEpoch != null ? ofEpoch : taskComplaint(request);
    }

    private static String epochComplaint(final StreamsGroupHeartbeatRequestData request) {
        final int epoch = request.memberEpoch();
        if (epoch == JOIN) {
            return joinComplaint(request);
        }
        if (epoch == LEAVE_STATIC) {
            return request.instanceId() == null ? "InstanceId can't be null." : null;
        }
        return epoch < LEAVE_STATIC ? "MemberEpoch is " + epoch + ", but must be greater than or equal to -2." : null;
    }

    private static String joinComplaint(final StreamsGroupHeartbeatRequestData request) {
        if (request.rebalanceTimeoutMs() == -1) {
            return "RebalanceTimeoutMs must be provided in first request.";
        }
        if (isMissingOrNot(request.activeTasks())) {
            return "ActiveTasks must be empty when (re-)joining.";
        }
        if (isMissingOrNot(request.standbyTasks())) {
            return "StandbyTasks must be empty when (re-)joining.";
        }
        if (isMissingOrNot(request.warmupTasks())) {
            return "WarmupTasks must be empty when (re-)joining.";
        }
        return request.topology() == null ? "Topology must be non-null when (re-)joining." : null;
    }

    private static boolean isMissingOrNot(final List<?> tasks) {
        return tasks == null || !tasks.isEmpty();
    }

    private static String taskComplaint(final StreamsGroupHeartbeatRequestData request) {
        final boolean any =
                request.activeTasks() != null || request.standbyTasks() != null || request.warmupTasks() != null;
        final boolean all =
                request.activeTasks() != null && request.standbyTasks() != null && request.warmupTasks() != null;
        if (any && !all) {
            return "If one task-type is non-null, all must be non-null.";
        }
        return request.memberEpoch() != JOIN && request.topology() != null
                ? "Topology can only be provided when (re-)joining."
                : null;
    }

    private static String changelogComplaint(final StreamsGroupHeartbeatRequestData request) {
        return request.topology().subtopologies().stream()
                .flatMap(part -> part.stateChangelogTopics().stream())
                .filter(topic -> topic.partitions() != 0)
                .findFirst()
                .map(topic -> "Changelog topic " + topic.name()
                        + " must have an undefined partition count, but it is set to " + topic.partitions() + ".")
                .orElse(null);
    }
}
