package io.millrace.engine.settings;

import static io.millrace.engine.settings.SettingType.BOOLEAN;
import static io.millrace.engine.settings.SettingType.INT;
import static io.millrace.engine.settings.SettingType.LIST;
import static io.millrace.engine.settings.SettingType.LONG;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Settings of streams groups (KIP-1071), under Kafka's names and with its defaults. Entered into the brokers' table. */
final class StreamsSettings {
    private static final List<Setting> GROUPS = List.of(
            number(
                    "session.timeout.ms",
                    "45000",
                    1,
                    "After which silence a member of a streams group, one thread or more of a program, is taken for gone."),
            number("min.session.timeout.ms", "45000", 1, "Least value of it that a group may set."),
            number("max.session.timeout.ms", "60000", 1, "Largest value that a group may set."),
            number("heartbeat.interval.ms", "5000", 1, "How often such a member is to report."),
            number("min.heartbeat.interval.ms", "5000", 1, "Least value that a group may set."),
            number("max.heartbeat.interval.ms", "15000", 1, "Largest value that a group may set."),
            number("assignment.interval.ms", "1000", 0, "Least time between two assignments of a streams group.")
                    .asDynamic(),
            number("min.assignment.interval.ms", "0", 0, "Least value of it that a group may set."),
            number("max.assignment.interval.ms", "15000", 0, "Largest value that a group may set."),
            Setting.broker(
                            name("assignor.offload.enable"),
                            BOOLEAN,
                            "true",
                            "Tasks of streams groups are assigned beside the coordinator.")
                    .asDynamic(),
            number("max.size", "2147483647", 1, "Members of a streams group, at most."),
            number(
                    "initial.rebalance.delay.ms",
                    "3000",
                    0,
                    "How long a new streams group waits for more members before tasks are assigned."),
            number(
                    "num.standby.replicas",
                    "0",
                    0,
                    "Members that keep a copy of a task's state besides the active one."),
            number("max.standby.replicas", "2", 0, "Largest value of it that a group may set."),
            number("num.warmup.replicas", "2", 0, "Tasks that prepare to move to another member at a time."),
            number("max.warmup.replicas", "20", 0, "Largest value of it that a group may set."),
            number("task.offset.interval.ms", "60000", 1, "How often members tell how far their tasks' state is."),
            number("min.task.offset.interval.ms", "15000", 1, "Least value of it that a group may set."),
            Setting.broker(
                            name("acceptable.recovery.lag"),
                            LONG,
                            "10000",
                            "How many records a copy of a task's state may be behind and count as caught up.")
                    .check(ValueCheck.atLeast(0)),
            Setting.broker(
                    name("rack.aware.assignment.tags"),
                    LIST,
                    "",
                    "Tags of programs over which the copies of a task's state are spread."),
            Setting.broker(
                            name("assignors"),
                            LIST,
                            "sticky",
                            "Who may assign tasks to the members of a streams group; the first is the default.")
                    .check(ValueCheck.eachOneOf("sticky")));

    /** Each lies between a least and a largest value that are set too. */
    private static final List<String> BOUNDED =
            List.of("heartbeat.interval.ms", "session.timeout.ms", "assignment.interval.ms");

    private StreamsSettings() {}

    private static String name(final String last) {
        return "group.streams." + last;
    }

    private static Setting number(final String last, final String value, final long least, final String doc) {
        return Setting.broker(name(last), INT, value, doc).check(ValueCheck.atLeast(least));
    }

    static void addTo(final SettingTable table) {
        GROUPS.forEach(table::add);
    }

    /** What group coordinators are to know, by name. */
    static void putGroups(final Settings settings, final Map<String, String> values) {
        GROUPS.forEach(setting -> values.put(setting.name(), settings.text(setting.name())));
    }

    /** In which way the settings contradict each other, in Apache Kafka's words, or null. */
    static String complaint(final UnaryOperator<String> texts) {
        for (final String bounded : BOUNDED) {
            final String complaint =
                    CoordinatorSettings.complaint(texts, name(bounded), name("min." + bounded), name("max." + bounded));
            if (complaint != null) {
                return complaint;
            }
        }
        final List<String> tags = elements(texts, "rack.aware.assignment.tags");
        if (tags.contains("") || hasTwice(tags)) {
            return name("rack.aware.assignment.tags") + " must not contain duplicate tag keys, or empty ones.";
        }
        final List<String> assignors = elements(texts, "assignors");
        if (assignors.isEmpty() || hasTwice(assignors)) {
            return name("assignors") + " must name one assignor or more, each once.";
        }
        if (value(texts, "heartbeat.interval.ms") >= value(texts, "session.timeout.ms")) {
            return name("heartbeat.interval.ms") + " must be less than " + name("session.timeout.ms");
        }
        for (final String replicas : List.of("standby.replicas", "warmup.replicas")) {
            if (value(texts, "num." + replicas) > value(texts, "max." + replicas)) {
                return name("num." + replicas) + " must be less than or equal to " + name("max." + replicas);
            }
        }
        return value(texts, "task.offset.interval.ms") < value(texts, "min.task.offset.interval.ms")
                ? name("task.offset.interval.ms") + " must be greater than or equal to "
                        + name("min.task.offset.interval.ms")
                : null;
    }

    private static boolean hasTwice(final List<String> elements) {
        return elements.stream().distinct().count() < elements.size();
    }

    private static List<String> elements(final UnaryOperator<String> texts, final String last) {
        final String text = texts.apply(name(last)).strip();
        return text.isEmpty() ? List.of() : List.of(text.split("\\s*,\\s*", -1));
    }

    private static long value(final UnaryOperator<String> texts, final String last) {
        return CoordinatorSettings.number(texts, name(last));
    }
}
