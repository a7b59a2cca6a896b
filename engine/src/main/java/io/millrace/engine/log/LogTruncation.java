package io.millrace.engine.log;

import io.millrace.engine.batch.AbortedSink;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.status.PlantedBug;
import java.util.ArrayList;

/**
 * Cuts a quiet log back: waits for leases beyond the cut, removes later segments from the newest down so that no crash
 * leaves a hole, cuts the one that holds the offset, and rebuilds the producers' state from a snapshot and the batches
 * after it.
 */
final class LogTruncation {
    private final Log log;
    private final long offset;
    private final LogCompletion completion;
    private final ArrayList<Segment> replayed = new ArrayList<>();
    private Segment last;
    private Segment fresh;
    private long cutOffset;

    LogTruncation(final Log log, final long offset, final LogCompletion completion) {
        this.log = log;
        this.offset = offset;
        this.completion = completion;
    }

    void start() {
        if (log.isOffline()) {
            end(DiskStatus.IO_ERROR);
            return;
        }
        last = log.segments.get(log.segmentHolding(offset));
        fresh = Segment.empty(log.context().indexMemory(), last.id, last.baseOffset, last.file(), last.createdMs);
        cutOffset = last.baseOffset;
        final int interval = log.config().indexIntervalBytes();
        new BatchScan(last, 0, false)
                .run(
                        (batch, position) -> {
                            if (batch.lastOffset() >= offset) {
                                return false;
                            }
                            fresh.add(batch, interval);
                            cutOffset = batch.nextOffset();
                            return true;
                        },
                        this::located);
    }

    private void located(final int status) {
        if (status != DiskStatus.OK) {
            fail(status);
            return;
        }
        log.limitReads(cutOffset);
        if (isLeased() && !PlantedBug.LEASE_IGNORED.isPlanted()) {
            log.context().leases().whenReleased(this::relocate);
        } else {
            cut();
        }
    }

    private void relocate() {
        located(DiskStatus.OK);
    }

    private boolean isLeased() {
        final LeaseTable leases = log.context().leases();
        for (final Segment segment : log.segments) {
            if (leases.holdsBeyond(segment, segment == last ? fresh.size : 0)
                    && segment.baseOffset >= last.baseOffset) {
                return true;
            }
        }
        return false;
    }

    private void cut() {
        log.sealer().forgetFrom(cutOffset);
        final DiskSequence sequence = new DiskSequence(log.disk());
        final String directory = log.directory();
        for (int i = log.snapshots().count() - 1; i >= 0 && log.snapshots().at(i) > cutOffset; i--) {
            sequence.unlink(LogFiles.path(directory, log.snapshots().at(i), LogFiles.SNAPSHOT));
        }
        // A snapshot says that all below it is durable: no crash may bring its name back once that is cut.
        sequence.syncDirectory(directory);
        for (int i = log.segments.size() - 1; log.segments.get(i) != last; i--) {
            final Segment segment = log.segments.get(i);
            sequence.unlink(LogFiles.path(directory, segment.baseOffset, LogFiles.LOG))
                    .syncDirectory(directory)
                    .unlink(LogFiles.path(directory, segment.baseOffset, LogFiles.INDEX))
                    .unlink(LogFiles.path(directory, segment.baseOffset, LogFiles.TIME_INDEX));
            if (segment.aborted != null) {
                sequence.unlink(LogFiles.path(directory, segment.baseOffset, LogFiles.TXN_INDEX));
            }
        }
        cutAborted(sequence, directory);
        sequence.use(last.file())
                .truncate(fresh.size)
                .sync()
                .unlink(LogFiles.path(directory, last.baseOffset, LogFiles.INDEX))
                .unlink(LogFiles.path(directory, last.baseOffset, LogFiles.TIME_INDEX))
                .syncDirectory(directory)
                .run(this::wasCut);
    }

    /** As a whole and first, so that no crash leaves it short of what lies below a snapshot. */
    private void cutAborted(final DiskSequence sequence, final String directory) {
        final AbortedTransactions aborted = last.aborted;
        if (aborted != null && aborted.truncate(cutOffset)) {
            final String path = LogFiles.path(directory, last.baseOffset, LogFiles.TXN_INDEX);
            if (aborted.count() == 0) {
                sequence.unlink(path);
            } else {
                sequence.replace(directory, path, () -> aborted.encode(0, aborted.count()));
            }
        }
    }

    private void wasCut(final int status) {
        if (status != DiskStatus.OK) {
            fail(status);
            return;
        }
        while (log.snapshots().newest() > cutOffset) {
            log.snapshots().remove(log.snapshots().newest());
        }
        while (log.segments.getLast() != last) {
            final Segment gone = log.segments.removeLast();
            log.context().indexCache().remove(gone);
            log.context().reservations().release(gone);
            gone.releaseIndexes();
            gone.drop();
        }
        log.context().indexCache().remove(last);
        last.becomeActive(fresh);
        loadSnapshot();
    }

    private void loadSnapshot() {
        log.producers().abortedTo(AbortedSink.NONE);
        log.producers().clear();
        final long snapshot = log.snapshots().newest();
        replayed.addAll(log.segments);
        if (snapshot < 0) {
            replay(log.startOffset());
            return;
        }
        new DiskSequence(log.disk())
                .open(LogFiles.path(log.directory(), snapshot, LogFiles.SNAPSHOT), Disk.OpenMode.READ_ONLY)
                .readAll(bytes -> log.producers().loadSnapshot(bytes, 0, bytes.capacity(), last.createdMs))
                .closeFile()
                .run(status -> {
                    if (status == DiskStatus.OK) {
                        replay(snapshot);
                    } else {
                        fail(status);
                    }
                });
    }

    private void replay(final long from) {
        while (replayed.size() > 1 && replayed.get(1).baseOffset <= from) {
            replayed.removeFirst();
        }
        if (replayed.isEmpty()) {
            log.onCut(last, cutOffset);
            end(DiskStatus.OK);
            return;
        }
        new BatchScan(replayed.removeFirst(), 0, true)
                .run(
                        (batch, position) -> {
                            if (batch.baseOffset() >= from) {
                                log.producers().replay(batch.bytes(), 0, batch.sizeInBytes());
                            }
                            return true;
                        },
                        status -> {
                            if (status == DiskStatus.OK) {
                                replay(from);
                            } else {
                                fail(status);
                            }
                        });
    }

    private void fail(final int status) {
        log.goOffline(DiskStatus.IO_ERROR);
        end(status == BatchScan.DAMAGED ? DiskStatus.IO_ERROR : status);
    }

    private void end(final int status) {
        completion.onComplete(status);
        log.end().ended();
    }
}
