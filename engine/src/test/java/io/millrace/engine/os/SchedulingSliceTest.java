package io.millrace.engine.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

final class SchedulingSliceTest {
    private static final Path SELF = Path.of("/proc/thread-self/sched");

    @Test
    void shouldShortenTheSliceOfThisThreadAlone() throws Exception {
        Assumptions.assumeTrue(Files.isReadable(SELF) && slice(SELF) > 0, "skipped: no kernel that shows slices");
        final long before = slice(SELF);
        final long[] seen = new long[1];
        final Thread thread = new Thread(() -> {
            assertThat(SchedulingSlice.shorten()).isTrue();
            try {
                seen[0] = slice(SELF);
            } catch (final IOException e) {
                seen[0] = -1;
            }
        });
        thread.start();
        thread.join();
        assertThat(seen[0]).isEqualTo(SchedulingSlice.SHORTEST_NS);
        assertThat(slice(SELF)).isEqualTo(before);
    }

    /** In ns; 0 if the kernel does not say. */
    private static long slice(final Path sched) throws IOException {
        return Files.readAllLines(sched).stream()
                .filter(line -> line.startsWith("se.slice"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf(':') + 1).trim()))
                .findFirst()
                .orElse(0);
    }
}
