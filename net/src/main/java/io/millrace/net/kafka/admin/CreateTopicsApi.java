package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.ConfigDescriber;
import io.millrace.engine.metadata.ConfigEntry;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.MetadataCommands.Assignment;
import io.millrace.engine.metadata.MetadataCommands.Replica;
import io.millrace.engine.metadata.TopicNames;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.status.Outcome;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.api.WireErrors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.agrona.ExpandableArrayBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.Errors;

/** CreateTopics: one command for each topic, answered when every core knows them. */
final class CreateTopicsApi {
    private static final short CONFIGS_SINCE = 5;
    private static final short STRICT_QUOTA_SINCE = 6;

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private final Core core;

    CreateTopicsApi(final Core core) {
        this.core = core;
    }

    void handle(final Exchange exchange, final RequestHeader header, final CreateTopicsRequestData request) {
        final Errors refused = refusalOfAll(request);
        if (refused != Errors.NONE) {
            respondToAll(exchange, request, refused);
            return;
        }
        final Set<String> names = new LinkedHashSet<>();
        final Set<String> duplicates = new LinkedHashSet<>();
        request.topics().forEach(topic -> {
            if (!names.add(topic.name())) {
                duplicates.add(topic.name());
            }
        });
        final long[] partitions = new long[request.topics().size()];
        final CommandBatch judging = new CommandBatch(
                core,
                () -> ChangeQuota.pay(
                        core,
                        exchange,
                        header.version() >= STRICT_QUOTA_SINCE,
                        partitions,
                        quota -> create(exchange, header, request, names, duplicates, quota)));
        if (ChangeQuota.isHeld(exchange)) {
            judge(judging, header, request, names, duplicates, partitions);
        }
        judging.end();
    }

    /** Finds out what each topic takes that may be created. */
    private void judge(
            final CommandBatch judging,
            final RequestHeader header,
            final CreateTopicsRequestData request,
            final Set<String> names,
            final Set<String> duplicates,
            final long[] partitions) {
        final long batch = batchOf(names);
        int next = 0;
        for (final CreatableTopic topic : request.topics()) {
            final int number = next++;
            if (!duplicates.contains(topic.name())) {
                final int length = encode(topic, header.listener(), configsOf(topic), true, batch);
                judging.send(
                        buffer,
                        length,
                        (outcome, idHigh, idLow, message) ->
                                partitions[number] = outcome == Outcome.OK ? partitionCount(topic) : 0);
            }
        }
    }

    private void create(
            final Exchange exchange,
            final RequestHeader header,
            final CreateTopicsRequestData request,
            final Set<String> names,
            final Set<String> duplicates,
            final ChangeQuota quota) {
        final long batch = batchOf(names);
        final List<CreatableTopicResult> results = new ArrayList<>();
        int number = 0;
        final CommandBatch commands = new CommandBatch(core, () -> respond(exchange, results));
        for (final CreatableTopic topic : request.topics()) {
            if (!duplicates.contains(topic.name())) {
                final CreatableTopicResult result = new CreatableTopicResult().setName(topic.name());
                results.add(result);
                if (quota.refuses(number)) {
                    result.setErrorCode(ChangeQuota.REFUSAL.code()).setErrorMessage(null);
                } else {
                    create(commands, header, topic, request.validateOnly(), batch, result, quota, number);
                }
            }
            number++;
        }
        for (final String name : duplicates) {
            results.add(new CreatableTopicResult()
                    .setName(name)
                    .setErrorCode(Errors.INVALID_REQUEST.code())
                    .setErrorMessage("Duplicate topic name."));
        }
        commands.end();
    }

    /** Names of one request do not collide with each other, as in Kafka, but with those of topics that were there. */
    private long batchOf(final Set<String> names) {
        final Set<String> unified = new HashSet<>();
        for (final String name : names) {
            if (!unified.add(TopicNames.unified(name))) {
                return core.commands().newBatch();
            }
        }
        return 0;
    }

    private static Errors refusalOfAll(final CreateTopicsRequestData request) {
        if (request.topics().isEmpty()) {
            return Errors.NONE;
        }
        if (request.timeoutMs() <= 0) {
            return Errors.REQUEST_TIMED_OUT;
        }
        long items = 0;
        for (final CreatableTopic topic : request.topics()) {
            items += 1L + topic.configs().size();
            for (final CreatableReplicaAssignment assignment : topic.assignments()) {
                items += Math.max(1, assignment.brokerIds().size());
            }
        }
        return items > CommandBatch.ITEMS_MAX ? Errors.POLICY_VIOLATION : Errors.NONE;
    }

    private static void respondToAll(
            final Exchange exchange, final CreateTopicsRequestData request, final Errors error) {
        final CreateTopicsResponseData response = new CreateTopicsResponseData();
        for (final CreatableTopic topic : request.topics()) {
            response.topics()
                    .add(new CreatableTopicResult()
                            .setName(topic.name())
                            .setErrorCode(error.code())
                            .setErrorMessage(error == Errors.POLICY_VIOLATION ? CommandBatch.TOO_LARGE : null));
        }
        ColdApi.respond(exchange, response);
    }

    private static void respond(final Exchange exchange, final List<CreatableTopicResult> results) {
        final CreateTopicsResponseData response = new CreateTopicsResponseData();
        response.topics().addAll(results);
        ColdApi.respond(exchange, response);
    }

    private void create(
            final CommandBatch commands,
            final RequestHeader header,
            final CreatableTopic topic,
            final boolean validateOnly,
            final long batch,
            final CreatableTopicResult result,
            final ChangeQuota quota,
            final int number) {
        final TreeMap<String, String> configs = configsOf(topic);
        final int length = encode(topic, header.listener(), configs, validateOnly, batch);
        final boolean describes = header.version() >= CONFIGS_SINCE;
        commands.send(buffer, length, (outcome, idHigh, idLow, message) -> {
            final Errors error = WireErrors.of(outcome);
            final String named = AssignmentComplaint.named(
                    message,
                    topic.assignments().stream().map(CreatableReplicaAssignment::brokerIds),
                    header.listener()::isKnown);
            result.setErrorCode(error.code()).setErrorMessage(CommandBatch.messageOrNull(named, error.message()));
            if (outcome == Outcome.OK) {
                result.setTopicId(new Uuid(idHigh, idLow));
                if (describes) {
                    describe(topic, configs, result);
                }
            } else {
                quota.giveBack(number);
            }
        });
    }

    private static TreeMap<String, String> configsOf(final CreatableTopic topic) {
        final TreeMap<String, String> configs = new TreeMap<>();
        for (final CreatableTopicConfig config : topic.configs()) {
            configs.put(config.name(), config.value());
        }
        return configs;
    }

    /** Returns the length of the command in the buffer. */
    private int encode(
            final CreatableTopic topic,
            final ListenerView listener,
            final TreeMap<String, String> configs,
            final boolean validateOnly,
            final long batch) {
        return MetadataCommands.createTopic(
                buffer,
                0,
                topic.name(),
                topic.numPartitions(),
                topic.replicationFactor(),
                assignments(topic, listener),
                configs,
                validateOnly,
                batch);
    }

    private static List<Assignment> assignments(final CreatableTopic topic, final ListenerView listener) {
        final List<Assignment> assignments = new ArrayList<>();
        for (final CreatableReplicaAssignment assignment : topic.assignments()) {
            assignments.add(new Assignment(assignment.partitionIndex(), replicas(assignment.brokerIds(), listener)));
        }
        return assignments;
    }

    /** Advertised ids as the node and core that they mean. */
    static List<Replica> replicas(final List<Integer> brokerIds, final ListenerView listener) {
        final List<Replica> replicas = new ArrayList<>();
        for (final int id : brokerIds) {
            replicas.add(new Replica(listener.nodeOf(id), listener.coreOf(id)));
        }
        return replicas;
    }

    private void describe(
            final CreatableTopic topic, final TreeMap<String, String> configs, final CreatableTopicResult result) {
        result.setNumPartitions(partitionCount(topic)).setReplicationFactor((short) 1);
        for (final ConfigEntry entry : new ConfigDescriber(core.image()).topic(configs)) {
            result.configs()
                    .add(new CreatableTopicConfigs()
                            .setName(entry.name())
                            .setValue(entry.value())
                            .setReadOnly(entry.readOnly())
                            .setConfigSource(ConfigWire.source(entry.source()))
                            .setIsSensitive(entry.sensitive()));
        }
    }

    private int partitionCount(final CreatableTopic topic) {
        if (!topic.assignments().isEmpty()) {
            return topic.assignments().size();
        }
        return topic.numPartitions() == -1
                ? core.image().settings().intOf(BrokerSettings.NUM_PARTITIONS)
                : topic.numPartitions();
    }
}
