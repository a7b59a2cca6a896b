package io.millrace.tools.it.compat;

import java.util.List;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;

/** Settings of what is neither a topic nor a broker: groups, subscriptions of client metrics, loggers. */
final class ResourceScripts {
    private static final byte BROKER_LOGGER = 8;
    private static final byte CLIENT_METRICS = 16;
    private static final byte GROUP = 32;

    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final byte APPEND = 2;
    private static final byte SUBTRACT = 3;

    private ResourceScripts() {}

    static void describeConfigs(final Twins twins) {
        for (final boolean more : new boolean[] {false, true}) {
            twins.ask("group, more " + more, party -> description(more, GROUP, "nobody"));
            twins.ask("subscription, more " + more, party -> description(more, CLIENT_METRICS, "nobody"));
            twins.ask("unset loggers, more " + more, party -> description(more, BROKER_LOGGER, "1", "no.such.logger"));
        }
        twins.ask("no group", party -> description(false, GROUP, ""));
        twins.ask("a group of an odd name", party -> description(false, GROUP, "a b/c", "share.session.timeout.ms"));
        twins.ask("a group's key that is none", party -> description(false, GROUP, "g", "no.such.setting"));
    }

    static void alterConfigs(final Twins twins) {
        final String group = "alter-group-v" + twins.version();
        final String metrics = "alter-metrics-v" + twins.version();
        twins.ask(
                "two of a group",
                party -> alteration(
                        GROUP,
                        group,
                        "consumer.session.timeout.ms",
                        "50000",
                        "share.isolation.level",
                        "read_committed"));
        described(twins, GROUP, group);
        twins.ask("one of a group", party -> alteration(GROUP, group, "consumer.heartbeat.interval.ms", "6000"));
        described(twins, GROUP, group);
        twins.ask("none of a group", party -> alteration(GROUP, group));
        described(twins, GROUP, group);
        twins.ask("null of a group", party -> alteration(GROUP, group, "consumer.session.timeout.ms", null));
        twins.ask("an unknown one of a group", party -> alteration(GROUP, group, "no.such.setting", "1"));
        twins.ask("no group", party -> alteration(GROUP, "", "consumer.session.timeout.ms", "50000"));
        twins.ask(
                "two of metrics", party -> alteration(CLIENT_METRICS, metrics, "interval.ms", "500", "metrics", "a,b"));
        described(twins, CLIENT_METRICS, metrics);
        twins.ask("one of metrics", party -> alteration(CLIENT_METRICS, metrics, "match", "client_id=x"));
        described(twins, CLIENT_METRICS, metrics);
        twins.ask("none of metrics", party -> alteration(CLIENT_METRICS, metrics));
        described(twins, CLIENT_METRICS, metrics);
        twins.ask("an unknown one of metrics", party -> alteration(CLIENT_METRICS, metrics, "no.such.setting", "1"));
        twins.ask("no metrics", party -> alteration(CLIENT_METRICS, "", "interval.ms", "500"));
        twins.ask("a logger", party -> alteration(BROKER_LOGGER, "1", "root", "INFO"));
    }

    private static void described(final Twins twins, final byte type, final String name) {
        twins.askUntilEqual("described '" + name + "'", (short) 4, party -> description(true, type, name));
    }

    static void groups(final Twins twins) {
        final String group = "incremental-group-v" + twins.version();
        for (final String value : List.of("soon", "", "0", "-1", "44999", "45000", "60000", "60001", " 50000 ")) {
            change(twins, GROUP, group, SET, "consumer.session.timeout.ms", value);
        }
        for (final String name : List.of(
                "consumer.heartbeat.interval.ms",
                "consumer.assignment.interval.ms",
                "share.heartbeat.interval.ms",
                "share.session.timeout.ms",
                "share.record.lock.duration.ms",
                "share.delivery.count.limit",
                "share.partition.max.record.locks",
                "share.assignment.interval.ms",
                "streams.heartbeat.interval.ms",
                "streams.session.timeout.ms",
                "streams.num.standby.replicas",
                "streams.num.warmup.replicas",
                "streams.initial.rebalance.delay.ms",
                "streams.assignment.interval.ms",
                "streams.task.offset.interval.ms",
                "streams.acceptable.recovery.lag")) {
            for (final String value : List.of("-1", "0", "1", "3000000", "x", "99999999999")) {
                twins.ask(
                        name + "=" + value,
                        party -> change(GROUP, group, SET, name, value).setValidateOnly(true));
            }
        }
        described(twins, GROUP, group);
        change(twins, GROUP, group, SET, "share.auto.offset.reset", "earliest");
        change(twins, GROUP, group, SET, "share.auto.offset.reset", "by_duration:PT1H");
        change(twins, GROUP, group, SET, "share.auto.offset.reset", "by_duration:PT-1H");
        change(twins, GROUP, group, SET, "share.auto.offset.reset", "by_duration:");
        change(twins, GROUP, group, SET, "share.auto.offset.reset", "never");
        change(twins, GROUP, group, SET, "share.isolation.level", "READ_COMMITTED");
        change(twins, GROUP, group, SET, "share.isolation.level", "read_some");
        change(twins, GROUP, group, SET, "share.renew.acknowledge.enable", "FALSE");
        change(twins, GROUP, group, SET, "share.renew.acknowledge.enable", "maybe");
        change(twins, GROUP, group, SET, "consumer.assignor.offload.enable", "false");
        change(twins, GROUP, group, SET, "errors.deadletterqueue.topic.name", "__mine");
        change(twins, GROUP, group, SET, "errors.deadletterqueue.topic.name", "mine");
        change(twins, GROUP, group, SET, "errors.deadletterqueue.copy.record.enable", "true");
        change(twins, GROUP, group, SET, "streams.assignor.name", "sticky");
        change(twins, GROUP, group, SET, "streams.assignor.name", "nobody");
        change(twins, GROUP, group, SET, "streams.rack.aware.assignment.tags", "a,b");
        change(twins, GROUP, group, SET, "streams.rack.aware.assignment.tags", "a, a");
        change(twins, GROUP, group, SET, "streams.rack.aware.assignment.tags", "a,,b");
        change(twins, GROUP, group, SET, "streams.rack.aware.assignment.tags", "a,b,c,d,e,f");
        described(twins, GROUP, group);
        change(twins, GROUP, group, APPEND, "streams.rack.aware.assignment.tags", "c");
        change(twins, GROUP, group, SUBTRACT, "streams.rack.aware.assignment.tags", "a");
        change(twins, GROUP, group, APPEND, "consumer.session.timeout.ms", "1");
        change(twins, GROUP, group, SUBTRACT, "no.such.setting", "1");
        described(twins, GROUP, group);
        change(twins, GROUP, group, SET, "no.such.setting", "1");
        change(twins, GROUP, group, SET, "consumer.session.timeout.ms", null);
        change(twins, GROUP, group, (byte) 9, "consumer.session.timeout.ms", "50000");
        change(twins, GROUP, group, DELETE, "consumer.session.timeout.ms", null);
        change(twins, GROUP, group, DELETE, "no.such.setting", null);
        change(twins, GROUP, "", SET, "consumer.session.timeout.ms", "50000");
        change(twins, GROUP, "", SET, "no.such.setting", "50000");
        change(twins, GROUP, "a b/c", SET, "consumer.session.timeout.ms", "50000");
        described(twins, GROUP, "a b/c");
        described(twins, GROUP, group);
    }

    static void metrics(final Twins twins) {
        final String name = "incremental-metrics-v" + twins.version();
        for (final String value : List.of("soon", "", "0", "99", "100", "3600000", "3600001", " 500 ")) {
            change(twins, CLIENT_METRICS, name, SET, "interval.ms", value);
        }
        described(twins, CLIENT_METRICS, name);
        for (final String value : List.of(
                "client_id=a.*,client_software_name=b",
                "client_id",
                "client_id=a=b",
                "nobody=a",
                "client_id=[",
                "=a",
                "",
                "client_source_port = 12")) {
            change(twins, CLIENT_METRICS, name, SET, "match", value);
        }
        for (final String value : List.of("*", "", "a,b", "a,a", "a,,b")) {
            change(twins, CLIENT_METRICS, name, SET, "metrics", value);
        }
        described(twins, CLIENT_METRICS, name);
        change(twins, CLIENT_METRICS, name, APPEND, "metrics", "c");
        change(twins, CLIENT_METRICS, name, SUBTRACT, "metrics", "c");
        change(twins, CLIENT_METRICS, name, APPEND, "interval.ms", "1");
        change(twins, CLIENT_METRICS, name, APPEND, "no.such.setting", "1");
        described(twins, CLIENT_METRICS, name);
        change(twins, CLIENT_METRICS, name, SET, "no.such.setting", "1");
        change(twins, CLIENT_METRICS, name, SET, "metrics", null);
        change(twins, CLIENT_METRICS, name, (byte) 9, "metrics", "a");
        change(twins, CLIENT_METRICS, "", SET, "metrics", "a");
        change(twins, CLIENT_METRICS, "", SET, "no.such.setting", "a");
        change(twins, CLIENT_METRICS, name, DELETE, "metrics", null);
        change(twins, CLIENT_METRICS, name, DELETE, "no.such.setting", null);
        described(twins, CLIENT_METRICS, name);
    }

    static void loggers(final Twins twins) {
        for (final String level : List.of("DEBUG", "INFO", "debug", "FATAL", "OFF", "ALL", "LOUD", "")) {
            twins.ask(
                    "only to validate " + level,
                    party -> change(BROKER_LOGGER, "1", SET, "root", level).setValidateOnly(true));
        }
        change(twins, BROKER_LOGGER, "1", SET, "root", "WARN");
        twins.askUntilEqual("warns", (short) 4, party -> description(true, BROKER_LOGGER, "1", "root"));
        change(twins, BROKER_LOGGER, "1", SET, "root", "INFO");
        twins.askUntilEqual("informs", (short) 4, party -> description(true, BROKER_LOGGER, "1", "root"));
        change(twins, BROKER_LOGGER, "1", DELETE, "root", null);
        change(twins, BROKER_LOGGER, "1", APPEND, "root", "INFO");
        change(twins, BROKER_LOGGER, "1", SUBTRACT, "root", "INFO");
        change(twins, BROKER_LOGGER, "1", (byte) 9, "root", "INFO");
        change(twins, BROKER_LOGGER, "1", APPEND, "no.such.logger", "INFO");
        change(twins, BROKER_LOGGER, "1", DELETE, "no.such.logger", null);
        change(twins, BROKER_LOGGER, "1", SET, "root", null);
        twins.askUntilEqual("informs again", (short) 4, party -> description(true, BROKER_LOGGER, "1", "root"));
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

    private static AlterConfigsRequestData alteration(final byte type, final String name, final String... configs) {
        final var resource = new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType(type)
                .setResourceName(name);
        for (int i = 0; i < configs.length; i += 2) {
            resource.configs()
                    .add(new AlterConfigsRequestData.AlterableConfig()
                            .setName(configs[i])
                            .setValue(configs[i + 1]));
        }
        final AlterConfigsRequestData request = new AlterConfigsRequestData();
        request.resources().add(resource);
        return request;
    }

    private static void change(
            final Twins twins,
            final byte type,
            final String name,
            final byte operation,
            final String key,
            final String value) {
        twins.ask(
                "operation " + operation + " " + key + "=" + value + " of '" + name + "'",
                party -> change(type, name, operation, key, value));
    }

    private static IncrementalAlterConfigsRequestData change(
            final byte type, final String name, final byte operation, final String key, final String value) {
        final var resource = new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                .setResourceType(type)
                .setResourceName(name);
        resource.configs()
                .add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                        .setName(key)
                        .setConfigOperation(operation)
                        .setValue(value));
        final IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(resource);
        return request;
    }
}
