package io.millrace.tools.it.compat;

import java.util.List;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;

/** Settings of topics and of the broker. */
final class ConfigScripts {
    private static final byte UNKNOWN = 0;
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;
    private static final byte BROKER_LOGGER = 8;
    private static final byte NOTHING = 99;

    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final byte APPEND = 2;
    private static final byte SUBTRACT = 3;

    private ConfigScripts() {}

    static void describeConfigs(final Twins twins) {
        final String topic = "configs-v" + twins.version();
        twins.topic(topic, 1, "retention.ms", "123456", "cleanup.policy", "compact,delete");
        for (final boolean more : new boolean[] {false, true}) {
            final String suffix = more ? " with synonyms and documentation" : "";
            twins.askUntilEqual("topic" + suffix, party -> description(more, TOPIC, topic));
            twins.ask("broker" + suffix, party -> description(more, BROKER, "1"));
            twins.ask("all brokers" + suffix, party -> description(more, BROKER, ""));
        }
        twins.ask("some keys", party -> description(true, TOPIC, topic, "retention.ms", "segment.bytes"));
        twins.ask("a key that is none", party -> description(false, TOPIC, topic, "no.such.setting"));
        twins.ask("no key", party -> {
            final DescribeConfigsRequestData request = description(false, TOPIC, topic);
            request.resources().get(0).setConfigurationKeys(List.of());
            return request;
        });
        twins.ask("unknown topic", party -> description(false, TOPIC, "nobody-made-this"));
        twins.ask("a name that is none", party -> description(false, TOPIC, "a b"));
        twins.ask("another broker", party -> description(false, BROKER, "2"));
        twins.ask("a broker that is no number", party -> description(false, BROKER, "one"));
        twins.ask("an unknown type", party -> description(false, UNKNOWN, "x"));
        twins.ask("a type that is none", party -> description(false, NOTHING, "x"));
        twins.ask("loggers of a broker that is no number", party -> description(false, BROKER_LOGGER, "one"));
        twins.ask("another broker's loggers", party -> description(false, BROKER_LOGGER, "2"));
        twins.ask("nothing", party -> new DescribeConfigsRequestData());
        twins.ask("two resources", party -> {
            final DescribeConfigsRequestData request = description(false, TOPIC, topic, "retention.ms");
            request.resources()
                    .add(new DescribeConfigsResource()
                            .setResourceType(TOPIC)
                            .setResourceName("nobody-made-this")
                            .setConfigurationKeys(null));
            return request;
        });
    }

    private static DescribeConfigsRequestData description(
            final boolean more, final byte type, final String name, final String... keys) {
        final DescribeConfigsRequestData request =
                new DescribeConfigsRequestData().setIncludeSynonyms(more).setIncludeDocumentation(more);
        request.resources()
                .add(new DescribeConfigsResource()
                        .setResourceType(type)
                        .setResourceName(name)
                        .setConfigurationKeys(keys.length == 0 ? null : List.of(keys)));
        return request;
    }

    private static void described(final Twins twins, final String topic) {
        twins.askUntilEqual("described afterwards", (short) 4, party -> description(true, TOPIC, topic));
    }

    static void alterConfigs(final Twins twins) {
        final String topic = "alter-v" + twins.version();
        twins.topic(topic, 1, "segment.ms", "5555555");
        twins.ask(
                "two settings", party -> alteration(TOPIC, topic, "retention.ms", "7777", "max.message.bytes", "9999"));
        described(twins, topic);
        twins.ask("one replaces all", party -> alteration(TOPIC, topic, "retention.ms", "8888"));
        described(twins, topic);
        twins.ask(
                "only to validate",
                party -> alteration(TOPIC, topic, "retention.ms", "1").setValidateOnly(true));
        twins.ask(
                "only to validate what is wrong",
                party -> alteration(TOPIC, topic, "retention.ms", "x").setValidateOnly(true));
        twins.ask("wrong value", party -> alteration(TOPIC, topic, "retention.ms", "soon"));
        twins.ask("null value", party -> alteration(TOPIC, topic, "retention.ms", null));
        twins.ask("unknown setting", party -> alteration(TOPIC, topic, "no.such.setting", "1"));
        twins.ask("unknown topic", party -> alteration(TOPIC, "nobody-made-this", "retention.ms", "1"));
        twins.ask("a name that is none", party -> alteration(TOPIC, "a b", "retention.ms", "1"));
        twins.ask("another broker", party -> alteration(BROKER, "2", "log.cleaner.threads", "1"));
        twins.ask("a broker that is no number", party -> alteration(BROKER, "one", "log.cleaner.threads", "1"));
        twins.ask("an unknown type", party -> alteration(UNKNOWN, "x", "retention.ms", "1"));
        twins.ask("a type that is none", party -> alteration(NOTHING, "x", "retention.ms", "1"));
        twins.ask("nothing", party -> new AlterConfigsRequestData());
        described(twins, topic);
        twins.ask("no settings at all", party -> alteration(TOPIC, topic));
        described(twins, topic);
    }

    private static AlterConfigsRequestData alteration(final byte type, final String name, final String... configs) {
        final var collection = new AlterConfigsRequestData.AlterableConfigCollection();
        for (int i = 0; i < configs.length; i += 2) {
            collection.add(new AlterConfigsRequestData.AlterableConfig()
                    .setName(configs[i])
                    .setValue(configs[i + 1]));
        }
        final AlterConfigsRequestData request = new AlterConfigsRequestData();
        request.resources()
                .add(new AlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(type)
                        .setResourceName(name)
                        .setConfigs(collection));
        return request;
    }

    static void incrementalAlterConfigs(final Twins twins) {
        final String topic = "incremental-v" + twins.version();
        twins.topic(topic, 1, "segment.ms", "5555555");
        change(twins, topic, SET, "retention.ms", "7777");
        change(twins, topic, SET, "cleanup.policy", "compact");
        described(twins, topic);
        change(twins, topic, SET, "cleanup.policy", "compact,compact");
        described(twins, topic);
        change(twins, topic, APPEND, "cleanup.policy", "delete");
        change(twins, topic, APPEND, "cleanup.policy", "delete");
        described(twins, topic);
        change(twins, topic, SUBTRACT, "cleanup.policy", "compact");
        change(twins, topic, SUBTRACT, "cleanup.policy", "never-there");
        change(twins, topic, DELETE, "retention.ms", null);
        change(twins, topic, DELETE, "retention.ms", "a value that is ignored");
        described(twins, topic);
        change(twins, topic, APPEND, "retention.ms", "5");
        change(twins, topic, SUBTRACT, "retention.ms", "5");
        change(twins, topic, SET, "retention.ms", "soon");
        change(twins, topic, SET, "retention.ms", null);
        change(twins, topic, SET, "retention.ms", "");
        change(twins, topic, SET, "cleanup.policy", "burn");
        change(twins, topic, SET, "no.such.setting", "1");
        change(twins, topic, DELETE, "no.such.setting", null);
        change(twins, topic, (byte) 9, "retention.ms", "1");
        change(twins, "nobody-made-this", SET, "retention.ms", "1");
        change(twins, "a b", SET, "retention.ms", "1");
        change(twins, "", SET, "retention.ms", "1");
        twins.ask(
                "only to validate",
                party -> change(TOPIC, topic, SET, "retention.ms", "1").setValidateOnly(true));
        twins.ask("another broker", party -> change(BROKER, "2", SET, "log.cleaner.threads", "1"));
        twins.ask("a broker that is no number", party -> change(BROKER, "one", SET, "log.cleaner.threads", "1"));
        twins.ask("a setting that only a start can change", party -> change(BROKER, "1", SET, "node.id", "2"));
        twins.ask("an unknown setting of the broker", party -> change(BROKER, "1", SET, "no.such.setting", "2"));
        twins.ask("an unknown type", party -> change(UNKNOWN, "x", SET, "retention.ms", "1"));
        twins.ask("a type that is none", party -> change(NOTHING, "x", SET, "retention.ms", "1"));
        twins.ask("nothing", party -> new IncrementalAlterConfigsRequestData());
        brokers(twins);
        listeners(twins);
        twins.ask("one key twice", party -> {
            final IncrementalAlterConfigsRequestData request = change(TOPIC, topic, SET, "retention.ms", "1");
            request.resources()
                    .iterator()
                    .next()
                    .configs()
                    .add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                            .setName("retention.ms")
                            .setConfigOperation(DELETE));
            return request;
        });
        described(twins, topic);
    }

    /** Dynamic settings of one broker and of all, and what a topic without its own then has. */
    private static void brokers(final Twins twins) {
        final String topic = "incremental-of-brokers-v" + twins.version();
        twins.topic(topic, 1);
        for (final String broker : List.of("", "1")) {
            change(twins, BROKER, broker, SET, "log.retention.ms", broker.isEmpty() ? "5000000" : "6000000");
            change(twins, BROKER, broker, SET, "message.max.bytes", "900000");
            change(twins, BROKER, broker, SET, "log.cleanup.policy", "compact");
            describedBrokers(twins, topic);
            change(twins, BROKER, broker, APPEND, "log.cleanup.policy", "delete");
            describedBrokers(twins, topic);
            change(twins, BROKER, broker, SUBTRACT, "log.cleanup.policy", "compact");
            change(twins, BROKER, broker, DELETE, "message.max.bytes", null);
            change(twins, BROKER, broker, SET, "log.retention.ms", "soon");
            change(twins, BROKER, broker, SET, "log.retention.ms", "0");
            change(twins, BROKER, broker, SET, "log.retention.ms", null);
            change(twins, BROKER, broker, SET, "message.max.bytes", "-1");
            change(twins, BROKER, broker, SET, "log.cleanup.policy", "burn");
            change(twins, BROKER, broker, SET, "max.connections", "100000");
            change(twins, BROKER, broker, SET, "max.connections", "-1");
            change(twins, BROKER, broker, SET, "min.insync.replicas", "0");
            change(twins, BROKER, broker, SET, "log.segment.bytes", "1");
            change(twins, BROKER, broker, APPEND, "log.retention.ms", "1");
            change(twins, BROKER, broker, DELETE, "no.such.setting", null);
            change(twins, BROKER, broker, SET, "num.partitions", "3");
            change(twins, BROKER, broker, SET, "auto.create.topics.enable", "false");
            change(twins, BROKER, broker, (byte) 9, "log.retention.ms", "1");
            twins.ask(
                    "only to validate, of '" + broker + "'",
                    party ->
                            change(BROKER, broker, SET, "log.retention.ms", "1").setValidateOnly(true));
            twins.ask(
                    "only to validate what is wrong, of '" + broker + "'",
                    party ->
                            change(BROKER, broker, SET, "log.retention.ms", "x").setValidateOnly(true));
            describedBrokers(twins, topic);
        }
        for (final String broker : List.of("", "1")) {
            for (final String key : List.of("log.retention.ms", "log.cleanup.policy", "max.connections")) {
                change(twins, BROKER, broker, DELETE, key, null);
            }
            describedBrokers(twins, topic);
        }
    }

    /** What one listener has for itself, and what only a listener may have. */
    private static void listeners(final Twins twins) {
        final String connections = "listener.name.plaintext.max.connections";
        final String location = "listener.name.plaintext.ssl.keystore.location";
        final String password = "listener.name.plaintext.ssl.keystore.password";
        change(twins, BROKER, "1", SET, connections, "100000");
        change(twins, BROKER, "", SET, connections, "200000");
        change(twins, BROKER, "1", SET, location, "/x");
        change(twins, BROKER, "1", SET, password, "secret");
        for (final String broker : List.of("", "1")) {
            twins.askUntilEqual(
                    "listeners described '" + broker + "'",
                    (short) 4,
                    party -> description(true, BROKER, broker, connections, location, password)
                            .setIncludeDocumentation(false));
            change(twins, BROKER, broker, SET, connections, "0");
            change(twins, BROKER, broker, SET, connections, "x");
            change(twins, BROKER, broker, SET, location.substring(location.indexOf("ssl")), "/x");
            change(twins, BROKER, broker, SET, "num.io.threads", "100");
            change(twins, BROKER, broker, SET, "listener.name.plaintext.num.network.threads", "100");
            change(twins, BROKER, broker, SET, "listener.name.none.num.network.threads", "100");
            change(twins, BROKER, broker, DELETE, "listener.name.none.num.network.threads", null);
            change(twins, BROKER, broker, APPEND, "metric.reporters", "no.such.Reporter");
        }
        change(twins, BROKER, "", SET, location, "/x");
        change(twins, BROKER, "", DELETE, connections, null);
        for (final String key : List.of(connections, location, password)) {
            change(twins, BROKER, "1", DELETE, key, null);
        }
    }

    private static void describedBrokers(final Twins twins, final String topic) {
        final String[] keys = {
            "log.retention.ms", "message.max.bytes", "log.cleanup.policy", "max.connections", "log.retention.hours"
        };
        for (final String broker : List.of("", "1")) {
            twins.askUntilEqual("described '" + broker + "'", (short) 4, party -> {
                final DescribeConfigsRequestData request = description(true, BROKER, broker, keys);
                return request.setIncludeDocumentation(false);
            });
        }
        described(twins, topic);
    }

    private static void change(
            final Twins twins, final String topic, final byte operation, final String key, final String value) {
        twins.ask(
                "operation " + operation + " " + key + "=" + value + " of '" + topic + "'",
                party -> change(TOPIC, topic, operation, key, value));
    }

    private static void change(
            final Twins twins,
            final byte type,
            final String name,
            final byte operation,
            final String key,
            final String value) {
        twins.ask(
                "operation " + operation + " " + key + "=" + value + " of broker '" + name + "'",
                party -> change(type, name, operation, key, value));
    }

    private static IncrementalAlterConfigsRequestData change(
            final byte type, final String name, final byte operation, final String key, final String value) {
        final var collection = new IncrementalAlterConfigsRequestData.AlterableConfigCollection();
        collection.add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                .setName(key)
                .setConfigOperation(operation)
                .setValue(value));
        final IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources()
                .add(new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(type)
                        .setResourceName(name)
                        .setConfigs(collection));
        return request;
    }
}
