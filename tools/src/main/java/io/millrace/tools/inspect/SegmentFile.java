package io.millrace.tools.inspect;

import io.millrace.engine.batch.BatchFlyweight;
import java.io.IOException;
import java.nio.file.Path;

/** What a single file is, by its name, or by its first bytes where the name is not that of a segment. */
final class SegmentFile {
    private SegmentFile() {}

    /** Whether the file is meant to be a segment: called {@code something.log}, perhaps with more behind it. */
    static boolean isNamedSo(final Path file) {
        final String name = PartitionFiles.nameOf(file);
        return name.endsWith(".log") || name.contains(".log.");
    }

    /** The base offset by the name, or by the first batch of a file that was renamed. */
    static long baseOffset(final FileWindow segment) {
        final String name = PartitionFiles.nameOf(segment.file());
        if (PartitionFiles.isNumbered(name)) {
            return PartitionFiles.numberOf(segment.file());
        }
        final boolean any = segment.length() >= BatchFlyweight.HEADER_BYTES;
        final BatchFlyweight first = new BatchFlyweight();
        if (any) {
            first.wrap(segment.at(0, BatchFlyweight.HEADER_BYTES), 0, BatchFlyweight.HEADER_BYTES);
        }
        if (!any || first.magic() != BatchFlyweight.MAGIC_V2 || first.baseOffset() < 0) {
            throw new InspectException(segment.file() + ": not a log: it does not begin with a record batch");
        }
        return first.baseOffset();
    }

    /** Opens the segment; null if it went away since it was listed. */
    static FileWindow open(final Path file) {
        try {
            return new FileWindow(file);
        } catch (final java.nio.file.NoSuchFileException e) {
            return null;
        } catch (final IOException e) {
            throw new InspectException(file + ": " + FileWindow.reason(e));
        }
    }
}
