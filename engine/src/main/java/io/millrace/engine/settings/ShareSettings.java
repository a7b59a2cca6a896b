package io.millrace.engine.settings;

import static io.millrace.engine.settings.SettingType.BOOLEAN;
import static io.millrace.engine.settings.SettingType.INT;
import static io.millrace.engine.settings.SettingType.LIST;
import static io.millrace.engine.settings.SettingType.STRING;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Settings of share groups (KIP-932), under Kafka's names and with its defaults. Entered into the brokers' table. */
public final class ShareSettings {
    public static final Setting STATE_TOPIC_PARTITIONS = Setting.broker(
                    "share.coordinator.state.topic.num.partitions",
                    INT,
                    "50",
                    "Partitions of the internal topic that keeps what share groups have done, when it is created.")
            .check(ValueCheck.atLeast(1));
    public static final Setting STATE_TOPIC_SEGMENT_BYTES = Setting.broker(
                    "share.coordinator.state.topic.segment.bytes",
                    INT,
                    "104857600",
                    "Size of that topic's segments, when it is created; at least 1 MiB, as with any topic.")
            .check(ValueCheck.atLeast(1));

    public static final Setting DELIVERY_COUNT_LIMIT =
            number("group.share.delivery.count.limit", "5", 2, 10, "How often a record is handed out at most.");
    public static final Setting RECORD_LOCK_DURATION_MS = number(
            "group.share.record.lock.duration.ms",
            "30000",
            1000,
            3_600_000,
            "How long a record that was handed out is a member's to work off.");
    public static final Setting PARTITION_RECORD_LOCKS = number(
            "group.share.partition.max.record.locks",
            "2000",
            100,
            10_000,
            "Records of a partition, first to last, that may be handed out at a time.");
    public static final Setting SESSIONS_MAX =
            number("group.share.max.share.sessions", "2000", 1, Integer.MAX_VALUE, "Share sessions at a time.");

    public static final Setting DEAD_LETTER_TOPICS_CREATED = Setting.broker(
                    "errors.deadletterqueue.auto.create.topics.enable",
                    BOOLEAN,
                    "false",
                    "A dead-letter topic that a share group names and nobody has made is created with its first record.")
            .asDynamic();
    public static final Setting DEAD_LETTER_TOPIC_PREFIX = Setting.broker(
                    "errors.deadletterqueue.topic.name.prefix",
                    STRING,
                    "dlq.",
                    "What the names of share groups' dead-letter topics must begin with; empty: anything.")
            .asDynamic();

    private static final List<Setting> STATES = List.of(
            STATE_TOPIC_PARTITIONS,
            STATE_TOPIC_SEGMENT_BYTES,
            number(
                    "share.coordinator.snapshot.update.records.per.snapshot",
                    "500",
                    0,
                    500,
                    "Changes of a partition's state that are kept before its whole state is."),
            number(
                    "share.coordinator.state.topic.prune.interval.ms",
                    "300000",
                    1,
                    Integer.MAX_VALUE,
                    "How often what newer records say again is deleted from that topic."),
            number(
                    "share.coordinator.cold.partition.snapshot.interval.ms",
                    "300000",
                    1,
                    Integer.MAX_VALUE,
                    "How often the state of partitions at rest is kept anew, so that old records may go."));

    private static final List<Setting> GROUPS = List.of(
            DELIVERY_COUNT_LIMIT,
            number("group.share.min.delivery.count.limit", "2", 2, 5, "Least value of it that a group may set."),
            number("group.share.max.delivery.count.limit", "10", 5, 25, "Largest value that a group may set."),
            RECORD_LOCK_DURATION_MS,
            number("group.share.min.record.lock.duration.ms", "15000", 1000, 30_000, "Least value a group may set."),
            number(
                    "group.share.max.record.lock.duration.ms",
                    "60000",
                    30_000,
                    3_600_000,
                    "Largest value that a group may set."),
            PARTITION_RECORD_LOCKS,
            number("group.share.min.partition.max.record.locks", "100", 100, 2000, "Least value a group may set."),
            number("group.share.max.partition.max.record.locks", "4000", 2000, 10_000, "Largest value."),
            SESSIONS_MAX,
            number("group.share.max.size", "200", 1, 1000, "Members of a share group, at most."),
            number(
                    "group.share.session.timeout.ms",
                    "45000",
                    1,
                    Integer.MAX_VALUE,
                    "After which silence a member of a share group is taken for gone."),
            number("group.share.min.session.timeout.ms", "45000", 1, Integer.MAX_VALUE, "Least value a group may set."),
            number("group.share.max.session.timeout.ms", "60000", 1, Integer.MAX_VALUE, "Largest value."),
            number("group.share.heartbeat.interval.ms", "5000", 1, Integer.MAX_VALUE, "How often it is to report."),
            number("group.share.min.heartbeat.interval.ms", "5000", 1, Integer.MAX_VALUE, "Least value."),
            number("group.share.max.heartbeat.interval.ms", "15000", 1, Integer.MAX_VALUE, "Largest value."),
            number(
                            "group.share.assignment.interval.ms",
                            "1000",
                            0,
                            Integer.MAX_VALUE,
                            "Least time between two assignments of a share group.")
                    .asDynamic(),
            number("group.share.min.assignment.interval.ms", "0", 0, Integer.MAX_VALUE, "Least value of it."),
            number("group.share.max.assignment.interval.ms", "15000", 1, Integer.MAX_VALUE, "Largest value."),
            Setting.broker(
                            "group.share.assignor.offload.enable",
                            BOOLEAN,
                            "true",
                            "Assignments of share groups are made beside the coordinator.")
                    .asDynamic(),
            Setting.broker(
                            "group.share.assignors",
                            LIST,
                            "simple",
                            "Who spreads partitions over the members of a share group.")
                    .check(ValueCheck.eachOneOf("simple")),
            number(
                    "group.share.initialize.retry.interval.ms",
                    "30000",
                    1,
                    Integer.MAX_VALUE,
                    "When a partition's state is begun again that could not be."));

    /** Each lies between a least and a largest value that are set too. */
    private static final List<String> BOUNDED = List.of(
            "heartbeat.interval.ms",
            "session.timeout.ms",
            "assignment.interval.ms",
            "record.lock.duration.ms",
            "delivery.count.limit",
            "partition.max.record.locks");

    private ShareSettings() {}

    private static Setting number(
            final String name, final String value, final long least, final long most, final String doc) {
        return Setting.broker(name, INT, value, doc).check(ValueCheck.between(least, most));
    }

    static void addTo(final SettingTable table) {
        STATES.forEach(table::add);
        GROUPS.forEach(table::add);
        table.add(DEAD_LETTER_TOPICS_CREATED);
        table.add(DEAD_LETTER_TOPIC_PREFIX);
    }

    /** What group coordinators are to know, by name. */
    static void putGroups(final Settings settings, final Map<String, String> values) {
        GROUPS.forEach(setting -> values.put(setting.name(), settings.text(setting.name())));
    }

    /** What the coordinators of share groups' state are to know, by name. */
    public static Map<String, String> ofStates(final Settings settings) {
        final Map<String, String> values = new TreeMap<>();
        STATES.forEach(setting -> values.put(setting.name(), settings.text(setting.name())));
        return values;
    }

    /** In which way the settings contradict each other, in Apache Kafka's words, or null. */
    static String complaint(final UnaryOperator<String> texts) {
        for (final String bounded : BOUNDED) {
            final String complaint = CoordinatorSettings.complaint(
                    texts, "group.share." + bounded, "group.share.min." + bounded, "group.share.max." + bounded);
            if (complaint != null) {
                return complaint;
            }
        }
        final String sessions = SESSIONS_MAX.name();
        final String size = "group.share.max.size";
        return CoordinatorSettings.number(texts, sessions) < CoordinatorSettings.number(texts, size)
                ? sessions + " must be greater than or equal to " + size
                : null;
    }
}
