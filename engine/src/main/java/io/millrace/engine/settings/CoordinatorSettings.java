package io.millrace.engine.settings;

import static io.millrace.engine.settings.SettingType.BOOLEAN;
import static io.millrace.engine.settings.SettingType.INT;
import static io.millrace.engine.settings.SettingType.LIST;
import static io.millrace.engine.settings.SettingType.LONG;
import static io.millrace.engine.settings.SettingType.STRING;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Settings of the coordinators, under Kafka's names and with its defaults. Entered into the brokers' table. */
public final class CoordinatorSettings {
    private static final String MAX_INT = "2147483647";

    public static final Setting OFFSETS_TOPIC_PARTITIONS = Setting.broker(
                    "offsets.topic.num.partitions",
                    INT,
                    "50",
                    "Partitions of the internal topic that keeps groups and their offsets, when it is created.")
            .check(ValueCheck.atLeast(1));
    public static final Setting OFFSETS_TOPIC_SEGMENT_BYTES = Setting.broker(
                    "offsets.topic.segment.bytes",
                    INT,
                    "104857600",
                    "Size of that topic's segments, when it is created; at least 1 MiB, as with any topic.")
            .check(ValueCheck.atLeast(1));

    public static final Setting TRANSACTION_TOPIC_PARTITIONS = Setting.broker(
                    "transaction.state.log.num.partitions",
                    INT,
                    "50",
                    "Partitions of the internal topic that keeps transactions, when it is created.")
            .check(ValueCheck.atLeast(1));
    public static final Setting TRANSACTION_TOPIC_SEGMENT_BYTES = Setting.broker(
                    "transaction.state.log.segment.bytes",
                    INT,
                    "104857600",
                    "Size of that topic's segments, when it is created; at least 1 MiB, as with any topic.")
            .check(ValueCheck.atLeast(1));
    public static final Setting TRANSACTION_MAX_TIMEOUT_MS = Setting.broker(
                    "transaction.max.timeout.ms",
                    INT,
                    "900000",
                    "How long a producer may ask for a transaction to last, at most.")
            .check(ValueCheck.atLeast(1));
    public static final Setting TRANSACTION_ABORT_INTERVAL_MS = Setting.broker(
                    "transaction.abort.timed.out.transaction.cleanup.interval.ms",
                    INT,
                    "10000",
                    "How often transactions that have lasted too long are looked for, and aborted.")
            .check(ValueCheck.atLeast(1));
    public static final Setting TRANSACTIONAL_ID_EXPIRATION_MS = Setting.broker(
                    "transactional.id.expiration.ms",
                    INT,
                    "604800000",
                    "After which time without a transaction a transactional id is forgotten.")
            .check(ValueCheck.atLeast(1));

    public static final Setting REBALANCE_PROTOCOLS = Setting.broker(
                    "group.coordinator.rebalance.protocols",
                    LIST,
                    "classic,consumer,streams",
                    "Kinds of groups that may have members, besides share groups; `classic` has to be among them."
                            + " Deprecated in Kafka: the features `group.version` and `streams.version` say it too.")
            .check(ValueCheck.eachOneOf("consumer", "classic", "share", "streams")
                    .and(new ValueCheck("", (name, value) -> {
                        if (!((List<?>) value).contains("classic")) {
                            throw new SettingException("Disabling the 'classic' protocol is not supported.");
                        }
                    })));

    private static final List<Setting> GROUPS = List.of(
            number(
                    "offsets.retention.minutes",
                    INT,
                    "10080",
                    1,
                    "How long offsets of a group without members are kept."),
            number("offsets.retention.check.interval.ms", LONG, "600000", 1, "How often old offsets are looked for."),
            number("offset.metadata.max.bytes", INT, "4096", 0, "What a client may say beside an offset, at most."),
            number(
                    "group.min.session.timeout.ms",
                    INT,
                    "6000",
                    0,
                    "Least session timeout of members of classic groups."),
            number("group.max.session.timeout.ms", INT, "1800000", 0, "Largest session timeout of such members."),
            number(
                    "group.initial.rebalance.delay.ms",
                    INT,
                    "3000",
                    0,
                    "How long a new classic group waits for more members before its first rebalance."),
            number("group.max.size", INT, MAX_INT, 1, "Members of a classic group, at most."),
            number(
                    "group.consumer.session.timeout.ms",
                    INT,
                    "45000",
                    1,
                    "After which silence a member of a consumer group (KIP-848) is taken for gone."),
            number("group.consumer.min.session.timeout.ms", INT, "45000", 1, "Least value of it that a group may set."),
            number("group.consumer.max.session.timeout.ms", INT, "60000", 1, "Largest value that a group may set."),
            number("group.consumer.heartbeat.interval.ms", INT, "5000", 1, "How often such a member is to report."),
            number("group.consumer.min.heartbeat.interval.ms", INT, "5000", 1, "Least value that a group may set."),
            number("group.consumer.max.heartbeat.interval.ms", INT, "15000", 1, "Largest value that a group may set."),
            number(
                            "group.consumer.assignment.interval.ms",
                            INT,
                            "1000",
                            0,
                            "Least time between two assignments of a consumer group.")
                    .asDynamic(),
            number("group.consumer.min.assignment.interval.ms", INT, "0", 0, "Least value of it that a group may set."),
            number("group.consumer.max.assignment.interval.ms", INT, "15000", 1, "Largest value that a group may set."),
            Setting.broker(
                            "group.consumer.assignor.offload.enable",
                            BOOLEAN,
                            "true",
                            "Assignments are made beside the coordinator.")
                    .asDynamic(),
            number("group.consumer.max.size", INT, MAX_INT, 1, "Members of a consumer group, at most."),
            Setting.broker(
                    "group.consumer.assignors",
                    LIST,
                    "uniform,range",
                    "Who may spread partitions over the members of a consumer group; the first is the default."),
            Setting.broker(
                            "group.consumer.migration.policy",
                            STRING,
                            "bidirectional",
                            "Whether groups may change between the classic and the consumer protocol while they live.")
                    .check(ValueCheck.oneOf("bidirectional", "upgrade", "downgrade", "disabled")));

    /** Times of consumer groups, each of which lies between a least and a largest value that are set too. */
    private static final List<String> BOUNDED =
            List.of("heartbeat.interval.ms", "session.timeout.ms", "assignment.interval.ms");

    private CoordinatorSettings() {}

    private static Setting number(
            final String name, final SettingType type, final String value, final long least, final String doc) {
        return Setting.broker(name, type, value, doc).check(ValueCheck.atLeast(least));
    }

    static void addTo(final SettingTable table) {
        table.add(OFFSETS_TOPIC_PARTITIONS);
        table.add(OFFSETS_TOPIC_SEGMENT_BYTES);
        table.add(TRANSACTION_TOPIC_PARTITIONS);
        table.add(TRANSACTION_TOPIC_SEGMENT_BYTES);
        table.add(TRANSACTION_MAX_TIMEOUT_MS);
        table.add(TRANSACTION_ABORT_INTERVAL_MS);
        table.add(TRANSACTIONAL_ID_EXPIRATION_MS);
        GROUPS.forEach(table::add);
        table.add(REBALANCE_PROTOCOLS);
        ShareSettings.addTo(table);
        StreamsSettings.addTo(table);
    }

    /** What group coordinators are to know, by name. */
    public static Map<String, String> ofGroups(final Settings settings) {
        final Map<String, String> values = new TreeMap<>();
        GROUPS.forEach(setting -> values.put(setting.name(), settings.text(setting.name())));
        ShareSettings.putGroups(settings, values);
        StreamsSettings.putGroups(settings, values);
        return values;
    }

    /** In which way the settings contradict each other, in Apache Kafka's words, or null. */
    public static String complaint(final UnaryOperator<String> texts) {
        for (final String time : BOUNDED) {
            final String complaint = complaint(
                    texts, "group.consumer." + time, "group.consumer.min." + time, "group.consumer.max." + time);
            if (complaint != null) {
                return complaint;
            }
        }
        final String ofShares = ShareSettings.complaint(texts);
        return ofShares != null ? ofShares : StreamsSettings.complaint(texts);
    }

    /** In which way a setting does not lie between its bounds, or null. */
    static String complaint(
            final UnaryOperator<String> texts, final String name, final String least, final String most) {
        if (number(texts, most) < number(texts, least)) {
            return most + " must be greater than or equal to " + least;
        }
        if (number(texts, name) < number(texts, least)) {
            return name + " must be greater than or equal to " + least;
        }
        return number(texts, name) > number(texts, most) ? name + " must be less than or equal to " + most : null;
    }

    static long number(final UnaryOperator<String> texts, final String name) {
        return Long.parseLong(texts.apply(name).trim());
    }
}
