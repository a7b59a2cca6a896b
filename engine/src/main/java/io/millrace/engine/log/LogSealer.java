package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskStatus;
import java.util.ArrayDeque;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;

/**
 * Makes a rolled segment whole on the disk: first its bytes, then its indexes, then the producers' snapshot at its end.
 * So a snapshot that is there says that everything below it survives a power loss. One segment at a time, oldest first;
 * a full disk is tried again later.
 */
final class LogSealer {
    private final Log log;
    private final ArrayDeque<Job> jobs = new ArrayDeque<>();
    private boolean busy;
    private Segment flushed;
    private int flushedEntries;

    /** A segment, and the producers as they were when it was rolled. */
    private static final class Job {
        final Segment segment;
        final long endOffset;
        final Supplier<DirectBuffer> producers;
        DirectBuffer snapshot;

        Job(final Segment segment, final long endOffset, final Supplier<DirectBuffer> producers) {
            this.segment = segment;
            this.endOffset = endOffset;
            this.producers = producers;
        }

        /** Takes milliseconds with ten thousand producers. */
        void encode() {
            snapshot = producers.get();
        }
    }

    LogSealer(final Log log) {
        this.log = log;
    }

    boolean isBusy() {
        return busy;
    }

    boolean isEmpty() {
        return jobs.isEmpty();
    }

    /** The base of the oldest segment that is not whole yet, or the largest number. */
    long oldestOffset() {
        return jobs.isEmpty() ? Long.MAX_VALUE : jobs.peek().segment.baseOffset;
    }

    void add(final Segment segment, final long endOffset, final Supplier<DirectBuffer> producers) {
        jobs.add(new Job(segment, endOffset, producers));
        run();
    }

    /** Segments from the offset on are about to go. */
    void forgetFrom(final long offset) {
        jobs.removeIf(job -> job.segment.baseOffset >= offset || job.endOffset > offset);
    }

    /** Goes on, also after the disk was full. */
    void run() {
        if (busy || jobs.isEmpty() || log.isOffline()) {
            return;
        }
        busy = true;
        final Job job = jobs.peek();
        job.segment.retain();
        if (job.snapshot != null) {
            write(job);
        } else if (!log.context().housekeeping().submit(job::encode, () -> write(job))) {
            job.encode();
            write(job);
        }
    }

    private void write(final Job job) {
        final Segment segment = job.segment;
        final DiskSequence sequence = new DiskSequence(log.disk()).use(segment.file());
        if (segment.reservedTo > segment.size) {
            sequence.truncate(segment.size);
        }
        sequence.sync().call(() -> segment.syncedSize = segment.appendedSize);
        writeIndexes(sequence, log.directory(), segment);
        // If another sync of the same file has failed meanwhile, the success of this one means nothing.
        sequence.replaceIf(
                () -> !log.isOffline(),
                log.directory(),
                LogFiles.path(log.directory(), job.endOffset, LogFiles.SNAPSHOT),
                () -> job.snapshot);
        sequence.run(status -> finished(job, status));
    }

    private void finished(final Job job, final int status) {
        busy = false;
        final Segment segment = job.segment;
        log.context().reservations().release(segment);
        segment.release();
        if (status == DiskStatus.OK) {
            jobs.remove(job);
            segment.sealed = true;
            log.snapshots().add(job.endOffset);
            if (!segment.isDropped() && segment.hasIndexes()) {
                log.context().indexCache().touch(segment);
            }
            run();
        } else if (status != DiskStatus.NO_SPACE) {
            log.goOffline(status);
        }
        log.proceed();
    }

    /** Writes what is in the active segment's indexes so far; for those who look at the files from outside. */
    void flush(final Segment active) {
        final int entries = active.offsetIndex.countBelowPosition(active.appendedSize);
        if (busy || entries == 0 || (flushed == active && flushedEntries == entries)) {
            return;
        }
        busy = true;
        flushed = active;
        flushedEntries = entries;
        final int times = active.timeIndex.countBelowOffset(log.appendedOffset() - active.baseOffset);
        final String index = LogFiles.path(log.directory(), active.baseOffset, LogFiles.INDEX);
        final String timeIndex = LogFiles.path(log.directory(), active.baseOffset, LogFiles.TIME_INDEX);
        new DiskSequence(log.disk())
                .open(index + LogFiles.TMP, Disk.OpenMode.REPLACE)
                .write(active.offsetIndex::entries, () -> entries)
                .closeFile()
                .rename(index + LogFiles.TMP, index)
                .open(timeIndex + LogFiles.TMP, Disk.OpenMode.REPLACE)
                .write(active.timeIndex::entries, () -> times)
                .closeFile()
                .rename(timeIndex + LogFiles.TMP, timeIndex)
                .run(this::onFlushed);
    }

    private void onFlushed(final int status) {
        busy = false;
        if (status == DiskStatus.IO_ERROR) {
            log.goOffline(status);
        } else if (status != DiskStatus.OK) {
            flushed = null;
        }
        run();
        log.proceed();
    }

    /**
     * Adds the steps that write a segment's indexes. Each takes the place of an older one as a whole, since a snapshot
     * of the segment's end may vouch for the older one already: an orderly stop leaves that. The directory is synced
     * with the snapshot that follows.
     */
    static void writeIndexes(final DiskSequence sequence, final String directory, final Segment segment) {
        final String index = LogFiles.path(directory, segment.baseOffset, LogFiles.INDEX);
        final String timeIndex = LogFiles.path(directory, segment.baseOffset, LogFiles.TIME_INDEX);
        sequence.open(index + LogFiles.TMP, Disk.OpenMode.REPLACE)
                .write(() -> segment.offsetIndex.entries(), () -> segment.offsetIndex.count())
                .sync()
                .closeFile()
                .rename(index + LogFiles.TMP, index)
                .open(timeIndex + LogFiles.TMP, Disk.OpenMode.REPLACE)
                .write(() -> segment.timeIndex.entries(), () -> segment.timeIndex.count())
                .sync()
                .closeFile()
                .rename(timeIndex + LogFiles.TMP, timeIndex);
        if (segment.hasAborted()) {
            final String aborted = LogFiles.path(directory, segment.baseOffset, LogFiles.TXN_INDEX);
            sequence.open(aborted + LogFiles.TMP, Disk.OpenMode.REPLACE)
                    .write(0, () -> segment.aborted.encode(0, segment.aborted.count()))
                    .sync()
                    .closeFile()
                    .rename(aborted + LogFiles.TMP, aborted);
        }
    }
}
