package io.millrace.engine.settings;

import java.util.List;
import java.util.Map;

/** Looks a topic's values up: its overrides, then the broker settings it follows, then defaults. */
public final class TopicValues {
    private final Map<String, String> overrides;
    private final Settings broker;

    public TopicValues(final Map<String, String> overrides, final Settings broker) {
        this.overrides = overrides;
        this.broker = broker;
    }

    /** Parsed, in the unit of the topic's setting. */
    public Object value(final Setting setting) {
        final String text = overrides.get(setting.name());
        if (text != null) {
            return setting.parse(text);
        }
        for (final TopicSettings.Synonym synonym : TopicSettings.synonyms(setting)) {
            final Object value = broker.value(synonym.setting());
            if (value != null) {
                return inTopicUnit(setting, synonym, value);
            }
        }
        return setting.parse(setting.defaultText());
    }

    private static Object inTopicUnit(final Setting setting, final TopicSettings.Synonym synonym, final Object value) {
        if (!(value instanceof Number number) || setting.type() != SettingType.LONG) {
            return value;
        }
        final long inUnit = number.longValue() < 0 ? number.longValue() : number.longValue() * synonym.factor();
        return setting == TopicSettings.RETENTION_MS && inUnit < 0 ? -1L : inUnit;
    }

    int intOf(final Setting setting) {
        return ((Number) value(setting)).intValue();
    }

    long longOf(final Setting setting) {
        return ((Number) value(setting)).longValue();
    }

    String text(final Setting setting) {
        return (String) value(setting);
    }

    @SuppressWarnings("unchecked")
    List<String> list(final Setting setting) {
        return (List<String>) value(setting);
    }
}
