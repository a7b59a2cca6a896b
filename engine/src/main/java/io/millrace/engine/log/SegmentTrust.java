package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Takes over a segment without reading its batches: its index files must be sound. The last one's indexes are brought
 * into memory, and its end is found by walking the headers behind the last index entry.
 */
final class SegmentTrust {
    private final BlockingDisk disk;
    private final SegmentScan scan;
    private final IndexMemory memory;
    private final String directory;
    private final Segment segment;
    private final LogConfig config;

    SegmentTrust(
            final BlockingDisk disk,
            final SegmentScan scan,
            final IndexMemory memory,
            final String directory,
            final Segment segment,
            final LogConfig config) {
        this.disk = disk;
        this.scan = scan;
        this.memory = memory;
        this.directory = directory;
        this.segment = segment;
        this.config = config;
    }

    /** False if something is missing or not sound: the segment must be validated. */
    boolean accept(final boolean isLast) {
        segment.size = segment.file().size();
        return isLast ? acceptLast() : acceptSealed();
    }

    private boolean acceptSealed() {
        final UnsafeBuffer offsets = read(LogFiles.INDEX, 0);
        final UnsafeBuffer times = read(LogFiles.TIME_INDEX, TimeIndex.ENTRY_BYTES);
        if (offsets == null || times == null) {
            return false;
        }
        if (times.capacity() == TimeIndex.ENTRY_BYTES) {
            final TimeIndex newest = TimeIndex.decode(memory, times, times.capacity());
            if (newest == null) {
                return false;
            }
            newestFrom(newest);
            newest.release();
        }
        return true;
    }

    private boolean acceptLast() {
        final UnsafeBuffer offsetBytes = read(LogFiles.INDEX, Integer.MAX_VALUE);
        final UnsafeBuffer timeBytes = read(LogFiles.TIME_INDEX, Integer.MAX_VALUE);
        if (offsetBytes == null || timeBytes == null) {
            return false;
        }
        segment.offsetIndex = OffsetIndex.decode(memory, offsetBytes, offsetBytes.capacity(), segment.size);
        segment.timeIndex = TimeIndex.decode(memory, timeBytes, timeBytes.capacity());
        if (segment.offsetIndex == null || segment.timeIndex == null) {
            return false;
        }
        newestFrom(segment.timeIndex);
        return findEnd();
    }

    private void newestFrom(final TimeIndex index) {
        final int last = index.count() - 1;
        if (last >= 0) {
            segment.maxTimestampMs = index.timestampMs(last);
            segment.maxTimestampOffset = segment.baseOffset + index.relativeOffset(last);
        }
    }

    private boolean findEnd() {
        final long[] first = {-1};
        if (segment.size > 0) {
            firstTimestamp(first);
            if (scan.fault != null) {
                return false;
            }
        }
        segment.firstTimestampMs = first[0];
        // Walk from the start of the batch that the last entry speaks of, once its place is confirmed.
        final int entries = segment.offsetIndex.count();
        final long from = entries == 0 ? 0 : segment.offsetIndex.position(entries - 1);
        final long expected = entries == 0 ? segment.baseOffset : baseOffsetAt(from);
        if (entries > 0
                && scan.nextOffset - 1 != segment.baseOffset + segment.offsetIndex.relativeOffset(entries - 1)) {
            return false;
        }
        segment.bytesSinceIndexEntry = (int) Math.min(config.indexIntervalBytes() + 1L, segment.size - from);
        scan.run(segment.file(), from, expected, true, (batch, position) -> {
            if (batch.recordCount() > 0 && batch.maxTimestamp() > segment.maxTimestampMs) {
                segment.maxTimestampMs = batch.maxTimestamp();
                segment.maxTimestampOffset = batch.lastOffset();
            }
        });
        return scan.fault == null;
    }

    private void firstTimestamp(final long[] first) {
        final boolean[] seen = {false};
        scan.runOne(segment.file(), 0, (batch, position) -> {
            first[0] = batch.maxTimestamp();
            seen[0] = true;
        });
    }

    /** The base offset of the batch at the position; the scan then stands at its end. */
    private long baseOffsetAt(final long position) {
        final long[] base = {-1};
        scan.runOne(segment.file(), position, (batch, at) -> base[0] = batch.baseOffset());
        return base[0];
    }

    /** The last {@code bytesMax} bytes of an index file; null if it is not there, or not whole entries. */
    private UnsafeBuffer read(final String suffix, final int bytesMax) {
        final DiskFile file = disk.open(LogFiles.path(directory, segment.baseOffset, suffix), Disk.OpenMode.READ_ONLY);
        if (file == null) {
            return null;
        }
        try {
            final int entryBytes = suffix.equals(LogFiles.INDEX) ? OffsetIndex.ENTRY_BYTES : TimeIndex.ENTRY_BYTES;
            final long size = file.size();
            if (size % entryBytes != 0 || size > Integer.MAX_VALUE - 8) {
                return null;
            }
            final UnsafeBuffer bytes = new UnsafeBuffer(new byte[(int) Math.min(bytesMax, size)]);
            final int read = disk.read(file, size - bytes.capacity(), bytes, 0, bytes.capacity());
            return read == bytes.capacity() ? bytes : null;
        } finally {
            file.close();
        }
    }
}
