package io.millrace.engine.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

final class ThreadNiceTest {
    private static final Path SELF = Path.of("/proc/thread-self/stat");
    private static final int NICE_FIELD = 16;

    @Test
    void shouldSetTheCallingThreadAlone() throws Exception {
        Assumptions.assumeTrue(Files.isReadable(SELF), "skipped: no Linux");
        final int before = nice();
        Assumptions.assumeTrue(before == 0, "skipped: this JVM was started with a nice of its own");
        final int wanted = 1;
        final int[] seen = new int[1];
        final Thread thread = new Thread(() -> {
            assertThat(ThreadNice.set(wanted)).isTrue();
            assertThat(ThreadNice.set(wanted + 1)).as("somebody has set it").isFalse();
            try {
                seen[0] = nice();
            } catch (final Exception e) {
                seen[0] = Integer.MIN_VALUE;
            }
        });
        thread.start();
        thread.join();

        assertThat(seen[0]).isEqualTo(wanted);
        assertThat(nice()).isEqualTo(before);
    }

    /** Counted from behind the name, which may hold anything. */
    private static int nice() throws Exception {
        final String line = Files.readString(SELF);
        return Integer.parseInt(line.substring(line.lastIndexOf(')') + 2).split(" ")[NICE_FIELD]);
    }
}
