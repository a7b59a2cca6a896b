package io.millrace.engine.metadata;

import io.millrace.engine.settings.GroupSettings;
import io.millrace.engine.settings.GroupSettings.GroupSetting;
import io.millrace.engine.settings.KnownNames;
import io.millrace.engine.settings.Setting;
import io.millrace.engine.settings.SettingException;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.status.Outcome;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which overrides a group may have, with Kafka's words; the broker's settings say between what bounds. */
final class GroupRules {
    private static final List<String> KINDS = List.of("consumer", "share", "streams");

    private final Settings settings;
    private final Map<String, Object> values = new TreeMap<>();

    private GroupRules(final Settings settings) {
        this.settings = settings;
    }

    /** Checks all overrides of a group together, as they would be. */
    static void check(final Map<String, String> overrides, final Settings settings) {
        for (final String name : overrides.keySet()) {
            if (GroupSettings.find(name) == null) {
                throw refused("Unknown group config name: " + name);
            }
        }
        final GroupRules rules = new GroupRules(settings);
        checkTags(overrides.get(GroupSettings.TAGS));
        rules.parse(overrides);
        rules.checkBounds();
        rules.checkAssignor();
        KINDS.forEach(rules::checkSession);
        final Object topic = rules.values.get(GroupSettings.DEAD_LETTER_TOPIC);
        if (topic != null && ((String) topic).startsWith("__")) {
            throw refused(GroupSettings.DEAD_LETTER_TOPIC + ": DLQ topic name must not start with '__'");
        }
    }

    private static Refusal refused(final String message) {
        return new Refusal(Outcome.INVALID_CONFIG, message);
    }

    private static void checkTags(final String text) {
        if (text != null) {
            final List<String> tags = Arrays.asList(text.trim().split("\\s*,\\s*", -1));
            if (new TreeSet<>(tags).size() != tags.size()) {
                throw refused(GroupSettings.TAGS + " must not contain duplicate tag keys.");
            }
        }
    }

    private void parse(final Map<String, String> overrides) {
        for (final GroupSetting setting : GroupSettings.all()) {
            final String text = overrides.get(setting.name());
            if (text != null) {
                try {
                    values.put(setting.name(), setting.setting().parse(text));
                } catch (final SettingException e) {
                    throw refused(e.getMessage());
                }
            }
        }
    }

    private void checkBounds() {
        for (final GroupSetting setting : GroupSettings.all()) {
            final Object value = values.get(setting.name());
            if (value != null && (setting.min() != null || setting.max() != null)) {
                checkBounds(setting, (Integer) value);
            }
        }
    }

    private void checkBounds(final GroupSetting setting, final int value) {
        final int min = setting.min() == null ? Integer.MIN_VALUE : brokers(setting.min());
        final int max = setting.max() == null ? Integer.MAX_VALUE : brokers(setting.max());
        if (value >= min && value <= max) {
            return;
        }
        if (setting.min() == null) {
            throw refused(setting.name() + " must be less than or equal to " + max);
        }
        if (setting.max() == null) {
            throw refused(setting.name() + " must be greater than or equal to " + min);
        }
        throw refused(setting.name() + " must be in the range " + min + " to " + max + " inclusive.");
    }

    private int brokers(final String name) {
        return Integer.parseInt(KnownNames.text(settings, name).trim());
    }

    private void checkAssignor() {
        final Object assignor = values.get(GroupSettings.ASSIGNOR);
        final List<String> assignors = assignors(settings);
        if (assignor != null && !assignors.contains(assignor)) {
            throw refused(GroupSettings.ASSIGNOR + " '" + assignor
                    + "' is not a registered task assignor. Registered assignors are: " + assignors + ".");
        }
    }

    /** Those that the broker has for streams groups. */
    static List<String> assignors(final Settings settings) {
        final String text = KnownNames.text(
                settings, GroupSettings.find(GroupSettings.ASSIGNOR).broker());
        return Arrays.stream(text.split(","))
                .map(String::trim)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private void checkSession(final String kind) {
        final GroupSetting session = GroupSettings.find(kind + ".session.timeout.ms");
        final GroupSetting heartbeat = GroupSettings.find(kind + ".heartbeat.interval.ms");
        final boolean isGiven = values.containsKey(session.name()) || values.containsKey(heartbeat.name());
        if (isGiven && inForce(session) <= inForce(heartbeat)) {
            throw refused(session.name() + " must be greater than " + heartbeat.name());
        }
    }

    private int inForce(final GroupSetting setting) {
        final Object value = values.get(setting.name());
        return value != null ? (Integer) value : brokers(setting.broker());
    }

    /** What holds for a group with these overrides, as it is shown. */
    static String shown(final GroupSetting setting, final String override, final Settings settings) {
        if (override != null) {
            return Setting.show(setting.setting().parse(override));
        }
        if (setting.name().equals(GroupSettings.ASSIGNOR)) {
            final List<String> assignors = assignors(settings);
            return assignors.isEmpty() ? null : assignors.getFirst();
        }
        final String text = setting.broker() == null
                ? setting.setting().defaultText()
                : KnownNames.text(settings, setting.broker());
        return Setting.show(setting.setting().parse(text));
    }
}
