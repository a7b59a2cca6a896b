package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.status.PlantedBug;
import org.agrona.DirectBuffer;

/**
 * Checks a segment's batches as its bytes come by, in slices that may end anywhere: checksum, order of offsets, order of
 * leader epochs. A batch larger than any buffer needs no more memory than a small one. Owned by one core.
 */
final class SegmentCheck {
    /** Further ones in the same segment are like these. */
    static final int FAULTS_MAX = 8;

    interface Faults {
        void onFault(long position, long offset, String what);
    }

    private final Faults faults;
    private final Crc32c crc32c = new Crc32c();
    private final BatchFlyweight batch = new BatchFlyweight();
    private long endPosition;
    private long endOffset;
    private long holesBelow;
    private int latestEpoch;
    private long position;
    private long nextOffset;
    /** The last batch said nothing that could be believed about where it ends. */
    private boolean adrift;

    private int epoch = LeaderEpochs.NO_EPOCH;
    private int faultCount;

    // The batch under way
    private long batchPosition;
    private long batchEnd = -1;
    private long firstOffset;
    private int expectedCrc;
    private String fault;

    SegmentCheck(final Faults faults) {
        this.faults = faults;
    }

    /** Begins with another log. */
    void beginLog() {
        epoch = LeaderEpochs.NO_EPOCH;
    }

    /** Begins with the log's next segment. */
    void beginSegment(final long baseOffset, final long segmentBytes) {
        endPosition = segmentBytes;
        position = 0;
        nextOffset = baseOffset;
        adrift = false;
        batchEnd = -1;
        faultCount = 0;
    }

    /** What the log says now: where the segment ends, below what offsets may be missing, its newest epoch. */
    void expect(final long segmentEndOffset, final long logHolesBelow, final int newestEpoch) {
        endOffset = segmentEndOffset;
        holesBelow = logHolesBelow;
        latestEpoch = newestEpoch;
    }

    /** Where the next byte that it wants lies. */
    long position() {
        return position;
    }

    boolean isAtEnd() {
        return position >= endPosition;
    }

    /** How many bytes it must be given, at least, to go on. */
    int bytesMin() {
        return batchEnd >= 0 ? 1 : (int) Math.min(endPosition - position, BatchFlyweight.HEADER_BYTES);
    }

    /** Takes bytes that begin at {@link #position}, as many as it can make something of; returns how many. */
    int take(final DirectBuffer bytes, final int from, final int length) {
        int at = from;
        final int to = from + length;
        while (at < to && position < endPosition) {
            if (batchEnd < 0) {
                if (to - at < bytesMin()) {
                    break;
                }
                if (!begin(bytes, at)) {
                    return length;
                }
                at += BatchFlyweight.ATTRIBUTES_AT;
                position += BatchFlyweight.ATTRIBUTES_AT;
            }
            final int covered = (int) Math.min(to - at, batchEnd - position);
            crc32c.update(bytes, at, covered);
            at += covered;
            position += covered;
            if (position == batchEnd) {
                end();
            }
        }
        return at - from;
    }

    /** The file ends before it should. */
    void cutShort() {
        if (batchEnd >= 0) {
            position = batchPosition;
        } else {
            firstOffset = nextOffset;
        }
        giveUp("the file ends before this batch does");
    }

    /** Looks at a header; false if it does not even say where the next one lies. */
    private boolean begin(final DirectBuffer bytes, final int at) {
        batchPosition = position;
        firstOffset = nextOffset;
        if (endPosition - position < BatchFlyweight.HEADER_BYTES) {
            return giveUp("a batch header is cut short");
        }
        batch.wrap(bytes, at, BatchFlyweight.HEADER_BYTES);
        final int size = batch.sizeInBytes();
        if (batch.magic() != BatchFlyweight.MAGIC_V2) {
            return giveUp("magic " + batch.magic() + ", expected 2");
        }
        if (size < BatchFlyweight.HEADER_BYTES || size > endPosition - position) {
            return giveUp("batch length " + batch.batchLength());
        }
        fault = faultOfPlace();
        expectedCrc = batch.crc();
        crc32c.begin();
        batchEnd = position + size;
        return true;
    }

    /** Offsets and epoch lie outside the checksum: order alone tells whether they are right. */
    private String faultOfPlace() {
        final long first = batch.baseOffset();
        final boolean follows = first == nextOffset || (first > nextOffset && (adrift || first <= holesBelow));
        if (!follows || batch.lastOffsetDelta() < 0 || batch.lastOffset() >= endOffset) {
            adrift = true;
            return "offsets " + first + ".." + batch.lastOffset() + ", expected from " + nextOffset + " and below "
                    + endOffset;
        }
        adrift = false;
        firstOffset = first;
        nextOffset = batch.nextOffset();
        final int itsEpoch = batch.partitionLeaderEpoch();
        if (itsEpoch == LeaderEpochs.NO_EPOCH) {
            return null;
        }
        if (itsEpoch < epoch || (itsEpoch > latestEpoch && latestEpoch >= 0)) {
            return "leader epoch " + itsEpoch + ", expected " + Math.max(0, epoch) + " to " + latestEpoch;
        }
        epoch = itsEpoch;
        return null;
    }

    private void end() {
        final int crc = crc32c.value();
        if (crc != expectedCrc && !PlantedBug.SCRUB_BLIND.isPlanted()) {
            // What it says of its offsets is in doubt as well.
            adrift = true;
            nextOffset = firstOffset;
            tell("CRC " + Integer.toHexString(crc) + ", expected " + Integer.toHexString(expectedCrc));
        } else if (fault != null) {
            tell(fault);
        }
        batchEnd = -1;
        if (position == endPosition
                && faultCount < FAULTS_MAX
                && !adrift
                && nextOffset != endOffset
                && endOffset > holesBelow) {
            batchPosition = position;
            firstOffset = nextOffset;
            tell("the segment ends there, but the next one begins at offset " + endOffset);
        }
    }

    private void tell(final String what) {
        if (faultCount < FAULTS_MAX) {
            faultCount++;
            final String rest = faultCount == FAULTS_MAX
                    ? "; there is more of it, and the rest of this file was not looked at"
                    : "";
            faults.onFault(batchPosition, firstOffset, what + rest);
        }
        if (faultCount == FAULTS_MAX) {
            position = endPosition;
        }
    }

    private boolean giveUp(final String what) {
        faultCount = FAULTS_MAX;
        batchEnd = -1;
        batchPosition = position;
        faults.onFault(batchPosition, firstOffset, what + "; the rest of this file was not looked at");
        position = endPosition;
        return false;
    }
}
