package io.millrace.engine.settings;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The names that a broker's settings may have: ours, and all of Apache Kafka's. */
public final class KnownNames {
    private static final String RESOURCE = "kafka-broker-settings.txt";
    private static final String DYNAMIC = " dynamic";

    /** Kafka's names; the value says whether Kafka can change the setting while running. */
    private static final TreeMap<String, Boolean> KAFKA = read();

    private KnownNames() {}

    private static TreeMap<String, Boolean> read() {
        final TreeMap<String, Boolean> names = new TreeMap<>();
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(KnownNames.class.getResourceAsStream(RESOURCE), StandardCharsets.UTF_8))) {
            reader.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
                final boolean dynamic = line.endsWith(DYNAMIC);
                names.put(dynamic ? line.substring(0, line.length() - DYNAMIC.length()) : line, dynamic);
            });
        } catch (final IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
        return names;
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
        return suffix != null
                && (KAFKA.containsKey(suffix) || KAFKA.containsKey(suffix.substring(suffix.indexOf('.') + 1)));
    }

    /** Known to Kafka, not used here, and not to be changed while running. */
    public static boolean isKnownButStatic(final String name) {
        return Boolean.FALSE.equals(KAFKA.get(name));
    }

    /** Whether a value has an effect here. */
    static boolean isUsed(final String name) {
        return BrokerSettings.find(name) != null || ListenerNames.isAdvertise(name);
    }

    /** Ours and Kafka's, without those that contain a listener's name. */
    static SortedSet<String> all() {
        final TreeSet<String> all = new TreeSet<>(KAFKA.keySet());
        BrokerSettings.all().forEach(setting -> all.add(setting.name()));
        return Collections.unmodifiableSortedSet(all);
    }
}
