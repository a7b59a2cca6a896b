package io.millrace.engine.settings;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The definition of one setting: its name, type, default, bounds and meaning. Immutable. */
public final class Setting {
    /** Where a value may be given. */
    public enum Scope {
        BROKER,
        TOPIC,
        /** A group, or a subscription to clients' metrics. */
        RESOURCE
    }

    private final String name;
    private final SettingType type;
    private final String defaultText;
    private final ValueCheck check;
    private final Scope scope;
    private final boolean dynamic;
    private final boolean used;
    private final String unit;
    private final String doc;

    private Setting(
            final String name,
            final SettingType type,
            final String defaultText,
            final ValueCheck check,
            final Scope scope,
            final boolean dynamic,
            final boolean used,
            final String unit,
            final String doc) {
        this.name = name;
        this.type = type;
        this.defaultText = defaultText;
        this.check = check;
        this.scope = scope;
        this.dynamic = dynamic;
        this.used = used;
        this.unit = unit;
        this.doc = doc;
    }

    static Setting broker(final String name, final SettingType type, final String defaultText, final String doc) {
        return new Setting(name, type, defaultText, ValueCheck.NONE, Scope.BROKER, false, true, unitOf(name), doc);
    }

    static Setting topic(final String name, final SettingType type, final String defaultText, final String doc) {
        return new Setting(name, type, defaultText, ValueCheck.NONE, Scope.TOPIC, true, true, unitOf(name), doc);
    }

    static Setting resource(final String name, final SettingType type, final String defaultText, final String doc) {
        return new Setting(name, type, defaultText, ValueCheck.NONE, Scope.RESOURCE, true, true, unitOf(name), doc);
    }

    /** The same under another name: one of those that a name with a placeholder stands for. */
    Setting named(final String newName) {
        return new Setting(newName, type, defaultText, check, scope, dynamic, used, unit, doc);
    }

    Setting check(final ValueCheck newCheck) {
        return new Setting(name, type, defaultText, newCheck, scope, dynamic, used, unit, doc);
    }

    /** May be changed while the broker runs. */
    Setting asDynamic() {
        return new Setting(name, type, defaultText, check, scope, true, used, unit, doc);
    }

    /** Known, checked and shown, but without an effect yet. */
    Setting asUnused() {
        return new Setting(name, type, defaultText, check, scope, dynamic, false, unit, doc);
    }

    private static String unitOf(final String name) {
        for (final String unit : new String[] {"bytes", "ms", "minutes", "hours", "seconds"}) {
            if (name.endsWith("." + unit)) {
                return unit;
            }
        }
        return "";
    }

    public String name() {
        return name;
    }

    public SettingType type() {
        return type;
    }

    /** Null if there is none: the setting is then unset. */
    public String defaultText() {
        return defaultText;
    }

    public Scope scope() {
        return scope;
    }

    public boolean isDynamic() {
        return dynamic;
    }

    public boolean isUsed() {
        return used;
    }

    public String unit() {
        return unit;
    }

    public String doc() {
        return doc;
    }

    public String validValues() {
        return check.validValues();
    }

    /** Name of the environment variable that sets it. */
    public String environmentName() {
        return environmentName(name);
    }

    static String environmentName(final String name) {
        final String body = name.startsWith("millrace.") ? name.substring("millrace.".length()) : name;
        return "MILLRACE_" + body.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    /**
     * Returns a Boolean, Integer, Long, Double, String or List of String, by type; null for null.
     *
     * @throws SettingException naming the setting, the value and what was expected
     */
    public Object parse(final String text) {
        if (text == null) {
            return null;
        }
        final Object value;
        try {
            value = type.parse(text);
        } catch (final IllegalArgumentException e) {
            throw SettingException.refused(name, text, e.getMessage());
        }
        check.rule().check(name, value);
        return check.distinct() ? ((List<?>) value).stream().distinct().toList() : value;
    }

    /** A parsed value in the one form in which it is shown. */
    public static String show(final Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        return value == null ? null : value.toString();
    }

    @Override
    public String toString() {
        return name;
    }
}
