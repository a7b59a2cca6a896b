package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

final class OpenFilesTest {
    @Test
    void shouldSayThatFilesAreUsedUpOnlyNearTheLimit() {
        assertThat(new OpenFiles(1000, 1024).areUsedUp()).isFalse();
        assertThat(new OpenFiles(1020, 1024).areUsedUp()).isTrue();
        assertThat(OpenFiles.now().areUsedUp()).isFalse();
    }

    @Test
    void shouldKnowALackOfFilesFromWhatFailed() {
        final IOException lack = new IOException("Too many open files");
        assertThat(OpenFiles.refusalOf(new UncheckedIOException("cannot open a selector", lack)))
                .hasMessageContaining("too few open files allowed")
                .hasMessageContaining("ulimit -n");
        assertThat(OpenFiles.refusalOf(new ExceptionInInitializerError(new InternalError(lack))))
                .isNotNull();
        assertThat(OpenFiles.refusalOf(new UncheckedIOException(new IOException("Permission denied"))))
                .isNull();
        assertThat(OpenFiles.refusalOf(new BrokerException("Too few cores"))).isNull();
    }

    @Test
    void shouldNameTheLimitAndWhatToDo() {
        assertThat(new OpenFiles(63, 64).refusal(null))
                .hasMessageContaining("63 of 64")
                .hasMessageContaining("ulimit -n");
    }
}
