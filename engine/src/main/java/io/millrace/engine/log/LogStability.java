package io.millrace.engine.log;

import io.millrace.engine.port.DiskStatus;

/**
 * How much of a log survives a power loss: <em>stable</em> in the journal or in segments, which is what acks and the high
 * watermark follow; <em>synced</em> in segments, which is what recovery points, snapshots' names and the journal's
 * trimming follow. Stable is never below synced. Owned by the log's core.
 */
public final class LogStability {
    private final Log log;
    private long stableOffset;
    private Segment segment;
    private long position;
    private long syncedOffset;
    /** What the journal's block under way holds the log up to, or −1. */
    private long goalOffset = -1;

    private Segment goalSegment;
    private long goalPosition;
    private LogJournal journal;
    private boolean copied;

    LogStability(final Log log) {
        this.log = log;
    }

    long stableOffset() {
        return stableOffset;
    }

    /** Where the stable offset lies, as long as the segment is this one. */
    long positionIn(final Segment wanted) {
        return wanted == segment ? position : -1;
    }

    long syncedOffset() {
        return syncedOffset;
    }

    /** As it was recovered; false if its end is not in synced segments. */
    boolean begin(final LogParts parts) {
        final boolean isSynced = parts.syncedOffset == parts.endOffset;
        final Segment last = parts.segments.getLast();
        begin(parts.syncedOffset, isSynced ? last : null, isSynced ? last.appendedSize : -1);
        return isSynced;
    }

    /** Everything below the offset is in synced segments; it lies there, if that is known. */
    void begin(final long offset, final Segment last, final long size) {
        stable(offset, last, size);
        syncedOffset = offset;
        goalOffset = -1;
    }

    /** Everything below the offset is in synced segments. */
    void onSynced(final long offset, final Segment reached, final long reachedPosition) {
        syncedOffset = Math.max(syncedOffset, offset);
        if (offset >= stableOffset) {
            stable(offset, reached, reachedPosition);
        }
    }

    /**
     * Who keeps copies of the batches from now on, or null. A log that ever had one must not be cut back: its journal
     * could bring back what was cut.
     */
    public void copyTo(final LogJournal taker) {
        journal = taker;
        copied |= taker != null;
    }

    /** Whether a journal has, or had, copies of its batches. */
    public boolean isCopied() {
        return copied;
    }

    /** A write has reached the file, and so have all before it. */
    void onWritten(final WriteQueue.Entry entry) {
        if (journal != null) {
            journal.onWritten(entry.bytes, entry.length, entry.baseOffset, entry.nextOffset);
        }
    }

    /** A block of the journal that holds everything appended so far is about to be written. */
    public void journalBegins() {
        goalOffset = log.appendedOffset();
        goalSegment = log.active;
        goalPosition = log.active.appendedSize;
    }

    /** Whether a block of the journal under way has something of the log. */
    public boolean isInBlock() {
        return goalOffset >= 0;
    }

    /** It is on the disk, or not: NO_SPACE leaves all as it was, any other failure takes the log offline. */
    public void journalEnds(final int status) {
        final long reached = goalOffset;
        goalOffset = -1;
        if (status == DiskStatus.OK) {
            if (reached >= stableOffset) {
                stable(reached, goalSegment, goalPosition);
                log.tellStable();
            }
        } else if (status != DiskStatus.NO_SPACE) {
            log.goOffline(DiskStatus.IO_ERROR);
        }
    }

    private void stable(final long offset, final Segment reached, final long reachedPosition) {
        if (offset > log.appendedOffset()) {
            throw new IllegalStateException(log.directory() + ": stable " + offset + " beyond " + log.appendedOffset());
        }
        stableOffset = offset;
        segment = reached;
        position = reachedPosition;
    }
}
