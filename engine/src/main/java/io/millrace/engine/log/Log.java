package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import java.util.ArrayList;
import org.agrona.DirectBuffer;

/** One partition's log. Owned by one core's thread; nothing blocks, all that lasts ends in a completion or the listener. */
public final class Log {
    private final LogContext context;
    private LogConfig config;
    private final LogProducers producers;
    private final PartitionMetadata metadata;
    private final LeaderEpochs epochs;
    private final Snapshots snapshots;
    private final boolean readOnly;
    private final long damagedRecoveryPoint;
    private final String directory;
    private LogListener listener;
    private LogState state = LogState.OPEN;
    private boolean appendableWanted;
    /** Why the log went offline, until the listener was told. */
    private int offlineStatus = DiskStatus.OK;

    final ArrayList<Segment> segments;
    final BatchRing ring = new BatchRing();
    Segment active;
    private long startOffset;
    private long endOffset;
    private long appendedOffset;
    long sealedBytes;
    private final LogStability stability = new LogStability(this);

    private final WriteQueue writes = new WriteQueue(this);
    private final LogSyncs syncs = new LogSyncs(this);
    private final LogRoll roll = new LogRoll(this);
    private final LogSealer sealer = new LogSealer(this);
    private final SegmentRemover remover = new SegmentRemover(this);
    private final EpochFile epochFile = new EpochFile(this);
    private final AbortedFile abortedFile = new AbortedFile(this);
    private final IndexLoader indexes = new IndexLoader(this);
    private final LogReader reader = new LogReader(this);
    private final LogRetention retention = new LogRetention(this);
    private final LogCompactor compactor = new LogCompactor(this);
    private final ResidentWaiters residents = new ResidentWaiters(this);
    private final LogEnd end = new LogEnd(this);
    private long readLimit = Long.MAX_VALUE;

    Log(
            final LogContext context,
            final String directory,
            final LogConfig config,
            final LogProducers producers,
            final PartitionMetadata metadata,
            final LogParts parts) {
        this.context = context;
        this.directory = directory;
        this.config = config;
        this.producers = producers;
        this.metadata = metadata;
        epochs = parts.epochs;
        snapshots = parts.snapshots;
        segments = parts.segments;
        readOnly = parts.readOnly;
        damagedRecoveryPoint = parts.recoveryPoint;
        active = segments.getLast();
        startOffset = parts.startOffset;
        endOffset = parts.endOffset;
        appendedOffset = endOffset;
        sealedBytes = Segment.bytesBelow(segments, active);
        if (!stability.begin(parts)) {
            syncs.directoryChanged(); // the last segment's name may be as new as its bytes
        }
        abortedFile.begin(active);
        compactor.holesBelow(parts.holesBelow);
    }

    /** Sets up what is to be told; right after the log was made or recovered. */
    public void listener(final LogListener newListener) {
        listener = newListener;
    }

    public String directory() {
        return directory;
    }

    public LogConfig config() {
        return config;
    }

    public LeaderEpochs epochs() {
        return epochs;
    }

    /** The first offset that may be read. */
    public long startOffset() {
        return startOffset;
    }

    /** The next offset to assign; writes in flight are included. */
    public long endOffset() {
        return endOffset;
    }

    /** Everything below has reached the files. */
    public long appendedOffset() {
        return appendedOffset;
    }

    /** Everything below survives a power loss. */
    public long stableOffset() {
        return stability.stableOffset();
    }

    /** What survives a power loss, and by what. */
    public LogStability stability() {
        return stability;
    }

    /** Everything below lies in synced segments; what is stable beyond, the journal alone keeps. */
    public long syncedOffset() {
        return stability.syncedOffset();
    }

    /** What may be written into the recovery-point checkpoint: recovery need not look below. */
    public long recoveryPoint() {
        if (readOnly) {
            // What was durable must not be forgotten, or the damage would pass for a torn tail next time.
            return damagedRecoveryPoint;
        }
        return Math.min(syncedOffset(), Math.min(sealer.oldestOffset(), epochFile.unwrittenFrom()));
    }

    /** Bytes of all segments' batches. */
    public long sizeInBytes() {
        return sealedBytes + active.size;
    }

    public boolean isOffline() {
        return state == LogState.OFFLINE || state == LogState.CLOSED;
    }

    public boolean isReadOnly() {
        return readOnly;
    }

    /** Whether bytes were appended that {@link #sync} would make stable. */
    public boolean isDirty() {
        return stableOffset() < appendedOffset && !isOffline();
    }

    /** Whether it was closed or deleted, rather than struck by a failure. */
    public boolean isClosed() {
        return state == LogState.CLOSED;
    }

    /** Whether it is being cut, closed or deleted, or was. */
    boolean isEnding() {
        return end.isWanted() || state == LogState.ENDING || isOffline();
    }

    /** Whether a {@link #sync} is under way. */
    public boolean isSyncing() {
        return syncs.isRegularBusy();
    }

    /** Whether one is under way for a departure, that of before perhaps. */
    public boolean isSyncingBeside() {
        return syncs.isBesideBusy();
    }

    /**
     * Appends one batch whose base offset is already {@link #endOffset}, and whose leader epoch is set. The memory is
     * lent until {@link LogListener#onAppended} passes it, or {@link LogListener#onAppendFailed}; the buffer object not.
     */
    public AppendResult append(
            final DirectBuffer batch,
            final int offset,
            final int length,
            final long lastOffset,
            final long maxTimestampMs,
            final int epoch,
            final long nowMs) {
        if (readOnly) {
            return AppendResult.READ_ONLY;
        }
        if (state != LogState.OPEN || writes.isFailing()) {
            return refuse();
        }
        if (lastOffset < endOffset || length <= 0) {
            throw new IllegalArgumentException(
                    directory + ": offsets " + endOffset + ".." + lastOffset + ", length " + length);
        }
        if (active.isFullFor(
                config, config.jitterMs(directory, active.baseOffset), length, lastOffset, maxTimestampMs, nowMs)) {
            startRoll(nowMs);
            return refuse();
        }
        if (writes.isFull()) {
            appendableWanted = true;
            return AppendResult.FULL;
        }
        beginEpoch(epoch);
        final long position = active.size;
        final WriteQueue.Entry entry = writes.next(active);
        entry.baseOffset = endOffset;
        entry.nextOffset = lastOffset + 1;
        ring.add(endOffset, (int) position);
        active.add(length, lastOffset, maxTimestampMs, config.indexIntervalBytes());
        context.reservations().ensure(active);
        endOffset = lastOffset + 1;
        writes.submit(entry, active.file(), batch, offset, length, position);
        return AppendResult.APPENDED;
    }

    private AppendResult refuse() {
        appendableWanted = true;
        return switch (state) {
            case ROLLING -> AppendResult.ROLLING;
            case OPEN, UNDOING -> AppendResult.FAILING;
            case ENDING, OFFLINE, CLOSED -> AppendResult.OFFLINE;
        };
    }

    /** Notes that a leader begins here, before its first batch. */
    public void beginEpoch(final int epoch) {
        if (epoch > epochs.latestEpoch()) {
            epochs.assign(epoch, endOffset);
            epochFile.changed(endOffset);
        }
    }

    /**
     * Makes all appended so far stable without the journal, and tells the listener; false if there is nothing to do, or not
     * now: then the listener is told when it is time to ask again.
     */
    public boolean sync() {
        return syncs.start();
    }

    /**
     * Fills a slice from {@link LeaseTable#acquire} with batches, from the one that holds {@code offset} on, at least
     * that one whole, never beyond {@code limitOffset} (a batch boundary, such as the high watermark). On any other
     * result than FOUND the slice remains empty and the caller's.
     */
    public ReadResult read(final long offset, final long limitOffset, final int bytesMax, final LogSlice slice) {
        if (isOffline()) {
            return ReadResult.OFFLINE;
        }
        if (offset < startOffset || offset > endOffset) {
            return ReadResult.OUT_OF_RANGE;
        }
        return reader.read(offset, Math.min(limitOffset, readLimit), bytesMax, slice);
    }

    /** Tells a slice that was filled just now, from that offset on, of the aborted transactions that may be in it. */
    public void collectAborted(final long offset, final long limitOffset, final LogSlice slice) {
        reader.collectAborted(offset, limitOffset, slice);
    }

    public LogCompactor compactor() {
        return compactor;
    }

    /** Finds the first record at or after the timestamp. */
    public void offsetForTimestamp(final long timestampMs, final TimestampCompletion completion) {
        new TimestampLookup(this, timestampMs, startOffset, completion).start();
    }

    /** Finds the first record with the largest timestamp, as Kafka a deleted one too while its segment is there. */
    public void maxTimestampOffset(final TimestampCompletion completion) {
        final long newestMs = Segment.newestTimestampMs(segments);
        new TimestampLookup(this, newestMs < 0 ? Long.MAX_VALUE : newestMs, 0, completion).start();
    }

    /** Moves the start up, as DeleteRecords does; segments that lie wholly below go. False if it is there already. */
    public boolean advanceStartOffset(final long offset, final long highWatermark) {
        return !isOffline() && retention.advanceStart(offset, highWatermark);
    }

    /** Drops the oldest segments by size and age, as far as they lie below the high watermark; returns how many. */
    public int applyRetention(final long nowMs, final long highWatermark) {
        if (isOffline() || state == LogState.ENDING || readOnly) {
            return 0;
        }
        sealer.run();
        epochFile.run();
        sealer.flush(active);
        return retention.apply(nowMs, highWatermark);
    }

    /** Rolls the active segment if it was opened longer than {@code segmentMs} ago and holds something. */
    public void rollIfDue(final long nowMs) {
        final long dueMs = active.createdMs + config.segmentMs() - config.jitterMs(directory, active.baseOffset);
        if (active.size > 0 && nowMs > dueMs) {
            startRoll(nowMs);
        }
    }

    /** Cuts the log back; waits for leases beyond. Lower the recovery-point checkpoint first if it is beyond. */
    public void truncateTo(final long offset, final LogCompletion completion) {
        if (offset < startOffset || readOnly || isOffline() || stability.isCopied()) {
            throw new IllegalStateException(directory + ": cannot be cut to " + offset + " now");
        }
        if (offset >= endOffset) {
            completion.onComplete(DiskStatus.OK);
            return;
        }
        end.then(new LogTruncation(this, offset, completion)::start);
    }

    public void updateConfig(final LogConfig changed) {
        config = changed;
    }

    /** Ends orderly: everything synced, indexes and the producers' snapshot written, files closed. */
    public void close(final LogCompletion completion) {
        end.then(new LogClosing(this, completion)::start);
    }

    /** Renames the directory to its {@code -delete} name, durably; tells so, and then removes it bit by bit. */
    public void delete(final LogCompletion renamed, final LogCompletion removed) {
        end.then(new LogDeletion(this, renamed, removed)::start);
    }

    Disk disk() {
        return context.disk();
    }

    LogContext context() {
        return context;
    }

    Snapshots snapshots() {
        return snapshots;
    }

    LogProducers producers() {
        return producers;
    }

    /** The topic's id, as the directory carries it; null in a directory without. */
    public PartitionMetadata metadata() {
        return metadata;
    }

    IndexLoader indexes() {
        return indexes;
    }

    ResidentWaiters residents() {
        return residents;
    }

    void tellResident() {
        if (listener != null) {
            listener.onResident();
        }
    }

    LogEnd end() {
        return end;
    }

    LogSyncs syncs() {
        return syncs;
    }

    LogSealer sealer() {
        return sealer;
    }

    SegmentRemover remover() {
        return remover;
    }

    EpochFile epochFile() {
        return epochFile;
    }

    boolean writesAreDone() {
        return writes.isEmpty();
    }

    /** The number of the segment in which the offset lies, or would. */
    int segmentHolding(final long offset) {
        return Segment.holding(segments, offset);
    }

    /** Where the segment's batches that have reached the file end. */
    long endOf(final int number) {
        return number + 1 < segments.size() ? segments.get(number + 1).baseOffset : appendedOffset;
    }

    void startRoll(final long nowMs) {
        if (state == LogState.OPEN && !readOnly && !writes.isFailing()) {
            state = LogState.ROLLING;
            roll.request(nowMs);
        }
    }

    void onWritten(final long nextOffset, final long position) {
        appendedOffset = nextOffset;
        context.residency().onWritten(active, active.appendedSize, position - active.appendedSize);
        active.appendedSize = position;
        producers.settle(nextOffset);
        if (state == LogState.OFFLINE) {
            tellOffline();
        } else {
            listener.onAppended(nextOffset);
        }
        if (state == LogState.ROLLING && writes.isEmpty()) {
            roll.proceed();
        }
        abortedFile.run();
        proceed();
    }

    void onRolled(final DiskFile file, final long nowMs) {
        final Segment old = active;
        old.completeTimeIndex();
        sealedBytes += old.size;
        active = Segment.empty(context.indexMemory(), context.nextSegmentId(), endOffset, file, nowMs);
        segments.add(active);
        ring.clear();
        syncs.directoryChanged();
        sealer.add(old, endOffset, producers.freezeSnapshot());
        reopenFrom(LogState.ROLLING);
        retention.onRolled();
    }

    void onRollFailed(final int status) {
        if (status == DiskStatus.NO_SPACE) {
            reopenFrom(LogState.ROLLING);
            listener.onAppendFailed(endOffset, status);
        } else {
            listener.onAppendFailed(endOffset, DiskStatus.IO_ERROR);
            goOffline(status);
        }
    }

    /** No write is in flight; those from the first that failed on are undone. */
    void onWritesFailed(final int status) {
        final long fromOffset = writes.firstUndone().baseOffset;
        active.undo(writes.firstUndone());
        endOffset = fromOffset;
        ring.truncate(fromOffset);
        epochs.truncateFromEnd(fromOffset);
        producers.rollBackTo(fromOffset);
        writes.reset();
        if (status != DiskStatus.NO_SPACE || state == LogState.OFFLINE) {
            listener.onAppendFailed(fromOffset, DiskStatus.IO_ERROR);
            goOffline(DiskStatus.IO_ERROR);
            tellOffline();
            proceed();
            return;
        }
        state = LogState.UNDOING;
        context.reservations().release(active);
        new DiskSequence(disk()).use(active.file()).truncate(active.size).sync().run(cut -> {
            reopenFrom(LogState.UNDOING);
            listener.onAppendFailed(fromOffset, cut == DiskStatus.OK ? status : DiskStatus.IO_ERROR);
            if (cut != DiskStatus.OK) {
                goOffline(cut);
            }
            proceed();
        });
    }

    /** Told even if nothing new is stable: whoever was turned away while the sync was under way comes again. */
    void onSynced(final long offset, final Segment segment, final long position) {
        stability.onSynced(offset, segment, position);
        tellStable();
    }

    void tellStable() {
        if (!isOffline()) {
            listener.onStable(stableOffset());
        }
    }

    /** The oldest segment leaves the log; its files go when they may. */
    void dropOldest() {
        final Segment oldest = segments.removeFirst();
        sealedBytes -= oldest.size;
        context.indexCache().remove(oldest);
        remover.add(oldest);
        moveStart(Math.max(startOffset, segments.getFirst().baseOffset));
    }

    void moveStart(final long offset) {
        startOffset = offset;
        epochs.truncateFromStart(offset);
        epochFile.run();
    }

    /** The log was cut: {@code last} is the active segment again. */
    void onCut(final Segment last, final long offset) {
        sealedBytes = Segment.bytesBelow(segments, last);
        active = last;
        context.indexCache().remove(last);
        last.sealed = false;
        ring.clear();
        context.residency().onTruncated(last, last.size);
        endOffset = offset;
        appendedOffset = offset;
        compactor.cut(offset);
        stability.begin(offset, last, last.size);
        abortedFile.begin(last);
        epochs.truncateFromEnd(offset);
        epochFile.run();
        readLimit = Long.MAX_VALUE;
        reopenFrom(LogState.ENDING);
    }

    void goOffline(final int status) {
        if (state != LogState.OFFLINE && state != LogState.CLOSED) {
            state = LogState.OFFLINE;
            offlineStatus = status;
            tellOffline();
        }
    }

    /** Not before the last write has ended: who hears of it gives the lent buffers away. */
    private void tellOffline() {
        if (offlineStatus != DiskStatus.OK && writes.isEmpty() && listener != null) {
            final int status = offlineStatus;
            offlineStatus = DiskStatus.OK;
            listener.onOffline(status);
        }
    }

    /** From now on: it is about to end. */
    void takeNothing() {
        state = state == LogState.OPEN ? LogState.ENDING : state;
        compactor.stop();
    }

    /** It does not end after all. */
    void reopen() {
        reopenFrom(LogState.ENDING);
    }

    private void reopenFrom(final LogState passing) {
        state = state == passing ? LogState.OPEN : state;
    }

    AbortedFile abortedFile() {
        return abortedFile;
    }

    /** Beyond the offset the log is about to be cut. */
    void limitReads(final long offset) {
        readLimit = offset;
    }

    void closed() {
        state = LogState.CLOSED;
        syncs.endBeside();
        for (final Segment segment : segments) {
            segment.closed(context);
        }
    }

    /** Goes on with what waited for something that has just ended. */
    void proceed() {
        remover.run();
        syncs.proceed();
        end.proceed();
        if (appendableWanted && state == LogState.OPEN && !writes.isFailing() && !writes.isFull()) {
            appendableWanted = false;
            listener.onAppendable();
        }
    }

    /** Whether nothing of it is under way. */
    boolean isQuiet() {
        return writes.isEmpty()
                && state != LogState.UNDOING
                && !roll.isBusy()
                && !syncs.isRegularBusy()
                && !syncs.isBesideBusy()
                && !sealer.isBusy()
                && !remover.isBusy()
                && !epochFile.isBusy()
                && !abortedFile.isBusy()
                && compactor.isQuiet()
                && !indexes.isBusy();
    }
}
