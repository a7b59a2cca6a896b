package io.millrace.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mistake in the options ends a command at once, with the exit code that all have for it. */
final class OptionsTest {
    private static final int MISTAKE = 2;

    @TempDir
    Path folder;

    @Test
    void shouldNotExamineAMachineThatIsNotThere() {
        assertThat(Millrace.execute(
                        "doctor", "--root", folder.resolve("nothing").toString()))
                .isEqualTo(MISTAKE);
        assertThat(Millrace.execute("doctor", "--root", folder.toString())).isZero();
    }

    @Test
    void shouldTellWrongValuesFromAFollowerThatFails() {
        assertThat(follow("127.0.0.1:x", "t", "0")).isEqualTo(MISTAKE);
        assertThat(follow("127.0.0.1:1", "t/u", "0")).isEqualTo(MISTAKE);
        assertThat(follow("127.0.0.1:1", "t", "-1")).isEqualTo(MISTAKE);
    }

    private int follow(final String from, final String topic, final String partition) {
        return Millrace.execute(
                "follow", "--from", from, "--topic", topic, "--partition", partition, "--data-dir", folder.toString());
    }
}
