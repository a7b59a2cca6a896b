package io.millrace.engine.log;

import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskStatus;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads the closed segments of one log after the other, to see whether they still are what was written; nothing is
 * changed by what it finds. Goes on in small steps, and pins a segment only while a read is under way: retention,
 * compaction, a cut or the end of the log take what they like in between, and what they took is not looked at further.
 * Active segments are left alone: their writes would have to wait behind its reads. Owned by the logs' core.
 */
public final class LogScrub implements DiskCompletion {
    /** Read at once, off the core. */
    static final int READ_BYTES = 256 * 1024;
    /** Looked at in one step. */
    static final int SLICE_BYTES = 64 * 1024;

    private static final int SEGMENTS_PER_STEP = 64;

    private final Consumer<ScrubFinding> findings;
    private final SegmentCheck check = new SegmentCheck(this::onFault);
    /** There while logs are looked at. */
    private UnsafeBuffer buffer;

    private Log log;
    private Segment segment;
    private int segmentCuts;
    /** Segments that begin below are done. */
    private long doneBelow;

    private boolean reading;
    private int wantedBytes;
    private int taken;
    private int buffered;

    public LogScrub(final Consumer<ScrubFinding> findings) {
        this.findings = findings;
    }

    /** Begins with another log; the one before is over. */
    public void begin(final Log begun) {
        if (reading) {
            throw new IllegalStateException(segment + " is being read");
        }
        log = begun;
        segment = null;
        doneBelow = Long.MIN_VALUE;
        check.beginLog();
    }

    /** Whether it is not through with the log; to go on {@link #read} and {@link #look}. */
    public boolean isUnderWay() {
        return log != null;
    }

    /** Whether a read is under way: nothing can be done before it has ended. */
    public boolean isReading() {
        return reading;
    }

    /** Whether there are bytes to {@link #look} at. */
    public boolean hasBytes() {
        return taken < buffered;
    }

    /** Gives up the log that is under way; not while it {@linkplain #isReading() reads}. */
    public void stop() {
        log = null;
        segment = null;
        taken = 0;
        buffered = 0;
    }

    /** Gives the memory back until it is needed again. */
    public void rest() {
        stop();
        buffer = null;
    }

    /** Asks for the next bytes; returns how many, 0 if there was nothing to read, and perhaps the log is done. */
    public int read() {
        if (!isThere() && !nextSegment()) {
            return 0;
        }
        if (buffer == null) {
            buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(READ_BYTES));
        }
        taken = 0;
        buffered = 0;
        wantedBytes = (int) Math.min(READ_BYTES, segment.appendedSize - check.position());
        segment.retain();
        reading = true;
        readMore();
        return wantedBytes;
    }

    private void readMore() {
        segment.file().read(check.position() + buffered, buffer, buffered, wantedBytes - buffered, this, 0);
    }

    @Override
    public void onDiskCompletion(final long token, final int status, final long value) {
        buffered += (int) value;
        final boolean there = isThere();
        if (there && status == DiskStatus.OK && value > 0 && buffered < check.bytesMin()) {
            readMore();
            return;
        }
        reading = false;
        segment.release();
        if (!there) {
            buffered = 0;
        } else if (status != DiskStatus.OK) {
            buffered = 0;
            unreadable(status);
        } else if (value == 0) {
            buffered = 0;
            check.cutShort();
            endSegment();
        }
    }

    /** As with any read that failed: who knows what the medium does next. */
    private void unreadable(final int status) {
        findings.accept(new ScrubFinding(
                path(), check.position(), segment.baseOffset, "cannot be read: " + DiskStatus.nameOf(status), true));
        endSegment();
        if (status == DiskStatus.IO_ERROR) {
            log.goOffline(status);
        }
    }

    /** Looks at a slice of what was read; returns how many bytes. */
    public int look() {
        if (!isThere()) {
            taken = buffered;
            return 0;
        }
        check.expect(
                log.endOf(Segment.numberOf(log.segments, segment)),
                log.compactor().holesBelow(),
                log.epochs().latestEpoch());
        final int length = Math.min(SLICE_BYTES, buffered - taken);
        final int looked = check.take(buffer, taken, length);
        taken += looked;
        if (check.isAtEnd()) {
            endSegment();
        } else if (buffered - taken < check.bytesMin()) {
            // A header that is not there whole: the next read begins with it.
            taken = buffered;
        }
        return looked;
    }

    private void endSegment() {
        doneBelow = segment.baseOffset + 1;
        segment = null;
        taken = 0;
        buffered = 0;
    }

    /** Whether the segment is what it was when it was begun with, and still counts. */
    private boolean isThere() {
        return segment != null
                && !log.isEnding()
                && segment.sealed
                && segment.cuts == segmentCuts
                && Segment.isAmong(log.segments, segment);
    }

    /** False if there is none, or none yet. */
    private boolean nextSegment() {
        segment = null;
        for (int i = 0; i < SEGMENTS_PER_STEP; i++) {
            final Segment next = log.isEnding() ? null : firstNotDone();
            if (next == null || next == log.active) {
                log = null;
                return false;
            }
            doneBelow = next.baseOffset + 1;
            // One that is about to be put in another's place is not sealed yet.
            if (next.sealed && next.appendedSize > 0) {
                segment = next;
                segmentCuts = next.cuts;
                check.beginSegment(next.baseOffset, next.appendedSize);
                return true;
            }
        }
        return false;
    }

    private Segment firstNotDone() {
        int number = Segment.holding(log.segments, doneBelow);
        if (log.segments.get(number).baseOffset < doneBelow) {
            number++;
        }
        return number < log.segments.size() ? log.segments.get(number) : null;
    }

    private void onFault(final long position, final long offset, final String what) {
        findings.accept(new ScrubFinding(path(), position, offset, what, false));
    }

    private String path() {
        return LogFiles.path(log.directory(), segment.baseOffset, LogFiles.LOG);
    }

    /** A number that the segment which a finding is about shares with no other of this core; within the telling. */
    public int segmentId() {
        return segment.id;
    }
}
