package io.millrace.tools.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Whether a live broker has replaced or removed segments of a partition since they were listed: what was read of them
 * then need not fit together. A segment is known by its name and by the file that has it.
 */
final class SegmentWatch {
    private static final String SWAP = ".swap";

    private final Path directory;
    private final Map<Path, Object> before = new HashMap<>();

    SegmentWatch(final PartitionFiles files) {
        directory = files.directory();
        files.of("log").forEach(each -> before.put(each, identity(each)));
    }

    /** Whether one of them is not there any more, or another file has its name. */
    boolean sawChange() {
        return before.entrySet().stream()
                .anyMatch(each -> each.getValue() == null || !Objects.equals(each.getValue(), identity(each.getKey())));
    }

    /** Whether segments are just being replaced, or were when the broker was killed. */
    boolean seesSwap() {
        return PartitionFiles.list(directory).stream()
                .anyMatch(each -> PartitionFiles.nameOf(each).endsWith(SWAP));
    }

    private static Object identity(final Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (final IOException gone) {
            return null;
        }
    }
}
