package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;

/**
 * Takes over a log that another core hands over: opens its files, most of them ahead, while the log is still used where it
 * is, and makes a log of them once it is this core's. Until then nothing of it is changed, and it may be {@linkplain #discard
 * given up}. Owned by the core where the log arrives.
 */
public final class LogArrival implements DiskCompletion {
    /** The files of a log that are there now; made where it lives, while no compaction puts others in their place. */
    public static final class Files {
        private final String directory;
        private final IntArrayList segmentIds = new IntArrayList();
        private final LongArrayList baseOffsets = new LongArrayList();

        public Files(final Log log) {
            directory = log.directory();
            for (int i = 0; i < log.segments.size(); i++) {
                segmentIds.addInt(log.segments.get(i).id);
                baseOffsets.addLong(log.segments.get(i).baseOffset);
            }
        }
    }

    private static final int OPENING_MAX = 64;
    private static final int NONE = -1;

    private final LogContext context;
    /** By the segments' numbers where they come from: a name may go to another file, a number does not. */
    private final Int2ObjectHashMap<DiskFile> open = new Int2ObjectHashMap<>();

    private Files wanted;
    private LogHandover handover;
    private LogCompletion opened;
    private int next;
    private int opening;
    private int worst;
    /** The segment that was still written to when its file was opened. */
    private int growing = NONE;

    public LogArrival(final LogContext context) {
        this.context = context;
    }

    /** @param done told once as many are open as can be: what is missing then is opened when the log is handed over */
    public void openAhead(final Files files, final LogCompletion done) {
        growing = files.segmentIds.getInt(files.segmentIds.size() - 1);
        open(files, done);
    }

    /** @param done told once all files are open, or why not */
    public void arrive(final LogHandover newHandover, final LogCompletion done) {
        handover = newHandover;
        open(newHandover.files, done);
    }

    private void open(final Files files, final LogCompletion done) {
        wanted = files;
        opened = done;
        next = 0;
        worst = DiskStatus.OK;
        goOn();
    }

    private void goOn() {
        while (next < wanted.segmentIds.size() && opening < OPENING_MAX && mayGoOn()) {
            final int id = wanted.segmentIds.getInt(next);
            if (!open.containsKey(id)) {
                opening++;
                final String path = LogFiles.path(wanted.directory, wanted.baseOffsets.getLong(next), LogFiles.LOG);
                open.put(id, context.disk().open(path, Disk.OpenMode.EXISTING, this, id));
            }
            next++;
        }
        if (opening == 0 && opened != null) {
            final LogCompletion told = opened;
            opened = null;
            if (handover != null && worst == DiskStatus.OK && !areLongEnough()) {
                worst = DiskStatus.IO_ERROR;
            }
            if (handover != null && worst != DiskStatus.OK) {
                discard();
            }
            told.onComplete(worst);
        }
    }

    /** Ahead, a file that cannot be opened may be one that was deleted meanwhile: the others are opened all the same. */
    private boolean mayGoOn() {
        return handover == null || worst == DiskStatus.OK;
    }

    @Override
    public void onDiskCompletion(final long token, final int status, final long length) {
        opening--;
        if (status != DiskStatus.OK) {
            open.remove((int) token);
            worst = Math.min(worst, status);
        }
        goOn();
    }

    private boolean areLongEnough() {
        for (final LogHandover.OfSegment of : handover.segments) {
            if (of.id() != growing && open.get(of.id()).size() < of.size()) {
                return false;
            }
        }
        return true;
    }

    /** The log is this core's from now on. */
    public Log log(final LogConfig config, final LogProducers producers) {
        final LogParts parts = new LogParts();
        for (final LogHandover.OfSegment of : handover.segments) {
            parts.segments.add(segment(of, open.remove(of.id())));
        }
        // Ahead, some may have been opened that have gone since.
        discard();
        parts.epochs = handover.epochs;
        parts.snapshots = handover.snapshots;
        parts.startOffset = handover.startOffset;
        parts.endOffset = handover.endOffset;
        parts.syncedOffset = handover.syncedOffset;
        parts.holesBelow = handover.holesBelow;
        final Log log = new Log(context, handover.directory, config, producers, handover.metadata, parts);
        log.abortedFile().written(handover.abortedWritten);
        log.compactor().cleanedTo(handover.cleanedTo);
        return log;
    }

    private Segment segment(final LogHandover.OfSegment of, final DiskFile file) {
        final Segment segment = new Segment(context.nextSegmentId(), of.baseOffset(), file, of.createdMs());
        segment.size = of.size();
        segment.appendedSize = of.size();
        segment.syncedSize = of.syncedSize();
        segment.reservedTo = of.reservedTo();
        segment.maxTimestampMs = of.maxTimestampMs();
        segment.maxTimestampOffset = of.maxTimestampOffset();
        segment.firstTimestampMs = of.firstTimestampMs();
        segment.bytesSinceIndexEntry = of.bytesSinceIndexEntry();
        segment.sealed = of.sealed();
        segment.aborted = of.aborted();
        if (of.offsets() != null) {
            segment.offsetIndex = OffsetIndex.decode(
                    context.indexMemory(), of.offsets(), of.offsets().capacity(), of.size());
            segment.timeIndex = TimeIndex.decode(
                    context.indexMemory(), of.times(), of.times().capacity());
            if (segment.offsetIndex == null || segment.timeIndex == null) {
                throw new IllegalStateException(file.path() + ": its indexes were handed over unsound");
            }
        }
        return segment;
    }

    /** It does not come after all. */
    public void discard() {
        opened = null;
        if (wanted != null) {
            next = wanted.segmentIds.size();
        }
        for (final DiskFile file : open.values()) {
            file.close();
        }
        open.clear();
    }
}
