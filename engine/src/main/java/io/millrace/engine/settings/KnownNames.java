package io.millrace.engine.settings;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The names that a broker's settings may have: ours, and all of Apache Kafka's. */
public final class KnownNames {
    /**
     * A setting as Kafka defines it.
     *
     * @param type        Kafka's name of it
     * @param dynamic     Kafka can change it while running
     * @param perBroker   it can be changed for one broker, and not for all at once
     * @param internal    Kafka does not show it
     * @param defaultText null if there is none
     * @param bounds      what a value must satisfy besides its type
     */
    public record KafkaSetting(
            String name,
            String type,
            boolean dynamic,
            boolean perBroker,
            boolean internal,
            String defaultText,
            ValueCheck bounds) {
        public boolean isSensitive() {
            return "PASSWORD".equals(type);
        }

        /** Throws if the text is not of the type or out of bounds: a value without effect is at least well-formed. */
        public void check(final String text) {
            for (final SettingType candidate : SettingType.values()) {
                if (candidate.name().equals(type)) {
                    final Object value;
                    try {
                        value = candidate.parse(text);
                    } catch (final IllegalArgumentException e) {
                        throw SettingException.refused(name, text, e.getMessage());
                    }
                    bounds.rule().check(name, value);
                }
            }
        }
    }

    private static final String RESOURCE = "kafka-broker-settings.txt";
    /** Beside those of TLS and SASL, what Kafka lets a listener have for itself, */
    private static final List<String> OF_LISTENERS = List.of(
            "connections.max.reauth.ms",
            "max.connection.creation.rate",
            "max.connections",
            "num.network.threads",
            "principal.builder.class");
    /** and one of its mechanisms. */
    private static final List<String> OF_MECHANISMS = List.of(
            "connections.max.reauth.ms",
            "sasl.jaas.config",
            "sasl.login.callback.handler.class",
            "sasl.login.class",
            "sasl.server.callback.handler.class");

    private static final int DEFAULT_COLUMN = 3;
    private static final TreeMap<String, KafkaSetting> KAFKA = read();

    private KnownNames() {}

    private static TreeMap<String, KafkaSetting> read() {
        final TreeMap<String, KafkaSetting> settings = new TreeMap<>();
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(KnownNames.class.getResourceAsStream(RESOURCE), StandardCharsets.UTF_8))) {
            reader.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
                final KafkaSetting setting = parse(line.split("\t", -1));
                settings.put(setting.name(), setting);
            });
        } catch (final IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
        return settings;
    }

    private static KafkaSetting parse(final String[] columns) {
        String defaultText = null;
        ValueCheck bounds = ValueCheck.NONE;
        for (int i = DEFAULT_COLUMN; i < columns.length; i++) {
            if (columns[i].startsWith("=")) {
                defaultText = columns[i].substring(1);
            } else {
                final int comma = columns[i].indexOf(',');
                final long least = Long.parseLong(columns[i].substring(1, comma));
                final String largest = columns[i].substring(comma + 1, columns[i].length() - 1);
                bounds = largest.isEmpty()
                        ? ValueCheck.atLeast(least)
                        : ValueCheck.between(least, Long.parseLong(largest));
            }
        }
        final String flags = columns[2];
        return new KafkaSetting(
                columns[0],
                columns[1],
                flags.contains("d"),
                flags.contains("b"),
                flags.contains("i"),
                defaultText,
                bounds);
    }

    /** Whether the setting exists here or in Kafka. */
    public static boolean isKnown(final String name) {
        return BrokerSettings.find(name) != null
                || KAFKA.containsKey(name)
                || ListenerNames.isAdvertise(name)
                || isKnownOfListener(name);
    }

    /** Kafka's {@code listener.name.<name>.<setting>} and {@code listener.name.<name>.<mechanism>.<setting>}. */
    private static boolean isKnownOfListener(final String name) {
        final String suffix = ListenerNames.isPrefixed(name) ? ListenerNames.suffix(name) : null;
        if (suffix == null) {
            return false;
        }
        final String ofMechanism = suffix.substring(suffix.indexOf('.') + 1);
        return KAFKA.containsKey(suffix) && (isOfSecurity(suffix) || OF_LISTENERS.contains(suffix))
                || KAFKA.containsKey(ofMechanism) && OF_MECHANISMS.contains(ofMechanism);
    }

    /**
     * What a setting of one listener is called without the listener, and without its mechanism; null for any that is not for
     * one listener.
     */
    public static String ofListener(final String name) {
        final String suffix = ListenerNames.isPrefixed(name) ? ListenerNames.suffix(name) : null;
        return suffix == null
                ? null
                : OF_MECHANISMS.stream().filter(suffix::endsWith).findFirst().orElse(suffix);
    }

    /** Throws if Kafka would not take the text for a setting of its own, or of one listener; none for any other. */
    public static void checkText(final String name, final String text) {
        final String ofListener = ofListener(name);
        final KafkaSetting kafka = kafka(ofListener == null ? name : ofListener);
        if (kafka != null) {
            kafka.check(text);
        }
    }

    /** Whether it says how a listener shows itself to clients: ours alone, and fixed at start. */
    public static boolean isAdvertise(final String name) {
        return ListenerNames.isAdvertise(name);
    }

    private static boolean isOfSecurity(final String name) {
        return (name.startsWith("ssl.") || name.startsWith("sasl.")) && !name.startsWith("sasl.mechanism.");
    }

    /** Known to Kafka, and not to be changed while running. */
    public static boolean isKnownButStatic(final String name) {
        final KafkaSetting setting = KAFKA.get(name);
        return setting != null && !setting.dynamic();
    }

    /** Null if Kafka does not know it. */
    public static KafkaSetting kafka(final String name) {
        return KAFKA.get(name);
    }

    /** What a setting of either kind is set to, or its default; null if there is neither. */
    public static String text(final Settings settings, final String name) {
        final String text = settings.text(name);
        if (text != null || BrokerSettings.find(name) != null) {
            return text;
        }
        final KafkaSetting kafka = KAFKA.get(name);
        return kafka == null ? null : kafka.defaultText();
    }

    /** What a listener has for itself, or else what holds for all. */
    public static String text(final Settings settings, final String name, final String listener) {
        final String own = settings.text(ListenerNames.of(listener) + name);
        return own == null ? text(settings, name) : own;
    }

    /** All that Kafka knows, by name. */
    public static Collection<KafkaSetting> kafka() {
        return Collections.unmodifiableCollection(KAFKA.values());
    }

    /** Whether a value has an effect here, for all or for one listener. */
    static boolean isUsed(final String name) {
        final String ofListener = ofListener(name);
        final Setting setting = BrokerSettings.find(ofListener == null ? name : ofListener);
        return (setting != null && setting.isUsed()) || ListenerNames.isAdvertise(name);
    }

    /** What is to be said of a broker setting that is known but does nothing here, or null. */
    public static String withoutEffect(final String name) {
        return !isUsed(name) && isKnown(name)
                ? " is known to Apache Kafka but has no effect in this version of Millrace."
                : null;
    }

    /** The same of a topic's setting. */
    public static String withoutEffectOnTopic(final String name) {
        final Setting setting = TopicSettings.find(name);
        return setting == null || setting.isUsed()
                ? null
                : " does not do in this version of Millrace what it does in Apache Kafka: " + setting.doc();
    }

    /** Ours and Kafka's, without those that contain a listener's name. */
    public static SortedSet<String> all() {
        final TreeSet<String> all = new TreeSet<>(KAFKA.keySet());
        BrokerSettings.all().forEach(setting -> all.add(setting.name()));
        return Collections.unmodifiableSortedSet(all);
    }
}
