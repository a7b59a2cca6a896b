package io.millrace.net.kafka.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.settings.BrokerSettings;
import java.util.Map;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.junit.jupiter.api.Test;

class LiveSettingsTest {
    private static final String INTERVAL = "group.consumer.assignment.interval.ms";
    private static final String OFFLOAD = "group.consumer.assignor.offload.enable";
    private static final String SESSION = "group.consumer.session.timeout.ms";

    private final LiveSettings live = new LiveSettings(Map.of(INTERVAL, "2000"));
    private final GroupCoordinatorConfig config = new GroupCoordinatorConfig(live);

    @Test
    void shouldFollowWhatKafkaLetsBeAltered() {
        assertThat(config.consumerGroupAssignmentIntervalMs()).isEqualTo(2000);
        live.follow(Map.of(INTERVAL, "3000", OFFLOAD, "false"));
        assertThat(config.consumerGroupAssignmentIntervalMs()).isEqualTo(3000);
        assertThat(config.consumerGroupAssignorOffloadEnable()).isFalse();
        live.follow(Map.of(INTERVAL, "2000"));
        assertThat(config.consumerGroupAssignmentIntervalMs()).isEqualTo(2000);
        assertThat(config.consumerGroupAssignorOffloadEnable()).isTrue();
    }

    @Test
    void shouldKeepTheRestAsItWasAtTheStart() {
        live.follow(Map.of(SESSION, "50000"));
        assertThat(config.consumerGroupSessionTimeoutMs()).isEqualTo(45_000);
    }

    @Test
    void shouldStayWithinTheBounds() {
        live.follow(Map.of(INTERVAL, "20000"));
        assertThat(config.consumerGroupAssignmentIntervalMs()).isEqualTo(15_000);
    }

    @Test
    void shouldLetBeAlteredWhatKafkaLetsBeAltered() {
        GroupCoordinatorConfig.RECONFIGURABLE_CONFIGS.stream()
                .filter(name -> BrokerSettings.find(name) != null)
                .forEach(name -> assertThat(BrokerSettings.find(name).isDynamic())
                        .as(name)
                        .isTrue());
        BrokerSettings.all().stream()
                .filter(setting -> setting.name().startsWith("group.") && setting.isDynamic())
                .forEach(setting -> assertThat(GroupCoordinatorConfig.RECONFIGURABLE_CONFIGS)
                        .contains(setting.name()));
    }
}
