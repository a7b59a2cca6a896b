package io.millrace.net.aeron;

import io.aeron.CncFileDescriptor;
import io.aeron.CommonContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
            if (ProcessHandle.of(pid).isPresent()) {
                return false;
            }
            final Path file = directory.resolve(CncFileDescriptor.CNC_FILE);
            return isUnfinished(file)
                    ? System.currentTimeMillis()
                                    - Files.getLastModifiedTime(file).toMillis()
                            > DRIVER_TIMEOUT_MS
                    : !CommonContext.isDriverActive(directory.toFile(), DRIVER_TIMEOUT_MS, ignored -> {});
        } catch (final IOException | RuntimeException notOurs) {
            return false;
        }
    }

    /** Whether the driver was killed, or is, before it gave its file a version: Aeron would wait for one. */
    private static boolean isUnfinished(final Path file) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        try (InputStream bytes = Files.newInputStream(file)) {
            return Arrays.equals(bytes.readNBytes(Integer.BYTES), new byte[Integer.BYTES]);
        }
    }
}
