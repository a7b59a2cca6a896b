package io.millrace.engine.settings;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a parsed value must satisfy.
 *
 * @param validValues for the reference table
 * @param distinct    a list keeps one of each element, as Kafka's do that have a check of this kind
 */
record ValueCheck(String validValues, Rule rule, boolean distinct) {
    /** Throws if a value is bad, in Kafka's words. */
    interface Rule {
        void check(String name, Object value);
    }

    ValueCheck(final String validValues, final Rule rule) {
        this(validValues, rule, false);
    }

    static final ValueCheck NONE = new ValueCheck("", (name, value) -> {});

    static final ValueCheck CLEANUP_POLICIES = eachOneOf("compact", "delete");

    static final ValueCheck CODECS = oneOf("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer");

    static final ValueCheck NOT_ZERO = new ValueCheck("unlimited (-1), or at least 1", (name, value) -> {
        if (((Number) value).longValue() == 0) {
            throw new SettingException(
                    "requirement failed: " + name + " must be unlimited (-1) or, greater than or equal to 1");
        }
    });

    static final ValueCheck GZIP_LEVELS = new ValueCheck("[1,...,9] or -1", (name, value) -> {
        final int level = (Integer) value;
        if (level != -1 && (level < 1 || level > 9)) {
            throw refused(name, value, "Value must be between 1 and 9 or equal to -1");
        }
    });

    static final ValueCheck REPLICAS =
            new ValueCheck("[partitionId]:[brokerId],[partitionId]:[brokerId],...", (name, value) -> {
                final List<?> replicas = (List<?>) value;
                final boolean all = replicas.size() == 1 && "*".equals(replicas.getFirst());
                if (!all && !replicas.stream().allMatch(replica -> ((String) replica).matches("[0-9]+:[0-9]+"))) {
                    throw refused(
                            name,
                            value,
                            name + " must be the literal '*' or a list of replicas in the following format:"
                                    + " [partitionId]:[brokerId],[partitionId]:[brokerId],...");
                }
            });

    static ValueCheck atLeast(final long min) {
        return new ValueCheck("[" + min + ",...]", (name, value) -> checkMin(name, value, min));
    }

    /** As {@link #atLeast}, in the words that Kafka has for a setting whose definition has no bounds. */
    static ValueCheck requiresAtLeast(final long min) {
        return new ValueCheck("[" + min + ",...]", (name, value) -> {
            if (((Number) value).doubleValue() < min) {
                throw new SettingException("requirement failed: " + name + " must be greater than or equal to " + min);
            }
        });
    }

    private static void checkMin(final String name, final Object value, final long min) {
        if (((Number) value).doubleValue() < min) {
            throw refused(name, value, "Value must be at least " + min);
        }
    }

    static ValueCheck between(final long min, final long max) {
        return new ValueCheck("[" + min + ",...," + max + "]", (name, value) -> {
            checkMin(name, value, min);
            if (((Number) value).doubleValue() > max) {
                throw refused(name, value, "Value must be no more than " + max);
            }
        });
    }

    static ValueCheck oneOf(final String... values) {
        final String all = String.join(", ", values);
        return new ValueCheck("[" + all + "]", (name, value) -> {
            if (!Arrays.asList(values).contains(value)) {
                throw refused(name, value, "String must be one of: " + all);
            }
        });
    }

    static ValueCheck eachOneOf(final String... values) {
        final ValueCheck one = oneOf(values);
        return new ValueCheck(
                one.validValues(),
                withoutEmptyElements()
                        .and(new ValueCheck(
                                "",
                                (name, value) -> ((List<?>) value)
                                        .forEach(element -> one.rule().check(name, element))))
                        .rule(),
                true);
    }

    static ValueCheck withoutEmptyElements() {
        return new ValueCheck(
                "",
                (name, value) -> {
                    if (((List<?>) value).contains("")) {
                        throw new SettingException("Configuration '" + name + "' values must not be empty.");
                    }
                },
                true);
    }

    static ValueCheck that(final String expectation, final Predicate<Object> good) {
        return new ValueCheck(expectation, (name, value) -> {
            if (!good.test(value)) {
                throw refused(name, Setting.show(value), "Expected " + expectation);
            }
        });
    }

    ValueCheck and(final ValueCheck other) {
        return new ValueCheck(
                validValues,
                (name, value) -> {
                    rule.check(name, value);
                    other.rule().check(name, value);
                },
                distinct || other.distinct());
    }

    private static SettingException refused(final String name, final Object value, final String expectation) {
        return SettingException.refused(name, String.valueOf(value), expectation);
    }
}
