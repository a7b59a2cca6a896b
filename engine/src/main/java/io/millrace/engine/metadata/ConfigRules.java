package io.millrace.engine.metadata;

import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.KnownNames;
import io.millrace.engine.settings.Setting;
import io.millrace.engine.settings.SettingException;
import io.millrace.engine.settings.SettingType;
import io.millrace.engine.settings.TopicSettings;
import io.millrace.engine.status.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Which overrides a resource may have, with Kafka's outcomes and words. */
final class ConfigRules {
    private ConfigRules() {}

    /** Checks all overrides of a topic together, as they would be. */
    static void checkTopic(final Map<String, String> overrides) {
        for (final String name : overrides.keySet()) {
            if (TopicSettings.find(name) == null) {
                throw new Refusal(Outcome.INVALID_CONFIG, "Unknown topic config name: " + name);
            }
        }
        overrides.forEach((name, value) -> parse(TopicSettings.find(name), value, Outcome.INVALID_CONFIG));
        if ("true".equalsIgnoreCase(overrides.get("remote.storage.enable"))) {
            throw new Refusal(
                    Outcome.INVALID_CONFIG,
                    "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote"
                            + " log storage.");
        }
        final long lagMin = longOf(overrides, "min.compaction.lag.ms");
        final long lagMax = longOf(overrides, "max.compaction.lag.ms");
        if (lagMin > lagMax) {
            throw new Refusal(
                    Outcome.INVALID_CONFIG,
                    "conflict topic config setting min.compaction.lag.ms (" + lagMin + ") > max.compaction.lag.ms ("
                            + lagMax + ")");
        }
    }

    private static long longOf(final Map<String, String> overrides, final String name) {
        final Setting setting = TopicSettings.find(name);
        return (Long) setting.parse(overrides.getOrDefault(name, setting.defaultText()));
    }

    static void parse(final Setting setting, final String value, final Outcome outcome) {
        try {
            setting.parse(value);
        } catch (final SettingException e) {
            throw new Refusal(outcome, e.getMessage());
        }
    }

    /** Works the wishes into what is there; returns only what differs, null for what is removed. */
    static SortedMap<String, String> changes(
            final ResourceType type, final SortedMap<String, String> current, final List<ConfigChange> wishes) {
        final SortedMap<String, String> changes = new TreeMap<>();
        for (final ConfigChange wish : wishes) {
            final String old = current.get(wish.name());
            final String value = switch (wish.operation()) {
                case SET -> wish.value();
                case DELETE -> null;
                case APPEND, SUBTRACT -> listChange(type, old, wish);
            };
            if (value == null ? old != null : !value.equals(old)) {
                changes.put(wish.name(), value);
            }
        }
        return changes;
    }

    private static String listChange(final ResourceType type, final String old, final ConfigChange wish) {
        final Setting setting = switch (type) {
            case TOPIC -> TopicSettings.find(wish.name());
            case BROKER -> BrokerSettings.find(wish.name());
            // Kafka takes none of these for lists either.
            case GROUP, CLIENT_METRICS, USER, FEATURES, QUOTA -> null;
        };
        final KnownNames.KafkaSetting kafka =
                type == ResourceType.BROKER && setting == null ? KnownNames.kafka(wish.name()) : null;
        final boolean isList = setting != null
                ? setting.type() == SettingType.LIST
                : kafka != null && SettingType.LIST.name().equals(kafka.type());
        if (!isList) {
            throw new Refusal(Outcome.INVALID_CONFIG, listComplaint(type, wish));
        }
        final String defaultText = setting != null ? setting.defaultText() : kafka.defaultText();
        final String start = old != null ? old : defaultText;
        final List<String> values = new ArrayList<>();
        for (final String value : (start == null ? "" : start).split(",")) {
            if (!value.isEmpty()) {
                values.add(value);
            }
        }
        final List<String> operands = Arrays.asList(wish.value().split(","));
        if (wish.operation() == ConfigChange.Operation.APPEND) {
            for (final String value : operands) {
                if (!values.contains(value)) {
                    values.add(value);
                }
            }
        } else {
            // One of each, as Kafka: what is there twice is then there once.
            operands.forEach(values::remove);
        }
        return String.join(",", values);
    }

    private static String listComplaint(final ResourceType type, final ConfigChange wish) {
        final ConfigChange.Operation operation = wish.operation();
        if (type != ResourceType.BROKER) {
            return "Can't " + operation + " to key " + wish.name() + " because its type is not LIST.";
        }
        return KnownNames.isKnown(wish.name())
                ? "Config value " + operation.name().toLowerCase(java.util.Locale.ROOT)
                        + " is not allowed for config key: " + wish.name()
                : "Unknown config name: " + wish.name();
    }
}
