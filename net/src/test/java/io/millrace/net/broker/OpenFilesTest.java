package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class OpenFilesTest {
    @Test
    void shouldSayThatFilesAreUsedUpOnlyNearTheLimit() {
        assertThat(new OpenFiles(1000, 1024).areUsedUp()).isFalse();
        assertThat(new OpenFiles(1020, 1024).areUsedUp()).isTrue();
        assertThat(OpenFiles.now().areUsedUp()).isFalse();
    }

    @Test
    void shouldNameTheLimitAndWhatToDo() {
        assertThat(new OpenFiles(63, 64).refusal(null))
                .hasMessageContaining("63 of 64")
                .hasMessageContaining("ulimit -n");
    }
}
