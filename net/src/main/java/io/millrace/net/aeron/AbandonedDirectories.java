package io.millrace.net.aeron;

import io.aeron.CommonContext;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.IoUtil;

/** What drivers of killed processes left in memory; nobody else would ever give it back. */
final class AbandonedDirectories {
    static final String PREFIX = "millrace-aeron-";
    private static final long DRIVER_TIMEOUT_MS = 10_000;

    private AbandonedDirectories() {}

    /** Removes those of processes that are gone and whose drivers have not been heard of for a while. */
    static void remove(final Path base) {
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(base, PREFIX + "*")) {
            for (final Path directory : directories) {
                if (isAbandoned(directory)) {
                    IoUtil.delete(directory.toFile(), true);
                }
            }
        } catch (final IOException unreadable) {
            // Whether the place is good enough is checked next.
        }
    }

    private static boolean isAbandoned(final Path directory) {
        try {
            final long pid = Long.parseLong(directory.getFileName().toString().substring(PREFIX.length()));
            return ProcessHandle.of(pid).isEmpty()
                    && !CommonContext.isDriverActive(directory.toFile(), DRIVER_TIMEOUT_MS, ignored -> {});
        } catch (final RuntimeException notOurs) {
            return false;
        }
    }
}
