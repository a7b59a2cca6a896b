package io.millrace.engine.metadata;

import io.millrace.engine.settings.ValueSource;
import java.util.List;

/**
 * One config of a resource as those who ask for it see it.
 *
 * @param value    null if unset, or if nobody may see it
 * @param type     Kafka's name of the type
 * @param synonyms every place that gives a value, the strongest first: it decides
 */
public record ConfigEntry(
        String name,
        String value,
        ValueSource source,
        boolean readOnly,
        boolean sensitive,
        String type,
        String doc,
        List<Synonym> synonyms) {

    /** One place that gives a value, under the name it has there. */
    public record Synonym(String name, String value, ValueSource source) {}
}
