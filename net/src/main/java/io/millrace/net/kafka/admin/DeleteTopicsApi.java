package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.api.WireErrors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.ExpandableArrayBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.Errors;

/** DeleteTopics, by name or id: one command for each topic. */
final class DeleteTopicsApi {
    private static final short TOPIC_STATES_SINCE = 6;
    private static final short STRICT_QUOTA_SINCE = 5;
    private static final short DISABLED_ERROR_SINCE = 3;

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private final Core core;

    DeleteTopicsApi(final Core core) {
        this.core = core;
    }

    /** What one request asks for, each topic once, and what is wrong with the rest. */
    private static final class Wishes {
        private final List<DeletableTopicResult> results = new ArrayList<>();
        private final Set<String> names = new LinkedHashSet<>();
        private final Set<String> duplicateNames = new LinkedHashSet<>();
        private final Set<Uuid> ids = new LinkedHashSet<>();
        private final Set<Uuid> duplicateIds = new LinkedHashSet<>();

        Wishes(final List<DeleteTopicState> topics) {
            topics.forEach(this::add);
            duplicateNames.forEach(
                    name -> answer(name, Uuid.ZERO_UUID, Errors.INVALID_REQUEST, "Duplicate topic name."));
            duplicateIds.forEach(id -> answer(null, id, Errors.INVALID_REQUEST, "Duplicate topic id."));
            names.removeAll(duplicateNames);
            ids.removeAll(duplicateIds);
        }

        private void add(final DeleteTopicState topic) {
            final boolean hasId = !topic.topicId().equals(Uuid.ZERO_UUID);
            if (topic.name() != null && hasId) {
                answer(
                        topic.name(),
                        topic.topicId(),
                        Errors.INVALID_REQUEST,
                        "You may not specify both topic name and topic id.");
            } else if (topic.name() != null) {
                if (!names.add(topic.name())) {
                    duplicateNames.add(topic.name());
                }
            } else if (!hasId) {
                answer(null, Uuid.ZERO_UUID, Errors.INVALID_REQUEST, "Neither topic name nor id were specified.");
            } else if (!ids.add(topic.topicId())) {
                duplicateIds.add(topic.topicId());
            }
        }

        DeletableTopicResult answer(final String name, final Uuid id, final Errors error, final String message) {
            final DeletableTopicResult result = new DeletableTopicResult()
                    .setName(name)
                    .setTopicId(id)
                    .setErrorCode(error.code())
                    .setErrorMessage(message);
            results.add(result);
            return result;
        }
    }

    void handle(final Exchange exchange, final RequestHeader header, final DeleteTopicsRequestData request) {
        final List<DeleteTopicState> topics =
                header.version() >= TOPIC_STATES_SINCE ? request.topics() : byName(request.topicNames());
        final Errors refused = refusalOfAll(header, request, topics);
        if (refused != Errors.NONE) {
            respondToAll(exchange, topics, refused);
            return;
        }
        final Wishes wishes = new Wishes(topics);
        final Map<Uuid, String> doomed = resolve(wishes);
        final long[] partitions = doomed.keySet().stream()
                .mapToLong(id -> core.image()
                        .topicById(id.getMostSignificantBits(), id.getLeastSignificantBits())
                        .partitionCount())
                .toArray();
        ChangeQuota.pay(
                core,
                exchange,
                header.version() >= STRICT_QUOTA_SINCE,
                partitions,
                quota -> delete(exchange, wishes, doomed, quota));
    }

    private void delete(
            final Exchange exchange, final Wishes wishes, final Map<Uuid, String> doomed, final ChangeQuota quota) {
        final CommandBatch batch = new CommandBatch(core, () -> respond(exchange, wishes.results));
        final int[] next = {0};
        doomed.forEach((id, name) -> {
            final int number = next[0]++;
            if (quota.refuses(number)) {
                wishes.answer(name, id, ChangeQuota.REFUSAL, null);
                return;
            }
            final DeletableTopicResult result = wishes.answer(name, id, Errors.NONE, null);
            final int length =
                    MetadataCommands.deleteTopic(buffer, 0, id.getMostSignificantBits(), id.getLeastSignificantBits());
            batch.send(buffer, length, (outcome, first, second, message) -> {
                final Errors error = WireErrors.of(outcome);
                result.setErrorCode(error.code()).setErrorMessage(CommandBatch.messageOrNull(message, error.message()));
                if (error != Errors.NONE) {
                    quota.giveBack(number);
                }
            });
        });
        batch.end();
    }

    private static List<DeleteTopicState> byName(final List<String> names) {
        return names.stream().map(name -> new DeleteTopicState().setName(name)).toList();
    }

    private Errors refusalOfAll(
            final RequestHeader header, final DeleteTopicsRequestData request, final List<DeleteTopicState> topics) {
        if (!core.image().settings().booleanOf(BrokerSettings.DELETE_TOPIC_ENABLE)) {
            return header.version() < DISABLED_ERROR_SINCE ? Errors.INVALID_REQUEST : Errors.TOPIC_DELETION_DISABLED;
        }
        return request.timeoutMs() <= 0 && !topics.isEmpty() ? Errors.REQUEST_TIMED_OUT : Errors.NONE;
    }

    /** Each topic that is to go, once; what cannot be found is answered. */
    private Map<Uuid, String> resolve(final Wishes wishes) {
        final Map<Uuid, String> doomed = new LinkedHashMap<>();
        for (final Uuid id : wishes.ids) {
            final TopicImage topic = core.image().topicById(id.getMostSignificantBits(), id.getLeastSignificantBits());
            if (topic == null) {
                wishes.answer(null, id, Errors.UNKNOWN_TOPIC_ID, Errors.UNKNOWN_TOPIC_ID.message());
            } else {
                doomed.put(id, topic.name());
            }
        }
        for (final String name : wishes.names) {
            final TopicImage topic = core.image().topic(name);
            if (topic == null) {
                final Errors unknown = Errors.UNKNOWN_TOPIC_OR_PARTITION;
                wishes.answer(name, Uuid.ZERO_UUID, unknown, unknown.message());
                continue;
            }
            final Uuid id = NodeFacts.topicId(topic);
            if (wishes.duplicateIds.contains(id) || doomed.put(id, name) != null) {
                doomed.remove(id);
                wishes.answer(
                        name,
                        id,
                        Errors.INVALID_REQUEST,
                        "The provided topic name maps to an ID that was already supplied.");
            }
        }
        return doomed;
    }

    private static void respond(final Exchange exchange, final List<DeletableTopicResult> results) {
        final DeleteTopicsResponseData response = new DeleteTopicsResponseData();
        response.responses().addAll(results);
        ColdApi.respond(exchange, response);
    }

    private static void respondToAll(final Exchange exchange, final List<DeleteTopicState> topics, final Errors error) {
        final List<DeletableTopicResult> results = new ArrayList<>();
        for (final DeleteTopicState topic : topics) {
            results.add(new DeletableTopicResult()
                    .setName(topic.name())
                    .setTopicId(topic.topicId())
                    .setErrorCode(error.code()));
        }
        respond(exchange, results);
    }
}
