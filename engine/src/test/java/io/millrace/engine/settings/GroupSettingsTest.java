package io.millrace.engine.settings;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupSettingsTest {
    private static final GroupSettings.GroupSetting RESET = GroupSettings.find("share.auto.offset.reset");

    @ParameterizedTest
    @ValueSource(strings = {"by_duration:P200000000000D", "by_duration:-PT1S", "by_duration:", "by_duration", "first"})
    void shouldRefuseAResetThatIsNoTime(final String value) {
        assertThatThrownBy(() -> RESET.setting().parse(value)).hasMessageContaining(value);
    }

    @Test
    void shouldTakeAResetToBeforeTimeBegan() {
        assertThatCode(() -> RESET.setting().parse("by_duration:P36500D")).doesNotThrowAnyException();
    }
}
