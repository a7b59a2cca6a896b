package io.millrace.engine.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsLoaderTest {
    private final SettingsLoader loader = new SettingsLoader();

    @Test
    void shouldPreferCommandLineOverEnvironmentOverFileOverDefault() {
        final Settings settings = loader.commandLine("num.partitions", "4")
                .environment(Map.of("MILLRACE_NUM_PARTITIONS", "3", "MILLRACE_FETCH_MAX_BYTES", "2048", "PATH", "x"))
                .file(
                        "server.properties",
                        Map.of("num.partitions", "2", "fetch.max.bytes", "4096", "log.roll.hours", "5"))
                .load();

        assertThat(settings.intOf(BrokerSettings.NUM_PARTITIONS)).isEqualTo(4);
        assertThat(settings.source("num.partitions")).isEqualTo(ValueSource.COMMAND_LINE);
        assertThat(settings.intOf(BrokerSettings.FETCH_MAX_BYTES)).isEqualTo(2048);
        assertThat(settings.source("fetch.max.bytes")).isEqualTo(ValueSource.ENVIRONMENT);
        assertThat(settings.intOf(BrokerSettings.LOG_ROLL_HOURS)).isEqualTo(5);
        assertThat(settings.source("log.roll.hours")).isEqualTo(ValueSource.FILE);
        assertThat(settings.intOf(BrokerSettings.NODE_ID)).isEqualTo(1);
        assertThat(settings.source("node.id")).isEqualTo(ValueSource.DEFAULT);
        assertThat(loader.warnings()).isEmpty();
    }

    @Test
    void shouldTakeOurOwnNamesFromTheEnvironmentWithAndWithoutTheirPrefix() {
        assertThat(loader.environment(Map.of("MILLRACE_DURABILITY", "os"))
                        .load()
                        .stringOf(BrokerSettings.DURABILITY))
                .isEqualTo("os");
        assertThat(new SettingsLoader()
                        .environment(Map.of("MILLRACE_MILLRACE_DURABILITY", "os"))
                        .load()
                        .stringOf(BrokerSettings.DURABILITY))
                .isEqualTo("os");
        assertThat(new SettingsLoader()
                        .environment(Map.of("MILLRACE_LISTENER_NAME_INSIDE_ADVERTISE", "core"))
                        .load()
                        .text("listener.name.inside.advertise"))
                .isEqualTo("core");
    }

    @Test
    void shouldLeaveTheStartScriptsVariablesAlone() {
        loader.environment(Map.of("MILLRACE_HEAP", "1g", "MILLRACE_JVM_OPTS", "-Xlog", "MILLRACE_AOT", "off"))
                .load();
    }

    @Test
    void shouldStopAtANameNobodyKnowsAndNameTheNearest() {
        assertThatThrownBy(() -> loader.file("server.properties", Map.of("lisenters", "PLAINTEXT://:1"))
                        .load())
                .isInstanceOf(SettingException.class)
                .hasMessage("Unknown setting lisenters (in server.properties). The nearest is listeners.");
        assertThatThrownBy(() ->
                        new SettingsLoader().commandLine("retention.ms", "1").load())
                .hasMessage("Unknown setting retention.ms (on the command line). The nearest is log.retention.ms.");
        assertThatThrownBy(() -> new SettingsLoader().environment(Map.of("MILLRACE_NUM_PARTITION", "1")))
                .hasMessage("Unknown setting in the environment: MILLRACE_NUM_PARTITION. The nearest is"
                        + " MILLRACE_NUM_PARTITIONS.");
        assertThatThrownBy(() -> new SettingsLoader()
                        .commandLine("zookeeper.connect", "localhost:2181")
                        .load())
                .hasMessage("Unknown setting zookeeper.connect (on the command line).");
        assertThatThrownBy(() -> new SettingsLoader().environment(Map.of("MILLRACE_WHATEVER_ELSE", "1")))
                .hasMessage("Unknown setting in the environment: MILLRACE_WHATEVER_ELSE.");
    }

    @Test
    void shouldWarnOnceOfANameThatOnlyKafkaUses() {
        loader.file("server.properties", Map.of("num.io.threads", "8", "listener.name.a.ssl.client.auth", "none"))
                .load();
        assertThat(loader.warnings())
                .containsExactly(
                        "Setting listener.name.a.ssl.client.auth (in server.properties) is known to Apache Kafka but"
                                + " has no effect in this version of Millrace.",
                        "Setting num.io.threads (in server.properties) is known to Apache Kafka but has no effect in"
                                + " this version of Millrace.");
    }

    @Test
    void shouldRefuseWhatKafkaWouldThoughItHasNoEffect() {
        loader.commandLine("num.io.threads", "abc");
        assertThatThrownBy(loader::load)
                .isInstanceOf(SettingException.class)
                .hasMessage("Invalid value abc for configuration num.io.threads: Not a number of type INT"
                        + " (on the command line)");
    }

    @Test
    void shouldTakeForAListenerOnlyWhatKafkaDoes() {
        for (final String name : List.of(
                "ssl.keystore.location",
                "sasl.enabled.mechanisms",
                "scram-sha-256.sasl.jaas.config",
                "max.connections",
                "num.network.threads",
                "principal.builder.class")) {
            assertThat(KnownNames.isKnown("listener.name.a." + name)).as(name).isTrue();
        }
        for (final String name : List.of(
                "num.io.threads",
                "log.retention.ms",
                "plain.max.connections",
                "plain.ssl.keystore.location",
                "sasl.mechanism.inter.broker.protocol",
                "listeners",
                "nothing")) {
            assertThat(KnownNames.isKnown("listener.name.a." + name)).as(name).isFalse();
        }
    }

    @Test
    void shouldWarnOfWhatIsNotActedUponAlone() {
        loader.file("f", Map.of("compression.type", "producer", "log.cleanup.policy", "delete"))
                .load();
        assertThat(loader.warnings()).isEmpty();
        loader.file("f", Map.of("compression.type", "zstd", "log.cleanup.policy", "compact"))
                .commandLine("log.preallocate", "true")
                .load();
        assertThat(loader.warnings())
                .singleElement()
                .satisfies(
                        line -> assertThat(line).startsWith("Setting log.preallocate (on the command line) is known"));
    }

    @Test
    void shouldNameTheOptionThatCanBeNoAddress() {
        assertThatThrownBy(() -> new SettingsLoader().listener(null, 70_000, null))
                .hasMessage("--port 70000: expected a port from 0 to 65535");
        assertThatThrownBy(() -> new SettingsLoader().listener("", null, null))
                .hasMessageStartingWith("--host is empty");
        assertThatThrownBy(
                        () -> new SettingsLoader().listener(null, null, "both").load())
                .hasMessageStartingWith("Invalid value both for configuration listener.name.plaintext.advertise: ");
    }

    @Test
    void shouldNameSettingValueExpectationAndPlaceOfABadValue() {
        assertThatThrownBy(() -> loader.commandLine("num.partitions", "0").load())
                .hasMessage("Invalid value 0 for configuration num.partitions: Value must be at least 1 (on the"
                        + " command line)");
        assertThatThrownBy(() -> new SettingsLoader()
                        .commandLine("millrace.durability", "none")
                        .load())
                .hasMessageContaining("String must be one of: fsync, os");
        assertThatThrownBy(() -> new SettingsLoader()
                        .commandLine("log.cleanup.policy", "burn")
                        .load())
                .hasMessageContaining("String must be one of: compact, delete");
    }

    @Test
    void shouldTakeBrokerIdForNodeId() {
        final Settings settings = loader.file("f", Map.of("broker.id", "7")).load();
        assertThat(settings.intOf(BrokerSettings.NODE_ID)).isEqualTo(7);
        assertThat(new SettingsLoader()
                        .commandLine("broker.id", "8")
                        .file("f", Map.of("node.id", "7"))
                        .load()
                        .intOf(BrokerSettings.NODE_ID))
                .isEqualTo(8);
        assertThatThrownBy(() -> new SettingsLoader()
                        .file("f", Map.of("node.id", "7", "broker.id", "6"))
                        .load())
                .hasMessageContaining("of which it is an alias");
    }

    @Test
    void shouldResolveTopicsFromBrokerSettingsInAnyUnit() {
        final Settings settings = loader.file("f", Map.of("log.retention.minutes", "2", "log.roll.hours", "3"))
                .load();
        final TopicConfig config = TopicConfig.resolve(Map.of("segment.ms", "9"), settings);
        assertThat(config.retentionMs()).isEqualTo(120_000);
        assertThat(config.segmentMs()).isEqualTo(9);
        assertThat(TopicConfig.resolve(Map.of(), settings).segmentMs()).isEqualTo(3 * 3_600_000L);
        assertThat(TopicConfig.defaults().retentionMs()).isEqualTo(604_800_000L);
        assertThat(TopicConfig.resolve(
                                Map.of(),
                                new SettingsLoader()
                                        .commandLine("log.retention.hours", "-1")
                                        .load())
                        .retentionMs())
                .isEqualTo(-1);
    }

    @Test
    void shouldKnowKafkasSettingsByTheHundred() {
        assertThat(KnownNames.kafka()).hasSizeGreaterThan(370);
        assertThat(KnownNames.isKnown("log.cleaner.threads")).isTrue();
        assertThat(KnownNames.isKnown("zookeeper.connect")).isFalse();
        for (final Setting setting : BrokerSettings.all()) {
            final KnownNames.KafkaSetting kafka = KnownNames.kafka(setting.name());
            assertThat(kafka != null || setting.name().startsWith("millrace."))
                    .as(setting.name())
                    .isTrue();
        }
    }

    @Test
    void shouldCountChangedLetters() {
        assertThat(NearestName.distance("listeners", "lisenters")).isEqualTo(2);
        assertThat(NearestName.distance("ab", "ba")).isEqualTo(1);
        assertThat(NearestName.distance("", "abc")).isEqualTo(3);
        assertThat(NearestName.distance("same", "same")).isZero();
    }
}
