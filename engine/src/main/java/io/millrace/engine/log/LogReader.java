package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import org.agrona.MutableDirectBuffer;

/**
 * Finds the bytes that a read may have, looking only at what is in memory: the ring of recent batches for the tail, the
 * offset index and then batch headers for the rest. What is cold is sent for.
 */
final class LogReader {
    private final Log log;
    private final BatchLocation first = new BatchLocation();
    private final BatchLocation last = new BatchLocation();

    LogReader(final Log log) {
        this.log = log;
    }

    ReadResult read(final long offset, final long limitOffset, final int bytesMax, final LogSlice slice) {
        final long limit = Math.min(limitOffset, log.appendedOffset());
        if (offset >= limit) {
            return ReadResult.EMPTY;
        }
        int number = log.segmentHolding(offset);
        ReadResult result;
        while ((result = locate(log.segments.get(number), offset, first, true)) == ReadResult.EMPTY) {
            // A cleaned segment may end before the next one begins.
            if (++number == log.segments.size()) {
                return offset < log.compactor().holesBelow() ? ReadResult.EMPTY : ReadResult.DAMAGED;
            }
        }
        return result == ReadResult.FOUND ? fill(number, limit, bytesMax, slice) : result;
    }

    /** The slice's end is known as well as the offset index knows it; a transaction too many does no harm. */
    void collectAborted(final long offset, final long limitOffset, final LogSlice slice) {
        int number = Segment.numberOf(log.segments, slice.segment());
        long to = -1;
        for (; number < log.segments.size(); number++) {
            final Segment segment = log.segments.get(number);
            if (segment.hasAborted()) {
                to = to < 0 ? Math.min(limitOffset, endOf(slice)) : to;
                if (segment.aborted.collect(offset, to, slice)) {
                    return;
                }
            }
        }
    }

    private long endOf(final LogSlice slice) {
        final Segment segment = slice.segment();
        if (segment.hasIndexes()) {
            final OffsetIndex index = segment.offsetIndex;
            // One further than needed: nobody looks whether an entry is right, and a wrong one lies between its
            // neighbours.
            final int next = index.firstAtOrBeyond(slice.position() + slice.length()) + 1;
            if (next < index.count()) {
                return segment.baseOffset + index.relativeOffset(next) + 1;
            }
        }
        return log.endOf(Segment.numberOf(log.segments, segment));
    }

    private ReadResult fill(final int number, final long limit, final int bytesMax, final LogSlice slice) {
        final Segment segment = log.segments.get(number);
        if (first.nextOffset > log.endOf(number) || (first.nextOffset > limit && first.baseOffset < limit)) {
            // Segment and limit end between two batches: one that reaches across says what cannot be.
            return ReadResult.DAMAGED;
        }
        if (first.nextOffset > limit) {
            return ReadResult.EMPTY;
        }
        final Residency residency = log.context().residency();
        final long firstEnd = first.position + first.bytes;
        final long wantedEnd = Math.max(firstEnd, Math.min(first.position + bytesMax, segment.appendedSize));
        final long residentEnd = residency.residentEnd(segment, first.position);
        if (residentEnd < firstEnd) {
            residency.prefetch(log, segment, first.position, Math.max(firstEnd, wantedEnd));
            return ReadResult.COLD;
        }
        long end = Math.min(wantedEnd, residentEnd);
        if (residentEnd < segment.appendedSize && residentEnd < wantedEnd + Residency.CHUNK_BYTES) {
            // Whoever reads on wants the next chunk soon.
            residency.prefetch(log, segment, residentEnd, residentEnd + Residency.CHUNK_BYTES);
        }
        if (end > firstEnd) {
            end = Math.max(firstEnd, Math.min(end, positionBefore(number, limit, end)));
        }
        slice.fill(segment, first.position, (int) (end - first.position), first.bytes, first.baseOffset);
        return ReadResult.FOUND;
    }

    /** A position at or below that of the limit, but not needlessly below {@code wanted}. */
    private long positionBefore(final int number, final long limit, final long wanted) {
        final Segment segment = log.segments.get(number);
        if (limit >= log.endOf(number)) {
            return segment.appendedSize;
        }
        if (limit == log.stableOffset() && log.stability().positionIn(segment) >= 0) {
            return log.stability().positionIn(segment);
        }
        final long recent = segment == log.active ? log.ring.find(limit) : -1;
        if (recent >= 0) {
            return log.ring.position(recent);
        }
        if (!segment.hasIndexes()) {
            return 0;
        }
        // One entry earlier than needed, since nobody looks whether that is right.
        final int entry = segment.offsetIndex.floor(limit - segment.baseOffset) - 1;
        final long floor = segment.offsetIndex.positionOf(Math.max(OffsetIndex.NONE, entry));
        if (floor >= wanted) {
            return floor;
        }
        // The batch that begins at the limit is the first one that holds it.
        return locate(segment, limit, last, false) == ReadResult.FOUND ? last.position : floor;
    }

    /** Finds the batch that holds the offset, or the first one after it; EMPTY if the segment ends before. */
    private ReadResult locate(
            final Segment segment, final long offset, final BatchLocation location, final boolean prefetch) {
        if (segment == log.active) {
            final long recent = log.ring.find(offset);
            if (recent >= 0) {
                fromRing(segment, recent, location);
                return ReadResult.FOUND;
            }
        }
        if (!segment.hasIndexes()) {
            log.indexes().load(segment);
            return ReadResult.COLD;
        }
        if (segment.inLru) {
            log.context().indexCache().touch(segment);
        }
        return scan(segment, offset, location, prefetch);
    }

    private void fromRing(final Segment segment, final long recent, final BatchLocation location) {
        final BatchRing ring = log.ring;
        location.baseOffset = ring.baseOffset(recent);
        location.position = ring.position(recent);
        final boolean isLast = ring.isLast(recent);
        location.nextOffset = isLast ? log.endOffset() : ring.baseOffset(recent + 1);
        location.bytes = (int) ((isLast ? segment.size : ring.position(recent + 1)) - location.position);
    }

    private ReadResult scan(
            final Segment segment, final long offset, final BatchLocation location, final boolean prefetch) {
        final Residency residency = log.context().residency();
        final MutableDirectBuffer scratch = log.context().scratch();
        final BatchFlyweight batch = log.context().scratchBatch();
        int entry = segment.offsetIndex.floor(offset - segment.baseOffset);
        long position = segment.offsetIndex.positionOf(entry);
        long previousOffset = segment.baseOffset - 1;
        long scratchFrom = 0;
        long scratchTo = 0;
        while (position < segment.appendedSize) {
            final long headerEnd = position + BatchFlyweight.HEADER_BYTES;
            if (headerEnd > segment.appendedSize) {
                if (entry == OffsetIndex.NONE) {
                    return ReadResult.DAMAGED;
                }
                position = segment.offsetIndex.positionOf(--entry);
                continue;
            }
            if (headerEnd > scratchTo || position < scratchFrom) {
                final long residentEnd = residency.residentEnd(segment, position);
                if (residentEnd < headerEnd) {
                    if (prefetch) {
                        residency.prefetch(log, segment, position, headerEnd);
                    }
                    return ReadResult.COLD;
                }
                final int want = (int) Math.min(scratch.capacity(), residentEnd - position);
                final int got = segment.file().readResident(position, scratch, 0, want);
                if (got < BatchFlyweight.HEADER_BYTES) {
                    return ReadResult.DAMAGED;
                }
                scratchFrom = position;
                scratchTo = position + got;
            }
            batch.wrap(scratch, (int) (position - scratchFrom), BatchFlyweight.HEADER_BYTES);
            final boolean plausible = BatchHeaders.isPlausible(batch, previousOffset, segment.appendedSize - position);
            if (entry >= 0 && !(plausible && segment.offsetIndex.speaksOf(entry, batch, segment.baseOffset))) {
                // The entry is wrong, or its batch is: an earlier entry leads there as well.
                position = segment.offsetIndex.positionOf(--entry);
                continue;
            }
            entry = OffsetIndex.NONE;
            if (!plausible) {
                return ReadResult.DAMAGED;
            }
            if (batch.lastOffset() >= offset) {
                location.baseOffset = batch.baseOffset();
                location.nextOffset = batch.nextOffset();
                location.position = position;
                location.bytes = batch.sizeInBytes();
                return ReadResult.FOUND;
            }
            previousOffset = batch.lastOffset();
            position += batch.sizeInBytes();
        }
        return ReadResult.EMPTY;
    }
}
