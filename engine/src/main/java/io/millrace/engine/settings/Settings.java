package io.millrace.engine.settings;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The values of a broker's settings, each with its source. Immutable; a dynamic change makes a new one. */
public final class Settings {
    private static final Settings DEFAULTS = new Settings(new TreeMap<>());

    /** One given value. {@code parsed} is null for a setting without a definition of its own. */
    record Given(String text, Object parsed, ValueSource source) {}

    private final TreeMap<String, Given> given;

    Settings(final TreeMap<String, Given> given) {
        this.given = given;
    }

    /** Nothing given: all defaults. */
    public static Settings defaults() {
        return DEFAULTS;
    }

    /**
     * The same settings with dynamic overrides on top. Names without a definition are kept as text.
     *
     * @param clusterWide overrides for all brokers, already validated
     * @param ofThisNode  overrides for this broker, which win
     */
    public Settings withDynamic(final Map<String, String> clusterWide, final Map<String, String> ofThisNode) {
        if (clusterWide.isEmpty() && ofThisNode.isEmpty()) {
            return this;
        }
        final TreeMap<String, Given> merged = new TreeMap<>(given);
        clusterWide.forEach((name, text) -> merged.put(name, give(name, text, ValueSource.DYNAMIC_DEFAULT_BROKER)));
        ofThisNode.forEach((name, text) -> merged.put(name, give(name, text, ValueSource.DYNAMIC_BROKER)));
        return new Settings(merged);
    }

    static Given give(final String name, final String text, final ValueSource source) {
        final Setting setting = ListenerNames.isAdvertise(name)
                ? BrokerSettings.LISTENER_ADVERTISE.named(name)
                : BrokerSettings.find(name);
        return new Given(text, setting == null ? null : setting.parse(text), source);
    }

    /** The parsed value, given or default; null if there is neither. */
    public Object value(final Setting setting) {
        final Given value = given.get(setting.name());
        return value != null ? value.parsed() : setting.parse(setting.defaultText());
    }

    public int intOf(final Setting setting) {
        return (Integer) value(setting);
    }

    /** What a listener has for itself, or else what holds for all. */
    public int intOf(final Setting setting, final Listener listener) {
        final Given own = given.get(ListenerNames.of(listener.name()) + setting.name());
        return own == null ? intOf(setting) : (Integer) setting.parse(own.text());
    }

    public long longOf(final Setting setting) {
        return ((Number) value(setting)).longValue();
    }

    public boolean booleanOf(final Setting setting) {
        return (Boolean) value(setting);
    }

    public String stringOf(final Setting setting) {
        return (String) value(setting);
    }

    @SuppressWarnings("unchecked")
    public List<String> listOf(final Setting setting) {
        return (List<String>) value(setting);
    }

    /** The text of a given value or default, by name; null if unset. */
    public String text(final String name) {
        final Given value = given.get(name);
        if (value != null) {
            return value.text();
        }
        final Setting setting = BrokerSettings.find(name);
        return setting == null ? null : setting.defaultText();
    }

    public ValueSource source(final String name) {
        final Given value = given.get(name);
        return value == null ? ValueSource.DEFAULT : value.source();
    }

    public boolean isGiven(final Setting setting) {
        return given.containsKey(setting.name());
    }

    /** Names of everything that was given, in order. */
    public Iterable<String> givenNames() {
        return Collections.unmodifiableSet(given.keySet());
    }
}
