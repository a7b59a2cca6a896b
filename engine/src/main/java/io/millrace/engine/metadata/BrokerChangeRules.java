package io.millrace.engine.metadata;

import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.KnownNames;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.status.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * From which values a running broker may go to which, as Kafka has it: most have no effect here, but who tries out a change
 * learns what Kafka would say.
 */
final class BrokerChangeRules {
    private static final List<String> THREADS = List.of(
            "num.io.threads", "num.replica.fetchers", "num.recovery.threads.per.data.dir", "background.threads");
    /** These each listener has for itself. */
    private static final String NETWORK_THREADS = "num.network.threads";

    private static final String CLEANERS = "log.cleaner.threads";
    private static final String DEDUPE_BYTES = "log.cleaner.dedupe.buffer.size";
    private static final long DEDUPE_BYTES_MIN = 1 << 20;
    private static final String CORDONED = "cordoned.log.dirs";
    private static final String REPORTERS = "metric.reporters";
    /** The only one that is there; none can be plugged in. */
    private static final String REPORTER = "org.apache.kafka.common.metrics.JmxReporter";

    private BrokerChangeRules() {}

    /** Both with all that is in force; the values are of their types. */
    static void check(final Settings before, final Settings after) {
        if (isChanged(before, after, DEDUPE_BYTES) || isChanged(before, after, CLEANERS)) {
            checkDedupe(after);
        }
        LocalRetentionRules.check(before, after);
        if (isChanged(before, after, CORDONED)) {
            checkCordoned(list(after, CORDONED), directories(after));
        }
        if (isChanged(before, after, REPORTERS)
                && list(after, REPORTERS).stream().anyMatch(reporter -> !reporter.equals(REPORTER))) {
            throw refusal("Validation of dynamic config update of Set(" + REPORTERS
                    + ") failed with class class kafka.server.DynamicMetricsReporters");
        }
        for (final String name : THREADS) {
            checkThreads(name, number(before, name), number(after, name));
        }
        for (final String listener : after.listOf(BrokerSettings.LISTENERS)) {
            final String name = listener.substring(0, listener.indexOf(':'));
            checkThreads(NETWORK_THREADS, networkThreads(before, name), networkThreads(after, name));
        }
        checkThreads(
                number(before, CLEANERS),
                number(after, CLEANERS),
                "Log cleaner threads cannot be ",
                "reduced to less than half",
                "increased to more than double");
    }

    private static long networkThreads(final Settings settings, final String listener) {
        return Long.parseLong(
                KnownNames.text(settings, NETWORK_THREADS, listener).trim());
    }

    private static void checkThreads(final String name, final long before, final long after) {
        checkThreads(
                before,
                after,
                "Dynamic thread count update validation failed for " + name + "=" + after + ", value should ",
                "be at least half",
                "not be greater than double");
    }

    private static void checkThreads(
            final long before, final long after, final String start, final String fewer, final String more) {
        if (after < before / 2) {
            throw refusal(start + fewer + " the current value " + before);
        } else if (after > before * 2) {
            throw refusal(start + more + " the current value " + before);
        }
    }

    private static void checkDedupe(final Settings after) {
        final long threads = number(after, CLEANERS);
        if (threads == 0) {
            // Kafka fails on a division here.
            throw new Refusal(Outcome.INVALID_REQUEST, "Log cleaner threads should be at least 1");
        } else if (number(after, DEDUPE_BYTES) / threads <= DEDUPE_BYTES_MIN) {
            throw new Refusal(
                    Outcome.INVALID_REQUEST,
                    "requirement failed: " + DEDUPE_BYTES + " must be at least 1MB per cleaner thread.");
        }
    }

    private static void checkCordoned(final List<String> cordoned, final List<String> directories) {
        if (cordoned.contains("*")) {
            if (cordoned.size() > 1) {
                throw new Refusal(
                        Outcome.INVALID_REQUEST,
                        "requirement failed: When " + CORDONED + " is set to *, it must not contain other values");
            }
            return;
        }
        final List<String> missing = new ArrayList<>(cordoned);
        missing.removeAll(directories);
        if (!missing.isEmpty()) {
            throw new Refusal(
                    Outcome.INVALID_REQUEST,
                    "requirement failed: All entries in " + CORDONED
                            + " must be present in log.dirs or log.dir. Missing entries : "
                            + String.join(", ", missing));
        }
    }

    private static List<String> directories(final Settings settings) {
        return settings.listOf(
                settings.isGiven(BrokerSettings.LOG_DIRS) ? BrokerSettings.LOG_DIRS : BrokerSettings.LOG_DIR);
    }

    private static boolean isChanged(final Settings before, final Settings after, final String name) {
        return !KnownNames.text(before, name).equals(KnownNames.text(after, name));
    }

    static long number(final Settings settings, final String name) {
        return Long.parseLong(KnownNames.text(settings, name).trim());
    }

    private static List<String> list(final Settings settings, final String name) {
        final List<String> values = new ArrayList<>();
        for (final String value : KnownNames.text(settings, name).split(",")) {
            if (!value.isBlank()) {
                values.add(value.trim());
            }
        }
        return values;
    }

    /** As Kafka packs what its own parts have against a change. */
    static Refusal refusal(final String complaint) {
        return new Refusal(
                Outcome.INVALID_REQUEST,
                "Invalid value org.apache.kafka.common.config.ConfigException: " + complaint
                        + " for configuration Invalid dynamic configuration");
    }
}
