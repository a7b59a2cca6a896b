package io.millrace.tools.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Options of the form key=value. */
final class KeyValues {
    private KeyValues() {}

    /** @throws IllegalArgumentException naming the option and what is wrong with its value */
    static Map<String, String> parse(final String option, final List<String> texts) {
        final Map<String, String> values = new LinkedHashMap<>();
        for (final String text : texts) {
            final int equals = text.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException(option + " " + text + ": expected key=value");
            }
            final String key = text.substring(0, equals).strip();
            if (values.put(key, text.substring(equals + 1)) != null) {
                throw new IllegalArgumentException(option + " " + text + ": " + key + " is given twice");
            }
        }
        return values;
    }
}
