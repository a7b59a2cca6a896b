package io.millrace.engine.metadata;

import io.millrace.engine.settings.KnownNames;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.settings.TopicSettings;
import io.millrace.engine.settings.TopicValues;
import java.util.Map;
import java.util.Objects;

/**
 * How much of its logs a broker keeps itself, and how late it may be to copy them elsewhere, must go with what is kept at all. As in
 * Kafka it is looked at when something of the brokers' logs changes, and not at the start. Nothing is kept elsewhere here.
 */
final class LocalRetentionRules {
    private static final long AS_ALL = -2;

    private LocalRetentionRules() {}

    /** Both with all that is in force; the values are of their types. */
    static void check(final Settings before, final Settings after) {
        if (TopicSettings.all().stream()
                .flatMap(setting -> TopicSettings.synonymNames(setting).stream().limit(1))
                .allMatch(name -> Objects.equals(KnownNames.text(before, name), KnownNames.text(after, name)))) {
            return;
        }
        final TopicValues values = new TopicValues(Map.of(), after);
        final long ms = (Long) values.value(TopicSettings.RETENTION_MS);
        final long bytes = (Long) values.value(TopicSettings.RETENTION_BYTES);
        checkLocal("ms", ms, after);
        checkLocal("bytes", bytes, after);
        checkLag("ms", ms, after);
        checkLag("bytes", bytes, after);
    }

    private static void checkLocal(final String unit, final long all, final Settings after) {
        final String name = "log.local.retention." + unit;
        final long local = BrokerChangeRules.number(after, name);
        if (all < 0 || local == AS_ALL) {
            return;
        }
        final String ofAll = "log.retention." + unit;
        if (local < 0) {
            throw refusal(name, local, "Value must not be -1 as " + ofAll + " value is set as " + all + ".");
        }
        if (local > all) {
            throw refusal(name, local, "Value must not be more than " + ofAll + " property value: " + all);
        }
    }

    private static void checkLag(final String unit, final long all, final Settings after) {
        final String local = "log.local.retention." + unit;
        final String name = "log.remote.copy.lag." + unit;
        final long set = BrokerChangeRules.number(after, local);
        final long kept = set == AS_ALL ? all : set;
        final long lag = BrokerChangeRules.number(after, name);
        if (lag > 0 && kept >= 0 && lag > kept) {
            throw refusal(name, lag, "Value must not exceed " + local + " (effective value: " + kept + ")");
        }
    }

    private static Refusal refusal(final String name, final long value, final String complaint) {
        return BrokerChangeRules.refusal("Invalid value " + value + " for configuration " + name + ": " + complaint);
    }
}
