package io.millrace.engine.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StreamsSettingsTest {
    private static String complaint(final String name, final String value) {
        final Settings settings = new SettingsLoader().load();
        final Map<String, String> changed = new TreeMap<>(Map.of("group.streams." + name, value));
        return CoordinatorSettings.complaint(each -> changed.getOrDefault(each, settings.text(each)));
    }

    @Test
    void shouldHoldTheSettingsOfStreamsGroupsAgainstEachOther() {
        assertThat(complaint("heartbeat.interval.ms", "5000")).isNull();
        assertThat(complaint("session.timeout.ms", "1000"))
                .isEqualTo("group.streams.session.timeout.ms must be greater than or equal to"
                        + " group.streams.min.session.timeout.ms");
        assertThat(complaint("num.standby.replicas", "3"))
                .isEqualTo("group.streams.num.standby.replicas must be less than or equal to"
                        + " group.streams.max.standby.replicas");
        assertThat(complaint("num.warmup.replicas", "21")).contains("group.streams.max.warmup.replicas");
        assertThat(complaint("task.offset.interval.ms", "1")).contains("group.streams.min.task.offset.interval.ms");
    }

    /** What Apache Kafka's coordinator refuses once there is a group must be refused at start. */
    @Test
    void shouldHoldListsToWhatTheCoordinatorTakes() {
        assertThat(complaint("rack.aware.assignment.tags", "zone,rack")).isNull();
        assertThat(complaint("rack.aware.assignment.tags", "zone,zone"))
                .contains("must not contain duplicate tag keys");
        assertThat(complaint("rack.aware.assignment.tags", "zone,,rack")).contains("empty ones");
        assertThat(complaint("assignors", "")).contains("one assignor or more");
        assertThat(complaint("assignors", "sticky,sticky")).contains("each once");
    }

    @Test
    void shouldRefuseToDoWithoutClassicGroups() {
        final Setting protocols = CoordinatorSettings.REBALANCE_PROTOCOLS;
        assertThatThrownBy(() -> protocols.parse("consumer"))
                .hasMessage("Disabling the 'classic' protocol is not supported.");
        assertThatThrownBy(() -> protocols.parse("classic,none")).hasMessageContaining("none");
        assertThat(protocols.parse("classic")).isEqualTo(List.of("classic"));
    }
}
