package io.millrace.engine.log;

import org.agrona.DirectBuffer;

/**
 * One partition's log. Owned by one core's thread; nothing here blocks, everything longer ends in a completion or in
 * the {@link LogListener}.
 */
public final class Log {
    /** Sets up what is to be told; right after the log was made or recovered. */
    public void listener(final LogListener listener) {
        throw new UnsupportedOperationException();
    }

    /**
     * Makes an empty log in a directory that does not exist. The log may be used once the completion has said OK; by
     * then the directory, its first segment and its topic id survive a power loss.
     */
    public static Log create(
            final LogContext context,
            final String directory,
            final LogConfig config,
            final LogProducers producers,
            final long topicIdHigh,
            final long topicIdLow,
            final long nowMs,
            final LogCompletion completion) {
        throw new UnsupportedOperationException();
    }

    public String directory() {
        throw new UnsupportedOperationException();
    }

    public LogConfig config() {
        throw new UnsupportedOperationException();
    }

    public LeaderEpochs epochs() {
        throw new UnsupportedOperationException();
    }

    /** The first offset that may be read. */
    public long startOffset() {
        throw new UnsupportedOperationException();
    }

    /** The next offset to assign; writes in flight are included. */
    public long endOffset() {
        throw new UnsupportedOperationException();
    }

    /** Everything below has reached the files. */
    public long appendedOffset() {
        throw new UnsupportedOperationException();
    }

    /** Everything below survives a power loss. */
    public long stableOffset() {
        throw new UnsupportedOperationException();
    }

    /** What may be written into the recovery-point checkpoint: recovery need not look below. */
    public long recoveryPoint() {
        throw new UnsupportedOperationException();
    }

    /** Bytes of all segments' batches. */
    public long sizeInBytes() {
        throw new UnsupportedOperationException();
    }

    public boolean isOffline() {
        throw new UnsupportedOperationException();
    }

    public boolean isReadOnly() {
        throw new UnsupportedOperationException();
    }

    /** Whether bytes were appended that {@link #sync} would make stable. */
    public boolean isDirty() {
        throw new UnsupportedOperationException();
    }

    /** Whether a {@link #sync} is under way. */
    public boolean isSyncing() {
        throw new UnsupportedOperationException();
    }

    /**
     * Appends one batch whose base offset is already {@link #endOffset} and whose leader epoch is already set. The
     * buffer is lent until {@link LogListener#onAppended} passes the batch, or {@link LogListener#onAppendFailed}.
     */
    public AppendResult append(
            final DirectBuffer batch,
            final int offset,
            final int length,
            final long lastOffset,
            final long maxTimestampMs,
            final int epoch,
            final long nowMs) {
        throw new UnsupportedOperationException();
    }

    /** Notes that a leader begins here, before its first batch. */
    public void beginEpoch(final int epoch) {
        throw new UnsupportedOperationException();
    }

    /**
     * Makes all that was appended so far stable; ends in {@link LogListener#onStable} or {@link
     * LogListener#onOffline}.
     *
     * @return false if there is nothing to do, or a sync is under way
     */
    public boolean sync() {
        throw new UnsupportedOperationException();
    }

    /**
     * Fills a slice from {@link LeaseTable#acquire} with batches, from the one that holds {@code offset} on, at least
     * that one whole, never beyond {@code limitOffset} (a batch boundary, such as the high watermark). On any other
     * result than FOUND the slice remains empty and the caller's.
     */
    public ReadResult read(final long offset, final long limitOffset, final int bytesMax, final LogSlice slice) {
        throw new UnsupportedOperationException();
    }

    /** Finds the first record at or after the timestamp. */
    public void offsetForTimestamp(final long timestampMs, final TimestampCompletion completion) {
        throw new UnsupportedOperationException();
    }

    /** Finds the first of the records with the largest timestamp. */
    public void maxTimestampOffset(final TimestampCompletion completion) {
        throw new UnsupportedOperationException();
    }

    /** Moves the start up, as DeleteRecords does; segments that lie wholly below go. False if it is there already. */
    public boolean advanceStartOffset(final long offset, final long highWatermark) {
        throw new UnsupportedOperationException();
    }

    /** Drops the oldest segments by size and age, as far as they lie below the high watermark; returns how many. */
    public int applyRetention(final long nowMs, final long highWatermark) {
        throw new UnsupportedOperationException();
    }

    /** Rolls the active segment if it was opened longer than {@code segmentMs} ago and holds something. */
    public void rollIfDue(final long nowMs) {
        throw new UnsupportedOperationException();
    }

    /** Cuts the log back; waits for leases beyond. Lower the recovery-point checkpoint first if it is beyond. */
    public void truncateTo(final long offset, final LogCompletion completion) {
        throw new UnsupportedOperationException();
    }

    public void updateConfig(final LogConfig config) {
        throw new UnsupportedOperationException();
    }

    /** Ends orderly: everything synced, indexes and the producers' snapshot written, files closed. */
    public void close(final LogCompletion completion) {
        throw new UnsupportedOperationException();
    }

    /** Renames the directory to its {@code -delete} name, durably; tells so, and then removes it bit by bit. */
    public void delete(final LogCompletion renamed, final LogCompletion removed) {
        throw new UnsupportedOperationException();
    }
}
