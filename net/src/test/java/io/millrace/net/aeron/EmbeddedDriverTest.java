package io.millrace.net.aeron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDriverTest {
    @TempDir
    Path folder;

    @Test
    void shouldFitIntoWhatItAsksForAndLeaveNothing() throws IOException {
        final Path directory = folder.resolve("aeron");
        final EmbeddedDriverContext context = new EmbeddedDriverContext().directory(directory);
        try (EmbeddedDriver driver = new EmbeddedDriver(context);
                AeronPair pair = new AeronPair(driver, EmbeddedDriver.ipcChannel(), EmbeddedDriver.ipcChannel())) {
            for (int turn = 0; turn < 100_000 && !pair.left().isConnected(); turn++) {
                pair.left().poll((message, offset, length) -> {}, 1);
                pair.right().poll((message, offset, length) -> {}, 1);
                pair.settle();
            }
            assertThat(sizeOf(directory)).isBetween(1L, context.bytesNeeded());
        }
        assertThat(directory).doesNotExist();
    }

    @Test
    void shouldSayWhatToDoWhereItCannotLive() throws IOException {
        final Path file = Files.writeString(folder.resolve("file"), "in the way");
        assertThatThrownBy(() -> new EmbeddedDriver(new EmbeddedDriverContext().directory(file.resolve("aeron"))))
                .isInstanceOf(AeronException.class)
                .hasMessageContaining("is not a writable directory")
                .hasMessageContaining("--aeron-dir");
    }

    @Test
    void shouldRefuseTermsThatAeronDoesNotKnow() {
        assertThatThrownBy(() -> new EmbeddedDriverContext().termBytes(100_000).conclude())
                .hasMessageContaining("power of two");
    }

    @Test
    void shouldRemoveWhatAKilledProcessLeftHoweverFarItsDriverHadCome() throws IOException {
        final long gone = Long.MAX_VALUE;
        final Path old = abandoned(gone);
        Files.setLastModifiedTime(old.resolve("cnc.dat"), FileTime.from(Instant.EPOCH));
        final Path empty = Files.createDirectory(folder.resolve(AbandonedDirectories.PREFIX + (gone - 1)));
        final Path beginning = abandoned(gone - 2);
        final Path alive = abandoned(ProcessHandle.current().pid());
        AbandonedDirectories.remove(folder);
        assertThat(old).doesNotExist();
        assertThat(empty).doesNotExist();
        assertThat(beginning).exists();
        assertThat(alive).exists();
    }

    /** As a driver leaves it that was killed before it gave its file a version. */
    private Path abandoned(final long pid) throws IOException {
        final Path directory = Files.createDirectory(folder.resolve(AbandonedDirectories.PREFIX + pid));
        Files.write(directory.resolve("cnc.dat"), new byte[4_096]);
        return directory;
    }

    private static long sizeOf(final Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
