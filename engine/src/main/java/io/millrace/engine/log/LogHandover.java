package io.millrace.engine.log;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * All that is known of a quiet log, for the core where it is to live on: made by the one that it leaves, which then changes
 * nothing of it any more. Open files and the memory of indexes belong to cores and are not part of it.
 */
public final class LogHandover {
    /** What is known of a segment; its indexes only if it is the active one, the others' lie in their files. */
    record OfSegment(
            int id,
            long baseOffset,
            long createdMs,
            long size,
            long syncedSize,
            long maxTimestampMs,
            long maxTimestampOffset,
            long firstTimestampMs,
            int bytesSinceIndexEntry,
            long reservedTo,
            boolean sealed,
            AbortedTransactions aborted,
            DirectBuffer offsets,
            DirectBuffer times) {
        static OfSegment of(final Segment segment, final boolean isActive) {
            return new OfSegment(
                    segment.id,
                    segment.baseOffset,
                    segment.createdMs,
                    segment.size,
                    segment.syncedSize,
                    segment.maxTimestampMs,
                    segment.maxTimestampOffset,
                    segment.firstTimestampMs,
                    segment.bytesSinceIndexEntry,
                    segment.reservedTo,
                    segment.sealed,
                    segment.aborted,
                    isActive ? segment.offsetIndex.entries().copy() : null,
                    isActive ? segment.timeIndex.entries().copy() : null);
        }
    }

    final String directory;
    final LogArrival.Files files;
    final PartitionMetadata metadata;
    final List<OfSegment> segments = new ArrayList<>();
    final LeaderEpochs epochs;
    final Snapshots snapshots;
    final long startOffset;
    final long endOffset;
    final long syncedOffset;
    final long holesBelow;
    final long cleanedTo;
    final int abortedWritten;

    LogHandover(final Log log) {
        directory = log.directory();
        files = new LogArrival.Files(log);
        metadata = log.metadata();
        for (final Segment segment : log.segments) {
            segments.add(OfSegment.of(segment, segment == log.active));
        }
        epochs = log.epochs().copy();
        snapshots = log.snapshots().copy();
        startOffset = log.startOffset();
        endOffset = log.endOffset();
        syncedOffset = log.syncedOffset();
        holesBelow = log.compactor().holesBelow();
        cleanedTo = log.compactor().cleanedTo();
        abortedWritten = log.abortedFile().written();
    }

    /** Bytes of all segments' batches. */
    public long sizeInBytes() {
        long bytes = 0;
        for (final OfSegment segment : segments) {
            bytes += segment.size;
        }
        return bytes;
    }
}
