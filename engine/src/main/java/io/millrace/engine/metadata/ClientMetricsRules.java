package io.millrace.engine.metadata;

import io.millrace.engine.settings.ClientMetricsSettings;
import io.millrace.engine.settings.Setting;
import io.millrace.engine.settings.SettingException;
import io.millrace.engine.status.Outcome;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Which overrides a subscription to clients' metrics may have, with Kafka's outcomes and words. */
final class ClientMetricsRules {
    private static final int INTERVAL_MS_MIN = 100;
    private static final int INTERVAL_MS_MAX = 3_600_000;
    private static final List<String> MATCHED = List.of(
            "client_instance_id",
            "client_id",
            "client_software_name",
            "client_software_version",
            "client_source_address",
            "client_source_port");

    private ClientMetricsRules() {}

    /** Checks all overrides together, as they would be. */
    static void check(final Map<String, String> overrides) {
        for (final String name : overrides.keySet()) {
            if (ClientMetricsSettings.find(name) == null) {
                throw new Refusal(Outcome.INVALID_REQUEST, "Unknown client metrics configuration: " + name);
            }
        }
        parse(ClientMetricsSettings.METRICS, overrides);
        final Object interval = parse(ClientMetricsSettings.INTERVAL_MS, overrides);
        final Object matches = parse(ClientMetricsSettings.MATCH, overrides);
        if (interval != null && ((Integer) interval < INTERVAL_MS_MIN || (Integer) interval > INTERVAL_MS_MAX)) {
            throw new Refusal(
                    Outcome.INVALID_REQUEST,
                    "Invalid value " + interval
                            + " for interval.ms, interval must be between 100 and 3600000 (1 hour)");
        }
        if (matches != null) {
            for (final Object match : (List<?>) matches) {
                if (!isMatch((String) match)) {
                    throw new Refusal(Outcome.INVALID_CONFIG, "Illegal client matching pattern: " + match);
                }
            }
        }
    }

    private static Object parse(final Setting setting, final Map<String, String> overrides) {
        try {
            return setting.parse(overrides.get(setting.name()));
        } catch (final SettingException e) {
            throw new Refusal(Outcome.INVALID_CONFIG, e.getMessage());
        }
    }

    private static boolean isMatch(final String match) {
        final String[] parts = match.split("=");
        if (parts.length != 2 || !MATCHED.contains(parts[0].trim())) {
            return false;
        }
        try {
            Pattern.compile(parts[1].trim());
            return true;
        } catch (final PatternSyntaxException e) {
            return false;
        }
    }
}
