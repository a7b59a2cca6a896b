package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.status.PlantedBug;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * Writes the segment that takes the place of a group of others, and puts it there. What a crash leaves is nothing, or
 * ended at the next start ({@link DirectoryTidy}):
 *
 * <ol>
 *   <li>{@code .cleaned}: being written. A start removes it.
 *   <li>All is synced, {@link CompactionMark} says which segments are to go, the indexes become {@code .swap}.
 *   <li>The log becomes {@code .swap}, durably: from here on a start goes on to the end.
 *   <li>The other segments' files go, the indexes take their names, and last of all the log does.
 * </ol>
 *
 * Readers go on with the files they have leased. Owned by the log's core.
 */
final class SegmentSwap {
    private static final String[] INDEXES = {LogFiles.INDEX, LogFiles.TIME_INDEX, LogFiles.TXN_INDEX};

    /** A sync of much more would keep those of others waiting. */
    private static final int SYNC_BYTES = 8 << 20;

    private final Log log;
    private final List<Segment> group;
    private final long baseOffset;
    private final long endOffset;
    private final BatchFlyweight batch = new BatchFlyweight();
    private final boolean hasAborted;
    private Segment fresh;
    private DirectBuffer encodedAborted;
    private boolean committing;
    private boolean replaced;

    SegmentSwap(final Log log, final List<Segment> group) {
        this.log = log;
        this.group = group;
        baseOffset = group.getFirst().baseOffset;
        endOffset = log.endOf(Segment.numberOf(log.segments, group.getLast()));
        hasAborted = group.stream().anyMatch(segment -> segment.aborted != null);
    }

    /** How many it takes the place of. */
    int segments() {
        return group.size();
    }

    boolean isCommitting() {
        return committing;
    }

    private String path(final String suffix) {
        return LogFiles.path(log.directory(), baseOffset, suffix);
    }

    void open(final LogCompletion completion) {
        final DiskSequence sequence = new DiskSequence(log.disk());
        sequence.open(path(LogFiles.LOG + LogFiles.CLEANED), Disk.OpenMode.REPLACE)
                .keepFile()
                .run(status -> {
                    if (status == DiskStatus.OK) {
                        begin(sequence.file());
                    }
                    completion.onComplete(status);
                });
    }

    private void begin(final DiskFile file) {
        fresh = Segment.empty(
                log.context().indexMemory(),
                log.context().nextSegmentId(),
                baseOffset,
                file,
                group.getLast().createdMs);
        if (hasAborted) {
            fresh.aborted = new AbortedTransactions();
        }
    }

    /** Batches that are packed again may take more room than they did. */
    boolean hasRoomFor(final int bytes) {
        return fresh.size + bytes <= log.context().cleanedBytesMax();
    }

    /** Writes batches behind those before; the memory is lent until the completion. */
    void append(
            final DirectBuffer batches,
            final List<CleanedTransactions.Aborted> aborted,
            final LogCompletion completion) {
        final long position = fresh.size;
        final int interval = log.config().indexIntervalBytes();
        int at = 0;
        while (at < batches.capacity()) {
            batch.wrap(batches, at, batches.capacity() - at);
            fresh.add(batch, interval);
            at += batch.sizeInBytes();
        }
        for (final CleanedTransactions.Aborted each : aborted) {
            fresh.addAborted(each.producerId(), each.firstOffset(), each.lastOffset(), each.lastStableOffset());
        }
        fresh.appendedSize = fresh.size;
        final DiskSequence sequence =
                new DiskSequence(log.disk()).use(fresh.file()).writeLater(position, () -> batches);
        if (fresh.size - fresh.syncedSize >= SYNC_BYTES) {
            fresh.syncedSize = fresh.size;
            sequence.sync();
        }
        sequence.run(completion);
    }

    /** Before {@link #complete}, on a housekeeping thread: there may be many. */
    void encodeAborted() {
        if (hasAborted) {
            encodedAborted = fresh.aborted.encode(0, fresh.aborted.count());
        }
    }

    /** Makes it durable and puts it in place; gives up if one of those it replaces has gone meanwhile. */
    void complete(final LogCompletion completion) {
        fresh.completeTimeIndex();
        final DiskSequence sequence = new DiskSequence(log.disk()).use(fresh.file());
        if (!PlantedBug.COMPACTION_NOT_SYNCED.isPlanted()) {
            sequence.sync();
        }
        sequence.open(path(LogFiles.INDEX + LogFiles.CLEANED), Disk.OpenMode.REPLACE)
                .write(() -> fresh.offsetIndex.entries(), () -> fresh.offsetIndex.count())
                .sync()
                .closeFile()
                .open(path(LogFiles.TIME_INDEX + LogFiles.CLEANED), Disk.OpenMode.REPLACE)
                .write(() -> fresh.timeIndex.entries(), () -> fresh.timeIndex.count())
                .sync()
                .closeFile();
        if (hasAborted) {
            sequence.open(path(LogFiles.TXN_INDEX + LogFiles.CLEANED), Disk.OpenMode.REPLACE)
                    .write(0, () -> encodedAborted)
                    .sync()
                    .closeFile();
        }
        sequence.run(status -> written(status, completion));
    }

    private void written(final int status, final LogCompletion completion) {
        if (status != DiskStatus.OK
                || !group.stream().allMatch(each -> Segment.isAmong(log.segments, each))
                || log.isOffline()) {
            discard(ignored -> completion.onComplete(status == DiskStatus.OK ? DiskStatus.NO_SPACE : status));
            return;
        }
        fresh.syncedSize = fresh.size;
        committing = true;
        final long holesBelow = Math.max(log.compactor().holesBelow(), endOffset);
        log.compactor().holesBelow(holesBelow);
        final CompactionMark mark = new CompactionMark(holesBelow, baseOffset, endOffset, true);
        final String directory = log.directory();
        final DiskSequence sequence = new DiskSequence(log.disk());
        sequence.replace(directory, directory + '/' + CompactionMark.NAME, mark::encode);
        renameIndexes(sequence, LogFiles.CLEANED, LogFiles.SWAP);
        sequence.syncDirectory(directory).run(ended -> prepared(ended, completion));
    }

    /** Nothing of the log itself has changed yet: a mark for a swap that never was says nothing wrong. */
    private void prepared(final int status, final LogCompletion completion) {
        if (status != DiskStatus.OK) {
            committing = false;
            discard(ignored -> completion.onComplete(status));
            return;
        }
        final String directory = log.directory();
        final DiskSequence sequence = new DiskSequence(log.disk());
        if (PlantedBug.COMPACTION_DELETES_EARLY.isPlanted()) {
            group.forEach(each -> sequence.unlink(LogFiles.path(directory, each.baseOffset, LogFiles.LOG)));
        }
        sequence.rename(path(LogFiles.LOG + LogFiles.CLEANED), path(LogFiles.LOG + LogFiles.SWAP))
                .syncDirectory(directory)
                .run(ended -> committed(ended, completion));
    }

    private void renameIndexes(final DiskSequence sequence, final String from, final String to) {
        for (final String index : INDEXES) {
            if (hasAborted || !index.equals(LogFiles.TXN_INDEX)) {
                sequence.rename(path(index + from), path(index + to));
            }
        }
    }

    private void committed(final int status, final LogCompletion completion) {
        if (status != DiskStatus.OK) {
            // A start may find it done or not done. What is here is sound either way, but may not go on from here.
            log.goOffline(DiskStatus.IO_ERROR);
            close();
            completion.onComplete(DiskStatus.IO_ERROR);
        } else if (log.indexes().isBusy()) {
            // Who reads an index by its name must not get the new one's.
            log.indexes().whenIdle(() -> committed(status, completion));
        } else {
            replace(completion);
        }
    }

    private void replace(final LogCompletion completion) {
        log.compactor().replace(group, fresh);
        replaced = true;
        final String directory = log.directory();
        final DiskSequence sequence = new DiskSequence(log.disk());
        for (final Segment segment : group) {
            if (segment.baseOffset != baseOffset) {
                for (final String suffix : new String[] {LogFiles.LOG, LogFiles.SNAPSHOT}) {
                    sequence.unlink(LogFiles.path(directory, segment.baseOffset, suffix));
                }
                for (final String suffix : INDEXES) {
                    sequence.unlink(LogFiles.path(directory, segment.baseOffset, suffix));
                }
                log.snapshots().remove(segment.baseOffset);
            }
        }
        renameIndexes(sequence, LogFiles.SWAP, "");
        sequence.syncDirectory(directory)
                .rename(path(LogFiles.LOG + LogFiles.SWAP), path(LogFiles.LOG))
                .syncDirectory(directory)
                .run(status -> {
                    committing = false;
                    if (status == DiskStatus.OK) {
                        fresh.sealed = true;
                        log.context().indexCache().touch(fresh);
                    }
                    completion.onComplete(status == DiskStatus.OK ? status : DiskStatus.IO_ERROR);
                });
    }

    /** Removes what was written; not once the log has been renamed. */
    void discard(final LogCompletion completion) {
        close();
        final DiskSequence sequence = new DiskSequence(log.disk());
        sequence.unlink(path(LogFiles.LOG + LogFiles.CLEANED));
        for (final String index : INDEXES) {
            sequence.unlink(path(index + LogFiles.CLEANED)).unlink(path(index + LogFiles.SWAP));
        }
        sequence.unlink(log.directory() + '/' + CompactionMark.NAME + LogFiles.TMP)
                .run(completion);
    }

    void close() {
        if (fresh != null && !replaced) {
            fresh.releaseIndexes();
            fresh.drop();
            fresh = null;
        }
    }
}
