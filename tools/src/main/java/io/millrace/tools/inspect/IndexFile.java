package io.millrace.tools.inspect;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.io.IOException;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An offset index or a time index, whole in memory. Entries are big-endian; zeros behind the last one are space that
 * was reserved.
 *
 * <pre>
 *   .index:     offset - base offset int32 | position of the batch int32
 *   .timeindex: largest timestamp so far int64 | offset - base offset int32
 * </pre>
 */
final class IndexFile {
    private static final int OFFSET_ENTRY_BYTES = 8;
    private static final int TIME_ENTRY_BYTES = 12;

    private final Path file;
    private final boolean byTime;
    private final long baseOffset;
    private final UnsafeBuffer bytes;
    private final int entries;

    private IndexFile(final Path file, final boolean byTime, final byte[] content) {
        this.file = file;
        this.byTime = byTime;
        this.baseOffset = PartitionFiles.numberOf(file);
        this.bytes = new UnsafeBuffer(content);
        int count = content.length / entryBytes();
        while (count > 0 && isZero(count - 1)) {
            count--;
        }
        this.entries = count;
    }

    /** The index as it is now. */
    static IndexFile read(final Path file) throws IOException {
        final boolean byTime = file.toString().endsWith(".timeindex");
        try (FileWindow window = new FileWindow(file)) {
            if (window.length() > 1 << 30) {
                throw new InspectException(file + ": larger than an index can be");
            }
            final byte[] content = new byte[(int) window.length()];
            final UnsafeBuffer all = content.length == 0 ? null : window.at(0, content.length);
            if (all == null) {
                return new IndexFile(file, byTime, new byte[0]);
            }
            all.getBytes(0, content);
            return new IndexFile(file, byTime, content);
        }
    }

    Path file() {
        return file;
    }

    boolean isByTime() {
        return byTime;
    }

    int entries() {
        return entries;
    }

    /** Bytes at the end that are no whole entry. */
    int excessBytes() {
        return bytes.capacity() % entryBytes();
    }

    /** Where in the file an entry lies. */
    long positionOf(final int entry) {
        return (long) entry * entryBytes();
    }

    long offset(final int entry) {
        return baseOffset + bytes.getInt(entry * entryBytes() + (byTime ? 8 : 0), BIG_ENDIAN);
    }

    /** Of an offset index only: where in the segment the batch begins. */
    int position(final int entry) {
        return bytes.getInt(entry * entryBytes() + 4, BIG_ENDIAN);
    }

    /** Of a time index only. */
    long timestamp(final int entry) {
        return bytes.getLong(entry * entryBytes(), BIG_ENDIAN);
    }

    private boolean isZero(final int entry) {
        for (int i = entry * entryBytes(); i < (entry + 1) * entryBytes(); i++) {
            if (bytes.getByte(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private int entryBytes() {
        return byTime ? TIME_ENTRY_BYTES : OFFSET_ENTRY_BYTES;
    }
}
