package io.millrace.engine.metadata;

import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.CoordinatorSettings;
import io.millrace.engine.settings.KnownNames;
import io.millrace.engine.settings.Setting;
import io.millrace.engine.settings.SettingException;
import io.millrace.engine.settings.SettingType;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.settings.TopicSettings;
import io.millrace.engine.status.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

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

    /**
     * Checks all dynamic overrides of a broker resource together, as they would be. Unknown names are kept as such.
     *
     * @param ofAll they shall hold for all brokers
     */
    static void checkBroker(final Map<String, String> overrides, final Settings settings, final boolean ofAll) {
        final List<String> fixed = new ArrayList<>();
        for (final String name : overrides.keySet()) {
            final Setting setting = BrokerSettings.find(name);
            if (setting != null ? !setting.isDynamic() : KnownNames.isKnownButStatic(name)) {
                fixed.add(name);
            }
        }
        if (!fixed.isEmpty()) {
            throw new Refusal(Outcome.INVALID_REQUEST, "Cannot update these configs dynamically: " + fixed);
        }
        overrides.forEach((name, value) -> {
            final Setting setting = BrokerSettings.find(name);
            final KnownNames.KafkaSetting kafka = KnownNames.kafka(name);
            if (setting != null) {
                parse(setting, value, Outcome.INVALID_REQUEST);
            } else if (kafka != null) {
                checkType(kafka, value);
            }
        });
        if (ofAll) {
            checkForAll(overrides);
        }
        checkConnections(overrides);
        if (overrides.containsKey("max.connections.per.ip")) {
            checkConnectionsPerIp(name -> overrides.getOrDefault(name, settings.text(name)));
        }
        final String contradiction =
                CoordinatorSettings.complaint(name -> overrides.getOrDefault(name, settings.text(name)));
        if (contradiction != null) {
            throw new Refusal(Outcome.INVALID_REQUEST, contradiction);
        }
    }

    private static void checkForAll(final Map<String, String> overrides) {
        final List<String> ofOne = overrides.keySet().stream()
                .filter(name ->
                        KnownNames.kafka(name) != null && KnownNames.kafka(name).perBroker())
                .toList();
        if (!ofOne.isEmpty()) {
            throw new Refusal(
                    Outcome.INVALID_REQUEST,
                    "Cannot update these configs at default cluster level, broker id must be specified: " + ofOne);
        }
    }

    /** Who lets nobody in could not be told otherwise any more. */
    private static void checkConnections(final Map<String, String> overrides) {
        for (final String name : List.of("max.connections", "max.connection.creation.rate")) {
            if (overrides.containsKey(name)
                    && Integer.parseInt(overrides.get(name).trim()) == 0) {
                throw new Refusal(
                        Outcome.INVALID_REQUEST,
                        "Invalid value org.apache.kafka.common.config.ConfigException: Invalid " + name
                                + " 0 for configuration Invalid dynamic configuration");
            }
        }
    }

    private static void checkConnectionsPerIp(final UnaryOperator<String> texts) {
        final boolean isNone =
                Integer.parseInt(texts.apply("max.connections.per.ip").trim()) == 0;
        if (isNone && texts.apply("max.connections.per.ip.overrides").isBlank()) {
            throw new Refusal(
                    Outcome.INVALID_REQUEST,
                    "requirement failed: max.connections.per.ip can be set to zero only if"
                            + " max.connections.per.ip.overrides property is set.");
        }
    }

    private static void checkType(final KnownNames.KafkaSetting kafka, final String value) {
        try {
            kafka.check(value);
        } catch (final SettingException e) {
            throw new Refusal(Outcome.INVALID_REQUEST, e.getMessage());
        }
    }

    private static void parse(final Setting setting, final String value, final Outcome outcome) {
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
        if (setting == null || setting.type() != SettingType.LIST) {
            throw new Refusal(Outcome.INVALID_CONFIG, listComplaint(type, wish));
        }
        final String start = old != null ? old : setting.defaultText();
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
