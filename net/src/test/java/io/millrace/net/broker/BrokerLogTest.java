package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BrokerLogTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final BrokerLog log =
            new BrokerLog(new PrintStream(written, true, StandardCharsets.UTF_8), BrokerLog.Level.INFO);

    private String written() {
        final String text = written.toString(StandardCharsets.UTF_8);
        written.reset();
        return text;
    }

    @Test
    void shouldTellMoreOrLessFromOneLineToTheNext() {
        log.debug("a");
        log.root("DEBUG");
        log.debug("b");
        assertThat(log.root()).isEqualTo("DEBUG");
        log.root("ERROR");
        log.warn("c");
        log.error("d");
        assertThat(written())
                .contains("DEBUG b", "ERROR d")
                .doesNotContain(" a")
                .doesNotContain(" c");
    }

    @Test
    void shouldAlwaysTellWhatEndedTheProcess() {
        log.root("FATAL");
        log.error("a");
        log.error("b", new IllegalStateException("c"));
        assertThat(written()).contains("b", "IllegalStateException: c").doesNotContain("ERROR a");
    }
}
