package io.millrace.engine.metadata;

import static io.millrace.engine.metadata.ControllerFixture.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.ConfigEntry.Synonym;
import io.millrace.engine.settings.SettingsLoader;
import io.millrace.engine.settings.ValueSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigDescriberTest {
    private final ControllerFixture node = new ControllerFixture(
            1,
            new SettingsLoader()
                    .file("f", Map.of("log.segment.bytes", "2000000", "sasl.jaas.config", "secret"))
                    .load());

    private static ConfigEntry find(final List<ConfigEntry> entries, final String name) {
        return entries.stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private ConfigEntry ofTopic(final String name) {
        return find(new ConfigDescriber(node.image).topic(node.image.topic("a")), name);
    }

    private ConfigEntry ofBroker(final String name) {
        return find(new ConfigDescriber(node.image).broker(), name);
    }

    @Test
    void shouldShowWhereATopicsValuesComeFrom() {
        node.create("a", 1, -1, Map.of("retention.ms", "5"));
        assertThat(ofTopic("retention.ms").value()).isEqualTo("5");
        assertThat(ofTopic("retention.ms").source()).isEqualTo(ValueSource.DYNAMIC_TOPIC);
        assertThat(ofTopic("retention.ms").synonyms())
                .containsExactly(new Synonym("retention.ms", "5", ValueSource.DYNAMIC_TOPIC));
        assertThat(ofTopic("segment.bytes").value()).isEqualTo("2000000");
        assertThat(ofTopic("segment.bytes").source()).isEqualTo(ValueSource.FILE);
        assertThat(ofTopic("segment.ms").value()).isEqualTo("604800000");
        assertThat(ofTopic("segment.ms").source()).isEqualTo(ValueSource.DEFAULT);
        assertThat(ofTopic("remote.storage.enable").synonyms()).isEmpty();

        node.alter(ResourceType.BROKER, "", set("log.segment.bytes", "3000000"));
        assertThat(ofTopic("segment.bytes").value()).isEqualTo("3000000");
        assertThat(ofTopic("segment.bytes").synonyms())
                .containsExactly(
                        new Synonym("log.segment.bytes", "3000000", ValueSource.DYNAMIC_DEFAULT_BROKER),
                        new Synonym("log.segment.bytes", "2000000", ValueSource.FILE),
                        new Synonym("log.segment.bytes", "1073741824", ValueSource.DEFAULT));
    }

    @Test
    void shouldSayOfWhatHasNoEffectThatItHasNone() {
        node.create("a", 1, -1, Map.of());
        assertThat(ofTopic("flush.ms").doc()).contains("without effect");
        assertThat(ofTopic("retention.ms").doc()).doesNotContainIgnoringCase("effect");
        assertThat(ofBroker("background.threads").doc()).contains("has no effect");
        assertThat(ofBroker("log.segment.delete.delay.ms").doc()).contains("Without effect");
        final ConfigDescriber describer = new ConfigDescriber(node.image);
        assertThat(describer.clientMetrics("m"))
                .allSatisfy(entry -> assertThat(entry.doc()).contains("Without effect"));
        assertThat(find(describer.group("g"), "consumer.session.timeout.ms").doc())
                .doesNotContainIgnoringCase("effect");
    }

    @Test
    void shouldShowWhatAListenerHasForItself() {
        final String connections = "listener.name.plaintext.max.connections";
        final String location = "listener.name.plaintext.ssl.keystore.location";
        final String jaas = "listener.name.plaintext.plain.sasl.jaas.config";
        node.alter(ResourceType.BROKER, "1", set(connections, "500"), set(location, "/x"), set(jaas, "secret"));
        final ConfigEntry limit = ofBroker(connections);
        assertThat(limit.value()).isEqualTo("500");
        assertThat(limit.type()).isEqualTo("INT");
        assertThat(limit.sensitive()).isFalse();
        assertThat(limit.readOnly()).isTrue();
        assertThat(limit.synonyms())
                .containsExactly(
                        new Synonym(connections, "500", ValueSource.DYNAMIC_BROKER),
                        new Synonym("max.connections", "2147483647", ValueSource.DEFAULT));
        assertThat(ofBroker(location).value()).isEqualTo("/x");
        assertThat(ofBroker(location).synonyms())
                .containsExactly(new Synonym(location, "/x", ValueSource.DYNAMIC_BROKER));
        assertThat(ofBroker(jaas).value()).isNull();
        assertThat(ofBroker(jaas).sensitive()).isTrue();
    }

    @Test
    void shouldShowTheBrokersValues() {
        assertThat(ofBroker("num.partitions").readOnly()).isTrue();
        assertThat(ofBroker("log.retention.ms").readOnly()).isFalse();
        assertThat(ofBroker("log.retention.ms").value()).isNull();
        assertThat(ofBroker("log.retention.ms").synonyms()).isEmpty();
        assertThat(ofBroker("offsets.topic.replication.factor").value()).isEqualTo("3");
        assertThat(ofBroker("sasl.jaas.config").value()).isNull();
        assertThat(ofBroker("sasl.jaas.config").sensitive()).isTrue();

        node.alter(ResourceType.BROKER, "1", set("log.retention.ms", "7"));
        assertThat(ofBroker("log.retention.ms").source()).isEqualTo(ValueSource.DYNAMIC_BROKER);
        assertThat(new ConfigDescriber(node.image).allBrokers()).isEmpty();
        node.alter(ResourceType.BROKER, "", set("log.retention.ms", "8"));
        assertThat(find(new ConfigDescriber(node.image).allBrokers(), "log.retention.ms")
                        .value())
                .isEqualTo("8");
    }
}
