package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.ConfigChange;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.api.WireErrors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.agrona.ExpandableArrayBuffer;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;

/** What both ways to alter configs share: checks of one resource in Kafka's order, then a command. */
final class ConfigAlteration {
    /** One wish as it came: the operation may be one that does not exist. */
    record Wish(byte operation, String name, String value) {}

    /** Hears what became of a resource. */
    @FunctionalInterface
    interface Answer {
        /** @param message null if the error says it all */
        void accept(Errors error, String message);
    }

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private final Core core;
    private final Loggers loggers;
    private final boolean replacesAll;

    /** @param replacesAll the older API, which removes what is not named and knows no loggers */
    ConfigAlteration(final Core core, final NodeFacts node, final boolean replacesAll) {
        this.core = core;
        loggers = new Loggers(node.logLevels());
        this.replacesAll = replacesAll;
    }

    void alter(
            final CommandBatch batch,
            final RequestHeader header,
            final byte typeId,
            final String name,
            final List<Wish> wishes,
            final boolean validateOnly,
            final Answer answer) {
        final String complaint = complaint(wishes);
        if (complaint != null) {
            answer.accept(Errors.INVALID_REQUEST, complaint);
            return;
        }
        final int brokerId = header.listener().brokerId(core.image().nodeId(), core.id());
        switch (ConfigResource.Type.forId(typeId)) {
            case TOPIC, GROUP, CLIENT_METRICS -> {
                if (wishes.stream().anyMatch(wish -> ConfigChange.Operation.of(wish.operation) == null)) {
                    answer.accept(Errors.UNKNOWN_SERVER_ERROR, null);
                } else {
                    send(batch, ResourceType.of(typeId), name, wishes, validateOnly, answer);
                }
            }
            case BROKER -> alterBroker(batch, brokerId, name, wishes, validateOnly, answer);
            case BROKER_LOGGER -> alterLoggers(typeId, brokerId, name, wishes, validateOnly, answer);
            default -> answer.accept(Errors.INVALID_REQUEST, unknownType(typeId));
        }
    }

    private static String unknownType(final byte typeId) {
        return "Unknown resource type " + typeId;
    }

    private static String complaint(final List<Wish> wishes) {
        final Set<String> names = new HashSet<>();
        final List<String> withoutValue = new ArrayList<>();
        for (final Wish wish : wishes) {
            if (!names.add(wish.name)) {
                return "Error due to duplicate config keys";
            }
            if (wish.value == null && wish.operation != ConfigChange.Operation.DELETE.ordinal()) {
                withoutValue.add(wish.name);
            }
        }
        if (!withoutValue.isEmpty()) {
            return "Null value not supported for : " + String.join(", ", withoutValue);
        }
        return wishes.size() > CommandBatch.ITEMS_MAX ? CommandBatch.TOO_LARGE : null;
    }

    private void alterBroker(
            final CommandBatch batch,
            final int brokerId,
            final String name,
            final List<Wish> wishes,
            final boolean validateOnly,
            final Answer answer) {
        final String complaint = name.isEmpty() ? null : ConfigWire.complaint(name, brokerId, "Node", ",");
        if (complaint != null) {
            answer.accept(Errors.INVALID_REQUEST, complaint);
            return;
        }
        for (final Wish wish : wishes) {
            if (ConfigChange.Operation.of(wish.operation) == null) {
                answer.accept(Errors.INVALID_REQUEST, "Unknown operations type " + wish.operation);
                return;
            }
        }
        final String node = name.isEmpty() ? "" : Integer.toString(core.image().nodeId());
        send(batch, ResourceType.BROKER, node, wishes, validateOnly, answer);
    }

    private void alterLoggers(
            final byte typeId,
            final int brokerId,
            final String name,
            final List<Wish> wishes,
            final boolean validateOnly,
            final Answer answer) {
        final String complaint = replacesAll ? unknownType(typeId) : ConfigWire.complaintOfLoggers(name, brokerId);
        if (complaint != null) {
            answer.accept(Errors.INVALID_REQUEST, complaint);
        } else {
            loggers.alter(wishes, validateOnly, answer);
        }
    }

    private void send(
            final CommandBatch batch,
            final ResourceType type,
            final String name,
            final List<Wish> wishes,
            final boolean validateOnly,
            final Answer answer) {
        final List<ConfigChange> changes = new ArrayList<>();
        for (final Wish wish : wishes) {
            changes.add(new ConfigChange(ConfigChange.Operation.of(wish.operation), wish.name, wish.value));
        }
        final int length = MetadataCommands.alterConfig(buffer, 0, type, name, changes, replacesAll, validateOnly);
        batch.send(buffer, length, (outcome, first, second, message) -> {
            final Errors error = WireErrors.of(outcome);
            answer.accept(error, CommandBatch.messageOrNull(message, error.message()));
        });
    }
}
