package io.millrace.engine.metadata;

import io.millrace.codec.metadata.AlterConfigDecoder;
import io.millrace.engine.status.Outcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The controller's command about configs: checks in Kafka's order and words, effects as records. */
final class ConfigCommands {
    private final MetadataImage image;
    private final MetadataRecords records;

    ConfigCommands(final MetadataImage image, final MetadataRecords records) {
        this.image = image;
        this.records = records;
    }

    CommandResult alter(final AlterConfigDecoder command) {
        final ResourceType type = ResourceType.of(command.resourceType());
        final boolean validateOnly = command.validateOnly() != 0;
        final boolean replaceAll = command.replaceAll() != 0;
        final List<ConfigChange> wishes = readWishes(command);
        final String resourceName = command.resourceName();
        checkWishes(wishes);
        switch (type) {
            case TOPIC -> alterTopic(resourceName, wishes, replaceAll, validateOnly);
            case BROKER -> alterBroker(resourceName, wishes, replaceAll, validateOnly);
            case GROUP, CLIENT_METRICS -> alterOther(type, resourceName, wishes, replaceAll, validateOnly);
            case USER -> alterUser(resourceName, wishes);
            case FEATURES -> alterFeatures(wishes);
            case QUOTA -> alterQuota(resourceName, wishes, validateOnly);
            case null -> throw new Refusal(Outcome.INVALID_REQUEST, "Unknown resource type " + command.resourceType());
        }
        return new CommandResult(Outcome.OK, "", 0, 0, image.version());
    }

    private static List<ConfigChange> readWishes(final AlterConfigDecoder command) {
        final List<ConfigChange> wishes = new ArrayList<>();
        for (final AlterConfigDecoder.ChangesDecoder change : command.changes()) {
            final ConfigChange.Operation operation = ConfigChange.Operation.of(change.operation());
            final boolean present = change.present() != 0;
            final String name = change.configName();
            final String value = change.configValue();
            wishes.add(new ConfigChange(operation, name, present ? value : null));
        }
        return wishes;
    }

    private static void checkWishes(final List<ConfigChange> wishes) {
        final Set<String> names = new HashSet<>();
        final List<String> withoutValue = new ArrayList<>();
        for (final ConfigChange wish : wishes) {
            if (!names.add(wish.name())) {
                throw new Refusal(Outcome.INVALID_REQUEST, "Error due to duplicate config keys");
            }
            if (wish.operation() == null) {
                throw new Refusal(Outcome.INVALID_REQUEST, "Unknown operation for config key " + wish.name());
            }
            if (wish.value() == null && wish.operation() != ConfigChange.Operation.DELETE) {
                withoutValue.add(wish.name());
            }
        }
        if (!withoutValue.isEmpty()) {
            throw new Refusal(
                    Outcome.INVALID_REQUEST, "Null value not supported for : " + String.join(", ", withoutValue));
        }
    }

    private void alterTopic(
            final String name, final List<ConfigChange> wishes, final boolean replaceAll, final boolean validateOnly) {
        if (name.isEmpty()) {
            throw new Refusal(Outcome.INVALID_REQUEST, "Default topic resources are not allowed.");
        }
        final String complaint = TopicNames.complaint(name);
        if (complaint != null) {
            throw new Refusal(Outcome.INVALID_TOPIC_NAME, complaint);
        }
        final TopicImage topic = image.topic(name);
        final SortedMap<String, String> current = topic == null ? new TreeMap<>() : topic.overrides();
        final SortedMap<String, String> changes = changes(ResourceType.TOPIC, current, wishes, replaceAll);
        ConfigRules.checkTopic(merged(current, changes));
        if (topic == null) {
            throw new Refusal(Outcome.UNKNOWN_TOPIC, "The topic '" + name + "' does not exist.");
        }
        write(ResourceType.TOPIC, name, changes, validateOnly);
    }

    private void alterBroker(
            final String name, final List<ConfigChange> wishes, final boolean replaceAll, final boolean validateOnly) {
        if (!name.isEmpty()) {
            checkNode(name);
        }
        final SortedMap<String, String> current = image.brokerOverrides(name);
        final SortedMap<String, String> changes = changes(ResourceType.BROKER, current, wishes, replaceAll);
        BrokerRules.check(merged(current, changes), image, name.isEmpty());
        write(ResourceType.BROKER, name, changes, validateOnly);
    }

    /** A group or a subscription, which need not exist. */
    private void alterOther(
            final ResourceType type,
            final String name,
            final List<ConfigChange> wishes,
            final boolean replaceAll,
            final boolean validateOnly) {
        final SortedMap<String, String> current = image.overrides(type, name);
        final SortedMap<String, String> changes = changes(type, current, wishes, replaceAll);
        final boolean ofGroup = type == ResourceType.GROUP;
        if (name.isEmpty()) {
            throw new Refusal(
                    Outcome.INVALID_REQUEST,
                    ofGroup ? "Default group resources are not allowed." : "Subscription name can't be empty");
        }
        if (ofGroup) {
            GroupRules.check(merged(current, changes), image.settings());
        } else {
            ClientMetricsRules.check(merged(current, changes));
        }
        write(type, name, changes, validateOnly);
    }

    /** What a credential says was checked where it was made; here it counts whether it is there. */
    private void alterUser(final String name, final List<ConfigChange> wishes) {
        final SortedMap<String, String> current = image.overrides(ResourceType.USER, name);
        for (final ConfigChange wish : wishes) {
            if (wish.operation() == ConfigChange.Operation.DELETE && !current.containsKey(wish.name())) {
                throw new Refusal(Outcome.UNKNOWN_RESOURCE, "Attempt to delete a user credential that does not exist");
            }
        }
        write(ResourceType.USER, name, ConfigRules.changes(ResourceType.USER, current, wishes), false);
    }

    /** Keys and values were checked where the wish came in; to take away what is not there is no mistake. */
    private void alterQuota(final String name, final List<ConfigChange> wishes, final boolean validateOnly) {
        if (QuotaEntity.parse(name) == null) {
            throw new Refusal(Outcome.INVALID_REQUEST, "There is no quota entity " + name);
        }
        final SortedMap<String, String> current = image.overrides(ResourceType.QUOTA, name);
        write(ResourceType.QUOTA, name, ConfigRules.changes(ResourceType.QUOTA, current, wishes), validateOnly);
    }

    /** Whether a level may be left for another was checked against what is in force; here it counts what there is. */
    private void alterFeatures(final List<ConfigChange> wishes) {
        for (final ConfigChange wish : wishes) {
            final Feature feature = Feature.of(wish.name());
            if (feature == null || !feature.has(wish.value())) {
                throw new Refusal(Outcome.INVALID_REQUEST, "There is no " + wish.name() + " " + wish.value());
            }
        }
        final SortedMap<String, String> current = image.overrides(ResourceType.FEATURES, Feature.RESOURCE);
        final SortedMap<String, String> changes = ConfigRules.changes(ResourceType.FEATURES, current, wishes);
        write(ResourceType.FEATURES, Feature.RESOURCE, changes, false);
    }

    private void checkNode(final String name) {
        final int node;
        try {
            node = Integer.parseInt(name);
        } catch (final NumberFormatException e) {
            throw new Refusal(Outcome.INVALID_REQUEST, "Node id must be an integer, but it is: " + name);
        }
        if (node != image.nodeId() || !name.equals(Integer.toString(node))) {
            throw new Refusal(
                    Outcome.INVALID_REQUEST,
                    "Unexpected broker id, expected " + image.nodeId() + ", but received " + name);
        }
    }

    private static SortedMap<String, String> changes(
            final ResourceType type,
            final SortedMap<String, String> current,
            final List<ConfigChange> wishes,
            final boolean replaceAll) {
        final SortedMap<String, String> changes = ConfigRules.changes(type, current, wishes);
        if (replaceAll) {
            final Set<String> kept = new HashSet<>();
            wishes.forEach(wish -> kept.add(wish.name()));
            for (final String name : current.keySet()) {
                if (!kept.contains(name)) {
                    changes.put(name, null);
                }
            }
        }
        return changes;
    }

    private static Map<String, String> merged(
            final SortedMap<String, String> current, final SortedMap<String, String> changes) {
        final Map<String, String> merged = new TreeMap<>(current);
        changes.forEach((name, value) -> {
            if (value == null) {
                merged.remove(name);
            } else {
                merged.put(name, value);
            }
        });
        return merged;
    }

    private void write(
            final ResourceType type,
            final String name,
            final SortedMap<String, String> changes,
            final boolean validateOnly) {
        if (!validateOnly && !changes.isEmpty()) {
            records.configChanged(type, name, changes);
        }
    }
}
