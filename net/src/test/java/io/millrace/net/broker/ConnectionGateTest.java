package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.settings.Listener;
import io.millrace.engine.settings.SettingException;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.settings.SettingsLoader;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConnectionGateTest {
    private static final int INSIDE = 0;
    private static final int OUTSIDE = 1;

    private final ConnectionGate gate =
            new ConnectionGate(Settings.defaults(), List.of(listener("INSIDE"), listener("OUTSIDE")));

    @Test
    void shouldTakeNoMoreThanTheNodesLimit() {
        final Settings settings = settings("max.connections", "2");
        assertThat(gate.admit(settings, INSIDE, "10.0.0.1:1")).isTrue();
        assertThat(gate.admit(settings, INSIDE, "10.0.0.2:1")).isTrue();
        assertThat(gate.admit(settings, INSIDE, "10.0.0.3:1")).isFalse();
        gate.onClosed(INSIDE, "10.0.0.1:1");
        assertThat(gate.admit(settings, INSIDE, "10.0.0.3:1")).isTrue();
        assertThat(gate.open()).isEqualTo(2);
    }

    @Test
    void shouldTakeNoMoreFromOneHostThanItsLimit() {
        final Settings settings = settings("max.connections.per.ip", "1");
        assertThat(gate.admit(settings, INSIDE, "10.0.0.1:1")).isTrue();
        assertThat(gate.admit(settings, INSIDE, "10.0.0.1:2")).isFalse();
        assertThat(gate.admit(settings, INSIDE, "0:0:0:0:0:0:0:1:2")).isTrue();
        gate.onClosed(INSIDE, "10.0.0.1:1");
        assertThat(gate.admit(settings, INSIDE, "10.0.0.1:3")).isTrue();
    }

    @Test
    void shouldTakeNoMoreThroughOneListenerThanItsLimit() {
        final Settings settings = new SettingsLoader()
                .commandLine("max.connections", "3")
                .commandLine("listener.name.outside.max.connections", "1")
                .load();
        assertThat(gate.admit(settings, OUTSIDE, "10.0.0.1:1")).isTrue();
        assertThat(gate.admit(settings, OUTSIDE, "10.0.0.2:1")).isFalse();
        assertThat(gate.admit(settings, INSIDE, "10.0.0.2:1")).isTrue();
        gate.onClosed(OUTSIDE, "10.0.0.1:1");
        assertThat(gate.admit(settings, OUTSIDE, "10.0.0.2:2")).isTrue();
        assertThat(gate.admit(settings, INSIDE, "10.0.0.2:3")).isTrue();
        assertThat(gate.admit(settings, INSIDE, "10.0.0.2:4")).isFalse();
        assertThat(gate.open()).isEqualTo(3);
    }

    @Test
    void shouldHoldTheNodesListenerOnlyToItsOwnLimit() {
        final Settings start = settings("inter.broker.listener.name", "INSIDE");
        final ConnectionGate exempting = new ConnectionGate(start, List.of(listener("INSIDE"), listener("OUTSIDE")));
        final Settings settings = new SettingsLoader()
                .commandLine("max.connections", "1")
                .commandLine("listener.name.inside.max.connections", "2")
                .load();
        assertThat(exempting.admit(settings, OUTSIDE, "10.0.0.1:1")).isTrue();
        assertThat(exempting.admit(settings, INSIDE, "10.0.0.1:2")).isTrue();
        assertThat(exempting.admit(settings, INSIDE, "10.0.0.1:3")).isTrue();
        assertThat(exempting.admit(settings, INSIDE, "10.0.0.1:4")).isFalse();
        assertThat(exempting.admit(settings, OUTSIDE, "10.0.0.1:5")).isFalse();
        final ConnectionGate alone = new ConnectionGate(start, List.of(listener("INSIDE")));
        final Settings one = settings("max.connections", "1");
        assertThat(alone.admit(one, INSIDE, "10.0.0.1:1")).isTrue();
        assertThat(alone.admit(one, INSIDE, "10.0.0.1:2")).isFalse();
    }

    @Test
    void shouldHoldSingleAddressesToLimitsOfTheirOwn() {
        final Settings settings = settings("max.connections.per.ip.overrides", "10.0.0.1:0, ::1:1");
        assertThat(gate.admit(settings, INSIDE, "10.0.0.1:1")).isFalse();
        assertThat(gate.admit(settings, INSIDE, "0:0:0:0:0:0:0:1:2")).isTrue();
        assertThat(gate.admit(settings, INSIDE, "0:0:0:0:0:0:0:1:3")).isFalse();
        assertThat(gate.admit(settings, INSIDE, "10.0.0.2:1")).isTrue();
        final Settings changed = settings("max.connections.per.ip.overrides", "10.0.0.1:1");
        assertThat(gate.admit(changed, INSIDE, "10.0.0.1:1")).isTrue();
        assertThat(gate.admit(changed, INSIDE, "0:0:0:0:0:0:0:1:3")).isTrue();
    }

    @Test
    void shouldRefuseLimitsThatWouldNotHold() {
        for (final String limits : new String[] {"10.0.0.1", "db.example:5", "10.0.0.1:-1", "10.0.0.1:5,", ":5"}) {
            assertThatThrownBy(() -> settings("max.connections.per.ip.overrides", limits))
                    .as(limits)
                    .isInstanceOf(SettingException.class);
        }
    }

    private static Listener listener(final String name) {
        return new Listener(name, "127.0.0.1", 0, "127.0.0.1", 0, false);
    }

    private static Settings settings(final String name, final String value) {
        return new SettingsLoader().commandLine(name, value).load();
    }
}
