package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.settings.SettingException;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.settings.SettingsLoader;
import org.junit.jupiter.api.Test;

final class ConnectionGateTest {
    private final ConnectionGate gate = new ConnectionGate(Settings.defaults());

    @Test
    void shouldTakeNoMoreThanTheNodesLimit() {
        final Settings settings = settings("max.connections", "2");
        assertThat(gate.admit(settings, "10.0.0.1:1")).isTrue();
        assertThat(gate.admit(settings, "10.0.0.2:1")).isTrue();
        assertThat(gate.admit(settings, "10.0.0.3:1")).isFalse();
        gate.onClosed("10.0.0.1:1");
        assertThat(gate.admit(settings, "10.0.0.3:1")).isTrue();
        assertThat(gate.open()).isEqualTo(2);
    }

    @Test
    void shouldTakeNoMoreFromOneHostThanItsLimit() {
        final Settings settings = settings("max.connections.per.ip", "1");
        assertThat(gate.admit(settings, "10.0.0.1:1")).isTrue();
        assertThat(gate.admit(settings, "10.0.0.1:2")).isFalse();
        assertThat(gate.admit(settings, "0:0:0:0:0:0:0:1:2")).isTrue();
        gate.onClosed("10.0.0.1:1");
        assertThat(gate.admit(settings, "10.0.0.1:3")).isTrue();
    }

    @Test
    void shouldHoldSingleAddressesToLimitsOfTheirOwn() {
        final Settings settings = settings("max.connections.per.ip.overrides", "10.0.0.1:0, ::1:1");
        assertThat(gate.admit(settings, "10.0.0.1:1")).isFalse();
        assertThat(gate.admit(settings, "0:0:0:0:0:0:0:1:2")).isTrue();
        assertThat(gate.admit(settings, "0:0:0:0:0:0:0:1:3")).isFalse();
        assertThat(gate.admit(settings, "10.0.0.2:1")).isTrue();
        final Settings changed = settings("max.connections.per.ip.overrides", "10.0.0.1:1");
        assertThat(gate.admit(changed, "10.0.0.1:1")).isTrue();
        assertThat(gate.admit(changed, "0:0:0:0:0:0:0:1:3")).isTrue();
    }

    @Test
    void shouldRefuseLimitsThatWouldNotHold() {
        for (final String limits : new String[] {"10.0.0.1", "db.example:5", "10.0.0.1:-1", "10.0.0.1:5,", ":5"}) {
            assertThatThrownBy(() -> settings("max.connections.per.ip.overrides", limits))
                    .as(limits)
                    .isInstanceOf(SettingException.class);
        }
    }

    private static Settings settings(final String name, final String value) {
        return new SettingsLoader().commandLine(name, value).load();
    }
}
