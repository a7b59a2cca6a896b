package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.status.PlantedBug;
import java.util.List;

/**
 * One segment: its file, its indexes as far as they are in memory, what is known of its records' times, and who reads
 * it. The file is closed with the last lease after the segment was dropped. Owned by the log's core.
 */
final class Segment {
    static final int POSITION_MAX = Integer.MAX_VALUE;

    final int id;
    final long baseOffset;
    long createdMs;

    /** Bytes of batches taken, writes in flight included; what has reached the file; what survives a power loss. */
    long size;

    long appendedSize;
    long syncedSize;
    /** Up to where the file system has reserved space, as far as was asked for. */
    long reservedTo;

    int reservedBytes;

    long maxTimestampMs = -1;
    /** Last offset of the first batch with the largest timestamp. */
    long maxTimestampOffset;

    long firstTimestampMs = -1;
    int bytesSinceIndexEntry;

    /** Null while not in memory. */
    OffsetIndex offsetIndex;

    TimeIndex timeIndex;
    /** Aborted transactions whose markers lie here, or null if there are none. */
    AbortedTransactions aborted;

    boolean indexesLoading;
    /** Whether indexes, producer snapshot and the file itself survive a power loss; never so for the active segment. */
    boolean sealed;

    /** How often it was cut: whoever reads it in steps begins anew. */
    int cuts;

    // Places in the core's structures
    Segment lruNewer;
    Segment lruOlder;
    boolean inLru;
    long writtenFrom = -1;
    long writtenBirth;
    long olderWrittenFrom = -1;
    long olderWrittenBirth;

    private DiskFile file;
    private int leases;
    private boolean dropped;

    Segment(final int id, final long baseOffset, final DiskFile file, final long createdMs) {
        this.id = id;
        this.baseOffset = baseOffset;
        this.file = file;
        this.createdMs = createdMs;
        maxTimestampOffset = baseOffset;
    }

    /** A segment that is empty: its indexes are empty too. */
    static Segment empty(
            final IndexMemory memory, final int id, final long baseOffset, final DiskFile file, final long createdMs) {
        final Segment segment = new Segment(id, baseOffset, file, createdMs);
        segment.offsetIndex = new OffsetIndex(memory);
        segment.timeIndex = new TimeIndex(memory);
        return segment;
    }

    /** The number of the segment in which the offset lies, or would. */
    static int holding(final List<Segment> segments, final long offset) {
        int low = 0;
        int high = segments.size() - 1;
        while (low < high) {
            final int middle = (low + high + 1) >>> 1;
            if (segments.get(middle).baseOffset <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The number of one that is there. */
    static int numberOf(final List<Segment> segments, final Segment segment) {
        return holding(segments, segment.baseOffset);
    }

    /** Whether it is there, and neither dropped nor replaced. */
    static boolean isAmong(final List<Segment> segments, final Segment segment) {
        return segments.get(numberOf(segments, segment)) == segment;
    }

    /** The largest timestamp of any record, or -1. */
    static long newestTimestampMs(final List<Segment> segments) {
        long newestMs = -1;
        for (int i = 0; i < segments.size(); i++) {
            newestMs = Math.max(newestMs, segments.get(i).maxTimestampMs);
        }
        return newestMs;
    }

    /** Bytes of all segments before this one. */
    static long bytesBelow(final List<Segment> segments, final Segment end) {
        long bytes = 0;
        for (int i = 0; segments.get(i) != end; i++) {
            bytes += segments.get(i).size;
        }
        return bytes;
    }

    DiskFile file() {
        return file;
    }

    /** Whether one more batch belongs into a new segment, by Kafka's rules. */
    boolean isFullFor(
            final LogConfig config,
            final long jitterMs,
            final int length,
            final long lastOffset,
            final long maxTimestamp,
            final long nowMs) {
        if (size == 0) {
            return false;
        }
        final long waitedMs = firstTimestampMs >= 0 ? maxTimestamp - firstTimestampMs : nowMs - createdMs;
        return size > config.segmentBytes() - (long) length
                || waitedMs > config.segmentMs() - jitterMs
                || offsetIndex.count() >= config.segmentIndexBytes() / OffsetIndex.ENTRY_BYTES
                || timeIndex.count() >= config.segmentIndexBytes() / TimeIndex.ENTRY_BYTES - 1
                || lastOffset - baseOffset > Integer.MAX_VALUE;
    }

    /** Notes a batch that lies, or is about to lie, at the end. */
    void add(final int length, final long lastOffset, final long maxTimestamp, final int indexIntervalBytes) {
        if (size + length > POSITION_MAX || lastOffset - baseOffset > Integer.MAX_VALUE) {
            throw new IllegalStateException("segment " + baseOffset + ": no room for offset " + lastOffset);
        }
        if (size == 0) {
            firstTimestampMs = maxTimestamp;
        }
        if (maxTimestamp > maxTimestampMs) {
            maxTimestampMs = maxTimestamp;
            maxTimestampOffset = lastOffset;
        }
        if (bytesSinceIndexEntry > indexIntervalBytes) {
            offsetIndex.append((int) (lastOffset - baseOffset), (int) size);
            timeIndex.append(maxTimestampMs, (int) (maxTimestampOffset - baseOffset));
            bytesSinceIndexEntry = 0;
        }
        bytesSinceIndexEntry += length;
        size += length;
    }

    /** Notes a batch that lies there; a header whose records a compaction took out says nothing of their times. */
    void add(final BatchFlyweight batch, final int indexIntervalBytes) {
        final boolean isFirst = size == 0;
        final long timestampMs = batch.recordCount() > 0 ? batch.maxTimestamp() : -1;
        add(batch.sizeInBytes(), batch.lastOffset(), timestampMs, indexIntervalBytes);
        if (isFirst) {
            firstTimestampMs = batch.maxTimestamp();
        }
    }

    /** The time index ends with the largest timestamp, so that a start need not look for it. */
    void completeTimeIndex() {
        timeIndex.append(maxTimestampMs, (int) (maxTimestampOffset - baseOffset));
    }

    /** Forgets the indexes; they can be had again from their files. */
    void releaseIndexes() {
        if (offsetIndex != null) {
            offsetIndex.release();
            offsetIndex = null;
        }
        if (timeIndex != null) {
            timeIndex.release();
            timeIndex = null;
        }
    }

    boolean hasIndexes() {
        return offsetIndex != null;
    }

    /** When the newest record was made; if the records do not say, when the segment was. */
    long newestMs() {
        return maxTimestampMs >= 0 ? maxTimestampMs : createdMs;
    }

    void file(final DiskFile opened) {
        file = opened;
    }

    /** Goes back to what was before a write that failed. */
    void undo(final WriteQueue.Entry entry) {
        size = entry.position;
        maxTimestampMs = entry.maxTimestampMs;
        maxTimestampOffset = entry.maxTimestampOffset;
        firstTimestampMs = entry.firstTimestampMs;
        bytesSinceIndexEntry = entry.bytesSinceIndexEntry;
        if (!PlantedBug.INDEX_STALE.isPlanted()) {
            offsetIndex.truncateToCount(entry.offsetEntries);
        }
        timeIndex.truncateToCount(entry.timeEntries);
        if (aborted != null) {
            aborted.truncate(entry.baseOffset);
        }
    }

    void addAborted(final long producerId, final long firstOffset, final long lastOffset, final long lastStableOffset) {
        if (aborted == null) {
            aborted = new AbortedTransactions();
        }
        aborted.add(producerId, firstOffset, lastOffset, lastStableOffset);
    }

    boolean hasAborted() {
        return aborted != null && aborted.count() > 0;
    }

    /** Takes over what was found up to a cut, and may be appended to again. */
    void becomeActive(final Segment found) {
        releaseIndexes();
        size = found.size;
        appendedSize = found.size;
        syncedSize = found.size;
        maxTimestampMs = found.maxTimestampMs;
        maxTimestampOffset = found.maxTimestampOffset;
        firstTimestampMs = found.firstTimestampMs;
        bytesSinceIndexEntry = found.bytesSinceIndexEntry;
        offsetIndex = found.offsetIndex;
        timeIndex = found.timeIndex;
        reservedTo = 0;
        cuts++;
    }

    void retain() {
        if (dropped && leases == 0) {
            throw new IllegalStateException("segment " + baseOffset + " is gone");
        }
        leases++;
    }

    void release() {
        if (--leases < 0) {
            throw new IllegalStateException("segment " + baseOffset + " was released too often");
        }
        if (dropped && leases == 0) {
            file.close();
        }
    }

    /** With its log: nothing that others keep for it is of use any more. */
    void closed(final LogContext context) {
        context.indexCache().remove(this);
        context.reservations().release(this);
        releaseIndexes();
        drop();
    }

    /** No new readers; the file is closed with the last lease. */
    void drop() {
        if (!dropped) {
            dropped = true;
            if (leases == 0 && file != null) {
                file.close();
            }
        }
    }

    boolean isDropped() {
        return dropped;
    }

    @Override
    public String toString() {
        return "segment " + baseOffset + " (" + size + " bytes)";
    }
}
