package io.millrace.engine.settings;

import static io.millrace.engine.settings.SettingType.BOOLEAN;
import static io.millrace.engine.settings.SettingType.INT;
import static io.millrace.engine.settings.SettingType.LIST;
import static io.millrace.engine.settings.SettingType.LONG;
import static io.millrace.engine.settings.SettingType.STRING;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Every setting of a group, as Kafka 4.4 has them, in the order in which Kafka looks at them. */
public final class GroupSettings {
    /**
     * One setting of a group.
     *
     * @param broker   the broker setting that it follows, or null
     * @param min      the broker setting that is its least value, or null
     * @param max      the broker setting that is its greatest value, or null
     * @param internal shown only where it was set
     */
    public record GroupSetting(Setting setting, String broker, String min, String max, boolean internal) {
        public String name() {
            return setting.name();
        }

        private GroupSetting within(final String newMin, final String newMax) {
            return new GroupSetting(setting, broker, newMin, newMax, internal);
        }

        private GroupSetting asInternal() {
            return new GroupSetting(setting, broker, min, max, true);
        }
    }

    public static final String TAGS = "streams.rack.aware.assignment.tags";
    public static final String ASSIGNOR = "streams.assignor.name";
    public static final String DEAD_LETTER_TOPIC = "errors.deadletterqueue.topic.name";
    public static final String DEAD_LETTER_COPIES = "errors.deadletterqueue.copy.record.enable";

    private static final String BY_DURATION = "by_duration:";
    private static final ValueCheck OFFSET_RESETS =
            new ValueCheck("[latest, earliest, by_duration:PnDTnHnMn.nS]", (name, value) -> {
                if (!isOffsetReset((String) value)) {
                    throw SettingException.refused(
                            name,
                            (String) value,
                            "Invalid value `" + value + "` for configuration " + name
                                    + ". The value must be either 'earliest', 'latest' or of the format"
                                    + " 'by_duration:<PnDTnHnMn.nS>'.");
                }
            });
    private static final ValueCheck NO_EMPTY_ELEMENTS = ValueCheck.withoutEmptyElements();

    private static final Map<String, GroupSetting> TABLE = new LinkedHashMap<>();

    static {
        for (final String kind : new String[] {"consumer", "share", "streams"}) {
            addTimes(kind);
            addOthers(kind);
        }
        add(plain(STRING, DEAD_LETTER_TOPIC, "", "Topic for records that a share group could not work off."));
        add(plain(
                BOOLEAN,
                DEAD_LETTER_COPIES,
                "false",
                "The topic for such records gets the records themselves, not only word of them."));
    }

    private GroupSettings() {}

    private static void addTimes(final String kind) {
        addNumber(
                kind, "session.timeout.ms", "45000", 1, "Silence after which a member of the group is taken for gone.");
        addNumber(kind, "heartbeat.interval.ms", "5000", 1, "How often members of the group are told to show up.");
    }

    private static void addOthers(final String kind) {
        switch (kind) {
            case "share" -> addOfShare();
            case "streams" -> addOfStreams();
            default -> addAssignment(kind);
        }
    }

    private static void addAssignment(final String kind) {
        addNumber(kind, "assignment.interval.ms", "1000", 0, "Least time between two assignments of the group.");
        add(following(BOOLEAN, kind, "assignor.offload.enable", "true", "Assignments are made beside the coordinator.")
                .asInternal());
    }

    private static void addOfShare() {
        addNumber("share", "record.lock.duration.ms", "30000", 1000, "How long a record is a member's to work off.");
        addNumber("share", "delivery.count.limit", "5", 2, "How often a record is handed out at most.");
        addNumber("share", "partition.max.record.locks", "2000", 100, "Records of a partition handed out at a time.");
        add(checked(
                plain(STRING, "share.auto.offset.reset", "latest", "Where a share group begins to read."),
                OFFSET_RESETS));
        add(checked(
                plain(STRING, "share.isolation.level", "read_uncommitted", "Whether aborted transactions are read."),
                ValueCheck.oneOf("read_committed", "read_uncommitted")));
        add(plain(BOOLEAN, "share.renew.acknowledge.enable", "true", "Members may ask for more time for a record."));
        addAssignment("share");
    }

    private static void addOfStreams() {
        add(checked(
                        following(INT, "streams", "num.standby.replicas", "0", "Standby replicas of each task."),
                        ValueCheck.atLeast(0))
                .within(null, "group.streams.max.standby.replicas"));
        add(checked(
                following(
                        INT, "streams", "initial.rebalance.delay.ms", "3000", "Wait of a new group for more members."),
                ValueCheck.atLeast(0)));
        addAssignment("streams");
        add(checked(
                        following(INT, "streams", "task.offset.interval.ms", "60000", "How often offsets are told."),
                        ValueCheck.atLeast(1))
                .within("group.streams.min.task.offset.interval.ms", null)
                .asInternal());
        add(checked(
                        following(INT, "streams", "num.warmup.replicas", "2", "Tasks that warm up at a time."),
                        ValueCheck.atLeast(0))
                .within(null, "group.streams.max.warmup.replicas")
                .asInternal());
        add(checked(
                following(LIST, "streams", "rack.aware.assignment.tags", "", "Tags over which standbys are spread."),
                NO_EMPTY_ELEMENTS));
        add(checked(
                        following(LONG, "streams", "acceptable.recovery.lag", "10000", "Lag that counts as none."),
                        ValueCheck.atLeast(0))
                .asInternal());
        add(new GroupSetting(
                Setting.resource(ASSIGNOR, STRING, null, "Who assigns tasks; the first that the broker has if unset."),
                "group.streams.assignors",
                null,
                null,
                false));
    }

    private static void addNumber(
            final String kind, final String name, final String defaultText, final int least, final String doc) {
        add(checked(following(INT, kind, name, defaultText, doc), ValueCheck.atLeast(least))
                .within("group." + kind + ".min." + name, "group." + kind + ".max." + name));
    }

    private static GroupSetting following(
            final SettingType type, final String kind, final String name, final String defaultText, final String doc) {
        final String full = kind + "." + name;
        return new GroupSetting(Setting.resource(full, type, defaultText, doc), "group." + full, null, null, false);
    }

    private static GroupSetting plain(
            final SettingType type, final String name, final String defaultText, final String doc) {
        return new GroupSetting(Setting.resource(name, type, defaultText, doc), null, null, null, false);
    }

    private static GroupSetting checked(final GroupSetting setting, final ValueCheck check) {
        return new GroupSetting(setting.setting.check(check), setting.broker, null, null, false);
    }

    private static void add(final GroupSetting setting) {
        TABLE.put(setting.name(), setting);
    }

    private static boolean isOffsetReset(final String value) {
        if (!value.startsWith(BY_DURATION)) {
            return "earliest".equals(value) || "latest".equals(value);
        }
        try {
            return Duration.parse(value.substring(BY_DURATION.length())).toMillis() >= 0;
        } catch (final DateTimeParseException | ArithmeticException e) {
            return false;
        }
    }

    /** Null if there is none of that name. */
    public static GroupSetting find(final String name) {
        return TABLE.get(name);
    }

    public static Collection<GroupSetting> all() {
        return Collections.unmodifiableCollection(TABLE.values());
    }
}
