package io.millrace.engine.settings;

import static io.millrace.engine.settings.SettingType.INT;
import static io.millrace.engine.settings.SettingType.LIST;

import java.util.List;

/**
 * The settings of a subscription to clients' metrics (KIP-714), in the order in which Kafka looks at them. Nobody asks
 * clients for metrics yet.
 */
public final class ClientMetricsSettings {
    public static final Setting METRICS = Setting.resource(
                    "metrics", LIST, "", "Prefixes of the names of metrics that clients are to send; * for all.")
            .check(ValueCheck.withoutEmptyElements())
            .asUnused();
    public static final Setting INTERVAL_MS = Setting.resource(
                    "interval.ms", INT, "300000", "How often clients are to send them.")
            .asUnused();
    public static final Setting MATCH = Setting.resource(
                    "match", LIST, "", "Which clients: client_id, client_software_name and so on, each = a pattern.")
            .check(ValueCheck.withoutEmptyElements())
            .asUnused();

    private static final List<Setting> ALL = List.of(METRICS, INTERVAL_MS, MATCH);

    private ClientMetricsSettings() {}

    /** Null if there is none of that name. */
    public static Setting find(final String name) {
        for (final Setting setting : ALL) {
            if (setting.name().equals(name)) {
                return setting;
            }
        }
        return null;
    }

    public static List<Setting> all() {
        return ALL;
    }
}
