package io.millrace.engine.settings;

import java.util.stream.Collectors;

/** Writes the reference of all settings, {@code docs/configuration.md}, from their definitions. */
public final class ConfigurationReference {
    private static final String HEAD = """
            # Configuration

            <!-- Generated from the definitions in engine/…/settings by ConfigurationReferenceTest; do not edit. -->

            A setting may be given on the command line (`--set name=value`, or a short option), in the environment
            (`MILLRACE_` and the name in capitals, dots as underscores; a leading `millrace.` is left out), or in the file
            that `--config` names (Java properties, as Kafka's `server.properties`). The first of these that has it wins;
            otherwise its default holds.

            Names are Apache Kafka's where Kafka has the setting. A name that Kafka 4.4 knows and Millrace does not use is
            accepted with a warning, and so is a value that Millrace does not act upon; a name that nobody knows stops the
            start, with the nearest one that is known. Values are checked, and a bad one stops the start too; but nobody looks
            whether there is a class that is named for what is not used, as in `principal.builder.class`.

            *Dynamic* settings can be changed while the broker runs, with `kafka-configs.sh --entity-type brokers`, for one
            broker or for all, and take effect at once. Topic settings are changed with `--entity-type topics`; a topic
            without a value of its own follows the broker setting named with it.

            """;

    private ConfigurationReference() {}

    public static String markdown() {
        final StringBuilder text = new StringBuilder(HEAD);
        text.append("## Broker settings\n\n");
        text.append("| name | type | default | valid values | dynamic | meaning |\n");
        text.append("|---|---|---|---|---|---|\n");
        BrokerSettings.all().stream().filter(Setting::isUsed).forEach(setting -> text.append(brokerRow(setting)));
        text.append(brokerRow(BrokerSettings.LISTENER_ADVERTISE));
        text.append("\n## Topic settings\n\n");
        text.append("| name | type | default | valid values | follows | meaning |\n");
        text.append("|---|---|---|---|---|---|\n");
        TopicSettings.all().stream().filter(Setting::isUsed).forEach(setting -> text.append(topicRow(setting)));
        appendResources(text);
        text.append("\n## Accepted without effect\n\n");
        text.append("Topic settings of Kafka that are checked, kept and shown, but do nothing yet: ");
        text.append(TopicSettings.all().stream()
                .filter(setting -> !setting.isUsed())
                .map(setting -> "`" + setting.name() + "`")
                .collect(Collectors.joining(", ")));
        text.append(".\n\nBroker settings of Kafka that are accepted with a warning:\n\n");
        text.append(KnownNames.kafka().stream()
                .filter(setting -> !setting.internal() && !KnownNames.isUsed(setting.name()))
                .map(setting -> "`" + setting.name() + "`")
                .collect(Collectors.joining(", ")));
        text.append(".\n");
        return text.toString();
    }

    private static void appendResources(final StringBuilder text) {
        text.append("\n## Settings of groups and of subscriptions to clients' metrics\n\n");
        text.append(
                "Checked, kept and shown (`kafka-configs.sh --entity-type groups` and `client-metrics`). Groups keep to"
                        + " them from their members' next heartbeats on. Metrics of clients are not served in this version of"
                        + " Millrace: what is set for them has no effect. The"
                        + " bounds of a group's times and counts are the broker's settings `group.<kind>.min.<name>` and"
                        + " `group.<kind>.max.<name>`.\n\n");
        text.append("| name | type | default | valid values | follows | meaning |\n");
        text.append("|---|---|---|---|---|---|\n");
        for (final GroupSettings.GroupSetting setting : GroupSettings.all()) {
            if (!setting.internal()) {
                text.append(row(setting.setting(), setting.broker() == null ? "" : "`" + setting.broker() + "`"));
            }
        }
        ClientMetricsSettings.all().forEach(setting -> text.append(row(setting, "")));
    }

    private static String brokerRow(final Setting setting) {
        return row(setting, setting.isDynamic() ? "yes" : "");
    }

    private static String topicRow(final Setting setting) {
        return row(
                setting,
                TopicSettings.synonyms(setting).stream()
                        .map(synonym -> "`" + synonym.setting().name() + "`")
                        .collect(Collectors.joining(", ")));
    }

    private static String row(final Setting setting, final String fifth) {
        final String defaultText = setting.defaultText();
        final String type = setting.type().name().toLowerCase(java.util.Locale.ROOT)
                + (setting.unit().isEmpty() ? "" : ", " + setting.unit());
        return "| `" + setting.name() + "` | " + type + " | "
                + (defaultText == null ? "" : defaultText.isEmpty() ? "empty" : "`" + defaultText + "`") + " | "
                + setting.validValues() + " | " + fifth + " | " + setting.doc() + " |\n";
    }
}
