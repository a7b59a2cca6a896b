package io.millrace.engine.settings;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a parsed value must satisfy.
 *
 * @param validValues for the reference table
 * @param complaint   about a bad value (worded as Kafka does), or null for a good one
 */
record ValueCheck(String validValues, Complaint complaint) {
    interface Complaint {
        String about(Object value);
    }

    static final ValueCheck NONE = new ValueCheck("", value -> null);

    static final ValueCheck CLEANUP_POLICIES = eachOneOf("compact", "delete")
            .and(that(
                    "delete: compaction is not available in this version of Millrace",
                    value -> !((List<?>) value).contains("compact")));
    static final ValueCheck CODECS = oneOf("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer")
            .and(that("producer: recompression is not available in this version of Millrace", "producer"::equals));

    static final ValueCheck NOT_ZERO =
            that("unlimited (-1), or at least 1", value -> ((Number) value).longValue() != 0);

    static ValueCheck atLeast(final long min) {
        return new ValueCheck(
                "[" + min + ",...]",
                value -> ((Number) value).longValue() < min ? "Value must be at least " + min : null);
    }

    static ValueCheck between(final long min, final long max) {
        return new ValueCheck("[" + min + ",...," + max + "]", value -> {
            final double number = ((Number) value).doubleValue();
            if (number < min) {
                return "Value must be at least " + min;
            }
            return number > max ? "Value must be no more than " + max : null;
        });
    }

    static ValueCheck oneOf(final String... values) {
        final String all = String.join(", ", values);
        return new ValueCheck(
                "[" + all + "]",
                value -> Arrays.asList(values).contains(value) ? null : "String must be one of: " + all);
    }

    static ValueCheck eachOneOf(final String... values) {
        final String all = String.join(", ", values);
        return new ValueCheck("[" + all + "]", value -> {
            for (final Object element : (List<?>) value) {
                if (!Arrays.asList(values).contains(element)) {
                    return "String must be one of: " + all;
                }
            }
            return null;
        });
    }

    static ValueCheck that(final String expectation, final Predicate<Object> good) {
        return new ValueCheck(expectation, value -> good.test(value) ? null : "Expected " + expectation);
    }

    ValueCheck and(final ValueCheck other) {
        return new ValueCheck(validValues, value -> {
            final String first = complaint.about(value);
            return first != null ? first : other.complaint.about(value);
        });
    }
}
