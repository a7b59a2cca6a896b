package io.millrace.engine.metadata;

import static io.millrace.engine.metadata.ControllerFixture.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.settings.SettingsLoader;
import io.millrace.engine.status.Outcome;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Outcomes and words are those of Apache Kafka 4.4.0, but for a count of no cleaner at all. */
class BrokerRulesTest {
    private static final String START = "Invalid value org.apache.kafka.common.config.ConfigException: ";
    private static final String END = " for configuration Invalid dynamic configuration";

    private final ControllerFixture node = new ControllerFixture(
            1, new SettingsLoader().file("f", Map.of("log.dirs", "/here")).load());

    private void refused(final String broker, final String name, final String value, final String message) {
        final CommandResult result = node.alter(ResourceType.BROKER, broker, set(name, value));
        assertThat(result.outcome()).as("%s=%s", name, value).isEqualTo(Outcome.INVALID_REQUEST);
        assertThat(result.message()).isEqualTo(message);
    }

    private void taken(final String broker, final String name, final String value) {
        final CommandResult result = node.alter(ResourceType.BROKER, broker, set(name, value));
        assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.OK);
    }

    private void unset(final String broker, final String name) {
        node.alter(ResourceType.BROKER, broker, new ConfigChange(ConfigChange.Operation.DELETE, name, null));
    }

    @Test
    void shouldLetThreadsBeHalvedOrDoubledAtMost() {
        final String start = START + "Dynamic thread count update validation failed for num.io.threads=";
        refused(
                "1",
                "num.io.threads",
                "17",
                start + "17, value should not be greater than double the current value 8" + END);
        refused("", "num.io.threads", "3", start + "3, value should be at least half the current value 8" + END);
        taken("1", "num.io.threads", "16");
        taken("1", "num.io.threads", "32");
        taken("", "num.io.threads", "100");
        assertThat(node.image.settings().text("num.io.threads")).isEqualTo("32");
        unset("", "num.io.threads");
        unset("1", "num.io.threads");
        assertThat(node.image.settings().text("num.io.threads"))
                .as("8 is less than half")
                .isEqualTo("32");
    }

    @Test
    void shouldLetThreadsOfOneListenerBeHalvedOrDoubledAtMost() {
        final String own = "listener.name.plaintext.num.network.threads";
        final String start = START + "Dynamic thread count update validation failed for num.network.threads=";
        final String more = ", value should not be greater than double the current value ";
        refused("1", own, "7", start + "7" + more + "3" + END);
        refused("", own, "7", start + "7" + more + "3" + END);
        refused("1", "num.network.threads", "7", start + "7" + more + "3" + END);
        taken("1", own, "6");
        taken("1", own, "12");
        taken("1", "num.network.threads", "100");
        refused("1", own, "5", start + "5, value should be at least half the current value 12" + END);
        taken("1", "listener.name.none.num.network.threads", "500");
    }

    @Test
    void shouldLetCleanersBeHalvedOrDoubledAtMost() {
        final String start = START + "Log cleaner threads cannot be ";
        refused("1", "log.cleaner.threads", "3", start + "increased to more than double the current value 1" + END);
        taken("1", "log.cleaner.threads", "2");
        taken("1", "log.cleaner.threads", "4");
        refused("1", "log.cleaner.threads", "1", start + "reduced to less than half the current value 4" + END);
        refused("1", "log.cleaner.threads", "0", "Log cleaner threads should be at least 1");
        refused(
                "1",
                "log.cleaner.dedupe.buffer.size",
                "1048577",
                "requirement failed: log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.");
    }

    @Test
    void shouldCordonOnlyWhatIsThere() {
        refused(
                "1",
                "cordoned.log.dirs",
                "/nowhere,/here",
                "requirement failed: All entries in cordoned.log.dirs must be present in log.dirs or log.dir."
                        + " Missing entries : /nowhere");
        refused(
                "1",
                "cordoned.log.dirs",
                "*,/here",
                "requirement failed: When cordoned.log.dirs is set to *, it must not contain other values");
        taken("1", "cordoned.log.dirs", "*");
        taken("1", "cordoned.log.dirs", "/here");
    }

    @Test
    void shouldTakeKeysForOneListenerAlone() {
        refused(
                "1",
                "ssl.keystore.password",
                "secret",
                "These security configs can be dynamically updated only per-listener using the listener prefix:"
                        + " [ssl.keystore.password]");
        taken("1", "listener.name.plaintext.ssl.keystore.password", "secret");
        refused(
                "",
                "listener.name.plaintext.ssl.keystore.location",
                "/x",
                "Cannot update these configs at default cluster level, broker id must be specified:"
                        + " [listener.name.plaintext.ssl.keystore.location]");
        taken("", "listener.name.plaintext.max.connections", "600");
    }

    @Test
    void shouldHoldAListenersSettingsToTheirTypes() {
        refused(
                "1",
                "listener.name.plaintext.max.connections",
                "x",
                "Invalid value x for configuration max.connections: Not a number of type INT");
        refused("1", "listener.name.plaintext.max.connections", "0", START + "Invalid max.connections 0" + END);
        taken("1", "listener.name.plaintext.max.connections", "5");
        taken("", "listener.name.plaintext.max.connections", "0");
        refused(
                "1",
                "listener.name.plaintext.advertise",
                "core",
                "Cannot update these configs dynamically: [listener.name.plaintext.advertise]");
    }

    @Test
    void shouldKeepNoMoreItselfThanIsKeptAtAll() {
        final String local =
                START + "Invalid value %s for configuration log.local.retention.%s: Value must not be %s" + END;
        final String more = "more than log.retention.%s property value: %d";
        final long weekMs = 604_800_000;
        refused(
                "1",
                "log.local.retention.ms",
                "604800001",
                String.format(local, "604800001", "ms", String.format(more, "ms", weekMs)));
        refused(
                "",
                "log.local.retention.ms",
                "-1",
                String.format(local, "-1", "ms", "-1 as log.retention.ms value is set as 604800000."));
        taken("1", "log.local.retention.ms", "604800000");
        refused("1", "log.retention.ms", "1000", String.format(local, weekMs, "ms", String.format(more, "ms", 1_000)));
        taken("1", "log.retention.ms", "-1");
        taken("1", "log.local.retention.ms", "-1");
        taken("1", "log.local.retention.bytes", "-1");
        refused(
                "1",
                "log.retention.bytes",
                "500",
                String.format(local, "-1", "bytes", "-1 as log.retention.bytes value is set as 500."));
        taken("1", "log.local.retention.bytes", "400");
        taken("1", "log.retention.bytes", "500");
        refused(
                "1",
                "log.local.retention.bytes",
                "501",
                String.format(local, "501", "bytes", String.format(more, "bytes", 500)));
    }

    @Test
    void shouldCopyBeforeItsOwnCopyGoes() {
        final String lag = START + "Invalid value %s for configuration log.remote.copy.lag.%s: Value must not exceed"
                + " log.local.retention.%s (effective value: %d)" + END;
        refused("1", "log.remote.copy.lag.ms", "604800001", String.format(lag, "604800001", "ms", "ms", 604_800_000));
        taken("1", "log.remote.copy.lag.ms", "604800000");
        taken("1", "log.remote.copy.lag.bytes", "800");
        refused("1", "log.local.retention.bytes", "700", String.format(lag, "800", "bytes", "bytes", 700));
    }

    @Test
    void shouldKnowNoReporterOfMetricsButTheOne() {
        final String message = START
                + "Validation of dynamic config update of Set(metric.reporters) failed with class class"
                + " kafka.server.DynamicMetricsReporters" + END;
        refused("1", "metric.reporters", "org.none.Such", message);
        taken("1", "metric.reporters", "");
        taken("1", "metric.reporters", "org.apache.kafka.common.metrics.JmxReporter");
        final CommandResult appended = node.alter(
                ResourceType.BROKER,
                "1",
                new ConfigChange(ConfigChange.Operation.APPEND, "metric.reporters", "org.none.Such"));
        assertThat(appended.message()).isEqualTo(message);
    }
}
