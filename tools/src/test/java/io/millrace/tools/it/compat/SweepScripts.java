package io.millrace.tools.it.compat;

import io.millrace.engine.settings.KnownNames;
import io.millrace.engine.settings.TopicSettings;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;

/** Every setting there is, with values good and bad: none is set, each is checked. */
final class SweepScripts {
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;
    private static final List<String> VALUES =
            List.of("", "-2", "-1", "0", "1", "0.5", "99999999999", "x", "a,b", "true");

    /**
     * Which values they take is another matter here.
     *
     * <ul>
     *   <li>There is no TLS and no SASL yet; what Apache Kafka says of listeners' settings is what its own listeners need.
     *   <li>Classes are not loaded: principal.builder.class.
     *   <li>The cleaner's settings count for all cores together, and are checked where Apache Kafka does not check them.
     *   <li>Once eligible leader replicas are finalized, Apache Kafka keeps min.insync.replicas to itself.
     *   <li>Wordings that tell of Java: max.connections.per.ip.overrides.
     * </ul>
     */
    private static final Pattern APART = Pattern.compile("(ssl|sasl|listener|log\\.cleaner)[.s].*"
            + "|principal\\.builder\\.class|min\\.insync\\.replicas"
            + "|max\\.connections\\.per\\.ip\\.overrides");

    private SweepScripts() {}

    static void brokers(final Twins twins) {
        for (final KnownNames.KafkaSetting setting : KnownNames.kafka()) {
            if (!APART.matcher(setting.name()).matches()) {
                for (final String value : setting.dynamic() ? VALUES : List.of("1")) {
                    broker(twins, setting.name(), value);
                }
            }
        }
    }

    private static void broker(final Twins twins, final String name, final String value) {
        if (name.startsWith("remote.") && name.contains("thread") && value.equals("1")) {
            // There is no remote storage whose threads could be halved.
            return;
        }
        for (final String broker : List.of("1", "")) {
            twins.ask("'" + broker + "' " + name + "=" + value, party -> change(BROKER, broker, name, value));
        }
    }

    static void topics(final Twins twins) {
        final String topic = "sweep-v" + twins.version();
        twins.topic(topic, 1);
        TopicSettings.all().stream()
                .filter(setting -> !setting.name().startsWith("millrace.")
                        && !setting.name().startsWith("record.")
                        && !setting.name().startsWith("internal."))
                .forEach(setting -> VALUES.forEach(value ->
                        twins.ask(setting.name() + "=" + value, party -> change(TOPIC, topic, setting.name(), value))));
    }

    private static IncrementalAlterConfigsRequestData change(
            final byte type, final String resource, final String name, final String value) {
        final var configs = new IncrementalAlterConfigsRequestData.AlterableConfigCollection();
        configs.add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                .setName(name)
                .setConfigOperation((byte) 0)
                .setValue(value));
        final IncrementalAlterConfigsRequestData request =
                new IncrementalAlterConfigsRequestData().setValidateOnly(true);
        request.resources()
                .add(new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(type)
                        .setResourceName(resource)
                        .setConfigs(configs));
        return request;
    }
}
