package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.settings.AllowedProcessors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read from the files of machines that are not this one. */
final class ProcessorsTest {
    @TempDir
    private Path root;

    @Test
    void shouldFindTheFirstThreadOfEachPhysicalCoreWhereNeighboursShare() {
        allow("0-3");
        siblings(0, "0-1");
        siblings(1, "0-1");
        siblings(2, "2-3");
        siblings(3, "2-3");

        assertThat(Processors.allowed(root)).isEqualTo(new AllowedProcessors(List.of(0, 1, 2, 3), List.of(0, 2)));
    }

    @Test
    void shouldFindItWhereTheSecondThreadsHaveTheHigherNumbers() {
        allow("0-7");
        for (int processor = 0; processor < 8; processor++) {
            siblings(processor, processor % 4 + "," + (processor % 4 + 4));
        }

        assertThat(Processors.allowed(root).first()).containsExactly(0, 1, 2, 3);
    }

    @Test
    void shouldTakeASecondThreadForAFirstWhoseFirstItMayNotUse() {
        allow("1,5-7");
        for (int processor = 0; processor < 8; processor++) {
            siblings(processor, processor % 4 + "," + (processor % 4 + 4));
        }

        assertThat(Processors.allowed(root)).isEqualTo(new AllowedProcessors(List.of(1, 5, 6, 7), List.of(1, 6, 7)));
    }

    @Test
    void shouldTakeProcessorsForPhysicalCoresWhereTheSystemDoesNotTell() {
        allow("0-2");
        siblings(1, "what is this");

        assertThat(Processors.allowed(root).first()).containsExactly(0, 1, 2);
    }

    private void allow(final String list) {
        write("proc/self/status", "Name:\tjava\nCpus_allowed_list:\t" + list + "\n");
    }

    private void siblings(final int processor, final String list) {
        write("sys/devices/system/cpu/cpu" + processor + "/topology/thread_siblings_list", list + "\n");
    }

    private void write(final String path, final String text) {
        try {
            Files.createDirectories(root.resolve(path).getParent());
            Files.writeString(root.resolve(path), text);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
