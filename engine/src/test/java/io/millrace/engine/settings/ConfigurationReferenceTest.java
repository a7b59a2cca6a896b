package io.millrace.engine.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationReferenceTest {
    private static final Path FILE = Path.of("..", "docs", "configuration.md");

    @Test
    void shouldBeWhatTheDefinitionsSay() throws IOException {
        final String expected = ConfigurationReference.markdown();
        if (Boolean.getBoolean("millrace.docs.write")) {
            Files.writeString(FILE, expected);
        }
        assertThat(Files.readString(FILE))
                .as("docs/configuration.md is stale; run this test with -Dmillrace.docs.write=true")
                .isEqualTo(expected);
    }
}
