package io.millrace.tools.client;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * A place in each partition as users write it: {@code earliest}, {@code latest}, an offset, a point in time
 * ({@code 2026-01-31}, {@code 2026-01-31T12:00}, with {@code Z} or an offset from UTC, which is also meant without), or so
 * long ago ({@code 90s}, {@code 15m}, {@code 2h}, {@code 7d}).
 *
 * @param kind which of them
 * @param value the offset, or milliseconds since the epoch
 */
record StartPoint(String text, Kind kind, long value) {
    static final String EXPECTED =
            "expected earliest, latest, an offset, a time such as 2026-01-31T12:00Z, or so long ago, such as 15m";
    private static final Pattern AGO = Pattern.compile("([0-9]{1,9})([smhd])");
    private static final Pattern OFFSET = Pattern.compile("[0-9]{1,19}");

    enum Kind {
        EARLIEST,
        LATEST,
        OFFSET,
        TIME
    }

    /** @throws IllegalArgumentException naming the option, the text and what was expected */
    static StartPoint parse(final String option, final String text, final long nowMs) {
        if (text.equals("earliest")) {
            return new StartPoint(text, Kind.EARLIEST, 0);
        } else if (text.equals("latest")) {
            return new StartPoint(text, Kind.LATEST, 0);
        }
        final Matcher ago = AGO.matcher(text);
        if (ago.matches()) {
            final long ms = Long.parseLong(ago.group(1)) * unitMs(ago.group(2));
            return new StartPoint(text, Kind.TIME, Math.max(0, nowMs - ms));
        }
        try {
            return OFFSET.matcher(text).matches()
                    ? new StartPoint(text, Kind.OFFSET, Long.parseLong(text))
                    : new StartPoint(text, Kind.TIME, time(text).toEpochMilli());
        } catch (final NumberFormatException | DateTimeException | ArithmeticException neither) {
            throw new IllegalArgumentException(option + " " + text + ": " + EXPECTED, neither);
        }
    }

    private static long unitMs(final String unit) {
        return switch (unit) {
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            default -> 86_400_000;
        };
    }

    private static Instant time(final String text) {
        if (!text.contains("T")) {
            return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        }
        final int time = text.indexOf('T');
        final boolean zoned = text.endsWith("Z") || text.indexOf('+', time) > 0 || text.indexOf('-', time) > 0;
        return zoned
                ? OffsetDateTime.parse(text).toInstant()
                : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    }

    /** Where that is, between the first offset and the end of each partition; a time after the last record is the end. */
    Map<TopicPartition, Long> resolve(
            final Cluster cluster, final Map<TopicPartition, Long> starts, final Map<TopicPartition, Long> ends) {
        return switch (kind) {
            case EARLIEST -> starts;
            case LATEST -> ends;
            case OFFSET -> {
                final Map<TopicPartition, Long> offsets = new HashMap<>();
                starts.keySet().forEach(partition -> offsets.put(partition, value));
                yield offsets;
            }
            case TIME -> {
                final Map<TopicPartition, Long> offsets =
                        cluster.offsets(starts.keySet(), OffsetSpec.forTimestamp(value));
                offsets.replaceAll((partition, offset) -> offset < 0 ? ends.get(partition) : offset);
                yield offsets;
            }
        };
    }
}
