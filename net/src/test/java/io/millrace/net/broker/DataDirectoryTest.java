package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirectoryTest {
    @TempDir
    Path folder;

    @Test
    void shouldMakeTheDirectoryAndItsParents() {
        try (DataDirectory data = DataDirectory.claim(folder.resolve("a/b"))) {
            assertThat(data.path()).isDirectory().isAbsolute();
        }
    }

    @Test
    void shouldBelongToOneBrokerAtATime() {
        try (DataDirectory data = DataDirectory.claim(folder)) {
            assertThatThrownBy(() -> DataDirectory.claim(data.path()))
                    .isInstanceOf(BrokerException.class)
                    .hasMessageContaining("in use by another broker")
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
        }
        DataDirectory.claim(folder).close();
    }

    @Test
    void shouldNameAFileThatIsInTheWay() throws IOException {
        final Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> DataDirectory.claim(file))
                .hasMessage("data directory " + file + " is not a directory");
        assertThatThrownBy(() -> DataDirectory.claim(file.resolve("data")))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("cannot be made");
    }

    @Test
    void shouldSayWhyADirectoryCannotBeMade() {
        assertThatThrownBy(() -> DataDirectory.claim(Path.of("/proc/foo")))
                .hasMessage("data directory /proc/foo cannot be made: no such file or directory");
    }
}
