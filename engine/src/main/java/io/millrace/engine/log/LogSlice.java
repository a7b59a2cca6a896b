package io.millrace.engine.log;

import io.millrace.engine.port.DiskFile;
import java.util.Arrays;
import org.agrona.MutableDirectBuffer;

/**
 * A lease on resident bytes of a segment: it pins the open file, not its name, so that retention may unlink at once
 * while the bytes stay readable until the last lease comes back. Filled by the owning core; may be read by the core it
 * was handed to. The id is its place in the owner's {@link LeaseTable}.
 */
public final class LogSlice {
    private static final int ABORTED_WORDS_KEPT = 1024;

    private final int id;
    private final LeaseTable table;
    private Segment segment;
    private DiskFile file;
    private long position;
    private int length;
    private int firstBatchBytes;
    private long baseOffset;
    private long[] aborted = new long[0];
    private int abortedCount;
    boolean lent;

    LogSlice(final int id, final LeaseTable table) {
        this.id = id;
        this.table = table;
    }

    public int id() {
        return id;
    }

    public LeaseTable table() {
        return table;
    }

    /** The segment's file, for {@link io.millrace.engine.port.Endpoint#send}. */
    public DiskFile file() {
        return file;
    }

    public long position() {
        return position;
    }

    /** Bytes in the slice; the last batch may be cut short, the first never is. */
    public int length() {
        return length;
    }

    /** Size of the first batch, which a fetch may always have whatever its limits. */
    public int firstBatchBytes() {
        return firstBatchBytes;
    }

    /** Base offset of the first batch: at most the offset that was asked for. */
    public long baseOffset() {
        return baseOffset;
    }

    /** Copies bytes of the slice; returns how many, or a negative {@link io.millrace.engine.port.DiskStatus}. */
    public int read(final int from, final MutableDirectBuffer target, final int offset, final int bytes) {
        if (from < 0 || bytes < 0 || from + (long) bytes > length) {
            throw new IllegalArgumentException("from " + from + ", bytes " + bytes + ": expected within " + length);
        }
        return file.readResident(position + from, target, offset, bytes);
    }

    /** How many aborted transactions may have records in the slice; told to those who read what is committed. */
    public int abortedCount() {
        return abortedCount;
    }

    public long abortedProducerId(final int index) {
        return aborted[2 * index];
    }

    public long abortedFirstOffset(final int index) {
        return aborted[2 * index + 1];
    }

    void addAborted(final long producerId, final long firstOffset) {
        if (2 * abortedCount == aborted.length) {
            aborted = Arrays.copyOf(aborted, Math.max(8, aborted.length * 2));
        }
        aborted[2 * abortedCount] = producerId;
        aborted[2 * abortedCount + 1] = firstOffset;
        abortedCount++;
    }

    Segment segment() {
        return segment;
    }

    void fill(final Segment pinned, final long filePosition, final int bytes, final int firstBytes, final long offset) {
        segment = pinned;
        file = pinned.file();
        position = filePosition;
        length = bytes;
        firstBatchBytes = firstBytes;
        baseOffset = offset;
        pinned.retain();
    }

    void clear() {
        final Segment pinned = segment;
        segment = null;
        file = null;
        length = 0;
        abortedCount = 0;
        if (aborted.length > ABORTED_WORDS_KEPT) {
            aborted = new long[0];
        }
        if (pinned != null) {
            pinned.release();
        }
    }
}
