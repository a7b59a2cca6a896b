package io.millrace.engine.metadata;

import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.ClientMetricsSettings;
import io.millrace.engine.settings.GroupSettings;
import io.millrace.engine.settings.GroupSettings.GroupSetting;
import io.millrace.engine.settings.KnownNames;
import io.millrace.engine.settings.Setting;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.settings.TopicSettings;
import io.millrace.engine.settings.TopicValues;
import io.millrace.engine.settings.ValueSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;

/** Says what configs a resource has, with their sources, as Kafka's DescribeConfigs does. Allocates; used rarely. */
public final class ConfigDescriber {
    /** Another name of node.id. */
    private static final String BROKER_ID = "broker.id";

    private static final String NO_EFFECT = "Known to Apache Kafka; has no effect in this version of Millrace.";

    private final MetadataImage image;

    public ConfigDescriber(final MetadataImage image) {
        this.image = image;
    }

    /** All configs of a topic, in the order of their names. */
    public List<ConfigEntry> topic(final TopicImage topic) {
        return topic(topic.overrides());
    }

    /** All configs of a topic that has these overrides, or would have them. */
    public List<ConfigEntry> topic(final SortedMap<String, String> overrides) {
        final TopicValues values = new TopicValues(overrides, image.settings());
        final List<ConfigEntry> entries = new ArrayList<>();
        for (final Setting setting : TopicSettings.all()) {
            if (setting != TopicSettings.INTERNAL_SEGMENT_BYTES || overrides.containsKey(setting.name())) {
                entries.add(topicEntry(overrides, setting, Setting.show(values.value(setting))));
            }
        }
        return entries;
    }

    private ConfigEntry topicEntry(
            final SortedMap<String, String> overrides, final Setting setting, final String value) {
        final List<ConfigEntry.Synonym> synonyms = new ArrayList<>();
        if (overrides.containsKey(setting.name())) {
            synonyms.add(new ConfigEntry.Synonym(setting.name(), value, ValueSource.DYNAMIC_TOPIC));
        }
        final List<String> broker = TopicSettings.synonymNames(setting);
        if (!broker.isEmpty()) {
            synonyms.addAll(synonyms(broker.getFirst(), broker));
        }
        return entry(
                setting.name(), value, synonyms, false, false, setting.type().name(), doc(setting));
    }

    /** All configs of this broker: ours, and those that Kafka would show. */
    public List<ConfigEntry> broker() {
        final TreeSet<String> names = new TreeSet<>();
        BrokerSettings.all().forEach(setting -> names.add(setting.name()));
        for (final KnownNames.KafkaSetting setting : KnownNames.kafka()) {
            if (setting.internal()) {
                names.remove(setting.name());
            } else {
                names.add(setting.name());
            }
        }
        image.settings().givenNames().forEach(names::add);
        final List<ConfigEntry> entries = new ArrayList<>();
        for (final String name : names) {
            entries.add(brokerEntry(name));
        }
        return entries;
    }

    private ConfigEntry brokerEntry(final String name) {
        if (BROKER_ID.equals(name)) {
            final String id = Integer.toString(image.nodeId());
            final ValueSource source = image.startSettings().source(BrokerSettings.NODE_ID.name());
            final String unset = BrokerSettings.BROKER_ID.defaultText();
            return brokerEntry(
                    name,
                    id,
                    List.of(
                            new ConfigEntry.Synonym(name, id, source),
                            new ConfigEntry.Synonym(name, unset, ValueSource.DEFAULT)));
        }
        final List<ConfigEntry.Synonym> synonyms = synonyms(name, brokerSynonyms(name));
        if (name.equals(BrokerSettings.NODE_ID.name()) && synonyms.size() > 1) {
            // Kafka's has no default.
            synonyms.removeLast();
        }
        return brokerEntry(name, shown(name, KnownNames.text(image.settings(), name)), synonyms);
    }

    private static ConfigEntry brokerEntry(
            final String name, final String value, final List<ConfigEntry.Synonym> synonyms) {
        final Setting setting = BrokerSettings.find(name);
        final KnownNames.KafkaSetting kafka = KnownNames.kafka(ofAnyListener(name));
        // Those of a listener are shown as fixed, as Kafka's are.
        final boolean isPrefixed = KnownNames.ofListener(name) != null;
        final boolean dynamic = setting != null ? setting.isDynamic() : kafka != null && !isPrefixed && kafka.dynamic();
        final String type =
                kafka != null ? kafka.type() : setting != null ? setting.type().name() : "STRING";
        return entry(
                name,
                value,
                synonyms,
                !dynamic,
                kafka == null ? setting == null && !KnownNames.isAdvertise(name) : kafka.isSensitive(),
                type,
                setting != null ? doc(setting) : NO_EFFECT);
    }

    /** The dynamic configs that hold for all brokers. */
    public List<ConfigEntry> allBrokers() {
        final List<ConfigEntry> entries = new ArrayList<>();
        image.brokerOverrides("").forEach((name, value) -> {
            final String text = shown(name, value);
            entries.add(brokerEntry(
                    name, text, List.of(new ConfigEntry.Synonym(name, text, ValueSource.DYNAMIC_DEFAULT_BROKER))));
        });
        return entries;
    }

    /** All configs of a group, whether it exists or not; in Kafka internal ones only where they were set. */
    public List<ConfigEntry> group(final String group) {
        final SortedMap<String, String> overrides = image.overrides(ResourceType.GROUP, group);
        final List<ConfigEntry> entries = new ArrayList<>();
        for (final GroupSetting setting : GroupSettings.all()) {
            if (!setting.internal() || overrides.containsKey(setting.name())) {
                entries.add(groupEntry(setting, overrides.get(setting.name())));
            }
        }
        return entries;
    }

    private ConfigEntry groupEntry(final GroupSetting setting, final String override) {
        final String name = setting.name();
        final String value = GroupRules.shown(setting, override, image.settings());
        final List<ConfigEntry.Synonym> synonyms = new ArrayList<>();
        if (override != null) {
            synonyms.add(new ConfigEntry.Synonym(name, value, ValueSource.DYNAMIC_GROUP));
        }
        if (setting.broker() != null) {
            synonyms.addAll(synonyms(setting.broker(), List.of(setting.broker())));
        } else {
            synonyms.add(new ConfigEntry.Synonym(name, setting.setting().defaultText(), ValueSource.DEFAULT));
        }
        return resourceEntry(setting.setting(), value, synonyms);
    }

    /** All configs of a subscription to clients' metrics, whether it exists or not. */
    public List<ConfigEntry> clientMetrics(final String subscription) {
        final SortedMap<String, String> overrides = image.overrides(ResourceType.CLIENT_METRICS, subscription);
        final List<ConfigEntry> entries = new ArrayList<>();
        for (final Setting setting : ClientMetricsSettings.all()) {
            final String name = setting.name();
            final String text = overrides.getOrDefault(name, setting.defaultText());
            final String value = Setting.show(setting.parse(text));
            entries.add(resourceEntry(
                    setting,
                    value,
                    overrides.containsKey(name)
                            ? List.of(new ConfigEntry.Synonym(name, value, ValueSource.DYNAMIC_CLIENT_METRICS))
                            : List.of()));
        }
        return entries;
    }

    private static ConfigEntry resourceEntry(
            final Setting setting, final String value, final List<ConfigEntry.Synonym> synonyms) {
        return entry(
                setting.name(), value, synonyms, false, false, setting.type().name(), doc(setting));
    }

    /** Says of what does nothing that it does nothing. */
    private static String doc(final Setting setting) {
        return setting.isUsed() || setting.doc().contains("without effect")
                ? setting.doc()
                : setting.doc() + " Without effect in this version of Millrace.";
    }

    private static ConfigEntry entry(
            final String name,
            final String value,
            final List<ConfigEntry.Synonym> synonyms,
            final boolean readOnly,
            final boolean sensitive,
            final String type,
            final String doc) {
        final ValueSource source =
                synonyms.isEmpty() ? ValueSource.DEFAULT : synonyms.getFirst().source();
        return new ConfigEntry(name, value, source, readOnly, sensitive, type, doc, List.copyOf(synonyms));
    }

    /** Settings in several units are synonyms of each other, the strongest first; what holds for all listeners is one too. */
    private static List<String> brokerSynonyms(final String name) {
        for (final Setting topicSetting : TopicSettings.all()) {
            final List<TopicSettings.Synonym> group = TopicSettings.synonyms(topicSetting);
            if (group.size() > 1
                    && group.stream()
                            .anyMatch(synonym -> synonym.setting().name().equals(name))) {
                return group.stream().map(synonym -> synonym.setting().name()).toList();
            }
        }
        final String base = ofAnyListener(name);
        return base.equals(name) ? List.of(name) : List.of(name, base);
    }

    /** Those of a broker's setting: as in Kafka its own value comes first, without what would win over it. */
    private List<ConfigEntry.Synonym> synonyms(final String own, final List<String> names) {
        final List<ConfigEntry.Synonym> synonyms = new ArrayList<>();
        addDynamic(
                names, image.brokerOverrides(Integer.toString(image.nodeId())), ValueSource.DYNAMIC_BROKER, synonyms);
        addDynamic(names, image.brokerOverrides(""), ValueSource.DYNAMIC_DEFAULT_BROKER, synonyms);
        final Settings start = image.startSettings();
        for (final String name : names) {
            if (start.source(name) != ValueSource.DEFAULT) {
                synonyms.add(new ConfigEntry.Synonym(name, shown(name, start.text(name)), start.source(name)));
            }
        }
        for (final String name : names) {
            final String defaultText = KnownNames.text(Settings.defaults(), name);
            if (defaultText != null) {
                synonyms.add(new ConfigEntry.Synonym(name, shown(name, defaultText), ValueSource.DEFAULT));
            }
        }
        while (!synonyms.isEmpty() && !synonyms.getFirst().name().equals(own)) {
            synonyms.removeFirst();
        }
        return synonyms;
    }

    private static void addDynamic(
            final List<String> names,
            final SortedMap<String, String> overrides,
            final ValueSource source,
            final List<ConfigEntry.Synonym> synonyms) {
        for (final String name : names) {
            if (overrides.containsKey(name)) {
                synonyms.add(new ConfigEntry.Synonym(name, shown(name, overrides.get(name)), source));
            }
        }
    }

    private static String shown(final String name, final String text) {
        final String base = ofAnyListener(name);
        final Setting setting = BrokerSettings.find(base);
        if (setting != null) {
            return Setting.show(setting.parse(text));
        }
        final KnownNames.KafkaSetting kafka = KnownNames.kafka(base);
        final boolean isShown = kafka == null ? KnownNames.isAdvertise(name) : !kafka.isSensitive();
        return isShown ? text : null;
    }

    /** What a listener's setting is called for all listeners. */
    private static String ofAnyListener(final String name) {
        final String base = KnownNames.ofListener(name);
        return base == null ? name : base;
    }
}
